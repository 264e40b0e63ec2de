"""The three exchanges of 3-protocol §3.1 as synapses: the names of the fields are the wire format.

A synapse is what a stranger says; `to_domain` is the one way from it to a value. No postponed annotations in here: an
Axon compares its handlers' annotations with these classes.
"""

from hashlib import sha3_256
from typing import Annotated, Any, ClassVar, Self

from attrs import asdict
from pydantic import BaseModel, BeforeValidator, FailFast, Field, FiniteFloat

from reasonforge.adapters.bittensor.sdk import Synapse
from reasonforge.application.ports.transport import Health, ScoreNotice, TaskScore
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import BlockNumber, Coldkey, EpochNumber, Hotkey, QueryId, Rao, Uid
from reasonforge.domain.legible import legible
from reasonforge.domain.metagraph import Endpoint, Neuron
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.task import Question

_WORD = 200
_LONGEST_SECONDS = 86_400.0


def _cut(value: object) -> object:
    return legible(value[:_WORD]) if isinstance(value, str) else value


Word = Annotated[str, BeforeValidator(_cut)]
"""A short text of a stranger: legible, at most 200 characters."""


Names = Annotated[list[str], FailFast(), Field(max_length=64)]
"""A few names of a stranger; the first that is none ends the reading."""


class Exchange(Synapse):
    """A synapse that costs what it must.

    The SDK makes a JSON schema, a dump and a walk over all objects for every message's headers. All our fields have
    defaults, so no header has to carry a stand-in for them, and the sizes in the headers inform nobody.
    """

    def get_required_fields(self) -> list[str]:
        return []

    def get_total_size(self) -> int:
        return self.total_size or 0

    @property
    def body_hash(self) -> str:
        """SHA3-256 over the hashes of `required_hash_fields`, in order, as the SDK defines it."""
        fields = self.model_dump(include=set(self.required_hash_fields))
        return _hash("".join(_hash(str(fields[name])) for name in self.required_hash_fields))


def _hash(text: str) -> str:
    return sha3_256(text.encode()).hexdigest()


class ReasoningTask(Exchange):
    """A question (frozen), and what the miner fills in."""

    required_hash_fields: ClassVar[tuple[str, ...]] = ("task_id", "problem", "domain", "difficulty")

    task_id: str = Field(default="", frozen=True)
    problem: str = Field(default="", frozen=True)
    domain: str = Field(default="", frozen=True)
    difficulty: int = Field(default=1, frozen=True)
    timeout_seconds: float = Field(default=300.0, frozen=True)
    context: str = Field(default="", frozen=True)
    constraints: str = Field(default="", frozen=True)
    answer_format: dict[str, Any] = Field(default_factory=dict, frozen=True)

    reasoning_steps: list[dict[str, Any]] | None = None
    final_answer: str | None = None
    artifact: Any = None
    proof_status: str | None = None
    proof_artifact: str | None = None
    code_artifact: str | None = None
    time_taken_ms: float | None = None
    submission_hash: str | None = None

    @classmethod
    def from_domain(cls, question: Question) -> Self:
        return cls(
            timeout=question.timeout_seconds,
            task_id=question.query_id,
            problem=question.problem,
            domain=question.discipline.value,
            difficulty=question.difficulty,
            timeout_seconds=question.timeout_seconds,
            context=question.context,
            constraints=question.constraints,
            answer_format=dict(question.answer_format),
        )

    def to_domain(self) -> Question:
        """The question that was asked.

        Raises:
            ValueError: it is none: no problem, no such discipline or difficulty, a time outside (0, one day].
        """
        if not self.task_id or not self.problem:
            raise ValueError("a question has a task_id and a problem")
        if not 0 < self.timeout_seconds <= _LONGEST_SECONDS:
            raise ValueError(f"timeout_seconds is no time in (0, {_LONGEST_SECONDS:g}]")
        return Question(
            query_id=QueryId(self.task_id),
            problem=self.problem,
            discipline=Discipline(self.domain),
            difficulty=self.difficulty,
            timeout_seconds=self.timeout_seconds,
            answer_format=self.answer_format,
            context=self.context,
            constraints=self.constraints,
        )


_OWN_FIELDS = ReasoningTask.model_fields.keys() - Synapse.model_fields.keys()
FROZEN_FIELDS = frozenset(name for name in _OWN_FIELDS if ReasoningTask.model_fields[name].frozen)
"""What the validator sets and a reply may not change."""

MINER_FIELDS = _OWN_FIELDS - FROZEN_FIELDS | {"task_id"}
"""What `domain.receive` reads of a reply."""


