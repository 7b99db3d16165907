"""隐患整改的表单。错误用中文说明怎么改。"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from django import forms

from yijian.kernel import clock
from yijian.ledger.forms import ManyFilesField, choice_field, day_field, number_field, text_field
from yijian.rectification import kinds
from yijian.rectification.queries.board import BOXES
from yijian.rectification.queries.lists import ONLY, Where

Pairs = Sequence[tuple[str, str]]
FILES = 9
SIGNATURE_BYTES = 2 << 20
PREFIX = "data:image/png;base64,"


def blank(label: str, words: dict[str, str]) -> list[tuple[str, str]]:
    return [("", label), *words.items()]


class ListForm(forms.Form):
    """清单的筛选。"""

    which = choice_field("清单", list(kinds.LISTS.items()))
    q = text_field("机构或问题", 60)
    facility = number_field("机构")
    region = choice_field("街道（乡镇）")
    aspect = choice_field("方面", blank("全部方面", kinds.ASPECTS))
    grade = choice_field("等级", blank("全部等级", kinds.GRADES))
    state = choice_field("状态", blank("全部状态", {s: kinds.PROBLEM.label(s) for s in kinds.PROBLEM.states}))
    only = choice_field("只看", blank("不限", ONLY))
    page = number_field("页码")

    def __init__(self, *args: Any, streets: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [("", "全部街道（乡镇）"), *streets]  # type: ignore[attr-defined]

    def where(self) -> Where:
        data = self.cleaned_data
        return Where(
            text=data["q"].strip(),
            facility_id=data["facility"],
            region=data["region"],
            aspect=data["aspect"],
            grade=data["grade"],
            state=data["state"],
            only=data["only"],
        )


class ProblemForm(forms.Form):
    """登记问题。"""

    facility = choice_field("机构", required=True)
    title = text_field("问题", 120, required=True)
    situation = choice_field("对应情形")
    aspect = choice_field("方面", blank("照情形", kinds.ASPECTS))
    grade = choice_field("等级", blank("照情形判定", kinds.GRADES))
    basis = text_field("依据", 300)
    detail = text_field("具体情况", 2000, area=True)
    measure = text_field("整改要求", 500, required=True, area=True)
    found_on = day_field("发现日期", required=True)
    due_on = day_field("限期", required=True)
    origin_kind = choice_field("来源", list(kinds.ORIGINS.items()), required=True)
    origin_ref = text_field("来源编号", 80)
    photos = ManyFilesField(label="现场照片与材料", required=False)

    def __init__(self, *args: Any, facilities: Pairs, situations: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].choices = [("", "请选择"), *facilities]  # type: ignore[attr-defined]
        self.fields["situation"].choices = [("", "不属于下列重大隐患情形"), *situations]  # type: ignore[attr-defined]
        self.fields["situation"].help_text = "选了情形，方面、等级和依据自动填好；标“待核”的还没有对照原文。"
        self.fields["basis"].help_text = "条款或标准；选了情形可以不填。"
        self.fields["photos"].widget.attrs["accept"] = "image/*,.pdf,.docx"
        self.fields["found_on"].initial = clock.today()
        self.fields["origin_kind"].initial = "patrol"

    def clean_photos(self) -> list[Any]:
        return checked_files(self.cleaned_data["photos"])


def checked_files(files: list[Any]) -> list[Any]:
    if len(files) > FILES:
        raise forms.ValidationError(f"一次最多 {FILES} 个文件。")
    if any(not one.size for one in files):
        raise forms.ValidationError("有文件是空的（0 字节），请重新选择。")
    return files


class ReplyForm(forms.Form):
    """回复整改。"""

    text = text_field("整改情况", 2000, required=True, area=True)
    photos = ManyFilesField(label="整改后的照片", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["placeholder"] = "写明怎么改的、何时改好的"
        self.fields["photos"].widget.attrs["accept"] = "image/*,.pdf,.docx"
        self.fields["photos"].help_text = "至少一张；站在与整改前相同的位置拍。可以直接拍照。"

    def clean_photos(self) -> list[Any]:
        files = checked_files(self.cleaned_data["photos"])
        if not files:
            raise forms.ValidationError("请至少上传一张整改后的照片或一份材料。")
        return files


class AcceptForm(forms.Form):
    """验收：结论、意见、签名（签名板画的，或上传的图）。"""

    verdict = choice_field("结论", blank("请选择", kinds.VERDICTS), required=True)
    reason = text_field("意见", 500, area=True)
    round = number_field("第几次", required=True)
    drawn = forms.CharField(required=False, widget=forms.HiddenInput)
    picture = forms.FileField(label="或上传签名的照片", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["picture"].widget.attrs["accept"] = "image/png,image/jpeg"
        self.fields["reason"].help_text = "不通过必须写明哪里没有改好。"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("verdict") == "failed" and not (data.get("reason") or "").strip():
            self.add_error("reason", "验收不通过，请写明哪里没有改好。")
        if not data.get("drawn") and not data.get("picture"):
            self.add_error(None, "还没有签名：请在签名板上签名，或上传签名的照片。")
        return data

    def clean_drawn(self) -> bytes:
        given: str = self.cleaned_data["drawn"]
        if not given:
            return b""
        if not given.startswith(PREFIX) or len(given) > SIGNATURE_BYTES:
            raise forms.ValidationError("签名没有传好，请清除后重新签名。")
        try:
            return base64.b64decode(given.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError) as error:
            raise forms.ValidationError("签名没有传好，请清除后重新签名。") from error


class ExtensionForm(forms.Form):
    """申请延期。"""

    wanted_on = day_field("延至", required=True)
    reason = text_field("理由", 300, required=True, area=True)


class DecideForm(forms.Form):
    """决定一件事：办或不办，意见或文号。"""

    yes = forms.ChoiceField(choices=[("1", "是"), ("0", "否")])
    words = text_field("意见或文号", 300)

    @property
    def agreed(self) -> bool:
        return bool(self.cleaned_data["yes"] == "1")


class WordsForm(forms.Form):
    """只有一句话的：紧急的理由、进展、文号、摘牌说明。"""

    words = text_field("内容", 500, required=True)
    government = text_field("提请的政府", 80)


class PlanForm(forms.Form):
    """一院一案。"""

    title = text_field("名称", 120, required=True)
    problems = forms.MultipleChoiceField(
        label="要解决的问题",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择这份方案要解决的问题。", "invalid_choice": "请从列出的问题里选。"},
    )
    measures = text_field("专项措施", 3000, required=True, area=True)
    adopted_on = day_field("印发日期", required=True)
    number = text_field("文号", 80)
    file = forms.FileField(label="方案", required=False)

    def __init__(self, *args: Any, problems: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["problems"].choices = problems  # type: ignore[attr-defined]
        self.fields["adopted_on"].initial = clock.today()
        self.fields["file"].help_text = "文号和方案至少有一项。"


class HandoverListForm(forms.Form):
    """告知移送的筛选。"""

    box = choice_field("范围", list(BOXES.items()))
    kind = choice_field("种类", blank("全部种类", kinds.HANDOVERS))
    page = number_field("页码")


class HandoverForm(forms.Form):
    """发出一件告知移送。"""

    kind = choice_field("种类", required=True)
    to_unit = choice_field("接收单位", required=True)
    facility = choice_field("所涉机构")
    title = text_field("事由", 120, required=True)
    content = text_field("内容", 3000, required=True, area=True)
    photos = ManyFilesField(label="照片与材料", required=False)

    def __init__(
        self, *args: Any, units: Pairs, facilities: Pairs, whistle: bool, about: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        words = {k: w for k, w in kinds.HANDOVERS.items() if whistle or k != "whistle"}
        self.fields["kind"].choices = list(words.items())  # type: ignore[attr-defined]
        self.fields["to_unit"].choices = [("", "请选择"), *units]  # type: ignore[attr-defined]
        self.fields["facility"].choices = [("", "没有具体机构"), *facilities]  # type: ignore[attr-defined]
        self.fields["facility"].help_text = "书面告知、移送须选机构。"
        self.fields["photos"].widget.attrs["accept"] = "image/*,.pdf,.docx"
        if about:
            del self.fields["facility"]

    def clean_photos(self) -> list[Any]:
        return checked_files(self.cleaned_data["photos"])


class StepForm(forms.Form):
    """告知移送的一步：理由、结果、意见，换哪个单位。"""

    words = text_field("内容", 2000)
    to_unit = number_field("接收单位")
