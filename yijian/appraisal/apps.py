from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    name = "yijian.appraisal"
    label = "appraisal"
    verbose_name = "效能评估与专项活动"

    def ready(self) -> None:
        from yijian.access.kinds import register as grant
        from yijian.appraisal.kinds import AUDIT, CAPABILITIES
        from yijian.audit.kinds import register as say

        say(AUDIT)
        grant(CAPABILITIES)
