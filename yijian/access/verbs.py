"""动词的门：各应用的 services 从这里取 verb。"""

from yijian.people.verbs import VERBS, AuditMissingError, require, verb

__all__ = ["VERBS", "AuditMissingError", "require", "verb"]
