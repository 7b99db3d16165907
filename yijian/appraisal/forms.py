"""专项活动的表单：看哪一天、看哪些；报送。错误用中文说明怎么改。"""

from typing import Any

from django import forms

from yijian.appraisal import kinds
from yijian.appraisal.queries.board import SHOW
from yijian.appraisal.queries.receipts import Due
from yijian.appraisal.rules import contact as rules
from yijian.appraisal.rules.contact import Contact
from yijian.appraisal.services.submit import FILES, Given
from yijian.kernel.errors import Refused
from yijian.ledger.forms import AsOfForm, ManyFilesField, choice_field, text_field
from yijian.regimes.kinds import Submission


class BoardForm(AsOfForm):
    """报送情况表：回看日、口径、只看哪些。"""

    show = choice_field("显示", list(SHOW.items()))


class SubmissionForm(forms.Form):
    """报送一份材料；联络员表多姓名、职务、手机三栏；重报多一栏理由。"""

    def __init__(self, *args: Any, due: Due, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.due = due
        self.is_contact = due.submission.id == kinds.CONTACT
        files = ManyFilesField(label="材料文件", required=not self.is_contact)
        self.fields["files"] = files
        files.help_text = advice(due.submission, own_form=self.is_contact)
        files.widget.attrs["accept"] = accepted(due.submission)
        if self.is_contact:
            self.fields["name"] = text_field("姓名", 40, required=True)
            self.fields["title"] = text_field("职务", 60, required=True)
            self.fields["phone"] = text_field("联系方式（手机）", 30, required=True)
            self.fields["phone"].widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
            self.order_fields(["name", "title", "phone", "files"])
        if due.earlier:
            self.fields["reason"] = text_field("重报理由", 200, required=True, area=True)
            self.fields["reason"].help_text = "前一次报送随即撤回，与理由一起留存。"

    def clean_files(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["files"]
        if len(files) > FILES:
            raise forms.ValidationError(f"一次最多 {FILES} 个文件，佐证材料请打成 zip 压缩包。")
        if not files and self.fields["files"].required:
            raise forms.ValidationError("请选择要报送的文件。")
        if any(not f.size for f in files):
            raise forms.ValidationError("有文件是空的（0 字节），可能没有保存成功，请重新选择。")
        return files

    def clean_name(self) -> str:
        return self.checked("name", rules.clean_name)

    def clean_title(self) -> str:
        return self.checked("title", rules.clean_title)

    def clean_phone(self) -> str:
        return self.checked("phone", rules.clean_mobile)

    def checked(self, name: str, clean: Any) -> str:
        try:
            found: str = clean(self.cleaned_data[name])
        except Refused as error:
            raise forms.ValidationError(error.message) from error
        return found

    def given(self) -> list[Given]:
        return [Given(upload.name or "", upload.file) for upload in self.cleaned_data["files"]]

    def contact(self) -> Contact | None:
        data = self.cleaned_data
        return Contact(data["name"], data["title"], data["phone"]) if self.is_contact else None


def advice(submission: Submission, *, own_form: bool) -> str:
    """文件栏下的话。"""
    if own_form:
        return "可以不传：系统按上面所填，照附件2的格式制成 Word 一并存证。盖了章的请传 Word 文档。"
    if "zip" in submission.format:
        return (
            "正文传 Word 文档（.docx、.doc、.wps）；佐证材料按指标顺序命名，打成一个 .zip 一起选上，"
            "系统逐个取出存证。"
        )
    return "传 Word 文档（.docx、.doc、.wps）。"


def accepted(submission: Submission) -> str:
    kept = [*kinds.WORD, kinds.ARCHIVE] if "zip" in submission.format else kinds.WORD
    return ",".join(f".{extension}" for extension in kept)
