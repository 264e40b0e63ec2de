"""Right answers in many written forms, and near misses of each: (name, answer object, final answer, right).

Plain data, so that other tools can be held against the same table.
"""

from collections.abc import Iterator
from typing import Any

Answer = dict[str, Any]
Case = tuple[str, Answer, str, bool]


def expression(value: str, variables: str = "", assumptions: dict[str, str] | None = None, **more: Any) -> Answer:
    """An expression's answer object."""
    known = {"assumptions": assumptions} if assumptions else {}
    return {"format": "expression", "value": value, "variables": variables.split(), **known, **more}


def equation(value: str, variables: str, **more: Any) -> Answer:
    """An equation's answer object."""
    return {"format": "equation", "value": value, "variables": variables.split(), **more}


def quantity(value: str, unit: str, rel_tol: float = 0.0, abs_tol: float = 0.0) -> Answer:
    """A quantity's answer object."""
    return {"format": "quantity", "value": value, "unit": unit, "rel_tol": rel_tol, "abs_tol": abs_tol}


def collection(kind: str, value: list[Any], of: Answer) -> Answer:
    """A collection's answer object."""
    return {"format": kind, "value": value, "of": of}


INTEGER: Answer = {"format": "integer"}
FRACTION: Answer = {"format": "fraction"}
PLAIN: Answer = {"format": "expression", "variables": []}
OF_X: Answer = {"format": "expression", "variables": ["x"]}
LATEX: Answer = {"format": "expression", "variables": ["x", "y"], "latex": True}
POSITIVE = {"x": "positive"}
COMPLEX = {"z": "complex"}
WHOLE = {"n": "positive integer"}

