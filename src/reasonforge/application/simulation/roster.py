"""Who takes part in a simulation: tiers of miners, profiles of validators, rosters of any size (1-mechanism §1.9)."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from attrs import evolve, field, frozen

from reasonforge.domain.numbers import nonnegative
from reasonforge.domain.score import DimensionScores

LARGEST_ROSTER = 65_536
"""More of either kind than a subnet has uids for is refused."""


def _nonnegative(_instance: object, attribute: object, value: float) -> None:
    nonnegative(value, f"{getattr(attribute, 'name', 'the number')}")


@frozen
class MinerTier:
    """How well a kind of miner reasons at difficulty 5: its mean dimensions in [0, 1], and their standard deviation."""

    name: str
    base: DimensionScores
    sd: float = field(validator=_nonnegative)


@frozen
class ValidatorProfile:
    """How a kind of validator judges: `slope` · true score + `bias` + normal noise of `sd`, clamped to [0, 1].

    An honest judge has slope 1; slope −1 with bias 1 inverts, slope 0 ignores what it judges.
    """

    name: str
    sd: float = field(validator=_nonnegative)
    bias: float
    slope: float = 1.0


@frozen
class SimulatedMiner:
    """A miner of the roster."""

    id: str
    name: str
    tier: MinerTier


@frozen
class SimulatedValidator:
    """A validator of the roster; `stake` in TAO, ≥ 0. One without stake judges, and no consensus hears it."""

    id: str
    name: str
    stake: float = field(validator=_nonnegative)
    profile: ValidatorProfile


@frozen
class Roster:
    """The participants of a simulation, at least one of either kind, each id once; anything else is a ValueError."""

    miners: tuple[SimulatedMiner, ...]
    validators: tuple[SimulatedValidator, ...]

    def __attrs_post_init__(self) -> None:
        for kind, members in (("miner", self.miners), ("validator", self.validators)):
            _counted(len(members), kind)
            if len({member.id for member in members}) < len(members):
                message = f"each {kind} needs an id of its own"
                raise ValueError(message)


TIERS: Mapping[str, MinerTier] = MappingProxyType(
    {
        tier.name: tier
        for tier in (
            MinerTier("elite", DimensionScores(quality=0.88, accuracy=0.90, novelty=0.80, efficiency=0.85), 0.06),
            MinerTier("strong", DimensionScores(quality=0.78, accuracy=0.80, novelty=0.70, efficiency=0.75), 0.08),
            MinerTier("mid", DimensionScores(quality=0.65, accuracy=0.68, novelty=0.55, efficiency=0.65), 0.10),
            MinerTier("weak", DimensionScores(quality=0.45, accuracy=0.50, novelty=0.40, efficiency=0.55), 0.12),
            MinerTier("adversarial", DimensionScores(quality=0.20, accuracy=0.15, novelty=0.10, efficiency=0.30), 0.15),
        )
    }
)
"""The published tiers of miners."""

PROFILES: Mapping[str, ValidatorProfile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            ValidatorProfile("honest", sd=0.03, bias=0.0),
            ValidatorProfile("good", sd=0.06, bias=0.0),
            ValidatorProfile("lazy", sd=0.15, bias=-0.10),
            ValidatorProfile("malicious", sd=0.25, bias=0.20),
            ValidatorProfile("inverting", sd=0.0, bias=1.0, slope=-1.0),
            ValidatorProfile("constant", sd=0.0, bias=1.0, slope=0.0),
        )
    }
)
"""The published profiles of validators, and two with which slashing can be seen: `inverting` reports 1 − score,
`constant` always 1.0. The published `malicious` deviates by about 0.26, so its VAS stays above Eq. 10's 0.60."""

