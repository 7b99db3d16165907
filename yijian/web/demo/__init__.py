"""演示数据：四地的虚构单位、人员、机构与近两年的事实，全部经同一套动词写入，同一天装出来的一模一样。"""

from yijian.web.demo.accounts import accounts
from yijian.web.demo.load import load, loaded

__all__ = ["accounts", "load", "loaded"]