TABLE: list[tuple[str, Answer, list[str], list[str]]] = [
    (
        "quadratic",
        expression("2*x*(x+1)", "x"),
        [
            "2*x*(x+1)",
            "2x(x+1)",
            "2x^2+2x",
            "2x**2 + 2*x",
            " $2x(1+x)$. ",
            r"\boxed{2x^2+2x}",
            "(x+1)*2*x",
            "2x² + 2x",
            "(2x+2)x",
        ],
        [
            "2*x*(x-1)",
            "2*x*x+1",
            "x*(x+1)",
            "2x^2+2",
            "-2x(x+1)",
            "2x^2 + 2x + 1",
            "2x^3+2x",
            "x = 2x(x+1)",
            "2x(x+1) or 0",
        ],
    ),
    (
        "surd",
        expression("sqrt(2)/2"),
        [
            "sqrt(2)/2",
            "1/sqrt(2)",
            "2^(-1/2)",
            "√2/2",
            "(1/2)^(1/2)",
            "sin(pi/4)",
            "cos(π/4)",
            "0.5*sqrt(2)",
            "sqrt(0.5)",
        ],
        [
            "0.70710678",
            "-sqrt(2)/2",
            "sqrt(2)",
            "±sqrt(2)/2",
            "+-sqrt(2)/2",
            "sqrt(2/2)",
            "1/2",
            "sqrt(3)/2",
            "x = sqrt(2)/2",
        ],
    ),
    (
        "third",
        expression("1/3"),
        ["1/3", "2/6", "3^-1", "1 - 2/3", "(1)/(3)", "sqrt(1/9)", "+1/3"],
        ["0.333333", "0.33333333333333333333", "-1/3", "3", "1/3 or 1/2", "1/3, 2/3", "1/3.0000001", "33%"],
    ),
    (
        "Rump",
        expression("-54767/66192"),
        ["333.75*33096^6+77617^2*(11*77617^2*33096^2-33096^6-121*33096^4-2)+5.5*33096^8+77617/(2*33096)"],
        ["77617/66192", "-0.8273960599", "1.1726039400531786"],
    ),
    (
        "conjugate",
        expression("3 + 2*sqrt(2)"),
        ["3+2sqrt(2)", "(1+sqrt(2))^2", "1/(3-2sqrt(2))", "3 + sqrt(8)", "sqrt(17+12sqrt(2))"],
        ["3-2sqrt(2)", "(1-sqrt(2))^2", "3+sqrt(2)", "3+2sqrt(3)", "5.828427"],
    ),
    (
        "antiderivative",
        expression("x^2*exp(x) - 2*x*exp(x) + 2*exp(x)", "x"),
        ["(x^2-2x+2)e^x", "e^x*(x^2 - 2x + 2)", "exp(x)*((x-1)^2+1)", "x^2e^x - 2xe^x + 2e^x"],
        ["(x^2-2x-2)e^x", "(x^2+2x+2)e^x", "(x^2-2x+2)e^-x", "x^2-2x+2", "(x^2-2x+2)e^x + 1"],
    ),
    (
        "double angle",
        expression("sin(2*x)", "x"),
        ["2 sin(x) cos(x)", "2*sin(x)*cos(x)", "sin 2x", "2tan(x)/(1+tan(x)^2)", "cos(pi/2-2x)", "-sin(-2x)"],
        ["2sin(x)", "sin(x)^2", "cos(2x)", "2sin(x)cos(2x)", "sin(2x+1)", "sin(2)*x", "2cos(x)"],
    ),
    (
        "log of a square",
        expression("2*ln|x|", "x", {"x": "nonzero"}),
        ["ln(x^2)", "2log|x|", "2*ln(abs(x))", "ln|x|*2", "log(x^4)/2"],
        ["2*ln(x)", "ln(2x)", "ln(x)^2", "ln|x|", "2ln|x|+1"],
    ),
    (
        "log over the positive",
        expression("2*ln(x)", "x", POSITIVE),
        ["ln(x^2)", "2log(x)", "ln(x)+ln(x)", "-2ln(1/x)", "log(x, 2)*2ln(2)", "4*ln(sqrt(x))"],
        ["ln(2x)", "ln(x)^2", "ln(x+x)", "2log10(x)", "-2ln(x)", "2ln(x+1)"],
    ),
    (
        "root of a square, real",
        expression("|x|", "x"),
        ["abs(x)", "sqrt(x^2)", "|-x|", "max(x, -x)", "x*sign(x)"],
        ["x", "-x", "sqrt(x)^2", "±x", "x^2/x"],
    ),
    (
        "root of a square, positive",
        expression("x", "x", POSITIVE),
        ["x", "sqrt(x^2)", "sqrt(x)^2", "e^(ln x)", "|x|", "x^3/x^2"],
        ["-x", "x^2", "1/x", "sqrt(x)", "x+0.0000000001"],
    ),
    (
        "rational function",
        expression("1/(x^2-1)", "x"),
        ["1/((x-1)(x+1))", "1/2*(1/(x-1)-1/(x+1))", "-1/(1-x^2)", "(x^2-1)^-1", "1/(2(x-1)) - 1/(2x+2)"],
        ["1/(x^2+1)", "1/x^2-1", "1/(1-x^2)", "1/(x-1)^2", "1/(x-1)-1/(x+1)", "1/(x^2-1.000001)"],
    ),
    (
        "two variables",
        expression("(x+y)^2/(x-y)", "x y"),
        ["(x^2+2xy+y^2)/(x-y)", "(y+x)^2/(x-y)", "-(x+y)^2/(y-x)", "(x+y)(x+y)/(x-y)"],
        ["(x+y)^2/(y-x)", "(x-y)^2/(x+y)", "(x^2+y^2)/(x-y)", "(x+y)/(x-y)", "(x+z)^2/(x-z)", "x+y^2/(x-y)"],
    ),
    (
        "power of a sum",
        expression("(x+1)^10", "x"),
        ["(1+x)^10", "((x+1)^5)^2", "(x^2+2x+1)^5", "(-1-x)^10"],
        ["x^10+1", "(x+1)^9", "(x-1)^10", "(x+1)^10-1", "-(x+1)^10", "(x+1)^(10)+10^-20"],
    ),
    (
        "sum formula",
        expression("n*(n+1)/2", "n", WHOLE),
        ["n(n+1)/2", "(n^2+n)/2", "binomial(n+1, 2)", "(n+1)!/(2(n-1)!)", "1/2 n (n+1)", "n^2/2 + n/2"],
        ["n(n-1)/2", "n(n+1)", "(n+1)(n+2)/2", "n^2/2", "binomial(n, 2)", "n(n+1)/2 + 1"],
    ),
    (
        "alternating",
        expression("(-1)^n", "n", {"n": "integer"}),
        ["cos(pi*n)", "cos(n π)", "(-1)^(n+2)", "(-1)^-n", "1-2*sin(pi*n/2)^2"],
        ["(-1)^(n+1)", "-1^n", "1", "(-1)^(2n)", "sin(pi*n)", "-1"],
    ),
    (
        "geometric",
        expression("2^(n+1)-1", "n", WHOLE),
        ["2*2^n-1", "2^n*2 - 1", "(4*2^n - 2)/2", "2^n + 2^n - 1"],
        ["2^n-1", "2^(n+1)", "2^(n+1)+1", "4^n-1", "2^(n-1)-1", "2n+1"],
    ),
    (
        "complex root",
        expression("1 + 2*i", complex_numbers=True),
        ["1+2i", "2i+1", "(5)/(1-2i)", "i(2-i)", "sqrt(-3+4i)", "1+2I"],
        ["1-2i", "2+i", "1+2", "-1-2i", "1±2i", "1+2j", "sqrt(5)"],
    ),
    (
        "Euler",
        expression("exp(i*z)", "z", COMPLEX),
        ["cos(z)+i*sin(z)", "e^(iz)", "e^{iz}", "1/exp(-i z)", "cos z + i sin z"],
        ["cos(z)-i*sin(z)", "exp(-i*z)", "cos(z)+sin(z)", "exp(z)", "cos(z)+i"],
    ),
    (
        "LaTeX fraction",
        expression("(x+1)/(2*sqrt(y))", "x y", {"y": "positive"}, latex=True),
        [
            r"\frac{x+1}{2\sqrt{y}}",
            r"\dfrac{x+1}{2\sqrt y}",
            r"\frac{1}{2}(x+1)y^{-1/2}",
            r"$\frac{1+x}{2\,\sqrt{y}}$",
            r"\boxed{\frac{(x+1)\sqrt{y}}{2y}}",
            r"\frac12\cdot\frac{x+1}{\sqrt{y}}",
            "(x+1)/(2sqrt(y))",
            r"\left(x+1\right)\times\frac{1}{2\sqrt{y}}",
        ],
        [
            r"\frac{x-1}{2\sqrt{y}}",
            r"\frac{x+1}{\sqrt{y}}",
            r"\frac{x+1}{2y}",
            r"\frac{2\sqrt{y}}{x+1}",
            r"\pm\frac{x+1}{2\sqrt{y}}",
            r"\frac{x+1}{2\sqrt[3]{y}}",
            r"\frac{x}{2\sqrt{y}}+1",
        ],
    ),
    (
        "LaTeX functions",
        expression("sin(x)^2*ln(x)/3", "x", POSITIVE, latex=True),
        [
            r"\frac{\sin^2 x \ln x}{3}",
            r"\frac{1}{3}\sin^{2}(x)\ln\left(x\right)",
            r"\tfrac13 \ln(x)\left(1-\cos^2 x\right)",
            r"\frac{\sin(x)^2\log x}{3}",
        ],
        [
            r"\frac{\sin x^2 \ln x}{3}",
            r"\frac{\sin^2 x}{3}",
            r"\frac{\cos^2 x \ln x}{3}",
            r"\frac{\sin^2 x \ln x}{3}+C",
            r"\sin^2 x \ln x",
        ],
    ),
    (
        "LaTeX roots",
        expression("x^(1/3)", "x", latex=True),
        [r"\sqrt[3]{x}", r"x^{\frac{1}{3}}", r"x^{1/3}", "cbrt(x)", r"\sqrt[3]{8x}/2", r"-\sqrt[3]{-x}"],
        [r"\sqrt{x}", r"\sqrt[3]{x^2}", r"\sqrt[4]{x}", r"x^{3}", r"\frac{x}{3}"],
    ),
    (
        "inverse function",
        expression("atan(x)", "x"),
        ["arctan(x)", "tan^-1(x)", "asin(x/sqrt(1+x^2))", "-atan(-x)", "pi/2 - acot(x)"],
        ["1/tan(x)", "cot(x)", "tan(x)", "atan(x)+pi", "acot(x)", "atan(1/x)"],
    ),
    (
        "hyperbolic",
        expression("cosh(x)", "x"),
        ["(e^x+e^-x)/2", "(exp(x)+exp(-x))/2", "sqrt(1+sinh(x)^2)", "cosh(-x)"],
        ["(e^x-e^-x)/2", "sinh(x)", "(e^x+e^-x)", "cos(x)", "sqrt(sinh(x)^2-1)"],
    ),
    (
        "domain of a task",
        expression("pi/2", "x", domain={"x": ["-1", "1"]}),
        ["asin(x)+acos(x)", "pi/2", "π/2", "90*pi/180"],
        ["asin(x)-acos(x)", "pi", "acos(x)", "1.5707963267948966"],
    ),
    (
        "line",
        equation("x + y = 1", "x y"),
        ["x+y=1", "2x+2y=2", "y = 1-x", "1 = x+y", "x+y-1=0", "-x-y=-1", "x/2+y/2=1/2", " $y=-x+1$ ", "0.1x+0.1y=0.1"],
        ["x+y=2", "x-y=1", "y=x+1", "x+y", "(x+y)^2=1", "x+y=1=1", "x=1", "0=0", "x+y≠1", "xy=1", "x^2+xy=x"],
    ),
    (
        "circle",
        equation("x^2+y^2-2x-3=0", "x y"),
        ["(x-1)^2+y^2=4", "x^2-2x+y^2=3", "y^2 = 4-(x-1)^2", "x²+y²=2x+3", "4-y^2=(1-x)^2"],
        ["(x+1)^2+y^2=4", "(x-1)^2+y^2=2", "x^2+y^2=4", "(x-1)^2-y^2=4", "y=sqrt(4-(x-1)^2)", "(x-1)^2+y^2=-4"],
    ),
    (
        "interval",
        {"format": "interval", "value": "[0, 1) U (2, oo)"},
        [
            "[0, 1) ∪ (2, oo)",
            "(2,oo) U [0,1)",
            "[0,1/2] U (1/4,1) U (2,∞)",
            "[0,1)∪(2,inf)",
            "{0} U (0,1) U (2, oo)",
            "[0, 1) U (4/2, 5) U [5, oo)",
        ],
        [
            "[0, 1] ∪ (2, oo)",
            "(0, 1) ∪ (2, oo)",
            "[0,1) U [2,oo)",
            "[0,oo)",
            "[0,1)",
            "(2,oo)",
            "[0,1) U (2,oo]",
            "[1,0) U (2,oo)",
            "[0,1) U (2,3)",
            "[0,1),(2,oo)",
            "[0,1.0001) U (2,oo)",
        ],
    ),
    (
        "interval of surds",
        {"format": "interval", "value": "(-sqrt(2), sqrt(2)]", "latex": True},
        [
            "(-sqrt(2), sqrt(2)]",
            r"\left(-\sqrt{2},\sqrt{2}\right]",
            r"(-\sqrt2, 0] \cup (-1, \frac{2}{\sqrt{2}}]",
            "(-2/sqrt(2), 2^(1/2)]",
        ],
        [
            r"\left[-\sqrt{2},\sqrt{2}\right]",
            "(-1.41421356, 1.41421356]",
            "(-sqrt(2), sqrt(2))",
            "(-2, 2]",
            "(sqrt(2), -sqrt(2)]",
            "(0, sqrt(2)]",
        ],
    ),
    (
        "punctured line",
        {"format": "interval", "value": "(-oo, 0) U (0, oo)"},
        ["(-∞,0)∪(0,∞)", "(0,oo) U (-oo,0)", "(-oo,-1] U [-1,0) U (0,oo)"],
        ["R", "(-oo,oo)", "(-oo,0] U (0,oo)", "(0,oo)", "∅", "(-oo, 0) U (0, oo) U {0}"],
    ),
    (
        "speed",
        quantity("12.5", "m/s", rel_tol=1e-6),
        [
            "12.5 m/s",
            "45 km/h",
            "12.5 m s^-1",
            "1250 cm/s",
            "12.5 m·s⁻¹",
            "25/2 m/s",
            "0.0125 km/s",
            "1.25e1 m/s",
            "12.5 meters/second",
            "1.25×10^1 m/s",
            "12.5 m*s^-1",
            "$12.5 m/s$.",
        ],
        [
            "12.5",
            "12.5 m",
            "12.5 km/s",
            "-12.5 m/s",
            "12.5 s/m",
            "12.5 m/s^2",
            "12.5 m/h",
            "12.6 m/s",
            "12,5 m/s",
            "12.5 m/s or 13 m/s",
            "12.5 mph",
            "about 12.5 m/s",
            "12.5 km/h",
        ],
    ),
    (
        "length",
        quantity("5", "km"),
        ["5 km", "5000 m", "5e3 m", "500000 cm", "5.0 km", "5 kilometers", "5km", "+5 km"],
        ["5 m", "5", "50 km", "5 mm", "5 kg", "5 km^2", "5 Mm", "5 %", "5 k"],
    ),
    (
        "percentage",
        quantity("100", "%"),
        ["100 %", "100%", "1e2 %"],
        ["100", "1", "100 m", "10 %", "0.1 %"],
    ),
    (
        "bare number",
        quantity("100", ""),
        ["100", "100.0", "1e2"],
        ["100 %", "100 m", "-100", "1000"],
    ),
    (
        "energy",
        quantity("4184", "J", rel_tol=1e-9),
        ["4184 J", "4.184 kJ", "4184 N·m", "4184 kg*m^2/s^2", "4184 kg m^2 s^-2", "1 kcal", "4184 W s", "4184 Pa*m^3"],
        ["4184 kJ", "4184 N", "4184 W", "4184 kg m/s^2", "4.184 J", "1 cal"],
    ),
    (
        "temperature",
        quantity("300", "K", abs_tol=0.01),
        ["300 K", "26.85 degC", "26.85 °C", "0.3 kK", "80.33 degF"],
        ["300 degC", "26.85 K", "300", "573.15 degC", "27 degC"],
    ),
    (
        "specific heat",
        quantity("4.18", "J/(g*K)", rel_tol=1e-3),
        ["4.18 J/(g*K)", "4.18 J/g/K", "4180 J/(kg*K)", "4.18 J g^-1 K^-1", "4.18 kJ/(kg·K)"],
        ["4.18 J/g", "4.18 J/(kg*K)", "4.18 J/g K", "4.18 J g K", "4.18 J/degC"],
    ),
    (
        "set of integers",
        collection("set", [1, 2, 3], INTEGER),
        [
            "{1, 2, 3}",
            "{3,1,2}",
            r"\{1, 2, 3\}",
            "{ 1 , 2 , 3 }",
            "{1, 2, 3, 3}",
            r"$\left\{3, 2, 1\right\}$",
            "{+1, 2, 3}.",
        ],
        [
            "{1, 2}",
            "{1, 2, 4}",
            "{1, 2, 3, 4}",
            "{-1, 2, 3}",
            "1, 2, 3",
            "[1, 2, 3]",
            "{1, 2, 3}, {4}",
            "{1, 2, 3.0}",
            "{{1, 2, 3}}",
            "{}",
            "{1, 2, 3",
            "{1 2 3}",
        ],
    ),
    (
        "multiset",
        collection("multiset", [1, 1, 2], INTEGER),
        ["{1, 1, 2}", "{1, 2, 1}", "{2,1,1}"],
        ["{1, 2}", "{1, 2, 2}", "{1, 1, 1, 2}", "{1, 1, 2, 2}", "(1, 1, 2)"],
    ),
    (
        "tuple of fractions",
        collection("tuple", ["1/2", "3"], FRACTION),
        ["(1/2, 3)", "(2/4, 3)", "( 1/2 , 3 )", "$(1/2,3)$", "(2/4, 6/2)"],
        ["(3, 1/2)", "(0.5, 3)", "1/2, 3", "[1/2, 3]", "(1/2, 3, 0)", "(1/2)", "(-1/2, 3)"],
    ),
    (
        "solutions",
        collection("set", [[1, 2], [2, 1]], {"format": "tuple", "of": INTEGER}),
        ["{(1, 2), (2, 1)}", "{(2,1),(1,2)}"],
        ["{(1, 2)}", "{(1, 2), (1, 2)}", "{(1, 2), (2, 2)}", "{1, 2}", "((1, 2), (2, 1))"],
    ),
    (
        "matrix of integers",
        collection("matrix", [[1, 2], [3, 4]], INTEGER),
        ["[[1, 2], [3, 4]]", "[[1,2],[3,4]]", "$[[1, 2],[3, 4]]$"],
        [
            "[[1, 3], [2, 4]]",
            "[[1, 2], [3, 5]]",
            "[1, 2, 3, 4]",
            "[[1, 2, 3, 4]]",
            "[[1, 2], [3, 4], [5, 6]]",
            "[[-1, 2], [3, 4]]",
            "[[1, 2], [3]]",
            "((1, 2), (3, 4))",
        ],
    ),
    (
        "set of surds",
        collection("set", ["sqrt(2)", "-sqrt(2)"], PLAIN),
        ["{sqrt(2), -sqrt(2)}", "{-√2, √2}", "{2/sqrt(2), -2^(1/2)}"],
        [
            "{sqrt(2)}",
            "{±sqrt(2)}",
            "{sqrt(2), -sqrt(3)}",
            "{1.41421356, -1.41421356}",
            "sqrt(2), -sqrt(2)",
            "{sqrt(2), -sqrt(2), 0}",
        ],
    ),
    (
        "roots with multiplicity",
        collection("multiset", ["1+sqrt(3)", "1-sqrt(3)", "0"], PLAIN),
        ["{0, 1-sqrt(3), 1+sqrt(3)}", "{1+√3, 1-√3, 0}"],
        ["{0, 0, 1+sqrt(3)}", "{0, 1-sqrt(3)}", "{1, 1-sqrt(3), 1+sqrt(3)}"],
    ),
    (
        "eigenvectors",
        collection("tuple", ["x", "x^2/2"], OF_X),
        ["(x, x^2/2)", "(x, 0.5x²)", "(x+0, (x*x)/2)"],
        ["(x^2/2, x)", "(x, x^2)", "[x, x^2/2]", "(x, x^2/2, 0)", "x, x^2/2"],
    ),
    (
        "rotation",
        collection("matrix", [["cos(x)", "-sin(x)"], ["sin(x)", "cos(x)"]], LATEX),
        [
            "[[cos(x), -sin(x)], [sin(x), cos(x)]]",
            r"\begin{pmatrix}\cos x & -\sin x \\ \sin x & \cos x\end{pmatrix}",
            r"\begin{bmatrix}\cos x & -\sin x \\ \sin x & \cos x \\\end{bmatrix}",
            "[[cos(-x), sin(-x)], [sin(x), cos(x)]]",
        ],
        [
            "[[cos(x), sin(x)], [-sin(x), cos(x)]]",
            "[[cos(x), -sin(x)], [sin(x), -cos(x)]]",
            r"\begin{pmatrix}\cos x & \sin x \\ -\sin x & \cos x\end{pmatrix}",
            "[[cos(x), -sin(x)]]",
        ],
    ),
    (
        "list of lengths",
        collection("list", ["1", "2"], {"format": "quantity", "unit": "m", "abs_tol": 0.0, "rel_tol": 0.0}),
        ["[1 m, 2 m]", "[100 cm, 0.002 km]"],
        ["[2 m, 1 m]", "[1, 2]", "[1 m]", "[1 m, 2 s]"],
    ),
    (
        "object",
        {
            "format": "json",
            "schema": {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "array", "items": {"type": "integer"}}},
                "required": ["a", "b"],
            },
            "value": {"a": 1, "b": [2, 3]},
        },
        ['{"a": 1, "b": [2, 3]}', '{"b":[2,3],"a":1}', ' {"a":1,\n "b":[2,3]} '],
        [
            '{"a": 1.0, "b": [2, 3]}',
            '{"a": 1, "b": [3, 2]}',
            '{"a": true, "b": [2, 3]}',
            '{"a": 1}',
            '{"a": 1, "b": [2, 3], "c": 0}',
            '{"a": 2, "a": 1, "b": [2, 3]}',
            "{'a': 1, 'b': [2, 3]}",
            '{"a": 1, "b": [2, NaN]}',
            "1",
        ],
    ),
    (
        "colouring",
        {
            "format": "json",
            "schema": {"type": "array", "items": {"type": "integer"}},
            "value": [0, 1, 0],
            "checker": {"name": "colouring", "nodes": 3, "colours": 2, "edges": [[0, 1], [1, 2]]},
        },
        ["[0, 1, 0]", "[1, 0, 1]"],
        ["[0, 0, 1]", "[0, 1]", "[0, 2, 0]", "[0, -1, 0]", "[0, 1, 0, 1]", "[0, true, 0]"],
    ),
]


def cases() -> Iterator[Case]:
    """Every case of the table, named by its entry and its number there."""
    for name, answer, right, wrong in TABLE:
        for number, text in enumerate(right):
            yield f"{name}, right {number}", answer, text, True
        for number, text in enumerate(wrong):
            yield f"{name}, wrong {number}", answer, text, False


CASES: list[Case] = list(cases())
