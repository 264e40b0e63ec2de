"""Units as miners write them: `m/s^2`, `m s^-2`, `N·m`, `kg*m^2`, `J/(kg*K)`, read into known names with powers.

Only what stands in the table here is a unit, with the prefixes it may take; nothing else ever gets to pint.
"""

import re
from collections.abc import Mapping
from fractions import Fraction

from attrs import frozen

from reasonforge.adapters.symbolic.tree import Unreadable

MAX_UNIT_CHARACTERS = 60
MAX_POWER = 9

_PREFIXES = {
    "f": -15,
    "p": -12,
    "n": -9,
    "u": -6,
    "µ": -6,
    "μ": -6,
    "m": -3,
    "c": -2,
    "d": -1,
    "h": 2,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
    "P": 15,
}
_WORD_PREFIXES = {
    "femto": -15,
    "pico": -12,
    "nano": -9,
    "micro": -6,
    "milli": -3,
    "centi": -2,
    "deci": -1,
    "hecto": 2,
    "kilo": 3,
    "mega": 6,
    "giga": 9,
    "tera": 12,
}
_PREFIXED = {
    "m": "meter",
    "g": "gram",
    "s": "second",
    "A": "ampere",
    "K": "kelvin",
    "mol": "mole",
    "cd": "candela",
    "N": "newton",
    "J": "joule",
    "W": "watt",
    "Pa": "pascal",
    "Hz": "hertz",
    "V": "volt",
    "C": "coulomb",
    "ohm": "ohm",
    "\u03a9": "ohm",
    "\u2126": "ohm",
    "F": "farad",
    "T": "tesla",
    "Wb": "weber",
    "H": "henry",
    "S": "siemens",
    "eV": "electron_volt",
    "L": "liter",
    "l": "liter",
    "bar": "bar",
    "cal": "calorie",
    "Bq": "becquerel",
    "Gy": "gray",
    "Sv": "sievert",
    "lm": "lumen",
    "lx": "lux",
    "kat": "katal",
    "M": "molar",
    "rad": "radian",
    "sr": "steradian",
    "pc": "parsec",
    "t": "metric_ton",
    "Da": "dalton",
    "bit": "bit",
    "B": "byte",
    "Wh": "watt_hour",
}
_PLAIN = {
    "min": "minute",
    "h": "hour",
    "hr": "hour",
    "d": "day",
    "yr": "year",
    "a": "year",
    "wk": "week",
    "atm": "standard_atmosphere",
    "torr": "torr",
    "Torr": "torr",
    "mmHg": "millimeter_Hg",
    "psi": "psi",
    "deg": "degree",
    "°": "degree",
    "rpm": "revolutions_per_minute",
    "rev": "turn",
    "in": "inch",
    "ft": "foot",
    "yd": "yard",
    "mi": "mile",
    "lb": "pound",
    "oz": "ounce",
    "mph": "mile_per_hour",
    "u": "unified_atomic_mass_unit",
    "amu": "unified_atomic_mass_unit",
    "ly": "light_year",
    "ha": "hectare",
    "au": "astronomical_unit",
    "AU": "astronomical_unit",
    "Å": "angstrom",
    "\u212b": "angstrom",
    "kmh": "",
    "%": "percent",
    "degC": "degree_Celsius",
    "°C": "degree_Celsius",
    "℃": "degree_Celsius",
    "degF": "degree_Fahrenheit",
    "°F": "degree_Fahrenheit",
    "erg": "erg",
    "dyn": "dyne",
    "hp": "horsepower",
    "D": "debye",
}
_WORDS = (
    *("meter", "gram", "second", "ampere", "kelvin", "mole", "candela", "newton", "joule", "watt", "pascal", "hertz"),
    *("volt", "coulomb", "ohm", "farad", "tesla", "weber", "henry", "siemens", "liter", "bar", "calorie", "radian"),
    *("minute", "hour", "day", "year", "week", "degree", "inch", "foot", "yard", "mile", "pound", "percent", "byte"),
    *("becquerel", "gray", "sievert", "lumen", "lux", "katal", "dalton"),
)
_SPELLINGS = {
    **{f"{word}s": word for word in _WORDS},
    "metre": "meter",
    "metres": "meter",
    "litre": "liter",
    "litres": "liter",
    "feet": "foot",
    "inches": "inch",
    "amp": "ampere",
    "amps": "ampere",
    "electronvolt": "electron_volt",
    "electronvolts": "electron_volt",
    "tonne": "metric_ton",
    "tonnes": "metric_ton",
    "celsius": "degree_Celsius",
    "sec": "second",
    "secs": "second",
    "henries": "henry",
    "kilogramme": "kilogram",
    "atmosphere": "standard_atmosphere",
    **{word: word for word in _WORDS},
}
_PREFIXED_WORDS = frozenset({"minute", "hour", "day", "year", "week", "degree", "inch", "foot", "yard", "mile"})

_TOKEN = re.compile(
    r"(?P<space> *)(?:(?P<name>[A-Za-z\u00b5\u03bc\u03a9\u2126\u00b0\u00c5\u212b\u2103%]+)"
    r"|(?P<power>(?:\^|\*\*) ?\(?[-+−]?[0-9]{1,2}\)?"
    r"|⁻?[¹²³⁴⁵⁶⁷⁸⁹])"
    r"|(?P<sign>[*/·⋅×()]|1(?= ?/)))"
)
_RAISED = str.maketrans("⁻−¹²³⁴⁵⁶⁷⁸⁹", "--123456789")


