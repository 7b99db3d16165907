"""属性测试：机器忙时不因单例超时而失败。"""

from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")
