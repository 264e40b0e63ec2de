import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from random import Random
from typing import Final, TypeVar

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

Customer = tuple[int, str | None]
Order = tuple[int, str | None, int | None]

Value = TypeVar("Value", str, int)

_CITIES = ("Bergen", "Cadiz", "Turku")
_STATES = ("open", "paid", "void")
_CUSTOMER = re.compile(r"\(([0-9]{1,2}), (NULL|'[A-Z][a-z]{3,5}')\)")
_ORDER = re.compile(r"\(([0-9]{1,2}), (NULL|'[a-z]{4}'), (NULL|[0-9]{1,3})\)")
_QUERY = re.compile(
    r"city (=|<>) '([A-Z][a-z]{3,5})' AND o\.state <> '([a-z]{4})' AND NOT \(o\.amount (<|>) ([0-9]{1,3})\)"
)
_WAYS = (
    (
        "A database has the tables customers(id, city) with the rows {customers} and orders(customer, state, amount) "
        "with the rows {orders}. What does this query of standard SQL give?\n\n{query}\n\nThe final answer is one "
        "integer."
    ),
    (
        "Table customers, columns id and city: {customers}. Table orders, columns customer, state and amount: "
        "{orders}. Evaluate\n\n{query}\n\nby the rules of SQL. The final answer is one integer."
    ),
    (
        "Run the query\n\n{query}\n\non these rows. Into customers(id, city): {customers}. Into orders(customer, "
        "state, amount): {orders}. Which number comes out? The final answer is one integer."
    ),
)


@frozen
class Query:
    """Two tables and the conditions of a sum over their join.

    2 to 12 customers of different ids, 2 to 40 orders; NULL is None.
    """

    customers: tuple[Customer, ...]
    orders: tuple[Order, ...]
    city_sign: str
    city: str
    state: str
    amount_sign: str
    amount: int

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.customers) <= 12 or not 2 <= len(self.orders) <= 40:
            raise ValueError("there are 2 to 12 customers and 2 to 40 orders")
        if len({number for number, _ in self.customers}) < len(self.customers):
            raise ValueError("customers have different ids")
        words_are_plain = all(word.isascii() and word.isalpha() for word in (self.city, self.state))
        if self.city_sign not in {"=", "<>"} or self.amount_sign not in {"<", ">"} or not words_are_plain:
            raise ValueError("a query compares with signs and plain words")

    def text(self) -> str:
        """The query."""
        return (
            "SELECT SUM(o.amount) FROM orders o JOIN customers c ON o.customer = c.id "  # noqa: S608 - signs and words are checked when a Query is made
            f"WHERE c.city {self.city_sign} '{self.city}' AND o.state <> '{self.state}' "
            f"AND NOT (o.amount {self.amount_sign} {self.amount})"
        )