_MINERS = (
    ("DeepReason-v3", "elite"), ("LogicForge-7B", "elite"), ("ProofMaster", "strong"), ("ReasonSwarm", "strong"),
    ("CausalNet", "strong"), ("ThinkChain", "mid"), ("InferBot", "mid"), ("NovaMind", "mid"),
    ("BasicReasoner", "weak"), ("CheapInference", "weak"), ("SpamBot-X", "adversarial"), ("CopyCat-3", "adversarial"),
)  # fmt: skip
_VALIDATORS = (
    ("TruthGuard", 5000.0, "honest"), ("AccuScore", 3000.0, "honest"), ("FairCheck", 4000.0, "good"),
    ("QuickVal", 2000.0, "good"), ("LazyNode", 1500.0, "lazy"), ("BadActor", 1000.0, "malicious"),
)  # fmt: skip
_ADVERSARIES = (("Inverter", 1000.0, "inverting"), ("AlwaysOne", 1000.0, "constant"))
_Kind = TypeVar("_Kind", MinerTier, ValidatorProfile)
DEFAULT_MINERS = len(_MINERS)
DEFAULT_VALIDATORS = len(_VALIDATORS)


def roster(
    miners: int = DEFAULT_MINERS,
    validators: int = DEFAULT_VALIDATORS,
    *,
    miner_tiers: Sequence[str] = (),
    validator_profiles: Sequence[str] = (),
    adversaries: bool = False,
) -> Roster:
    """A roster of `miners` and `validators`, each from 1 to 65,536.

    The published names come first. Further miners go round the published ones' tiers in their order (two elite,
    three strong, three mid, two weak, two adversarial), further validators round the published stakes and profiles,
    so a larger roster has the same mix; they are named after their tier or profile and number (`Strong-015`).
    `miner_tiers` and `validator_profiles` replace those of as many miners and validators, from the first on.
    `adversaries` adds an inverting and a constant validator of 1,000 TAO each behind the others. A number out of
    range, an unknown name, or more names than participants: ValueError.

    >>> [miner.name for miner in roster(14, 1).miners[11:]]
    ['CopyCat-3', 'Elite-013', 'Elite-014']
    """
    reasoners = _miners(_counted(miners, "miner"))
    for index, tier in enumerate(_chosen(miner_tiers, TIERS, miners, "miner tier")):
        reasoners[index] = evolve(reasoners[index], tier=tier)
    judges = _validators(_counted(validators, "validator"))
    for index, profile in enumerate(_chosen(validator_profiles, PROFILES, validators, "validator profile")):
        judges[index] = evolve(judges[index], profile=profile)
    if adversaries:
        judges += [
            SimulatedValidator(_id("v", validators + offset), name, stake, PROFILES[profile])
            for offset, (name, stake, profile) in enumerate(_ADVERSARIES)
        ]
    return Roster(tuple(reasoners), tuple(judges))


def _chosen(names: Sequence[str], known: Mapping[str, _Kind], most: int, what: str) -> list[_Kind]:
    if len(names) > most:
        message = f"{len(names)} {what}s were given for {most}"
        raise ValueError(message)
    for name in names:
        if name not in known:
            message = f"{name!r} is no {what}: choose from {', '.join(known)}"
            raise ValueError(message)
    return [known[name] for name in names]


def _miners(count: int) -> list[SimulatedMiner]:
    members = []
    for index in range(count):
        name, tier = _MINERS[index % len(_MINERS)]
        named = name if index < len(_MINERS) else f"{tier.title()}-{index + 1:03}"
        members.append(SimulatedMiner(_id("m", index), named, TIERS[tier]))
    return members


def _validators(count: int) -> list[SimulatedValidator]:
    members = []
    for index in range(count):
        name, stake, profile = _VALIDATORS[index % len(_VALIDATORS)]
        named = name if index < len(_VALIDATORS) else f"{profile.title()}-{index + 1:03}"
        members.append(SimulatedValidator(_id("v", index), named, stake, PROFILES[profile]))
    return members


def _id(kind: str, index: int) -> str:
    return f"{kind}-{index + 1:03}"


def _counted(count: int, kind: str) -> int:
    if not 1 <= count <= LARGEST_ROSTER:
        message = f"a simulation needs from 1 to {LARGEST_ROSTER:,} {kind}s, and {count:,} were asked for"
        raise ValueError(message)
    return count
