"""Calendar months (UTC) by which quotas are counted; civil dates as in Howard Hinnant's days_from_civil."""

from attrs import frozen

_DAY = 86_400
_ERA_DAYS = 146_097


@frozen
class Month:
    """A month by name (`YYYY-MM`), and when the next one begins (UTC seconds)."""

    name: str
    ends_at: float


def month_of(now: float) -> Month:
    """The month of a time in UTC seconds since 1970.

    >>> month_of(0.0)
    Month(name='1970-01', ends_at=2678400.0)
    """
    year, month = _civil(int(now // _DAY))
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    return Month(f"{year:04d}-{month:02d}", float(_days(*following) * _DAY))


def _civil(days: int) -> tuple[int, int]:
    shifted = days + 719_468
    era, day = divmod(shifted, _ERA_DAYS)
    year = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    month = (5 * (day - (365 * year + year // 4 - year // 100)) + 2) // 153
    return year + era * 400 + (month >= 10), month + 3 if month < 10 else month - 9


def _days(year: int, month: int) -> int:
    """Days from 1970-01-01 to the first of the month."""
    shifted = year - (month <= 2)
    era, within = divmod(shifted, 400)
    day = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5
    return era * _ERA_DAYS + within * 365 + within // 4 - within // 100 + day - 719_468
