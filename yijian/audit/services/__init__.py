"""审计的动词：写记录、封存树头、核验。"""

from yijian.audit.services.record import (
    SYSTEM,
    Actor,
    Item,
    PlainActor,
    Watch,
    export_noted,
    record,
    record_many,
    watch,
    written_in_this_context,
)
from yijian.audit.services.seal import one_head, seal
from yijian.audit.services.verify import examine, verify, verify_command

__all__ = [
    "SYSTEM",
    "Actor",
    "Item",
    "PlainActor",
    "Watch",
    "examine",
    "export_noted",
    "one_head",
    "record",
    "record_many",
    "seal",
    "verify",
    "verify_command",
    "watch",
    "written_in_this_context",
]
