"""隐患整改的动词。楼上的检查经 open_problem 登记问题。"""

from yijian.rectification.services.problems import Finding, open_problem, report_own_problem

__all__ = ["Finding", "open_problem", "report_own_problem"]
