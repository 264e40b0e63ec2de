r"""The reader of expressions: recursive descent over at most 400 tokens, at most 30 deep, to a `tree.Node`.

What is particular:
- a product without a sign binds like one with it, so `1/2x` is x/2, read from left to right;
- a number never stands directly behind another factor (`x2`, `2 3`, `(x+1)2`), nor a fraction of numbers in LaTeX
  behind a number (`2\frac12`, which people write for 5/2);
- a name of several letters that is no variable, function or constant is a product when each letter is one of the
  variables, `e` (or `i`, where numbers are complex);
- `sin^2 x` is (sin x)², `sin^{-1} x` the inverse function; without parentheses a function takes the numbers, names
  and fractions that follow (`\sin 2\pi x`), roots only the next one;
- `log` is the natural logarithm, as `ln`; `log(x, b)`, `log_b(x)`, `log2`, `log10` name their base;
- a decimal is the exact rational number that it writes.
"""

from collections.abc import Iterable
from fractions import Fraction

from attrs import frozen

from reasonforge.adapters.symbolic import tree
from reasonforge.adapters.symbolic.tokens import MAX_LITERAL_BITS, Token, tokens_of
from reasonforge.adapters.symbolic.tree import FUNCTIONS, SPELLINGS, Node, Unreadable

MAX_DEPTH = 30
MAX_NODES = 200

_INVERSES = {name: f"a{name}" for name in ("sin", "cos", "tan", "cot", "sinh", "cosh", "tanh")}
_RESERVED = frozenset({"mod", "and", "or", "not", "if", "in", "oo", "inf", "infinity", "nan", "pm", "mp", "d"})
_FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac"})
_BINOMIALS = frozenset({"binom", "dbinom", "tbinom"})
_FLOORS = {"lfloor": ("floor", "rfloor"), "lceil": ("ceiling", "rceil")}


@frozen
class Notation:
    """How a text is to be read.

    Attributes:
        variables: the names that may occur.
        latex: LaTeX is read too.
        imaginary: `i` (or `I`) is the imaginary unit, unless it is a variable.
        open_names: a name that is nothing else is a variable (claims bring their own).
    """

    variables: frozenset[str] = frozenset()
    latex: bool = False
    imaginary: bool = False
    open_names: bool = False


def read_tree(text: str, notation: Notation) -> Node:
    """The tree of one expression.

    Raises:
        Unreadable: the text is no expression, passes a limit, divides by zero, or holds a name that is not known.
    """
    node = _Reader(tokens_of(text, notation.latex), notation).whole()
    _refuse_large(node)
    return node


def read_equation(text: str, notation: Notation) -> tuple[Node, Node]:
    """Both sides of one equation.

    Raises:
        Unreadable: as `read_tree`, or there is not exactly one `=`.
    """
    sides = text.split("=")
    if len(sides) != 2:
        raise Unreadable("is not one equation")
    left, right = (read_tree(side, notation) for side in sides)
    return left, right


def _refuse_large(node: Node) -> None:
    if sum(1 for _ in node.walk()) > MAX_NODES:
        raise Unreadable(f"has more than {MAX_NODES} parts")


def _literal(digits: str) -> Node:
    value = Fraction(digits)
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_LITERAL_BITS:
        raise Unreadable("holds a number with too many digits")
    return tree.number(value)


