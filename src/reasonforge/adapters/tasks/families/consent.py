import re
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.considered import BothSides, both_sides_specification, waved_through
from reasonforge.adapters.tasks.considered import told as sides_told
from reasonforge.adapters.tasks.family import WorkedSolution, equals, kept, line, recognised
from reasonforge.adapters.tasks.wrong_ending import ended_in
from reasonforge.domain.answers.numeric import IntegerAnswer
from reasonforge.domain.artefact import ArtefactSpecification
from reasonforge.domain.artefacts.coverage import CHECK
from reasonforge.domain.discipline import Discipline

_PURPOSES = ("billing", "care", "marketing", "research", "statistics", "teaching")
_KINDS = ("contact", "genetic", "health", "payment")
_RECORD = re.compile(
    r"a ([a-z]+) record collected on day ([0-9]{1,4}), consent to ([a-z]+(?: and [a-z]+)?)"
    r"(?:, withdrawn on day ([0-9]{1,4}))?(?=[;.])"
)
_RETENTION = re.compile(r"([a-z]+) records for ([0-9]{1,4}) days")
_COVERS = re.compile(r"consent to ([a-z]+) also covers ([a-z]+)")
_ASKED = re.compile(r"used for ([a-z]+) from day ([0-9]{1,4}) up to, but not including, day ([0-9]{1,4})")
_LAST_DAY = 2_000


@frozen
class Record:
    """What a person gave: its kind, the day, the purposes consented to, and the day of withdrawal (if any)."""

    kind: str
    collected: int
    purposes: tuple[str, ...]
    withdrawn: int | None

    def __attrs_post_init__(self) -> None:
        if self.kind not in _KINDS or not 1 <= len(set(self.purposes)) == len(self.purposes) <= 2:
            raise ValueError("a record is of a known kind, for one or two purposes")
        if not set(self.purposes) <= set(_PURPOSES) or not 0 <= self.collected <= _LAST_DAY:
            raise ValueError("the purposes are known, and the day is from 0 to 2,000")
        if self.withdrawn is not None and not self.collected < self.withdrawn <= _LAST_DAY:
            raise ValueError("consent is withdrawn on a later day, up to 2,000")


@frozen
class Archive:
    """1 to 12 records; how many days each kind is kept; which purposes cover another; the use that is asked about."""

    records: tuple[Record, ...]
    retention: tuple[tuple[str, int], ...]
    covers: tuple[tuple[str, str], ...]
    purpose: str
    first: int
    end: int

    def __attrs_post_init__(self) -> None:
        if not 1 <= len(self.records) <= 12 or tuple(kind for kind, _ in self.retention) != _KINDS:
            raise ValueError("there are 1 to 12 records, and each kind has its retention")
        if not all(1 <= days <= _LAST_DAY for _, days in self.retention) or len(self.covers) > 4:
            raise ValueError("records are kept 1 to 2,000 days, and at most 4 purposes cover another")
        if not {self.purpose, *(one for pair in self.covers for one in pair)} <= set(_PURPOSES):
            raise ValueError("purposes are known ones")
        if not 0 <= self.first < self.end <= _LAST_DAY:
            raise ValueError("the days asked about are from 0 to 2,000, the first before the end")

    def sufficient(self) -> set[str]:
        """The purposes consent to which is enough for the use asked about; covering is passed on."""
        found = {self.purpose}
        while fresh := {broad for broad, narrow in self.covers if narrow in found} - found:
            found |= fresh
        return found


