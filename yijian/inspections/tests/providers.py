"""权限总表用的检查对象，都在松鹤街道。"""

from yijian.inspections.tests import draw_providers, plan_providers, visit_providers

PARAMS = {**plan_providers.PARAMS, **draw_providers.PARAMS, **visit_providers.PARAMS}
