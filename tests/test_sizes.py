"""小：文件不超过 500 行，函数不超过 60 行；数据与迁移除外。"""

import ast

from house import name, project_files, python_files

FILE_LINES, FUNCTION_LINES = 500, 60
SOURCE = {".py", ".html", ".css", ".js", ".md"}


def test_files_are_at_most_500_lines() -> None:
    long = {
        name(path): count
        for path in project_files()
        if (path.suffix in SOURCE or path.name == "yj") and "migrations" not in path.parts
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES
    }
    assert not long, f"超过 {FILE_LINES} 行：{long}"


def test_functions_are_at_most_60_lines() -> None:
    long = {}
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                count = (node.end_lineno or node.lineno) - node.lineno + 1
                if count > FUNCTION_LINES:
                    long[f"{name(path)}:{node.lineno} {node.name}"] = count
    assert not long, f"超过 {FUNCTION_LINES} 行：{long}"