@frozen
class Unit:
    """A product of powers of units that pint knows, and a power of ten that the prefixes make.

    `names` is sorted by name and has no power 0.
    """

    names: tuple[tuple[str, int], ...]
    ten: int

    @property
    def is_offset(self) -> bool:
        """Whether it is a temperature on a scale whose zero is not absolute zero."""
        return any(name in {"degree_Celsius", "degree_Fahrenheit"} for name, _ in self.names)


def read_unit(text: str) -> Unit:
    """The unit a text writes; an empty one is no unit.

    A space or a dot multiplies; each `/` divides by the one factor, or the parentheses, behind it, and a product
    without a sign after a division (`J/kg K`) is refused, because people read it either way.

    Raises:
        Unreadable: it is no unit of the table, or a temperature scale within a product.
    """
    if len(text) > MAX_UNIT_CHARACTERS:
        raise Unreadable("has a unit that is too long")
    powers: dict[str, int] = {}
    ten = 0
    for name, power in _factors(text):
        known, prefix = _known(name)
        powers[known] = powers.get(known, 0) + power
        ten += prefix * power
    names = tuple(sorted((name, power) for name, power in powers.items() if power))
    unit = Unit(names, ten)
    if any(abs(power) > MAX_POWER for _, power in names):
        raise Unreadable("has a unit with a power that is too large")
    if unit.is_offset and (len(names) != 1 or names[0][1] != 1 or ten):
        raise Unreadable("has a temperature scale inside a compound unit, where K is due")
    return unit


def _factors(text: str) -> list[tuple[str, int]]:
    """Names with their powers, those in parentheses or behind a slash included."""
    reader = _Factors()
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise Unreadable("has a unit that there is not")
        position = match.end()
        if match["name"]:
            reader.name(match["name"], spaced=bool(match["space"]))
        elif match["power"]:
            reader.power(_power(match["power"]), spaced=bool(match["space"]))
            _refuse_second_power(text, position)
        else:
            reader.sign(match["sign"])
    return reader.finished()


class _Factors:
    """Factors as they come.

    `_sign` is the power of the next factor, `_group` that of everything in the open parentheses (0: none are open).
    """

    def __init__(self) -> None:
        self._read: list[tuple[str, int]] = []
        self._sign, self._group = 1, 0
        self._divided = False
        self._expects = True
        self._one = False

    def name(self, name: str, spaced: bool) -> None:
        if not self._expects and (self._one or not spaced or (self._divided and not self._group)):
            raise Unreadable("has a unit whose division can be read in two ways")
        self._read.append((name, self._group or self._sign))
        if not self._group:
            self._sign = 1
        self._expects = False

    def power(self, power: int, spaced: bool) -> None:
        if self._expects or spaced or not self._read:
            raise Unreadable("has a power of no unit")
        name, before = self._read.pop()
        self._read.append((name, before * power))

    def sign(self, sign: str) -> None:
        match sign:
            case "(" if self._expects and not self._group:
                self._group = self._sign
            case ")" if not self._expects and self._group:
                self._group, self._sign = 0, 1
            case "1" if self._expects and not self._read and not self._one:
                self._one, self._expects = True, False
            case "/" if not self._expects and not self._group:
                self._sign, self._divided, self._expects, self._one = -1, True, True, False
            case "*" | "·" | "⋅" | "×" if not self._expects and not self._one:
                self._expects = True
            case _:
                raise Unreadable("has a unit that cannot be read")

    def finished(self) -> list[tuple[str, int]]:
        if self._group or self._one or (self._expects and (self._read or self._divided)):
            raise Unreadable("has a unit that is not complete")
        return self._read


def _refuse_second_power(text: str, position: int) -> None:
    following = _TOKEN.match(text, position)
    if following is not None and following["power"]:
        raise Unreadable("has a power of a power in its unit")


def _power(text: str) -> int:
    digits = text.translate(_RAISED).strip("^* ")
    if digits.startswith("(") != digits.endswith(")"):
        raise Unreadable("has a unit with brackets that do not match")
    power = int(digits.strip("()"))
    if power == 0 or abs(power) > MAX_POWER:
        raise Unreadable("has a unit with a power that is zero or too large")
    return power


def _known(name: str) -> tuple[str, int]:
    """A unit's name for pint, and its prefix as a power of ten."""
    if name in _PLAIN:
        return _PLAIN[name], 0
    if name in _PREFIXED:
        return _PREFIXED[name], 0
    if name[1:] in _PREFIXED and name[0] in _PREFIXES:
        return _PREFIXED[name[1:]], _PREFIXES[name[0]]
    word = name.lower() if name[1:].islower() else name
    if word in _SPELLINGS:
        return _SPELLINGS[word], 0
    for prefix, power in _WORD_PREFIXES.items():
        rest = _SPELLINGS.get(word.removeprefix(prefix)) if word.startswith(prefix) else None
        if rest is not None and rest not in _PREFIXED_WORDS:
            return rest, power
    raise Unreadable("has a unit that there is not")


_ZERO_AND_DEGREE: Mapping[str, tuple[Fraction, Fraction]] = {
    "degree_Celsius": (Fraction(27315, 100), Fraction(1)),
    "degree_Fahrenheit": (Fraction(45967, 180), Fraction(5, 9)),
}


def in_kelvin(value: Fraction, scale: str) -> Fraction:
    """A temperature on a scale, absolute."""
    zero, degree = _ZERO_AND_DEGREE[scale]
    return value * degree + zero


def on_scale(kelvin: Fraction, scale: str) -> Fraction:
    """An absolute temperature, on a scale."""
    zero, degree = _ZERO_AND_DEGREE[scale]
    return (kelvin - zero) / degree