class HealthCheck(Exchange):
    """Can you be asked? All of it is the miner's own word."""

    status: Word = ""
    supported_domains: Names = Field(default_factory=list)
    model_info: Word = ""
    version: Word = ""

    @classmethod
    def from_domain(cls, health: Health) -> Self:
        return cls(
            status=health.status,
            supported_domains=sorted(health.supported_disciplines),
            model_info=health.model,
            version=health.version,
        )

    def to_domain(self) -> Health:
        """What the miner says; a name that is no discipline's is left out.

        Raises:
            ValueError: it says no status.
        """
        if not self.status:
            raise ValueError("a health check's reply has a status")
        named = frozenset(self.supported_domains)
        return Health(
            status=self.status,
            supported_disciplines=frozenset(discipline for discipline in Discipline if discipline in named),
            model=self.model_info,
            version=self.version,
        )


HEALTH_FIELDS = frozenset(HealthCheck.model_fields.keys() - Synapse.model_fields.keys())
"""What a miner says of itself."""


class DimensionsLine(BaseModel):
    """The four dimensions of one score."""

    quality: FiniteFloat
    accuracy: FiniteFloat
    novelty: FiniteFloat
    efficiency: FiniteFloat


class ScoreLine(BaseModel):
    """What one task earned."""

    task_id: str
    cms: FiniteFloat
    rank: int
    dimensions: DimensionsLine
    checks: dict[str, str]


class EndpointLine(BaseModel):
    """Where the validator asked."""

    host: str
    port: int


class NeuronLine(BaseModel):
    """Whom the validator means, as its metagraph shows it."""

    uid: int
    hotkey: str
    coldkey: str
    stake: FiniteFloat
    validator_permit: bool
    endpoint: EndpointLine | None
    last_update: int
    registered_at: int
    emission: int
    incentive: FiniteFloat
    consensus: FiniteFloat
    dividends: FiniteFloat
    validator_trust: FiniteFloat


class TaskResult(Exchange):
    """What an epoch earned a miner. `neuron` tells it under which stake, uid and endpoint the validator knew it."""

    required_hash_fields: ClassVar[tuple[str, ...]] = (
        "epoch_id",
        "miner_uid",
        "neuron",
        "scores",
        "s_epoch",
        "rank",
        "total_tao",
    )

    epoch_id: int = Field(default=0, frozen=True)
    miner_uid: int = Field(default=0, frozen=True)
    neuron: NeuronLine | None = Field(default=None, frozen=True)
    scores: Annotated[list[ScoreLine], FailFast()] = Field(default_factory=list, frozen=True)
    s_epoch: FiniteFloat = Field(default=0.0, frozen=True)
    rank: int = Field(default=0, frozen=True)
    total_tao: FiniteFloat = Field(default=0.0, frozen=True)

    @classmethod
    def from_domain(cls, notice: ScoreNotice) -> Self:
        return cls(
            epoch_id=notice.epoch,
            miner_uid=notice.neuron.uid,
            neuron=NeuronLine.model_validate(asdict(notice.neuron)),
            scores=[_score_line(score) for score in notice.scores],
            s_epoch=notice.s_epoch,
            rank=notice.rank,
            total_tao=notice.total_tao,
        )

    def to_domain(self) -> ScoreNotice:
        """What the validator says.

        Raises:
            ValueError: it does not say whom it means.
        """
        if self.neuron is None:
            raise ValueError("a task result names its neuron")
        return ScoreNotice(
            epoch=EpochNumber(self.epoch_id),
            neuron=_neuron(self.neuron),
            scores=tuple(_task_score(line) for line in self.scores),
            s_epoch=self.s_epoch,
            rank=self.rank,
            total_tao=self.total_tao,
        )


def _score_line(score: TaskScore) -> ScoreLine:
    return ScoreLine(
        task_id=score.query_id,
        cms=score.cms,
        rank=score.rank,
        dimensions=DimensionsLine.model_validate(asdict(score.dimensions)),
        checks=dict(score.checks),
    )


def _task_score(line: ScoreLine) -> TaskScore:
    return TaskScore(
        query_id=QueryId(line.task_id),
        cms=line.cms,
        rank=line.rank,
        dimensions=DimensionScores(**line.dimensions.model_dump()),
        checks=line.checks,
    )


def _neuron(line: NeuronLine) -> Neuron:
    return Neuron(
        uid=Uid(line.uid),
        hotkey=Hotkey(line.hotkey),
        coldkey=Coldkey(line.coldkey),
        stake=line.stake,
        validator_permit=line.validator_permit,
        endpoint=None if line.endpoint is None else Endpoint(line.endpoint.host, line.endpoint.port),
        last_update=BlockNumber(line.last_update),
        registered_at=BlockNumber(line.registered_at),
        emission=Rao(line.emission),
        incentive=line.incentive,
        consensus=line.consensus,
        dividends=line.dividends,
        validator_trust=line.validator_trust,
    )
