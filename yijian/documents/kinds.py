"""证据与文书的词表：材料种类、允许的文件类型与大小、权限、审计语句。"""

from dataclasses import dataclass

from yijian.kernel.states import Machine

MB = 1 << 20

KINDS: dict[str, str] = {"file": "文件", "photo": "照片", "link": "链接", "number": "文号"}
BLOB_STATES: dict[str, str] = {"ok": "完好", "damaged": "内容已变", "missing": "文件缺失"}


@dataclass(frozen=True)
class FileType:
    """一种允许的文件：内容的容器、媒体类型、大小上限（字节）、中文名。"""

    container: str
    media_type: str
    limit: int
    label: str

    @property
    def is_image(self) -> bool:
        return self.container in IMAGES


IMAGES = ("jpeg", "png", "webp")
_OOXML = "application/vnd.openxmlformats-officedocument."
_JPEG = FileType("jpeg", "image/jpeg", 25 * MB, "照片")

TYPES: dict[str, FileType] = {
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": FileType("png", "image/png", 25 * MB, "图片"),
    "webp": FileType("webp", "image/webp", 25 * MB, "图片"),
    "pdf": FileType("pdf", "application/pdf", 50 * MB, "PDF"),
    "ofd": FileType("ofd", "application/ofd", 50 * MB, "OFD 版式文件"),
    "docx": FileType("docx", _OOXML + "wordprocessingml.document", 30 * MB, "Word 文档"),
    "xlsx": FileType("xlsx", _OOXML + "spreadsheetml.sheet", 30 * MB, "Excel 表格"),
    "doc": FileType("ole", "application/msword", 30 * MB, "Word 文档（旧）"),
    "xls": FileType("ole", "application/vnd.ms-excel", 30 * MB, "Excel 表格（旧）"),
    "wps": FileType("ole", "application/vnd.ms-works", 30 * MB, "WPS 文字"),
    "et": FileType("ole", "application/vnd.ms-excel", 30 * MB, "WPS 表格"),
    "mp4": FileType("mp4", "video/mp4", 200 * MB, "视频"),
    "txt": FileType("text", "text/plain", 5 * MB, "文本"),
}
BIGGEST = max(kind.limit for kind in TYPES.values())
ALLOWED = "照片（jpg、png、webp）、PDF、OFD、Word、Excel、WPS、视频（mp4）、文本（txt）"

# 常见而不收的，分别告诉人怎么办。
ADVICE: dict[str, str] = {
    "heic": "这是苹果手机的 HEIC 照片。请在手机“设置－相机－格式”选“兼容性最佳”重拍，或转成 JPG 再上传。",
    "heif": "这是 HEIF 照片。请转成 JPG 再上传。",
    "avif": "这是 AVIF 图片。请转成 JPG 再上传。",
    "bmp": "不收 BMP 图片，请另存为 JPG 或 PNG 再上传。",
    "gif": "不收 GIF 图片，请另存为 JPG 或 PNG 再上传。",
    "tif": "不收 TIFF 图片，请另存为 JPG、PNG 或 PDF 再上传。",
    "tiff": "不收 TIFF 图片，请另存为 JPG、PNG 或 PDF 再上传。",
    "svg": "不收 SVG 图片（可以夹带程序），请另存为 PNG 再上传。",
    "html": "不收网页文件（可以夹带程序），请打印成 PDF 再上传。",
    "htm": "不收网页文件（可以夹带程序），请打印成 PDF 再上传。",
    "zip": "不收压缩包，请解压后逐个上传。",
    "rar": "不收压缩包，请解压后逐个上传。",
    "7z": "不收压缩包，请解压后逐个上传。",
    "docm": "不收带宏的文档，请另存为 .docx 再上传。",
    "xlsm": "不收带宏的表格，请另存为 .xlsx 再上传。",
    "mov": "不收 MOV 视频，请在手机上导出为 MP4 再上传。",
    "avi": "不收 AVI 视频，请转成 MP4 再上传。",
    "csv": "不收 CSV，请用 Excel 或 WPS 另存为 .xlsx 再上传。",
    "pptx": "不收演示文稿，请另存为 PDF 再上传。",
    "ppt": "不收演示文稿，请另存为 PDF 再上传。",
}

CAPABILITIES: dict[str, str] = {
    "documents.upload": "上传材料",
    "documents.view": "查看材料",
    "documents.view_original": "调取照片原件",
    "documents.papers": "制发文书",
    "documents.templates": "维护文书样式",
}

PAPER_STATES: dict[str, str] = {"issued": "已制发", "voided": "已作废"}
PAPER = Machine(states={"issued": {"void": "voided"}, "voided": {}}, labels=PAPER_STATES | {"void": "作废"})

AUDIT: dict[str, str] = {
    "documents.uploaded": "{actor}上传{kind}{subject}（{size} 字节）",
    "documents.linked": "{actor}登记链接{subject}",
    "documents.numbered": "{actor}登记文号{subject}",
    "documents.original_opened": "{actor}调取{subject}的原件",
    "documents.damaged": "核验发现材料内容{state}：{subject}",
    "documents.restored": "材料内容已恢复：{subject}",
    "documents.paper_issued": "{actor}制发{number}《{subject}》",
    "documents.paper_voided": "{actor}作废{number}《{subject}》",
    "documents.template_uploaded": "{actor}启用《{subject}》文书样式第 {version} 版",
    "documents.swept": "{actor}清除没有登记的残留文件 {count} 个",
}
