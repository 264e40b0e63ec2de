"""How far a validator's published weights are from what the others published (1-mechanism §1.8)."""

from attrs import frozen

from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.identity import Hotkey, Uid
from reasonforge.domain.metagraph import Metagraph
from reasonforge.domain.parameters import DEFAULT_PARAMETERS, MechanismParameters


@frozen
class Comparison:
    """One validator's view of one miner beside the consensus, both in [0, 1]."""

    own: float
    consensus: float


def compare_published(
    metagraph: Metagraph, parameters: MechanismParameters = DEFAULT_PARAMETERS
) -> dict[Hotkey, tuple[Comparison, ...]]:
    """Each validator's weights beside Eq. 12 over all of theirs, miner by miner; empty when none are published.

    A row is read with its largest weight as 1, as the chain's u16 has it: shares that sum to 1 shrink as miners are
    added, and every validator would look accurate. A miner that a row leaves out has 0 in it. Whoever weighs nobody,
    or has no stake, is not compared, and says nothing about the consensus.
    """
    if metagraph.weights is None:
        return {}
    rows: dict[Hotkey, tuple[float, dict[Uid, float]]] = {}
    for neuron in metagraph.validators():
        row = {uid: share for uid, share in metagraph.weights.get(neuron.uid, {}).items() if uid != neuron.uid}
        largest = max(row.values(), default=0.0)
        if largest > 0 and neuron.stake > 0:
            rows[neuron.hotkey] = (neuron.stake, {uid: share / largest for uid, share in row.items()})
    miners = sorted({uid for _, row in rows.values() for uid in row})
    agreed = {
        uid: ScoringEngine.compute_consensus_score(
            [(row.get(uid, 0.0), stake) for stake, row in rows.values()], parameters.consensus_trim_delta
        )
        for uid in miners
    }
    return {
        hotkey: tuple(Comparison(row.get(uid, 0.0), agreed[uid]) for uid in miners) for hotkey, (_, row) in rows.items()
    }
