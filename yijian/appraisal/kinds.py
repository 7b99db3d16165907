"""专项活动的词：报送这种事实、格式、审计用语、能力。"""

SUBMISSION = "campaign.submission"
CONTACT = "contact"

WORD = ("doc", "docx", "wps")
ARCHIVE = "zip"
FORMATS: dict[str, str] = {"word": "Word 文档", "word+zip": "Word 文档和佐证压缩包（zip）"}

AUDIT: dict[str, str] = {
    "appraisal.submitted": "{actor}报送“{title}”（{subject}），{number}，{files} 个文件",
    "appraisal.resubmitted": "{actor}重新报送“{title}”（{subject}），{number}，替换{replaced}：{why}",
}

CAPABILITIES: dict[str, str] = {
    "appraisal.view": "查看专项活动",
    "appraisal.submit": "报送活动材料",
}
