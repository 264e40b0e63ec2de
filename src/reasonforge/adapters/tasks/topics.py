"""What the shipped database holds (7-tasks §7.5): a topic's families, how many tasks, how many of them traps."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from reasonforge.adapters.tasks.family import AnyFamily
from reasonforge.adapters.tasks.registry import BY_NAME
from reasonforge.domain.discipline import Discipline

PUBLIC_SEED = "public-1"
"""What every seed of the shipped database begins with. Whoever wants can make its tasks, so none of them is secret."""


@frozen
class Slot:
    """One place of the database: what is made for it, but for the statement."""

    topic: "Topic"
    number: int
    family: str
    difficulty: int
    is_trap: bool

    @property
    def task_id(self) -> str:
        """Unique in the database."""
        return f"{self.topic.discipline}.{self.topic.name}.{self.number:03}"

    def seed(self, attempt: int = 1) -> str:
        """The first seed to try, or a further one where its statement is in the database already."""
        return f"{PUBLIC_SEED}/{self.topic.name}/{self.number:03}" + (f"/{attempt}" if attempt > 1 else "")


@frozen
class Topic:
    """One file of the database.

    Attributes:
        families: take turns, so that each is met at many difficulties.
        rounds: how often every difficulty of the discipline is gone through; as many tasks at each.
        traps: how many of the tasks are marked as such.
    """

    name: str
    discipline: Discipline
    families: tuple[str, ...]
    rounds: int
    traps: int

    @property
    def path(self) -> str:
        """Below the folder of the database."""
        return f"{self.discipline}/{self.name}.json"

    @property
    def difficulties(self) -> tuple[int, ...]:
        """Those that all of its families have."""
        have = [set(BY_NAME[name].difficulties) for name in self.families]
        return tuple(sorted(set.intersection(*have)))

    def slots(self) -> tuple[Slot, ...]:
        """Its places by number, from 1; difficulties rise and start again."""
        levels = self.difficulties
        count = self.rounds * len(levels)
        order = sorted(range(count), key=lambda at: hashlib.sha256(f"{PUBLIC_SEED}/{self.name}/{at}".encode()).digest())
        traps = frozenset(order[: self.traps])
        return tuple(
            Slot(
                topic=self,
                number=at + 1,
                family=self.families[(at % len(levels) + at // len(levels)) % len(self.families)],
                difficulty=levels[at % len(levels)],
                is_trap=at in traps,
            )
            for at in range(count)
        )


def _topic(discipline: Discipline, name: str, rounds: int, traps: int, *families: str) -> Topic:
    return Topic(name, discipline, families, rounds, traps)


TOPICS: tuple[Topic, ...] = (
    _topic(
        Discipline.MATHEMATICS, "algebra", 3, 5,
        "rational_roots", "determinants", "formal_lean", "linear_systems", "resultants", "permutation_orders",
    ),
    _topic(Discipline.MATHEMATICS, "calculus", 2, 3, "areas"),
    _topic(
        Discipline.MATHEMATICS, "number_theory", 3, 4,
        "congruences", "recurrences", "formal_coq", "smallest_multiples", "power_towers",
    ),
    _topic(
        Discipline.MATHEMATICS, "combinatorics", 2, 3,
        "lattice_paths", "restricted_counting", "absorption", "lattice_polygons",
    ),
    _topic(
        Discipline.CODE, "algorithms", 4, 6,
        "list_pipelines", "nfa_words", "word_filters", "sql_totals", "bit_codec",
    ),
    _topic(
        Discipline.CODE, "systems", 3, 5,
        "cache_simulators", "lru_evictions", "race_outcomes", "stack_machines", "round_robin",
    ),
    _topic(
        Discipline.CODE, "debugging", 3, 4,
        "pipeline_repairs", "mutation_repairs", "failing_inputs", "program_output",
    ),
    _topic(
        Discipline.SCIENTIFIC, "physics", 3, 5,
        "mechanics", "resistors", "gas_cycle", "altered_kinematics", "dimensions", "calibration", "decay_chain",
    ),
    _topic(Discipline.SCIENTIFIC, "chemistry", 3, 4, "limiting_reagent", "balancing", "weak_acid"),
    _topic(Discipline.SCIENTIFIC, "biology", 2, 3, "pedigree", "translation", "chi_square"),
    _topic(
        Discipline.STRATEGIC, "game_theory", 2, 3,
        "zero_sum", "backward_induction", "shapley", "iterated_dominance", "subtraction_game",
        "vickrey_clarke_groves", "stable_matching",
    ),
    _topic(Discipline.STRATEGIC, "optimization", 2, 3, "knapsack", "max_flow", "markov_decision"),
    _topic(Discipline.STRATEGIC, "planning", 2, 3, "critical_path", "strips_plan"),
    _topic(
        Discipline.CAUSAL, "inference", 3, 5,
        "intervention", "d_separation", "average_effect", "backdoor_set", "front_door", "simpson", "instrument",
        "identifiability",
    ),
    _topic(
        Discipline.CAUSAL, "counterfactual", 3, 4,
        "unit_counterfactual", "necessity", "effect_on_treated", "mediation",
    ),
    _topic(Discipline.ETHICAL, "dilemmas", 3, 4, "obligations", "triage", "least_violation"),
    _topic(
        Discipline.ETHICAL, "policy_analysis", 4, 4,
        "voting", "consent", "bankruptcy", "fairness_gap", "welfare_order", "fair_allocation",
    ),
)  # fmt: skip


@frozen
class Least:
    """How many tasks, and traps among them, a discipline has at least."""

    tasks: int
    traps: int


LEAST: Mapping[Discipline, Least] = MappingProxyType(
    {
        Discipline.MATHEMATICS: Least(100, 15),
        Discipline.CODE: Least(100, 15),
        Discipline.SCIENTIFIC: Least(80, 12),
        Discipline.STRATEGIC: Least(60, 9),
        Discipline.CAUSAL: Least(60, 9),
        Discipline.ETHICAL: Least(50, 8),
    }
)
SPREAD = 0.25
"""How far a difficulty's share of a discipline's tasks may be from an even one, of that even share."""


def is_public(seed: str) -> bool:
    """Whether it is a seed of the shipped database, this version's or another's."""
    return seed.startswith("public-")


def slot_of(seed: str) -> tuple[Slot, int] | None:
    """The slot and attempt that a seed of the shipped database belongs to; None where there is no such slot."""
    for topic in TOPICS:
        if seed.startswith(f"{PUBLIC_SEED}/{topic.name}/"):
            number, _, attempt = seed.removeprefix(f"{PUBLIC_SEED}/{topic.name}/").partition("/")
            for slot in topic.slots():
                at = int(attempt) if attempt.isascii() and attempt.isdigit() and len(attempt) < 4 else 1
                if f"{slot.number:03}" == number and slot.seed(at) == seed:
                    return slot, at
    return None


def shortfalls(counted: Counter[Discipline], traps: Counter[Discipline]) -> list[str]:
    """What a database with these counts has too few of, a sentence each."""
    found = []
    for discipline, least in LEAST.items():
        if counted[discipline] < least.tasks:
            found.append(f"{discipline} has {counted[discipline]} tasks and needs {least.tasks}")
        if traps[discipline] < least.traps:
            found.append(f"{discipline} has {traps[discipline]} traps and needs {least.traps}")
    return found


def uneven(levels: Mapping[Discipline, Counter[int]], families: Mapping[str, AnyFamily] = BY_NAME) -> list[str]:
    """Where a database with these counts by difficulty is not spread evenly, a sentence each."""
    found = []
    for discipline, counted in levels.items():
        own = [family for family in families.values() if family.discipline is discipline]
        asked = sorted({level for family in own for level in family.difficulties})
        even = counted.total() / len(asked)
        found += [
            f"{discipline} has {counted[level]} tasks of difficulty {level}, where an even spread has {even:.1f}"
            for level in asked
            if abs(counted[level] - even) > SPREAD * even + 1
        ]
    return found