class Consent:
    """On how many record-days data may be used for a purpose, under consent, withdrawal and retention.

    Difficulty d (1 to 8): d + 2 records, 1 + d/3 purposes that cover another (rounded down). Size: the number of
    records. Kept where forgetting withdrawal, retention, or that purposes cover others, each gives another number.
    """

    name: Final = "consent"
    version: Final = 2
    discipline: Final = Discipline.ETHICAL
    difficulties: Final = tuple(range(1, 9))
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Archive:
        return kept(lambda: _draw(rng, difficulty + 2, 1 + difficulty // 3), _every_rule_matters)

    def state(self, instance: Archive, phrasing: int) -> str:
        records = "; ".join(_told(record) for record in instance.records)
        retention = ", ".join(f"{kind} records for {days} days" for kind, days in instance.retention)
        covers = ", ".join(f"consent to {broad} also covers {narrow}" for broad, narrow in instance.covers)
        asked = f"used for {instance.purpose} from day {instance.first} up to, but not including, day {instance.end}"
        rules = (
            f"Use needs consent to its purpose; {covers}, and this is passed on from purpose to purpose. Records may "
            f"be used from the day they are collected. Consent no longer counts from the day it is withdrawn on. "
            f"The policy keeps {retention}, counted from the day of collection on, which is the first; after these "
            f"they are deleted."
        )
        ending = (
            "The final answer is one integer. The artefact `coverage` says in your own words what speaks for each of "
            "these rules and what against it: consent, covering, withdrawal, retention."
        )
        return (
            (
                f"{rules} The archive holds: {records}. Data are to be {asked}. Adding up over all records the days on "
                f"which this is allowed, how many record-days are there? {ending}"
            ),
            (
                f"An archive has {records}. On how many days may each of them be {asked}? Give the sum over the "
                f"records. {rules} {ending}"
            ),
            (
                f"What is the sum, over the records of this archive, of the days on which they may lawfully be "
                f"{asked}? Records: {records}. Rules: {rules} {ending}"
            ),
        )[phrasing]

    def answer(self, instance: Archive) -> IntegerAnswer:
        return IntegerAnswer(sum(_days(instance)))

    def size(self, instance: Archive) -> int:
        return len(instance.records)

    def read(self, problem: str) -> Archive | None:
        return recognised(self, problem, _parse, _every_rule_matters)

    def solve(self, instance: Archive) -> WorkedSolution:
        """The window of every record: the latest of the starts to the earliest of the ends."""
        retention, enough = dict(instance.retention), instance.sufficient()
        lines, counted = [], []
        for number, record in enumerate(instance.records, start=1):
            if not enough & set(record.purposes):
                lines.append(line(_PURPOSE, f"record {number} lacks consent to {instance.purpose}"))
                continue
            deleted = record.collected + retention[record.kind]
            start, end = _window(instance, record)
            days = max(0, end - start)
            counted.append(days)
            claims = [equals(f"{record.collected} + {retention[record.kind]}", deleted)]
            if days:
                claims.append(equals(f"{end} - {start}", days))
            lines.append(line(_WINDOW, f"record {number} may be used on {days} days", *claims))
        total = sum(counted)
        summed = equals(" + ".join(str(days) for days in counted) or "0", total)
        lines.append(line("Add up the records' days.", f"{total} in all", summed))
        return WorkedSolution(str(total), tuple(lines), sides_told(_CONSIDERED))

    def solve_again(self, instance: Archive) -> str:
        """Asks on every single day of every record whether each rule allows its use."""
        return str(_day_by_day(instance))

    def slip(self, instance: Archive, rng: Random) -> str:
        """Forgets withdrawal, retention, or that a purpose covers another."""
        return str(rng.choice(_shortcuts(instance)))

    def checks(self, instance: Archive) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        return ("logic", CHECK)

    def artefacts(self, instance: Archive) -> tuple[ArtefactSpecification, ...]:
        statements = [self.state(instance, phrasing) for phrasing in range(self.phrasings)]
        return (both_sides_specification(_CONSIDERED, statements),)

    def go_wrong(self, instance: Archive, rng: Random) -> WorkedSolution:
        """Ends in a slip, and has nothing to say about the rules but that they matter."""
        return ended_in(self.solve(instance), self.slip(instance, rng), waved_through(_CONSIDERED))


_PURPOSE = "Use needs consent to the purpose, or to one that covers it."
_WINDOW = "The days run from collection to deletion, cut by withdrawal and by the days that are asked about."


_CONSIDERED = (
    BothSides(
        "consent",
        ("consent", "consents", "consented", "agree", "agreed", "agreement", "permission", "ask", "asked", "asking"),
        "People who agreed to something keep a say over what becomes of their own lives and bodies.",
        "Asking everybody costs time, and those who refuse leave gaps that make findings less true for the rest.",
    ),
    BothSides(
        "covering",
        ("cover", "covers", "covering", "covered", "broad", "broader", "narrow", "narrower", "purpose", "purposes"),
        "A broad yes already means the smaller things inside it, so nobody need be troubled again.",
        "Stretching one purpose over the next ends in uses that the person never pictured when signing.",
    ),
    BothSides(
        "withdrawal",
        ("withdraw", "withdraws", "withdrawal", "withdrawn", "withdrew", "revoke", "revoked", "leave", "stop", "mind"),
        "Only somebody who can stop at any moment has really chosen to go on.",
        "When participants leave halfway, work that others rely on becomes worthless or has to start over.",
    ),
    BothSides(
        "retention",
        (
            "retention",
            "retain",
            "retained",
            "keep",
            "keeping",
            "kept",
            "delete",
            "deleted",
            "deletion",
            "storage",
            "old",
        ),
        "What is deleted in time can neither leak nor be turned against its owner years later.",
        "Old files answer questions nobody thought of yet, and destroying them loses that for good.",
    ),
)


def _told(record: Record) -> str:
    ending = "" if record.withdrawn is None else f", withdrawn on day {record.withdrawn}"
    return (
        f"a {record.kind} record collected on day {record.collected}, consent to {' and '.join(record.purposes)}"
        f"{ending}"
    )


def _window(archive: Archive, record: Record, *, withdrawal: bool = True, retention: bool = True) -> tuple[int, int]:
    """First day of use, and the day that it ends before; nothing where that is not later."""
    ends = [archive.end]
    if retention:
        ends.append(record.collected + dict(archive.retention)[record.kind])
    if withdrawal and record.withdrawn is not None:
        ends.append(record.withdrawn)
    return max(record.collected, archive.first), min(ends)


def _days(archive: Archive, *, withdrawal: bool = True, retention: bool = True, covering: bool = True) -> list[int]:
    enough = archive.sufficient() if covering else {archive.purpose}
    windows = (
        _window(archive, record, withdrawal=withdrawal, retention=retention)
        for record in archive.records
        if enough & set(record.purposes)
    )
    return [max(0, end - start) for start, end in windows]


def _day_by_day(archive: Archive) -> int:
    kept_for = dict(archive.retention)
    count = 0
    for record in archive.records:
        allowed, waiting = set[str](), list(record.purposes)
        while waiting:
            purpose = waiting.pop()
            if purpose not in allowed:
                allowed.add(purpose)
                waiting.extend(narrow for broad, narrow in archive.covers if broad == purpose)
        for day in range(archive.first, archive.end):
            held = 0 <= day - record.collected < kept_for[record.kind]
            consented = record.withdrawn is None or day < record.withdrawn
            count += held and consented and archive.purpose in allowed
    return count


def _shortcuts(archive: Archive) -> tuple[int, int, int]:
    """Without withdrawal, without retention, without covering."""
    return (
        sum(_days(archive, withdrawal=False)),
        sum(_days(archive, retention=False)),
        sum(_days(archive, covering=False)),
    )


def _every_rule_matters(archive: Archive) -> bool:
    total = sum(_days(archive))
    return total > 0 and total not in _shortcuts(archive)


def _draw(rng: Random, count: int, covering: int) -> Archive:
    purpose, *others = rng.sample(_PURPOSES, len(_PURPOSES))
    chain = [purpose, *others[:covering]]
    covers = tuple((chain[at + 1], chain[rng.randint(0, at)]) for at in range(covering))
    retention = tuple((kind, rng.randint(20, 90)) for kind in _KINDS)
    records = []
    for _ in range(count):
        purposes = tuple(rng.sample(chain if rng.random() < 0.75 else others, rng.randint(1, 2)))
        collected = rng.randint(0, 90)
        withdrawn = collected + rng.randint(10, 70) if rng.random() < 0.5 else None
        records.append(Record(rng.choice(_KINDS), collected, purposes, withdrawn))
    first = rng.randint(25, 60)
    return Archive(tuple(records), retention, covers, purpose, first, first + rng.randint(30, 80))


def _parse(problem: str) -> Archive | None:
    asked = _ASKED.search(problem)
    if asked is None:
        return None
    records = tuple(
        Record(kind, int(day), tuple(purposes.split(" and ")), int(end) if end else None)
        for kind, day, purposes, end in _RECORD.findall(problem)
    )
    retention = tuple((kind, int(days)) for kind, days in _RETENTION.findall(problem))
    return Archive(records, retention, tuple(_COVERS.findall(problem)), asked[1], int(asked[2]), int(asked[3]))
