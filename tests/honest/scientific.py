"""Scientific artefacts of honest miners, and near misses: (name, check, against, artefact, right).

Statistics come from scipy's own tests, simulations from textbook closed forms in floats: neither is how we check.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from scipy import stats

Case = tuple[str, str, Mapping[str, Any], Any, bool]

A = [23, 29, 31, 26, 35, 28, 33, 27]
B = [19, 25, 22, 28, 21, 24, 20, 26]
C = [30, 33, 29, 36, 38, 31, 35, 34]
SHORT = [14, 18, 17, 21, 16]
TREATED = [1] * 18 + [0] * 12
CONTROL = [1] * 9 + [0] * 16
FACES = [22, 17, 20, 26, 22, 13]
YES, NO = [30, 14, 21], [12, 25, 18]
DATA: Mapping[str, Sequence[int]] = {
    "a": A,
    "b": B,
    "c": C,
    "short": SHORT,
    "treated": TREATED,
    "control": CONTROL,
    "faces": FACES,
    "yes": YES,
    "no": NO,
}


def _statistics(name: str, analysis: Mapping[str, Any], *artefacts: tuple[str, Any, bool]) -> list[Case]:
    columns = {column: list(DATA[column]) for column in DATA}
    against = {"columns": columns, "analyses": [analysis]}
    return [(f"{name}-{case}", "statistics", against, artefact, right) for case, artefact, right in artefacts]


def _artefact(test: str, columns: Sequence[str], statistic: Any, df: Any, p: Any) -> Any:
    """As parsed JSON: scipy's numpy numbers as plain ones."""
    numbers = (each.item() if hasattr(each, "item") else each for each in (statistic, df, p))
    return {"test": test, "columns": list(columns)} | dict(zip(("statistic", "df", "p"), numbers, strict=True))