class _Reader:
    def __init__(self, tokens: list[Token], notation: Notation) -> None:
        self._tokens = tokens
        self._at = 0
        self._notation = notation
        self._depth = 0
        self._bars = 0

    def whole(self) -> Node:
        node = self._sum()
        if self._at != len(self._tokens):
            raise Unreadable("does not end where the expression ends")
        return node

    # Tokens

    def _peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else Token("end", "")

    def _next(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _take(self, *signs: str) -> str:
        token = self._peek()
        if token.kind == "sign" and token.text in signs:
            self._at += 1
            return token.text
        return ""

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise Unreadable("has brackets that do not match")

    # Grammar

    def _sum(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unreadable(f"is nested more than {MAX_DEPTH} deep")
        parts = [self._term()]
        while sign := self._take("+", "-"):
            term = self._term()
            parts.append(term if sign == "+" else tree.negated(term))
        self._depth -= 1
        return tree.total(parts)

    def _term(self) -> Node:
        node, after_number = self._signed()
        while True:
            if sign := self._take("*", "/"):
                factor, after_number = self._signed()
                node = tree.product([node, factor]) if sign == "*" else tree.quotient(node, factor)
            elif self._begins_factor(after_number):
                factor, after_number = self._power()
                node = tree.product([node, factor])
            else:
                return node

    def _begins_factor(self, after_number: bool) -> bool:
        token = self._peek()
        if token.kind == "number":
            raise Unreadable("holds a number behind another factor without a sign between them")
        if token.kind == "command":
            if after_number and token.text in _FRACTIONS:
                raise Unreadable("holds a mixed number, or a product without its sign")
            return token.text not in {"rfloor", "rceil"}
        if token.kind == "sign":
            return token.text in "(√" or (token.text == "{" and self._notation.latex) or self._opens_bar(token)
        return token.kind == "name"

    def _opens_bar(self, token: Token) -> bool:
        return token.text == "|" and self._bars == 0

    def _signed(self) -> tuple[Node, bool]:
        """A factor with its signs; and whether it ends in a number."""
        minus = signs = 0
        while sign := self._take("-", "+"):
            minus += sign == "-"
            signs += 1
            if signs > MAX_DEPTH:
                raise Unreadable("has too many signs in a row")
        node, after_number = self._power()
        return (tree.negated(node) if minus % 2 else node), after_number

    def _power(self) -> tuple[Node, bool]:
        is_number = self._peek().kind == "number"
        base = self._postfixed(self._atom())
        if self._take("^"):
            return self._postfixed(tree.power(base, self._exponent())), False
        return base, is_number

    def _postfixed(self, node: Node) -> Node:
        if self._take("!"):
            node = tree.call("factorial", (node,))
            if self._peek().text == "!":
                raise Unreadable("has more than one factorial sign in a row")
        return node

    def _exponent(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unreadable(f"is nested more than {MAX_DEPTH} deep")
        if self._take("{"):
            node = self._sum()
            self._expect("}")
        else:
            node, _ = self._signed()
        self._depth -= 1
        return node

    def _atom(self) -> Node:
        token = self._next()
        match token.kind:
            case "number":
                return _literal(token.text)
            case "name":
                return self._name(token.text)
            case "command":
                return self._command(token.text)
            case "sign":
                return self._bracketed(token.text)
            case _:
                raise Unreadable("ends where something is missing")

    def _bracketed(self, sign: str) -> Node:
        closing = {"(": ")", "{": "}", "|": "|"}.get(sign, "")
        if sign == "√":
            return tree.call("sqrt", (self._root_argument(),))
        if not closing or (sign == "{" and not self._notation.latex):
            raise Unreadable("has a sign where a number or a name is due")
        if sign == "|" and self._bars:
            raise Unreadable("has bars within bars")
        bars, self._bars = self._bars, int(sign == "|")
        node = self._sum()
        self._bars = bars
        self._expect(closing)
        return tree.call("abs", (node,)) if sign == "|" else node

    def _root_argument(self) -> Node:
        if self._peek().kind == "sign" and self._peek().text not in "({":
            raise Unreadable("has a root of nothing")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unreadable(f"is nested more than {MAX_DEPTH} deep")
        node = self._atom()
        self._depth -= 1
        return node

    # Names

    def _name(self, name: str) -> Node:
        if self._notation.latex and self._take("_"):
            name = f"{name}_{self._subscript()}"
        known = self._known(name)
        if known is not None:
            return known
        head, _, base = name.partition("_")
        if head == "log" and base and head not in self._notation.variables:
            below = _literal(base) if base.isdigit() else self._name(base)
            return self._call("log", (below,))
        if self._is_function(name):
            return self._call(name)
        parts = self._letters(name)
        if parts is not None:
            return parts
        if self._notation.open_names and name not in _RESERVED and len(name) <= 12:
            return tree.symbol(name)
        raise Unreadable("holds a name that is not known")

    def _subscript(self) -> str:
        if not self._take("{"):
            return self._next().text
        parts = []
        while not self._take("}"):
            token = self._next()
            if token.kind not in {"number", "name"}:
                raise Unreadable("has a subscript that cannot be read")
            parts.append(token.text)
        return "".join(parts)

    def _known(self, name: str) -> Node | None:
        if name in self._notation.variables:
            return tree.symbol(name)
        if name == "pi":
            return tree.constant("pi")
        if name in {"e", "E"}:
            return tree.constant("e")
        if name in {"i", "I"} and self._notation.imaginary:
            return tree.constant("i")
        return None

    def _is_function(self, name: str) -> bool:
        return name in FUNCTIONS or name in SPELLINGS

    def _letters(self, name: str) -> Node | None:
        """A run of one-letter variables, perhaps with a function at its end (`xsin(…)`); None when it is none."""
        readings: list[tuple[str, str]] = []
        if all(self._known(letter) for letter in name):
            readings.append((name, ""))
        if self._peek().text == "(":
            readings.extend(
                (name[:cut], name[cut:])
                for cut in range(max(1, len(name) - 10), len(name) - 1)  # no function has a longer name
                if self._is_function(name[cut:]) and all(self._known(letter) for letter in name[:cut])
            )
        if len(readings) != 1:
            return None
        letters, function = readings[0]
        factors = [known for letter in letters if (known := self._known(letter)) is not None]
        if function:
            return tree.product([*factors, self._call(function)])
        if self._peek().text in {"^", "!"} and len(factors) > 1:
            last = self._postfixed(factors.pop())
            factors.append(tree.power(last, self._exponent()) if self._take("^") else last)
        return tree.product(factors)

    # Functions

    def _call(self, name: str, more: tuple[Node, ...] = ()) -> Node:
        """A function whose name has been read; `more` are arguments that stood in its subscript."""
        name = SPELLINGS.get(name, name)
        raised = self._function_exponent() if self._take("^") else None
        if raised == -1:
            if name not in _INVERSES:
                raise Unreadable("has a negative power at the name of a function")
            name, raised = _INVERSES[name], None
        arguments = self._arguments() if self._take("(") else (self._bare_argument(name),)
        node = tree.call(name, (*arguments, *more))
        return node if raised is None else tree.power(node, tree.number(Fraction(raised)))

    def _function_exponent(self) -> int:
        braces = self._take("{") or self._take("(")
        sign = -1 if self._take("-") else 1
        token = self._next()
        if braces:
            self._expect("}" if braces == "{" else ")")
        value = sign * int(token.text) if token.kind == "number" and token.text.isdigit() else 0
        if value == 0 or value < -1:
            raise Unreadable("has a power at the name of a function that cannot be read")
        return value

    def _arguments(self) -> tuple[Node, ...]:
        bars, self._bars = self._bars, 0
        arguments = [self._sum()]
        while self._take(","):
            arguments.append(self._sum())
        self._bars = bars
        self._expect(")")
        return tuple(arguments)

    def _bare_argument(self, name: str) -> Node:
        """What a function without parentheses takes."""
        if name in {"sqrt", "cbrt"}:
            return self._root_argument()
        if self._take("{"):
            node = self._sum()
            self._expect("}")
            return node
        factors: list[Node] = []
        while self._begins_bare(not factors):
            factors.append(self._power()[0])
        if not factors:
            raise Unreadable("has a function of nothing")
        if self._peek().kind == "sign" and self._peek().text == "(":
            raise Unreadable("has a function whose argument cannot be told")
        return tree.product(factors)

    def _begins_bare(self, first: bool) -> bool:
        token = self._peek()
        if token.kind == "number":
            return first
        if token.kind == "command":
            return token.text in _FRACTIONS or token.text == "pi" or token.text in self._notation.variables
        if first and token.kind == "sign" and token.text == "|":
            return self._bars == 0
        return token.kind == "name" and not self._is_function(token.text) and not token.text.startswith("log_")

    # LaTeX

    def _command(self, name: str) -> Node:
        if name in _FRACTIONS:
            return tree.quotient(self._group(), self._group())
        if name in _BINOMIALS:
            return tree.call("binomial", (self._group(), self._group()))
        if name == "sqrt":
            return self._latex_root()
        if name in _FLOORS:
            return self._latex_floor(*_FLOORS[name])
        if name in {"operatorname", "mathrm"}:
            return self._latex_name()
        if name == "log" and self._take("_"):
            return self._call("log", (self._group(),))
        if self._is_function(name):
            return self._call(name)
        if name == "pi" or name in self._notation.variables or self._notation.open_names:
            return self._name(name)
        raise Unreadable("holds a command that has no meaning there")

    def _latex_floor(self, function: str, closing: str) -> Node:
        node = self._sum()
        token = self._next()
        if (token.kind, token.text) != ("command", closing):
            raise Unreadable("has brackets that do not match")
        return tree.call(function, (node,))

    def _latex_name(self) -> Node:
        self._expect("{")
        inner = self._next()
        self._expect("}")
        if inner.kind != "name":
            raise Unreadable("has a name that cannot be read")
        return self._name(inner.text)

    def _latex_root(self) -> Node:
        if not self._take("["):
            return tree.call("sqrt", (self._group(),))
        index = self._sum()
        self._expect("]")
        return tree.call("root", (self._group(), index))

    def _group(self) -> Node:
        """One argument of a LaTeX command: a group in braces, one digit, one name or one command."""
        if self._take("{"):
            bars, self._bars = self._bars, 0
            node = self._sum()
            self._bars = bars
            self._expect("}")
            return node
        token = self._peek()
        if token.kind in {"number", "name"} and len(token.text) > 1 and "." not in token.text:
            self._tokens[self._at] = Token(token.kind, token.text[1:])
            first = token.text[0]
            return _literal(first) if token.kind == "number" else self._one_letter(first)
        if token.kind in {"number", "name"} or (token.kind == "command" and token.text == "pi"):
            return self._atom()
        raise Unreadable("has a command without its argument")

    def _one_letter(self, letter: str) -> Node:
        known = self._known(letter)
        if known is None:
            raise Unreadable("holds a name that is not known")
        return known


def variables_in(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The symbols of several trees, sorted."""
    return tuple(sorted({name for node in nodes for name in node.symbols()}))
