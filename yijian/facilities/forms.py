"""机构档案的表单：只管格式；业务规则由动词查。"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from yijian.facilities import kinds
from yijian.facilities.rules.coordinates import wgs84_of_gcj02
from yijian.kernel.errors import Refused

Choices = list[tuple[str, str]]


def refuse(form: forms.Form, error: Refused) -> None:
    """把业务上的拒绝写回表单：认得的字段写在字段下，其余写在上方。"""
    form.add_error(error.field if error.field in form.fields else None, error.message)


def picks(words: Mapping[str, str], blank: str = "") -> Choices:
    """下拉选项；blank 非空时前面加一个空选项。"""
    return [*([("", blank)] if blank else []), *words.items()]


def day_field(label: str, *, required: bool = False, hint: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=hint)


def text_field(label: str, longest: int, *, required: bool = False, hint: str = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=required, help_text=hint)


def count_field(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=1_000_000, required=False)


class Form(forms.Form):
    """错误说明一律中文，说清是哪一项、该怎么填。"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            said = field.error_messages
            said["required"] = f"请填写{field.label}。"
            if "invalid_choice" in said:
                said["invalid_choice"] = f"{field.label}请从列出的选项里选。"
            if isinstance(field, forms.DateField):
                said["invalid"] = f"{field.label}请写成 2026-03-02 这样的日期。"
            elif isinstance(field, (forms.IntegerField, forms.FloatField, forms.DecimalField)):
                said["invalid"] = f"{field.label}请只填数字，不要带单位。"


class FacilityForm(Form):
    """建档与变更。"""

    name = text_field("机构名称", 120, required=True)
    kind = forms.ChoiceField(label="种类", choices=picks(kinds.KINDS, "请选择"))
    nature = forms.ChoiceField(label="性质", choices=picks(kinds.NATURES))
    uscc = text_field("统一社会信用代码", 40, hint="18 位；没有的留空")
    region = forms.ChoiceField(label="所属街道（乡镇）")
    address = text_field("地址", 200)
    registration_status = forms.ChoiceField(label="登记状态", choices=picks(kinds.REGISTRATION))
    filing_status = forms.ChoiceField(label="备案状态", choices=picks(kinds.FILING))
    filed_on = day_field("备案日期")
    opened_on = day_field("首次收住或开业日期")
    operator_name = text_field("运营主体", 120)
    operator_uscc = text_field("运营主体代码", 40)
    legal_person = text_field("法定代表人", 60)
    director = text_field("主要负责人", 60)
    phone = text_field("联系电话", 40)
    beds = count_field("床位数")
    residents = count_field("在住老年人数")
    staff_count = count_field("工作人员数")
    premises = forms.ChoiceField(label="房屋来源", choices=picks(kinds.PREMISES))
    building_area = forms.DecimalField(
        label="建筑面积（平方米）", min_value=0, max_digits=10, decimal_places=2, required=False
    )
    lon = forms.FloatField(label="经度", required=False, help_text="十进制的度，如 119.706006")
    lat = forms.FloatField(label="纬度", required=False)
    datum = forms.ChoiceField(
        label="坐标系", choices=[("wgs84", kinds.DATUMS["wgs84"]), ("gcj02", kinds.DATUMS["gcj02"])],
        required=False, help_text="在高德、腾讯地图上取的点请选 GCJ-02，系统换算后保存",
    )  # fmt: skip
    aliases = text_field("曾用名或简称", 600, hint="多个用顿号隔开")
    tags = text_field("标签", 400, hint="多个用顿号隔开")

    def __init__(self, *args: Any, regions: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["region"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *regions]

    def values(self) -> dict[str, Any]:
        """动词要的各项值；region 仍是代码，由视图换成区划。"""
        given = dict(self.cleaned_data)
        datum = given.pop("datum") or "wgs84"
        if datum == "gcj02" and given["lon"] is not None and given["lat"] is not None:
            lon, lat = wgs84_of_gcj02(given["lon"], given["lat"])
            given["lon"], given["lat"] = round(lon, 7), round(lat, 7)
        for name in ("aliases", "tags"):
            given[name] = split(given[name])
        given["uscc"] = given["uscc"] or None
        return given


def split(text: str) -> list[str]:
    """顿号、逗号、分号隔开的词。"""
    for mark in "，,；;":
        text = text.replace(mark, "、")
    return [word.strip() for word in text.split("、") if word.strip()]


class LicenceForm(Form):
    """登记与变更证照。"""

    kind = forms.ChoiceField(label="证照", choices=picks(kinds.LICENCES, "请选择"))
    number = text_field("编号", 80)
    issuer = text_field("发证机关", 80)
    valid_from = day_field("有效期起")
    valid_to = day_field("有效期止", hint="长期有效的留空")

    def __init__(self, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed:
            del self.fields["kind"]


class ReasonForm(Form):
    """写明理由。"""

    reason = text_field("理由", 200, required=True)


class CloseForm(Form):
    """终止服务。"""

    closed_on = day_field("终止服务日期", required=True)
    reason = text_field("理由", 200, required=True, hint="注销、关停、迁出等")


class MergeForm(Form):
    """合并：选哪一家并进来。"""

    dropped = forms.IntegerField(label="并入的一家", widget=forms.HiddenInput, min_value=1)
    reason = text_field("理由", 200, required=True, hint="依据什么认定是同一家")


class UploadForm(Form):
    """上传要导入的表。"""

    file = forms.FileField(label="文件", help_text="Excel（.xlsx、.xls）、CSV 或 JSON，不超过 64 MB")
    region = forms.ChoiceField(label="导入到", help_text="表里的街道（乡镇）在这个区划之下对应")
    datum = forms.ChoiceField(
        label="没有注明时的坐标系", required=False,
        choices=[("", "没有坐标，或不清楚（按 GCJ-02）"), *kinds.DATUMS.items()],
    )  # fmt: skip
    existing = forms.ChoiceField(
        label="系统里已有的机构",
        required=False,
        choices=[("", "报错，不导入"), ("update", "用表里填了的内容更新")],
    )
    accept_codes = forms.BooleanField(
        label="确认照录校验不过的统一社会信用代码", required=False,
        help_text="历史上确有错码；照录的留作待核，不作为正式代码",
    )  # fmt: skip
    source = text_field("数据来源", 80, hint="如“2026 年民政统计台账”；不填就记导入的区划")

    def __init__(self, *args: Any, regions: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["region"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(regions)

    def options(self) -> dict[str, str]:
        """导入的选项；空的不写，同样的选项得到同样的重复键。"""
        given = self.cleaned_data
        found = {name: given[name] for name in ("region", "datum", "existing", "source") if given[name]}
        return found | ({"accept_codes": "1"} if given["accept_codes"] else {})
