"""权限总表用的检查对象。"""

from yijian.inspections.tests import draw_providers

PARAMS = {**draw_providers.PARAMS}