class SqlTotals:
    """The sum that an SQL query gives over two joined tables with NULLs.

    Difficulty d: 6 + 2d orders, 3 + d/3 customers (rounded down); one value in four is NULL, and some orders have no
    customer. Size: the number of orders. Kept where taking NULL for just another value (so that it is different from
    'paid') gives another sum.
    """

    name: Final = "sql_totals"
    version: Final = 1
    discipline: Final = Discipline.CODE
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Query:
        def draw() -> Query:
            ids = sorted(rng.sample(range(1, 20), 3 + difficulty // 3))
            customers = tuple((number, _or_null(rng, rng.choice(_CITIES))) for number in ids)
            owners = [*ids, *ids, 20 + difficulty]
            orders = tuple(
                (rng.choice(owners), _or_null(rng, rng.choice(_STATES)), _or_null(rng, rng.randint(1, 99)))
                for _ in range(6 + 2 * difficulty)
            )
            limit, signs = rng.randint(20, 80), (rng.choice(("=", "<>")), rng.choice("<>"))
            return Query(customers, orders, signs[0], rng.choice(_CITIES), rng.choice(_STATES), signs[1], limit)

        return kept(draw, _nulls_matter)

    def state(self, instance: Query, phrasing: int) -> str:
        customers = ", ".join(f"({number}, {_quoted(city)})" for number, city in instance.customers)
        orders = ", ".join(
            f"({number}, {_quoted(state)}, {'NULL' if amount is None else amount})"
            for number, state, amount in instance.orders
        )
        return _WAYS[phrasing].format(customers=customers, orders=orders, query=instance.text())

    def answer(self, instance: Query) -> IntegerAnswer:
        return IntegerAnswer(sum(_summed(instance, _sql)))

    def size(self, instance: Query) -> int:
        return len(instance.orders)

    def read(self, problem: str) -> Query | None:
        return recognised(self, problem, _parse, _nulls_matter)

    def solve(self, instance: Query) -> WorkedSolution:
        """Joins, drops every row on which a condition is false or unknown, and adds up."""
        amounts = _summed(instance, _sql)
        told = f"{len(amounts)} rows of the join are left, with the amounts {', '.join(map(str, amounts))}"
        claims: list[Claim] = []
        total = amounts[0]
        for amount in amounts[1:]:
            claims.append(equals(f"{total} + {amount}", total + amount))
            total += amount
        parts = [claims[at : at + 10] for at in range(0, len(claims), 10)]
        return WorkedSolution(str(total), (line(_FILTER, told), *(line(_ADD, "Running sum", *part) for part in parts)))

    def solve_again(self, instance: Query) -> str:
        """Asks SQLite."""
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute("CREATE TABLE customers (id INTEGER, city TEXT)")
            database.execute("CREATE TABLE orders (customer INTEGER, state TEXT, amount INTEGER)")
            database.executemany("INSERT INTO customers VALUES (?, ?)", instance.customers)
            database.executemany("INSERT INTO orders VALUES (?, ?, ?)", instance.orders)
            return str(database.execute(instance.text()).fetchone()[0])

    def slip(self, instance: Query, rng: Random) -> str:
        """Takes NULL for a value that differs from all others, or forgets one of the rows."""
        amounts = _summed(instance, _sql)
        if rng.random() < 0.5:
            return str(sum(_summed(instance, _as_value)))
        return str(sum(amounts) - rng.choice(amounts))


_FILTER = (
    "A comparison with NULL is unknown, NOT of unknown is unknown, and WHERE keeps a row only if its condition is "
    "true; orders without a customer drop out of the join."
)
_ADD = "Add the amounts of the rows that are left."


def _or_null(rng: Random, value: Value) -> Value | None:
    return None if rng.random() < 0.25 else value


def _quoted(text: str | None) -> str:
    return "NULL" if text is None else f"'{text}'"


def _sql(value: str | int | None, sign: str, other: str | int) -> bool | None:
    """A comparison in three-valued logic; None is unknown."""
    return None if value is None else _as_value(value, sign, other)


def _as_value(value: str | int | None, sign: str, other: str | int) -> bool:
    """The same in two-valued logic, in which NULL is 0 or a text of its own."""
    match sign:
        case "=":
            return value == other
        case "<>":
            return value != other
        case "<":
            return int(value or 0) < int(other)
        case _:
            return int(value or 0) > int(other)


def _summed(query: Query, compare: Callable[[str | int | None, str, str | int], bool | None]) -> list[int]:
    """The amounts of the rows that the conditions keep, in the order of the orders."""
    cities = dict(query.customers)
    amounts = []
    for owner, state, amount in query.orders:
        excluded = compare(amount, query.amount_sign, query.amount)
        kept_row = (
            owner in cities
            and compare(cities[owner], query.city_sign, query.city)
            and compare(state, "<>", query.state)
            and excluded is False
        )
        if kept_row:
            amounts.append(amount or 0)
    return amounts


def _nulls_matter(query: Query) -> bool:
    amounts = _summed(query, _sql)
    return len(amounts) > 1 and 0 not in amounts and sum(amounts) != sum(_summed(query, _as_value))


def _text(quoted: str) -> str | None:
    return None if quoted == "NULL" else quoted.strip("'")


def _parse(problem: str) -> Query | None:
    query = _QUERY.search(problem)
    customers = tuple((int(number), _text(city)) for number, city in _CUSTOMER.findall(problem)[:13])
    orders = tuple(
        (int(number), _text(state), None if amount == "NULL" else int(amount))
        for number, state, amount in _ORDER.findall(problem)[:41]
    )
    return Query(customers, orders, query[1], query[2], query[3], query[4], int(query[5])) if query else None
