"""Run as a program of its own: one request on standard input, one answer on standard output, under limits.

The request is `[limits, operation, [tree, …]]` with trees of `algebra_text`; `limits` is what `limit_process` takes.
Nothing here is imported by the miner, and no text of a model arrives here: trees only, of names that are looked up.
"""

import json
import operator
import resource
import sys
from collections.abc import Callable
from typing import Any

import sympy

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
    "=": operator.sub,
}
_CALLS: dict[str, Any] = {
    **{name: getattr(sympy, name) for name in ("sqrt", "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan")},
    **{name: getattr(sympy, name) for name in ("factorial", "floor", "ceiling", "binomial", "gcd", "lcm")},
    "ln": sympy.log,
    "abs": sympy.Abs,
}
_CONSTANTS = {"pi": sympy.pi, "e": sympy.E, "oo": sympy.oo}


def built(tree: Any) -> Any:
    """The SymPy object of a tree; an equation is the difference of its sides."""
    kind = tree[0]
    if kind == "number":
        return sympy.Rational(tree[1])
    if kind == "symbol":
        return sympy.Symbol(tree[1])
    if kind == "constant":
        return _CONSTANTS[tree[1]]
    if kind == "call":
        return _CALLS[tree[1]](*(built(argument) for argument in tree[2:]))
    return _ARITHMETIC[kind](built(tree[1]), built(tree[2]))


def computed(operation: str, trees: list[Any]) -> str:
    """The result as text; of `equal`: yes, no, or unknown."""
    first, *others = (built(tree) for tree in trees)
    if operation == "equal":
        difference = sympy.simplify(first - others[0])
        verdict = True if difference == 0 else difference.equals(0)
        return {True: "yes", False: "no"}.get(verdict, "unknown")
    return str(getattr(sympy, operation)(first, *others))


def limit_process(cpu_seconds: int, memory_bytes: int) -> None:
    """No more than this processor time and address space, no children, no files, from here to the end."""
    limits = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for which, most in limits.items():
        resource.setrlimit(which, (most, most))


if __name__ == "__main__":
    sys.tracebacklimit = 0  # of a failure, what it is called is told
    limits, operation, trees = json.load(sys.stdin)
    limit_process(*limits)
    sys.stdout.write(computed(operation, trees))