def _statistics_cases() -> list[Case]:
    n, m = len(A), len(SHORT)
    welch, pooled = stats.ttest_ind(A, SHORT, equal_var=False), stats.ttest_ind(A, SHORT)
    less = stats.ttest_ind(A, SHORT, equal_var=False, alternative="less")
    paired = stats.ttest_rel(A, B)
    greater = stats.ttest_rel(A, B, alternative="greater")
    one = stats.ttest_1samp(A, 27)
    r, rho, slope = stats.pearsonr(A, C), stats.spearmanr(A, C), stats.linregress(A, C)
    u = stats.mannwhitneyu(A, SHORT, method="asymptotic")
    exact = stats.mannwhitneyu(A, SHORT, method="exact")
    fit = stats.chisquare(FACES)
    table = stats.chi2_contingency([YES, NO], correction=False)
    f = stats.f_oneway(A, B, C)
    w = stats.wilcoxon(A, B, zero_method="wilcox", correction=False, method="approx", alternative="greater")
    pool = 27 / 55
    z = (18 / 30 - 9 / 25) / math.sqrt(pool * (1 - pool) * (1 / 30 + 1 / 25))
    z1 = (0.6 - 0.5) / math.sqrt(0.25 / 30)
    mean, ss = sum(A) / n, sum((x - sum(A) / n) ** 2 for x in A)
    ab, ratio = ("a", "short"), stats.tvar(A) / stats.tvar(B)
    mirrored = {"test": "t_welch", "columns": list(ab)}
    return [
        *_statistics(
            "mean",
            {"test": "mean", "columns": ["a"]},
            ("right", _artefact("mean", ["a"], mean, None, None), True),
            ("rounded", _artefact("mean", ["a"], 29.0, None, None), True),
            ("median", _artefact("mean", ["a"], 28.5, None, None), False),
            ("invented-p", _artefact("mean", ["a"], mean, None, 0.04), False),
        ),
        *_statistics(
            "variance",
            {"test": "variance", "columns": ["a"]},
            ("sample", _artefact("variance", ["a"], ss / (n - 1), None, None), True),
            ("population", _artefact("variance", ["a"], ss / n, None, None), False),
            ("deviation", _artefact("variance", ["a"], math.sqrt(ss / (n - 1)), None, None), False),
        ),
        *_statistics(
            "one-sample",
            {"test": "t_one_sample", "columns": ["a"], "null": 27},
            ("right", _artefact("t_one_sample", ["a"], one.statistic, n - 1, one.pvalue), True),
            ("df-n", _artefact("t_one_sample", ["a"], one.statistic, n, one.pvalue), False),
            ("sign", _artefact("t_one_sample", ["a"], -one.statistic, n - 1, one.pvalue), False),
        ),
        *_statistics(
            "welch",
            mirrored,
            ("right", _artefact("t_welch", ab, welch.statistic, welch.df, welch.pvalue), True),
            (
                "six-digits",
                _artefact("t_welch", ab, round(welch.statistic, 5), round(welch.df, 4), float(f"{welch.pvalue:.5g}")),
                True,
            ),
            (
                "as-texts",
                _artefact("t_welch", ab, f"{welch.statistic:.8f}", f"{welch.df:.8f}", f"{welch.pvalue:.8e}"),
                True,
            ),
            ("pooled-instead", _artefact("t_welch", ab, pooled.statistic, n + m - 2, pooled.pvalue), False),
            ("pooled-df", _artefact("t_welch", ab, welch.statistic, n + m - 2, welch.pvalue), False),
            ("named-pooled", _artefact("t_pooled", ab, pooled.statistic, n + m - 2, pooled.pvalue), False),
            ("swapped", _artefact("t_welch", ab[::-1], -welch.statistic, welch.df, welch.pvalue), False),
            ("swapped-sign-kept", _artefact("t_welch", ab, -welch.statistic, welch.df, welch.pvalue), False),
            ("one-sided", _artefact("t_welch", ab, welch.statistic, welch.df, welch.pvalue / 2), False),
            ("other-column", _artefact("t_welch", ("b", "short"), welch.statistic, welch.df, welch.pvalue), False),
        ),
        *_statistics(
            "welch-less",
            {**mirrored, "alternative": "less"},
            ("right", _artefact("t_welch", ab, less.statistic, less.df, less.pvalue), True),
            ("two-sided", _artefact("t_welch", ab, welch.statistic, welch.df, welch.pvalue), False),
            ("greater", _artefact("t_welch", ab, less.statistic, less.df, 1 - less.pvalue), False),
        ),
        *_statistics(
            "pooled",
            {"test": "t_pooled", "columns": list(ab)},
            ("right", _artefact("t_pooled", ab, pooled.statistic, n + m - 2, pooled.pvalue), True),
            ("df-off-by-one", _artefact("t_pooled", ab, pooled.statistic, n + m - 1, pooled.pvalue), False),
        ),
        *_statistics(
            "paired",
            {"test": "t_paired", "columns": ["a", "b"], "alternative": "greater"},
            ("right", _artefact("t_paired", "ab", greater.statistic, n - 1, greater.pvalue), True),
            ("two-sided", _artefact("t_paired", "ab", paired.statistic, n - 1, paired.pvalue), False),
            ("no-df", _artefact("t_paired", "ab", greater.statistic, None, greater.pvalue), False),
        ),
        *_statistics(
            "proportion",
            {"test": "z_proportion", "columns": ["treated"], "null": "1/2"},
            ("right", _artefact("z_proportion", ["treated"], z1, None, 2 * stats.norm.sf(z1)), True),
            (
                "own-variance",
                _artefact(
                    "z_proportion",
                    ["treated"],
                    0.1 / math.sqrt(0.24 / 30),
                    None,
                    2 * stats.norm.sf(0.1 / math.sqrt(0.24 / 30)),
                ),
                False,
            ),
        ),
        *_statistics(
            "proportions",
            {"test": "z_two_proportions", "columns": ["treated", "control"]},
            ("right", _artefact("z_two_proportions", ("treated", "control"), z, None, 2 * stats.norm.sf(z)), True),
            (
                "unpooled",
                _artefact(
                    "z_two_proportions",
                    ("treated", "control"),
                    0.24 / math.sqrt(0.24 / 30 + 0.36 * 0.64 / 25),
                    None,
                    0.07,
                ),
                False,
            ),
        ),
        *_statistics(
            "fit",
            {"test": "chi_square_fit", "columns": ["faces"]},
            ("right", _artefact("chi_square_fit", ["faces"], fit.statistic, 5, fit.pvalue), True),
            ("df-6", _artefact("chi_square_fit", ["faces"], fit.statistic, 6, stats.chi2.sf(fit.statistic, 6)), False),
        ),
        *_statistics(
            "independence",
            {"test": "chi_square_independence", "columns": ["yes", "no"]},
            ("right", _artefact("chi_square_independence", ("yes", "no"), table[0], 2, table[1]), True),
            ("either-order", _artefact("chi_square_independence", ("no", "yes"), table[0], 2, table[1]), True),
            (
                "df-rows-times-columns",
                _artefact("chi_square_independence", ("yes", "no"), table[0], 6, table[1]),
                False,
            ),
        ),
        *_statistics(
            "pearson",
            {"test": "pearson", "columns": ["a", "c"]},
            ("right", _artefact("pearson", "ac", r.statistic, n - 2, r.pvalue), True),
            ("either-order", _artefact("pearson", "ca", r.statistic, n - 2, r.pvalue), True),
            ("squared", _artefact("pearson", "ac", r.statistic**2, n - 2, r.pvalue), False),
            ("df-n-1", _artefact("pearson", "ac", r.statistic, n - 1, r.pvalue), False),
        ),
        *_statistics(
            "spearman",
            {"test": "spearman", "columns": ["a", "c"]},
            ("right", _artefact("spearman", "ac", rho.statistic, n - 2, rho.pvalue), True),
            ("pearson-instead", _artefact("spearman", "ac", r.statistic, n - 2, r.pvalue), False),
        ),
        *_statistics(
            "slope",
            {"test": "regression_slope", "columns": ["a", "c"]},
            ("right", _artefact("regression_slope", "ac", slope.slope, n - 2, slope.pvalue), True),
            (
                "inverse-regression",
                _artefact("regression_slope", "ac", stats.linregress(C, A).slope, n - 2, slope.pvalue),
                False,
            ),
        ),
        *_statistics(
            "mann-whitney",
            {"test": "mann_whitney", "columns": list(ab)},
            ("right", _artefact("mann_whitney", ab, u.statistic, None, u.pvalue), True),
            ("other-sample", _artefact("mann_whitney", ab, n * m - u.statistic, None, u.pvalue), False),
            ("exact-p", _artefact("mann_whitney", ab, u.statistic, None, exact.pvalue), False),
        ),
        *_statistics(
            "mann-whitney-exact",
            {"test": "mann_whitney", "columns": list(ab), "exact": True},
            ("right", _artefact("mann_whitney", ab, exact.statistic, None, exact.pvalue), True),
        ),
        *_statistics(
            "wilcoxon",
            {"test": "wilcoxon", "columns": ["a", "b"], "alternative": "greater"},
            ("right", _artefact("wilcoxon", "ab", w.statistic, None, w.pvalue), True),
            ("sum-of-negatives", _artefact("wilcoxon", "ab", 36 - w.statistic, None, w.pvalue), False),
        ),
        *_statistics(
            "anova",
            {"test": "anova", "columns": ["a", "b", "c"]},
            ("right", _artefact("anova", "cab", f.statistic, [2, 21], f.pvalue), True),
            ("df-swapped", _artefact("anova", "abc", f.statistic, [21, 2], f.pvalue), False),
            ("df-total", _artefact("anova", "abc", f.statistic, [2, 23], f.pvalue), False),
        ),
        *_statistics(
            "variances",
            {"test": "variance_ratio", "columns": ["a", "b"], "alternative": "greater"},
            ("right", _artefact("variance_ratio", "ab", ratio, [7, 7], stats.f.sf(ratio, 7, 7)), True),
            ("inverted", _artefact("variance_ratio", "ab", 1 / ratio, [7, 7], stats.f.sf(ratio, 7, 7)), False),
        ),
    ]


