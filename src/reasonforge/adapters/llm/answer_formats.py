"""The answer formats of 7-tasks §7.3, in words and with an example each."""

from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any

_DEEPEST = 4
_MOST_DIGITS = 30

_WORDS = {
    "integer": "an integer in digits without separators, for example -12. `2.0` is no integer.",
    "fraction": "an exact integer or fraction, for example 7/3. No decimals: 0.333 is not 1/3.",
    "quantity": "a number and its unit with a space between them, for example 12.5 m/s.",
    "expression": "an expression with * for every product and ^ or ** for powers, for example 2*x*(x+1).",
    "equation": "one equation, for example y = 2*x + 1.",
    "interval": "an interval or a union of intervals, oo for infinity, for example [0, 1) U (2, oo).",
    "text": "one word or phrase and nothing else, for example mitochondrion.",
    "json": 'one JSON object by the schema in the answer format, written into the text, for example {"x": 1}.',
    "code": "the program goes into the field `code` as plain source without a Markdown fence; "
    "`final_answer` may stay empty.",
    "proof": "the formal proof goes into the field `proof` as plain source of the file without a Markdown fence; "
    "`final_answer` may stay empty.",
}

_COLLECTIONS = {
    "list": ("a list in square brackets, in the order asked for, for example [3, 1, 2]", "its elements"),
    "tuple": ("a tuple in parentheses, for example (1, 2)", "its elements"),
    "set": ("a set in braces without repetition, in any order, for example {1, 2, 3}", "its elements"),
    "multiset": ("a multiset in braces with repetition, in any order, for example {1, 1, 2}", "its elements"),
    "matrix": ("a matrix as a list of rows, for example [[1, 2], [3, 4]]", "its entries"),
}


def describe_answer(answer_format: Mapping[str, Any]) -> str:
    """How the final answer is written, in one or two sentences of our own.

    Total: of what the format holds, only its name and small numbers are repeated, so nothing a stranger wrote gets
    outside the fence. A format that is not known is said to be stated in the problem.
    """
    return _described(answer_format, _DEEPEST)


def _described(answer_format: object, depth: int) -> str:
    name = answer_format.get("format") if isinstance(answer_format, Mapping) else None
    if not isinstance(answer_format, Mapping) or not isinstance(name, str):
        return "as the problem states it: the answer alone."
    if name == "decimal":
        return _decimal(answer_format.get("digits"))
    if name == "choice":
        return _choice(answer_format.get("options"))
    if name == "expression" and answer_format.get("latex") is True:
        return f"{_WORDS[name]} LaTeX is allowed."
    if name in _COLLECTIONS:
        words, parts = _COLLECTIONS[name]
        if depth == 0 or not isinstance(answer_format.get("of"), Mapping):
            return f"{words}."
        return f"{words}; each of {parts} is {_described(answer_format['of'], depth - 1)}"
    return _WORDS.get(name, "as the problem states it: the answer alone.")


def _decimal(digits: object) -> str:
    known = isinstance(digits, int) and not isinstance(digits, bool) and 0 < digits <= _MOST_DIGITS
    precision = f" with at least {digits} significant digits" if known else ""
    return f"a decimal number{precision}, for example 3.1416 or 6.02e23."


def _choice(options: object) -> str:
    count = len(options) if isinstance(options, list | tuple) else 0
    if not 2 <= count <= len(ascii_uppercase):
        return "the letter of one option, for example B."
    last = ascii_uppercase[count - 1]
    return f"the capital letter of one option and nothing else: A for the first … {last} for the last."
