"""各层共用的错误：页面把它们变成 4xx，命令行把它们变成一句话。"""


class YijianError(Exception):
    """本系统一切可预料错误的总称；message 是给用户看的中文。"""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(YijianError):  # noqa: N818
    """不予办理：请求不符合业务规则（422）。field 指出是哪一栏，没有就是整张表单。"""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Forbidden(YijianError):  # noqa: N818
    """无权办理：身份或职责不允许（403）。"""

    def __init__(self, message: str = "您没有办理这件事的权限，请联系本单位的系统管理员。") -> None:
        super().__init__(message)


class NotFound(YijianError):  # noqa: N818
    """查无此项：不存在，或不在您的管辖范围内（404，不区分两者）。"""

    def __init__(self, message: str = "没有找到这一项，可能已被移走，或不在您的管辖范围内。") -> None:
        super().__init__(message)
