"""登记备案的表。"""

from yijian.filing.models.exchange import (
    ExchangeBatch,
    ExchangePartner,
    MatchPair,
    RegisteredEntity,
    StreetCheck,
)
from yijian.filing.models.places import PlacePhoto, PlaceStep, UnregisteredPlace
from yijian.filing.models.registers import FireApproval, LicencePhoto, NameCheck, Violation

__all__ = [
    "ExchangeBatch",
    "ExchangePartner",
    "FireApproval",
    "LicencePhoto",
    "MatchPair",
    "NameCheck",
    "PlacePhoto",
    "PlaceStep",
    "RegisteredEntity",
    "StreetCheck",
    "UnregisteredPlace",
    "Violation",
]
