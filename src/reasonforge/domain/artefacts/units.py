"""Units as text, read against a closed list into a power product; what they are worth is the check's business.

`m/s^2`, `kg*m/s²`, `J/(mol K)`, `km h^-1`, `N·m`: factors joined by `*`, `·` or a space, `/` for the next factor or the
next parentheses only, whole exponents from -9 to 9, SI prefixes where they are usual. Nothing else is read.
"""

import re
from collections.abc import Mapping
from fractions import Fraction

from attrs import frozen

MAX_CHARACTERS = 60
MAX_FACTORS = 8
_TOKEN = re.compile(
    r" *(?:([A-Za-zµμΩÅ°%]+|1(?![0-9]))(?:(?:\^|\*\*)?([-−+]?[0-9])(?![0-9])|([⁻]?[¹²³⁴⁵⁶⁷⁸⁹]))?|(\*\*|[*·⋅×/()]))"
)
_SUPERSCRIPTS = {character: str(at) for at, character in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")} | {"⁻": "-"}
_SMALL = {"m": -3, "µ": -6, "μ": -6, "u": -6, "n": -9, "p": -12}
_LARGE = {"k": 3, "M": 6, "G": 9, "T": 12}
_PREFIXES = _SMALL | _LARGE
_PREFIXED = {
    "m": "meter", "g": "gram", "s": "second", "A": "ampere", "K": "kelvin", "mol": "mole", "Hz": "hertz",
    "N": "newton", "Pa": "pascal", "J": "joule", "W": "watt", "C": "coulomb", "V": "volt", "F": "farad",
    "Ω": "ohm", "ohm": "ohm", "S": "siemens", "Wb": "weber", "T": "tesla", "H": "henry", "L": "liter", "l": "liter",
    "eV": "electron_volt", "cal": "calorie", "bar": "bar", "Wh": "watt_hour", "M": "molar", "Bq": "becquerel",
    "Gy": "gray", "Sv": "sievert", "lm": "lumen", "lx": "lux", "Da": "dalton", "rad": "radian", "kat": "katal",
}  # fmt: skip
_PLAIN = {
    "1": "", "%": "percent", "cd": "candela", "min": "minute", "h": "hour", "hr": "hour", "d": "day", "yr": "year",
    "deg": "degree", "°": "degree", "rev": "revolution", "rpm": "revolutions_per_minute", "sr": "steradian",
    "atm": "standard_atmosphere", "mmHg": "mmHg", "torr": "torr", "Torr": "torr", "psi": "psi", "t": "tonne",
    "u": "unified_atomic_mass_unit", "ha": "hectare", "au": "astronomical_unit", "AU": "astronomical_unit",
    "ly": "light_year", "pc": "parsec", "Å": "angstrom", "in": "inch", "ft": "foot", "yd": "yard", "mi": "mile",
    "mph": "mile_per_hour", "kn": "knot", "lb": "pound", "oz": "ounce", "lbf": "pound_force", "gal": "gallon",
    "hp": "horsepower", "dyn": "dyne", "erg": "erg", "Ci": "curie", "ppm": "ppm", "percent": "percent", "wk": "week",
    "°C": "degree_Celsius", "degC": "degree_Celsius", "°F": "degree_Fahrenheit", "degF": "degree_Fahrenheit",
    "Celsius": "degree_Celsius", "celsius": "degree_Celsius", "metre": "meter", "metres": "meter",
    "litre": "liter", "litres": "liter", "feet": "foot", "inches": "inch", "henries": "henry", "dimensionless": "",
}  # fmt: skip
_WORDS = (
    "meter", "gram", "second", "ampere", "kelvin", "mole", "hertz", "newton", "pascal", "joule", "watt", "coulomb",
    "volt", "farad", "weber", "tesla", "henry", "liter", "minute", "hour", "day", "week", "year", "degree", "radian",
    "calorie", "mile", "pound", "tonne", "bar", "ohm", "knot",
)  # fmt: skip
OFFSET_UNITS = frozenset(("degree_Celsius", "degree_Fahrenheit"))


def _symbols() -> Mapping[str, tuple[int, str]]:
    """Each symbol's power of ten and unit."""
    found = {
        prefix + symbol: (power, unit) for symbol, unit in _PREFIXED.items() for prefix, power in _PREFIXES.items()
    }
    found |= {"c" + symbol: (-2, _PREFIXED[symbol]) for symbol in ("m", "L", "l", "g")}
    found |= {"d" + symbol: (-1, _PREFIXED[symbol]) for symbol in ("m", "L", "l", "g")}
    found |= {"hPa": (2, "pascal"), "kt": (3, "tonne"), "Mt": (6, "tonne"), "Gt": (9, "tonne"), "fs": (-15, "second")}
    found |= {prefix + "pc": (power, "parsec") for prefix, power in _LARGE.items()}
    for word in _WORDS:
        named = {"": 0, "kilo": 3, "mega": 6, "giga": 9, "centi": -2, "milli": -3, "micro": -6, "nano": -9}
        found |= {name + word + plural: (power, word) for name, power in named.items() for plural in ("", "s")}
    return found | {symbol: (0, unit) for symbol, unit in (_PREFIXED | _PLAIN).items()}


_SYMBOLS = _symbols()


@frozen
class UnitProduct:
    """A scale times a product of powers of named units, the names in alphabetical order, exponents not 0."""

    scale: Fraction
    powers: tuple[tuple[str, int], ...]

    @property
    def has_offset(self) -> bool:
        """Whether its zero is not the zero of its dimension (°C, °F)."""
        return any(name in OFFSET_UNITS for name, _ in self.powers)


PURE_NUMBER = UnitProduct(Fraction(1), ())


def read_unit(text: str) -> UnitProduct | None:
    """The unit a text writes; None when it writes none that is on the list. Empty for a pure number.

    >>> read_unit("km/h")
    UnitProduct(scale=Fraction(1000, 1), powers=(('hour', -1), ('meter', 1)))
    >>> read_unit("9**9**7 m") is None
    True
    """
    text = text.strip()
    if len(text) > MAX_CHARACTERS:
        return None
    factors = _factors(text)
    if factors is None or len(factors) > MAX_FACTORS:
        return None
    powers: dict[str, int] = {}
    ten = 0
    for symbol, exponent in factors:
        power, name = _SYMBOLS[symbol]
        ten += power * exponent
        if name:
            powers[name] = powers.get(name, 0) + exponent
    unit = UnitProduct(Fraction(10) ** ten, tuple(sorted((name, power) for name, power in powers.items() if power)))
    alone = len(factors) == 1 and factors[0][1] == 1
    return None if any(_SYMBOLS[symbol][1] in OFFSET_UNITS for symbol, _ in factors) and not alone else unit


def _factors(text: str) -> list[tuple[str, int]] | None:
    """(symbol, exponent) from left to right; parentheses do not nest."""
    found: list[tuple[str, int]] = []
    sign, group, wanting, position = 1, 0, bool(text), 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return None
        position = match.end()
        symbol, plain, raised, mark = match.groups()
        if symbol is not None:
            if symbol not in _SYMBOLS:
                return None
            power = "".join(_SUPERSCRIPTS[c] for c in raised) if raised else (plain or "1").replace("−", "-")
            found.append((symbol, sign * (group or 1) * int(power)))
            sign, wanting = 1, False
        elif mark == "(" and not group and (wanting or not found):
            group, sign = sign, 1
        elif mark == ")" and group and not wanting:
            group = 0
        elif mark in {"*", "·", "⋅", "×", "/"} and not wanting:
            sign, wanting = (-1 if mark == "/" else 1), True
        else:
            return None
    return None if wanting or group else found
