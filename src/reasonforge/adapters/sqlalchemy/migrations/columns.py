"""Column types as the migrations have them. A migration tells what was; what is stands in `tables.py`."""

from sqlalchemy import Double
from sqlalchemy.types import TypeEngine

from reasonforge.adapters.sqlalchemy.tables import AsGiven


def double() -> TypeEngine[float]:
    """An IEEE double that comes back bit for bit."""
    return Double().with_variant(AsGiven(), "sqlite")