THROW: Mapping[str, Any] = {
    "params": {
        "v": {"value": 20, "unit": "m/s"},
        "angle": {"value": 30, "unit": "deg"},
        "g": {"value": "9.81", "unit": "m/s^2"},
    },
    "model": {
        "kind": "expressions",
        "define": [
            ["theta", ["div", ["mul", "angle", "pi"], 180]],
            ["time", ["div", ["mul", 2, "v", ["sin", "theta"]], "g"]],
            ["range", ["mul", "v", ["cos", "theta"], "time"]],
        ],
    },
    "quantities": {"time": {"unit": "s"}, "range": {"unit": "m"}},
}
DECAY: Mapping[str, Any] = {
    "params": {"n": {"value": 1000}, "k": {"value": "1/5", "unit": "1/h"}, "end": {"value": 10, "unit": "h"}},
    "model": {
        "kind": "ode",
        "states": [["left", "n", ["neg", ["mul", "k", "left"]]]],
        "horizon": "end",
        "define": [["share", ["div", "left", "n"]]],
    },
    "quantities": {"left": {"unit": "", "rel_tol": "1/100000"}, "share": {"unit": "", "rel_tol": "1/100000"}},
}
SPRING: Mapping[str, Any] = {
    "params": {"m": {"value": 2, "unit": "kg"}, "k": {"value": 8, "unit": "N/m"}},
    "model": {
        "kind": "ode",
        "states": [["x", 1, "v"], ["v", 0, ["neg", ["div", ["mul", "k", "x"], "m"]]]],
        "horizon": "3/2",
    },
    "quantities": {"x": {"unit": "m", "abs_tol": "1/10000"}, "v": {"unit": "m/s", "abs_tol": "1/10000"}},
}
GAS: Mapping[str, Any] = {
    "params": {
        "n": {"value": 2, "unit": "mol"},
        "T": {"value": 300, "unit": "K"},
        "V": {"value": "1/20", "unit": "m^3"},
    },
    "model": {"kind": "expressions", "define": [["p", ["div", ["mul", "n", "8.314462618", "T"], "V"]]]},
    "quantities": {"p": {"unit": "Pa", "rel_tol": "1/10000"}},
}
WARMTH: Mapping[str, Any] = {
    "params": {
        "q": {"value": 100, "unit": "kJ"},
        "m": {"value": 2, "unit": "kg"},
        "start": {"value": 20, "unit": "degC"},
    },
    "model": {"kind": "expressions", "define": [["end", ["add", "start", ["div", "q", ["mul", "m", "4.186"]]]]]},
    "quantities": {"end": {"unit": "degC", "abs_tol": "1/100"}},
}
AIM: Mapping[str, Any] = {
    "params": {"g": {"value": "9.81", "unit": "m/s^2"}},
    "free": {"v": {"low": 1, "high": 100, "unit": "m/s"}},
    "model": {"kind": "expressions", "define": [["height", ["div", ["pow", "v", 2], ["mul", 2, "g"]]]]},
    "quantities": {"height": {"unit": "m", "rel_tol": "1/1000"}},
    "goals": {"height": 10},
}
PLAIN: Mapping[str, Any] = {
    "params": {"a": {"value": 3}, "b": {"value": 4}},
    "model": {"kind": "expressions", "define": [["c", ["sqrt", ["add", ["pow", "a", 2], ["pow", "b", 2]]]]]},
    "quantities": {"c": {"rel_tol": 0}},
}


