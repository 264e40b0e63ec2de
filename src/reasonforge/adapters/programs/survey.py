"""Runs inside the sandbox; never imported by the validator. Parses a source (standard input), and never runs it.

`python3 survey.py [NAME]` prints one JSON object: `parsed`; `defines`, whether NAME is bound somewhere; `lines`, how
many statements of different shape there are, `pass` and lone constants aside; `bans`, what a task's program has no
business with, as [line, what], at most 20.
"""

import ast
import json
import sys
from typing import Any

NAMES = {"eval", "exec", "compile", "__import__", "__builtins__", "__loader__", "breakpoint", "globals"}
MODULES = {
    *("builtins", "ctypes", "_ctypes", "cffi", "gc", "importlib", "imp", "inspect", "marshal", "mmap", "pickle", "pty"),
    *("resource", "runpy", "shutil", "signal", "socket", "_socket", "socketserver", "subprocess", "_posixsubprocess"),
    *("multiprocessing", "threading", "_thread", "concurrent", "tempfile", "urllib", "http", "code", "codeop", "posix"),
    *("atexit", "faulthandler", "tracemalloc"),
}
OF_OS = {
    *("system", "popen", "fork", "forkpty", "_exit", "abort", "kill", "killpg", "remove", "unlink", "rmdir", "rename"),
    *(
        "dup",
        "dup2",
        "write",
        "open",
        "fdopen",
        "listdir",
        "scandir",
        "environ",
        "getenv",
        "putenv",
        "chmod",
        "memfd_create",
    ),
}
ATTRIBUTES = {
    *("__globals__", "__code__", "__closure__", "__subclasses__", "__bases__", "__mro__", "__builtins__", "__loader__"),
    *("f_back", "f_globals", "f_locals", "f_builtins", "gi_frame", "cr_frame", "tb_frame", "_getframe", "settrace"),
    *("setprofile", "_current_frames", "addaudithook", "write_text", "write_bytes", "__reduce__", "__reduce_ex__"),
}
MOST_BANS, LONGEST_SHAPE = 20, 60
BLOCKS = tuple(getattr(ast, name) for name in ("stmt", "excepthandler", "match_case") if hasattr(ast, name))


def banned(node: ast.AST) -> str:
    """What is wrong with a node; empty when nothing."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in NAMES:
        return node.id
    if isinstance(node, ast.Attribute):
        if node.attr in ATTRIBUTES:
            return node.attr
        of_os = isinstance(node.value, ast.Name) and node.value.id == "os"
        return f"os.{node.attr}" if of_os and (node.attr in OF_OS or node.attr.startswith(("exec", "spawn"))) else ""
    if isinstance(node, ast.Import):
        return next((alias.name for alias in node.names if alias.name.partition(".")[0] in MODULES), "")
    if isinstance(node, ast.ImportFrom):
        module = (node.module or "").partition(".")[0]
        if module in MODULES:
            return module
        return next((f"os.{alias.name}" for alias in node.names if module == "os" and alias.name in {*OF_OS, "*"}), "")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
        return "" if reads_only(node) else "open for writing"
    return ""


def reads_only(call: ast.Call) -> bool:
    """Whether a call of `open` has no mode, or one that is seen to be for reading."""
    modes: list[Any] = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg in ("mode", None))]
    return all(isinstance(mode, ast.Constant) and mode.value in ("r", "rt", "rb") for mode in modes)


def shape(statement: ast.stmt) -> tuple[str, ...]:
    """The kinds of its nodes, without blocks inside it, names and constants' values."""
    found: list[str] = []
    left: list[ast.AST] = [statement]
    while left and len(found) < LONGEST_SHAPE:
        node = left.pop()
        found.append(type(node).__name__)
        left.extend(child for child in ast.iter_child_nodes(node) if not isinstance(child, BLOCKS))
    return tuple(found)


def empty(statement: ast.AST) -> bool:
    """Whether it does nothing at all."""
    lone = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return lone or isinstance(statement, ast.Pass)


def binds(node: ast.AST, name: str) -> bool:
    """Whether a node gives something this name."""
    if isinstance(node, ast.Name):
        return node.id == name and isinstance(node.ctx, ast.Store)
    if isinstance(node, ast.alias):
        return name in (node.asname, node.name)
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name


def survey(text: str, name: str) -> dict[str, Any]:
    """What there is to say about a source, of which a function of that name is wanted (if any)."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {"parsed": False, "defines": False, "lines": 0, "bans": []}
    shapes: set[tuple[str, ...]] = set()
    bans: list[list[Any]] = []
    defines = not name
    for node in ast.walk(tree):
        defines = defines or binds(node, name)
        what = banned(node)
        if what and len(bans) < MOST_BANS:
            bans.append([getattr(node, "lineno", 0), what[:40]])
        if isinstance(node, ast.stmt) and not empty(node):
            shapes.add(shape(node))
    return {"parsed": True, "defines": defines, "lines": len(shapes), "bans": sorted(bans)}


if __name__ == "__main__":
    found = survey(sys.stdin.buffer.read().decode("utf-8-sig"), sys.argv[1] if len(sys.argv) > 1 else "")
    print(json.dumps(found))  # noqa: T201 - our way out of the sandbox
