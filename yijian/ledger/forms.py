"""台账的表单：筛选、回看、登记、理由、试算。错误用中文说明怎么改。"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from yijian.kernel import clock
from yijian.kernel.errors import Refused
from yijian.ledger import kinds
from yijian.ledger.queries.choices import Choices
from yijian.ledger.queries.packs import library
from yijian.ledger.queries.rows import SORTS, Filter
from yijian.ledger.queries.status import AsOf
from yijian.people.models import Region
from yijian.regimes.kinds import FACILITY_KINDS

Pair = tuple[str, str]
BIG = 2**53
EARLIEST_LOOK = date(2000, 1, 1)
BAD_DATE = "日期应写作 2026-06-30 的样子。"
BAD_NUMBER = "应是整数。"
STATUS_CHOICES = [("", "全部状态"), ("open", "逾期和临期"), *((s, s) for s in kinds.STATUSES)]
DEADLINES = [("", "有无期限"), ("dated", "有期限"), ("none", "本期无期限")]
FIELD_WORDS = {"q": "查找", "page": "页码"}


def blank(label: str, pairs: Iterable[Pair]) -> list[Pair]:
    return [("", label), *pairs]


def day_field(label: str, *, required: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": BAD_DATE, "required": f"请填写{label}。"},
    )


def number_field(label: str, low: int = 1, high: int = BIG, *, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=low,
        max_value=high,
        error_messages={
            "invalid": BAD_NUMBER,
            "min_value": f"不能小于 {low}。",
            "max_value": f"不能大于 {high}。",
            "required": f"请填写{label}。",
        },
    )


def choice_field(label: str, pairs: Sequence[Any] = (), *, required: bool = False) -> forms.ChoiceField:
    messages = {"invalid_choice": "没有这个选项，请从列出的里选。", "required": f"请选择{label}。"}
    return forms.ChoiceField(label=label, required=required, choices=pairs, error_messages=messages)


def text_field(label: str, longest: int, *, required: bool = False, area: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": 3}) if area else forms.TextInput(),
        error_messages={"max_length": f"不能超过 {longest} 字。", "required": f"请填写{label}。"},
    )


def first_error(form: forms.BaseForm) -> str:
    """表单的第一个错误，连同栏目名。"""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        return f"{label or FIELD_WORDS.get(name, '')}：{errors[0]}".lstrip("：")
    return "填写有误，请检查。"


class AsOfForm(forms.Form):
    """看哪一天：当时实情（用现在所知回看）或当时所知（只用当日已录入的）。"""

    as_of = day_field("回看日期")
    known = choice_field("口径", [("", "当时实情"), ("on", "当时所知")])

    def clean_as_of(self) -> date | None:
        day: date | None = self.cleaned_data["as_of"]
        if day and not EARLIEST_LOOK <= day <= clock.today():
            raise ValidationError("只能回看 2000 年以来、今天及以前的日子。")
        return None if day == clock.today() else day

    def value(self) -> AsOf:
        """合法的回看日；不合法报 Refused。"""
        if not self.is_valid():
            raise Refused(first_error(self))
        day = self.cleaned_data["as_of"]
        return AsOf(day or clock.today(), bool(day and self.cleaned_data["known"]))


class FilterForm(AsOfForm):
    """台账筛选；条件名与网址参数相同。"""

    q = text_field("查找", 60)
    status = choice_field("状态", STATUS_CHOICES)
    place = choice_field("地方")
    pack = choice_field("文件")
    clause = text_field("条款", 40)
    duty = text_field("义务类别", 80)
    function = choice_field("单位")
    role = choice_field("职责", [("", "牵头、责任、属地"), *kinds.ROLES.items()])
    region = choice_field("街道（乡镇）")
    due_from = day_field("到期自")
    due_to = day_field("到期至")
    deadline = choice_field("期限", DEADLINES)
    mine = forms.BooleanField(label="须我办的", required=False)
    local = forms.BooleanField(label="本地口径", required=False)
    facility = number_field("机构")
    unit = number_field("责任单位")
    rule = number_field("义务")
    sort = choice_field("排序", blank("没办结的在前", [(s, s) for s in SORTS]))
    page = number_field("页码", high=100_000)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_choices("place", blank("全部地方", choices.places))
        self.set_choices("pack", blank("全部文件", choices.packs))
        self.set_choices("function", blank("全部单位", choices.functions))
        regions = list(choices.streets)
        given = str(self.data.get("region") or "")
        if given.isalnum() and given not in dict(regions):
            regions += list(Region.objects.filter(pk=given[:12]).values_list("code", "name"))
        self.set_choices("region", blank("全部街道（乡镇）", regions))

    def set_choices(self, name: str, pairs: list[Pair]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = pairs

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, end = data.get("due_from"), data.get("due_to")
        if start and end and start > end:
            self.add_error("due_to", "到期日的止日早于起日，请对调。")
        return data

    def where(self) -> Filter:
        """合法的筛选；不合法报 Refused。"""
        if not self.is_valid():
            raise Refused(first_error(self))
        data = self.cleaned_data
        region = Region.objects.filter(pk=data["region"]).values_list("path", flat=True).first()
        return Filter(
            **{
                k: data[k]
                for k in ("status", "place", "pack", "clause", "duty", "function", "role", "deadline")
            },
            **{k: data[k] for k in ("facility", "unit", "rule", "due_from", "due_to", "mine", "local")},
            q=data["q"].strip(),
            region=region or "",
            as_of=data["as_of"],
            known=bool(data["as_of"] and data["known"]),
            sort=data["sort"] or "todo",
        )


# ── 登记 ──────────────────────────────────────────────────────────────


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """一次选几个文件；每个都查。"""

    def __init__(self, **kwargs: Any) -> None:
        messages = {"empty": "文件是空的（0 字节），请重新选择。", "invalid": "没有收到文件，请重新选择。"}
        super().__init__(
            widget=ManyFilesInput(attrs={"multiple": True}),
            allow_empty_file=True,
            error_messages=messages,
            **kwargs,
        )

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(ManyFilesField, self).clean(one, initial) for one in given]


MAX_FILES = 20


class EvidenceForm(forms.Form):
    """履责记录：何时、何地、凭什么。证据至少一项。"""

    kind = choice_field("做了什么", required=True)
    occurred_on = day_field("日期", required=True)
    occurred_time = forms.TimeField(
        label="时刻",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "时刻应写作 08:30 的样子。"},
    )
    about_on = day_field("所涉日期")
    place = text_field("地点", 100)
    uploads = ManyFilesField(label="文件或照片", required=False)
    number = text_field("文号", 80)
    link = text_field("链接", 500)
    note = text_field("说明", 500, area=True)
    kept = forms.TypedMultipleChoiceField(required=False, widget=forms.MultipleHiddenInput, coerce=int)

    def __init__(self, *args: Any, choices: Sequence[Any], kept: Sequence[Pair] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept_documents = list(kept)
        for name, pairs in (("kind", choices), ("kept", kept)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = list(pairs)

    def clean_uploads(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["uploads"]
        if len(files) > MAX_FILES:
            raise ValidationError(f"一次最多 {MAX_FILES} 个文件，请分几次登记。")
        return files

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.check_when(data)
        proofs = [data.get(k) for k in ("uploads", "kept", "number", "link")]
        if not any(proofs) and not {"uploads", "number", "link"} & set(self.errors):
            self.add_error("uploads", "请至少提供一项证据：上传文件或照片，或填写链接、文号。")
        return data

    def check_when(self, data: dict[str, Any]) -> None:
        kind = library().catalogue.facts.get(str(data.get("kind") or "").partition("|")[0])
        day: date | None = data.get("occurred_on")
        if day is None:
            return
        if day > clock.today():
            self.add_error("occurred_on", "日期在将来；只能记录已经发生的事。")
        elif day.year < 1980:
            self.add_error("occurred_on", "日期过早，请检查年份。")
        elif kind and kind.precision == "time" and data.get("occurred_time") is None:
            self.add_error("occurred_time", "这类事件的时限以小时计，请填写发生的时刻。")
        elif data.get("occurred_time") and self.occurred() > clock.now():
            self.add_error("occurred_time", "时刻在将来；只能记录已经发生的事。")

    def occurred(self) -> date | datetime:
        """发生的日期；填了时刻的为时刻。"""
        day: date = self.cleaned_data["occurred_on"]
        at: time | None = self.cleaned_data.get("occurred_time")
        return datetime.combine(day, at, tzinfo=clock.TZ) if at else day

    def chosen(self) -> tuple[str, str]:
        kind, _, variant = self.cleaned_data["kind"].partition("|")
        return kind, variant

    def payload(self) -> dict[str, object]:
        return {k: v for k in ("place", "number", "link", "note") if (v := self.cleaned_data[k].strip())}


class FreeForm(EvidenceForm):
    """任何一件事：先选发生在谁身上。"""

    subject = forms.CharField(
        label="发生在哪里",
        max_length=30,
        error_messages={"required": "请查找并选中这件事发生在哪家机构、哪个单位或哪个辖区。"},
    )


class BulkForm(EvidenceForm):
    """一次行动，多家机构。"""

    facility = forms.TypedMultipleChoiceField(
        label="机构",
        coerce=int,
        error_messages={
            "required": "请至少勾选一家机构。",
            "invalid_choice": "有机构不在您的范围内，请重新选择。",
        },
    )

    def __init__(self, *args: Any, facilities: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["facility"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(i), name) for i, name in facilities]


class PreviewForm(forms.Form):
    """批量登记前的预看。"""

    kind = forms.CharField(max_length=120, error_messages={"required": "请先选择做了什么。"})
    occurred_on = day_field("日期", required=True)
    facility = forms.TypedMultipleChoiceField(coerce=int, error_messages={"required": "请至少勾选一家机构。"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = self.data.getlist("facility") if isinstance(self.data, QueryDict) else []
        given = [v for v in listed if v.isdecimal() and len(v) < 16]
        field = self.fields["facility"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(v, v) for v in given]


class ReasonForm(forms.Form):
    """要写理由的动作。"""

    reason = text_field("理由", 300, required=True, area=True)


class ReviewForm(forms.Form):
    """审核：认可，或不认可并写理由。"""

    accepted = choice_field("审核意见", [("yes", "认可"), ("no", "不认可")], required=True)
    reason = text_field("理由", 300, area=True)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("accepted") == "no" and not data.get("reason"):
            self.add_error("reason", "不认可请写明理由。")
        return data


class ReplyForm(forms.Form):
    """回复督办单。"""

    reply = text_field("办理情况", 2000, required=True, area=True)


class SaveFilterForm(forms.Form):
    name = text_field("名称", 40, required=True)
    query = forms.CharField(max_length=2000, required=False)


class LoadTestForm(forms.Form):
    """试算的规模。"""

    year = number_field("年份", 2000, 2100, required=True)
    streets = number_field("街道（乡镇）个数", 0, 10_000, required=True)
    counties = number_field("区县个数", 0, 5_000, required=True)
    events = number_field("每种事件一年几起", 0, 100_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, word in FACILITY_KINDS.items():
            self.fields[kind] = number_field(f"{word}家数", 0, 1_000_000)

    def facilities(self) -> dict[str, int]:
        return {kind: self.cleaned_data[kind] or 0 for kind in FACILITY_KINDS}