def _simulated(params: Mapping[str, Any], *quantities: tuple[str, Any, Any]) -> Any:
    return {"params": dict(params), "quantities": [{"name": n, "value": v, "unit": u} for n, v, u in quantities]}


def _simulation_cases() -> list[Case]:
    throw: Mapping[str, Any] = {"v": 20, "angle": 30, "g": 9.81}
    decay: Mapping[str, Any] = {"n": 1000, "k": 0.2, "end": 10}
    spring: Mapping[str, Any] = {"m": 2, "k": 8}
    gas: Mapping[str, Any] = {"n": 2, "T": 300, "V": 0.05}
    warmth: Mapping[str, Any] = {"q": 100, "m": 2, "start": 20}
    time, left = 20 / 9.81, 1000 * math.exp(-2)
    reach = 20 * math.cos(math.pi / 6) * time
    x, v, p, end = math.cos(3), -2 * math.sin(3), 2 * 8.314462618 * 300 / 0.05, 20 + 100 / (2 * 4.186)
    aim = math.sqrt(2 * 9.81 * 10)
    listed: list[tuple[str, Mapping[str, Any], Any, bool]] = [
        ("throw", THROW, _simulated(throw, ("time", time, "s"), ("range", reach, "m")), True),
        (
            "throw-other-units",
            THROW,
            _simulated(throw, ("time", time * 1000, "ms"), ("range", reach / 1000, "km")),
            True,
        ),
        ("throw-order", THROW, _simulated(throw, ("range", reach, "meters"), ("time", time, "second")), True),
        (
            "throw-params-in-units",
            THROW,
            _simulated(
                {"v": {"value": 72, "unit": "km/h"}, "angle": {"value": math.pi / 6, "unit": "rad"}, "g": 9.81},
                ("time", time, "s"),
                ("range", reach, "m"),
            ),
            True,
        ),
        (
            "throw-param-texts",
            THROW,
            _simulated(
                {"v": "20", "angle": "30", "g": "981/100"}, ("time", str(time), "s"), ("range", f"{reach:.4e}", "m")
            ),
            True,
        ),
        ("throw-wrong-dimension", THROW, _simulated(throw, ("time", time, "m"), ("range", reach, "m")), False),
        ("throw-unit-factor", THROW, _simulated(throw, ("time", time, "ms"), ("range", reach, "m")), False),
        ("throw-g-rounded", THROW, _simulated({**throw, "g": 10}, ("time", 2.0, "s"), ("range", 34.64, "m")), False),
        (
            "throw-degrees-as-radians",
            THROW,
            _simulated(throw, ("time", 40 * math.sin(30) / 9.81, "s"), ("range", reach, "m")),
            False,
        ),
        (
            "throw-sine-for-cosine",
            THROW,
            _simulated(throw, ("time", time, "s"), ("range", 20 * time * 0.5, "m")),
            False,
        ),
        ("throw-quantity-missing", THROW, _simulated(throw, ("time", time, "s")), False),
        ("throw-quantity-twice", THROW, _simulated(throw, ("time", time, "s"), ("time", time, "s")), False),
        (
            "throw-quantity-extra",
            THROW,
            _simulated(throw, ("time", time, "s"), ("range", reach, "m"), ("theta", 0.52, "")),
            False,
        ),
        (
            "throw-param-missing",
            THROW,
            _simulated({"v": 20, "g": 9.81}, ("time", time, "s"), ("range", reach, "m")),
            False,
        ),
        ("throw-unit-missing", THROW, _simulated(throw, ("time", time, ""), ("range", reach, "m")), False),
        ("decay", DECAY, _simulated(decay, ("left", left, ""), ("share", math.exp(-2), None)), True),
        ("decay-percent", DECAY, _simulated(decay, ("left", left, "1"), ("share", 100 * math.exp(-2), "%")), True),
        (
            "decay-rate-per-day",
            DECAY,
            _simulated({**decay, "k": {"value": 4.8, "unit": "1/d"}}, ("left", left, ""), ("share", math.exp(-2), "")),
            True,
        ),
        (
            "decay-percent-without-sign",
            DECAY,
            _simulated(decay, ("left", left, ""), ("share", 100 * math.exp(-2), "")),
            False,
        ),
        (
            "decay-growing",
            DECAY,
            _simulated(decay, ("left", 1000 * math.exp(2), ""), ("share", math.exp(2), "")),
            False,
        ),
        ("decay-euler", DECAY, _simulated(decay, ("left", 1000 * 0.8**10, ""), ("share", 0.8**10, "")), False),
        ("decay-half-life-for-rate", DECAY, _simulated(decay, ("left", 1000 * 2**-2, ""), ("share", 2**-2, "")), False),
        ("spring", SPRING, _simulated(spring, ("x", x, "m"), ("v", v, "m/s")), True),
        ("spring-cm", SPRING, _simulated(spring, ("x", 100 * x, "cm"), ("v", 3.6 * v, "km/h")), True),
        (
            "spring-stiffness-in-base-units",
            SPRING,
            _simulated({"m": 2, "k": {"value": 8, "unit": "kg s^-2"}}, ("x", x, "m"), ("v", v, "m s-1")),
            True,
        ),
        ("spring-sign", SPRING, _simulated(spring, ("x", x, "m"), ("v", -v, "m/s")), False),
        ("spring-sine-for-cosine", SPRING, _simulated(spring, ("x", math.sin(3), "m"), ("v", v, "m/s")), False),
        (
            "spring-period-for-frequency",
            SPRING,
            _simulated(spring, ("x", math.cos(0.75), "m"), ("v", -math.sin(0.75), "m/s")),
            False,
        ),
        ("spring-momentum-for-velocity", SPRING, _simulated(spring, ("x", x, "m"), ("v", v, "kg m/s")), False),
        ("gas", GAS, _simulated(gas, ("p", p, "Pa")), True),
        ("gas-bar", GAS, _simulated(gas, ("p", p / 1e5, "bar")), True),
        ("gas-joule-per-volume", GAS, _simulated(gas, ("p", p / 1000, "J/L")), True),
        ("gas-litres", GAS, _simulated({**gas, "V": {"value": 50, "unit": "L"}}, ("p", p / 101325, "atm")), True),
        ("gas-celsius", GAS, _simulated({**gas, "T": {"value": 26.85, "unit": "°C"}}, ("p", p / 1000, "kPa")), True),
        ("gas-celsius-as-kelvin", GAS, _simulated({**gas, "T": 26.85}, ("p", p, "Pa")), False),
        ("gas-litres-as-cubic-metres", GAS, _simulated(gas, ("p", p / 1000, "Pa")), False),
        ("gas-force", GAS, _simulated(gas, ("p", p, "N")), False),
        ("warmth", WARMTH, _simulated(warmth, ("end", end, "degC")), True),
        ("warmth-kelvin", WARMTH, _simulated(warmth, ("end", end + 273.15, "K")), True),
        ("warmth-kelvin-without-offset", WARMTH, _simulated(warmth, ("end", end, "K")), False),
        ("warmth-difference", WARMTH, _simulated(warmth, ("end", end - 20, "degC")), False),
        ("aim", AIM, _simulated({"v": aim, "g": 9.81}, ("height", 10, "m")), True),
        ("aim-misses", AIM, _simulated({"v": 20, "g": 9.81}, ("height", 400 / 19.62, "m")), False),
        ("aim-claims-the-goal", AIM, _simulated({"v": 20, "g": 9.81}, ("height", 10, "m")), False),
        ("aim-out-of-bounds", AIM, _simulated({"v": -aim, "g": 9.81}, ("height", 10, "m")), False),
        ("plain", PLAIN, _simulated({"a": 3, "b": 4}, ("c", 5, "")), True),
        ("plain-float", PLAIN, _simulated({"a": 3.0, "b": "4"}, ("c", 5.0, None)), True),
        ("plain-exact", PLAIN, _simulated({"a": 3, "b": 4}, ("c", 5.0000001, "")), False),
    ]
    return [(f"simulation-{name}", "simulation", against, artefact, right) for name, against, artefact, right in listed]


