"""缓存表：登录失败的计数放在数据库里，多个进程、多台机器共用同一个计数。"""

from django.db import models


class CacheEntry(models.Model):
    """Django 数据库缓存的表；由迁移建立，不另跑建表命令。"""

    UNSCOPED = "技术数据，不含业务内容"

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "access_cache"

    def __str__(self) -> str:
        return self.cache_key
