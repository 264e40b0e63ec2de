from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain.audit import Comparison, compare_published
from reasonforge.domain.identity import BlockNumber, Coldkey, Hotkey, NetUid, Uid
from reasonforge.domain.metagraph import Metagraph, Neuron


def metagraph(rows: dict[int, dict[int, float]], stakes: dict[int, float]) -> Metagraph:
    """Validators with these rows and stakes, and nobody else."""
    neurons = tuple(
        Neuron(Uid(uid), Hotkey(f"v{uid}"), Coldkey("c"), stakes[uid], True, None, BlockNumber(0)) for uid in rows
    )
    weights = {Uid(uid): {Uid(to): share for to, share in row.items()} for uid, row in rows.items()}
    return Metagraph(NetUid(1), BlockNumber(1), neurons, weights)


AGREED = {7: 0.6, 8: 0.4}


def test_without_weights_there_is_nothing_to_compare() -> None:
    """A metagraph whose weights were not asked for compares nobody."""
    assert compare_published(evolve(metagraph({0: AGREED}, {0: 1.0}), weights=None)) == {}


def test_who_agrees_is_at_the_consensus() -> None:
    """Of three equal stakes two agree: they are the consensus, and the third is off it."""
    found = compare_published(metagraph({0: AGREED, 1: AGREED, 2: {8: 1.0}}, dict.fromkeys(range(3), 10.0)))
    assert found[Hotkey("v0")] == (Comparison(1.0, 1.0), Comparison(0.4 / 0.6, 0.4 / 0.6))
    assert found[Hotkey("v2")] == (Comparison(0.0, 1.0), Comparison(1.0, 0.4 / 0.6))


def test_who_weighs_nobody_or_has_no_stake_is_left_out() -> None:
    """An empty row and a stake of 0 neither are compared nor count."""
    found = compare_published(metagraph({0: AGREED, 1: {}, 2: {8: 1.0}}, {0: 5.0, 1: 100.0, 2: 0.0}))
    assert set(found) == {"v0"}


def test_a_weight_on_oneself_does_not_count() -> None:
    """A validator's weight on its own uid is not read."""
    found = compare_published(metagraph({0: {0: 0.9, 7: 0.1}}, {0: 5.0}))
    assert found == {Hotkey("v0"): (Comparison(1.0, 1.0),)}


@given(
    st.dictionaries(
        st.integers(0, 5), st.dictionaries(st.integers(6, 12), st.floats(0.0, 1.0), max_size=5), min_size=1, max_size=6
    ),
    st.floats(0.001, 1000.0),
)
def test_the_scale_of_a_row_does_not_matter(rows: dict[int, dict[int, float]], factor: float) -> None:
    """A row read as shares or as u16 gives the same comparison, every figure of it in [0, 1]."""
    stakes = dict.fromkeys(rows, 3.0)
    scaled = {uid: {to: round(share, 6) * factor for to, share in row.items()} for uid, row in rows.items()}
    plain = {uid: {to: round(share, 6) for to, share in row.items()} for uid, row in rows.items()}
    one, other = compare_published(metagraph(plain, stakes)), compare_published(metagraph(scaled, stakes))
    assert one.keys() == other.keys()
    for hotkey, compared in one.items():
        for left, right in zip(compared, other[hotkey], strict=True):
            assert 0.0 <= left.own <= 1.0
            assert 0.0 <= left.consensus <= 1.0
            assert abs(left.own - right.own) < 1e-9
            assert abs(left.consensus - right.consensus) < 1e-9