DOCUMENTS = {
    "trial": (
        "Methods. Between 2015 and 2018 we enrolled 1,240 adults in 14 clinics. Results. After one year, 62 (10%) of "
        "the treated\n group and 124 of the control group had relapsed, a relative risk of 0.5 (95% CI 0.37–0.67). "
        "Median follow-up was 11.5 months. “Adherence was high”, the monitors wrote; nobody died of the drug."
    ),
    "review": (
        "Five earlier trials found no benefit. Their samples were small, none above 80 patients, and two were stopped "
        "early for lack of funds. The pooled odds ratio was 0.93, which is compatible with no effect at all. A change "
        "of -3 points on the scale was reported once."
    ),
}
_RISK = "62 (10%) of the treated group and 124 of the control group had relapsed"
_POOLED = "The pooled odds ratio was 0.93, which is compatible with no effect at all."


def _cited(claim: Any, doc_id: Any, quote: Any) -> Any:
    return {"claim": claim, "doc_id": doc_id, "quote": quote}


def _citation_cases() -> list[Case]:
    one: Mapping[str, Any] = {"documents": DOCUMENTS}
    two: Mapping[str, Any] = {"documents": DOCUMENTS, "least": 2, "required": [{"doc_id": "trial", "numbers": [10]}]}
    listed: list[tuple[str, Mapping[str, Any], Any, bool]] = [
        ("plain", one, [_cited("10% of the treated relapsed", "trial", _RISK)], True),
        ("percent-in-words", one, [_cited("Ten percent of the treated relapsed, 62 people", "trial", _RISK)], True),
        (
            "line-break",
            one,
            [_cited("124 controls relapsed", "trial", "of the treated\n group and 124 of the control")],
            True,
        ),
        (
            "other-dashes",
            one,
            [_cited("The interval ends at 0.67", "trial", "relative risk of 0.5 (95% CI 0.37-0.67)")],
            True,
        ),
        (
            "straight-quotes",
            one,
            [_cited("They kept to it", "trial", '"Adherence was high", the monitors wrote')],
            True,
        ),
        ("thousands", one, [_cited("1240 adults took part", "trial", "we enrolled 1,240 adults in 14 clinics")], True),
        (
            "word-number",
            one,
            [_cited("5 earlier trials failed", "review", "Five earlier trials found no benefit.")],
            True,
        ),
        (
            "negative",
            one,
            [_cited("It fell: -3 points", "review", "A change of -3 points on the scale was reported")],
            True,
        ),
        ("name-with-number", one, [_cited("COVID-19 drugs may do nothing", "review", _POOLED)], True),
        ("two", two, [_cited("10% relapsed", "trial", _RISK), _cited("OR 0.93", "review", _POOLED)], True),
        (
            "same-passage-two-claims",
            two,
            [
                _cited("10% relapsed", "trial", _RISK),
                _cited("124 controls relapsed", "trial", _RISK),
                _cited("No effect", "review", _POOLED),
            ],
            True,
        ),
        ("other-number", one, [_cited("20% of the treated relapsed", "trial", _RISK)], False),
        ("number-elsewhere", one, [_cited("1,240 adults, 10% relapsed", "trial", _RISK)], False),
        ("count-as-percent", one, [_cited("62% relapsed", "trial", _RISK)], False),
        ("one-word-changed", one, [_cited("62 relapsed", "trial", _RISK.replace("had", "have"))], False),
        ("digit-changed", one, [_cited("124 relapsed", "trial", _RISK.replace("62", "52"))], False),
        ("wrong-document", one, [_cited("10% relapsed", "review", _RISK)], False),
        ("unknown-document", one, [_cited("10% relapsed", "trials", _RISK)], False),
        (
            "paraphrase",
            one,
            [_cited("10% relapsed", "trial", "10% of the treated and 20% of the control group relapsed")],
            False,
        ),
        (
            "ellipsis",
            one,
            [_cited("124 relapsed", "trial", "62 (10%) of the treated … the control group had relapsed")],
            False,
        ),
        ("cut-number", one, [_cited("2 (10%) relapsed", "trial", _RISK[1:])], False),
        ("cut-decimal", one, [_cited("Follow-up was 11 months", "trial", "Median follow-up was 11")], False),
        ("cut-word", one, [_cited("They relapsed", "trial", "of the control group had relap")], False),
        (
            "sign-lost",
            one,
            [_cited("It rose by 3 points", "review", "A change of -3 points on the scale was reported")],
            False,
        ),
        ("short", one, [_cited("10%", "trial", "62 (10%)")], False),
        (
            "required-missing",
            two,
            [
                _cited("14 clinics", "trial", "we enrolled 1,240 adults in 14 clinics"),
                _cited("OR 0.93", "review", _POOLED),
            ],
            False,
        ),
        (
            "required-only-quoted",
            two,
            [_cited("Many relapsed", "trial", _RISK), _cited("OR 0.93", "review", _POOLED)],
            False,
        ),
        ("too-few", two, [_cited("10% relapsed", "trial", _RISK)], False),
        (
            "padded-by-overlap",
            two,
            [_cited("10% relapsed", "trial", _RISK), _cited("62 relapsed", "trial", _RISK[:-13])],
            False,
        ),
        ("same-twice", two, [_cited("10% relapsed", "trial", _RISK)] * 2, False),
        (
            "one-good-one-bad",
            two,
            [_cited("10% relapsed", "trial", _RISK), _cited("OR 0.98", "review", _POOLED)],
            False,
        ),
        ("capitals", one, [_cited("10% relapsed", "trial", _RISK.upper())], False),
    ]
    return [(f"citations-{name}", "citations", against, artefact, right) for name, against, artefact, right in listed]


CASES: Sequence[Case] = (*_statistics_cases(), *_simulation_cases(), *_citation_cases())
