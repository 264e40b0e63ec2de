"""What every Entropy promises (application/ports/entropy.py)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reasonforge.application.ports.entropy import Entropy
from reasonforge.domain.identity import EpochNumber, Hotkey, TaskId

USES = st.tuples(st.integers(0, 10**9).map(EpochNumber), st.text(max_size=20))
QUERIES = st.tuples(
    st.integers(0, 10**9).map(EpochNumber), st.text(max_size=20).map(TaskId), st.text(max_size=20).map(Hotkey)
)


class EntropyContract:
    """Subclasses give an entropy for a secret, as a validator would hold it."""

    def entropy(self, secret: bytes) -> Entropy:
        raise NotImplementedError

    def test_a_use_has_one_sequence(self) -> None:
        """The same secret, epoch and purpose give the same sequence again; any other use gives another one."""

        @settings(deadline=None)
        @given(USES, USES)
        def property_(one: tuple[EpochNumber, str], other: tuple[EpochNumber, str]) -> None:
            first = self.entropy(b"a" * 32).rng_for(*one)
            again = self.entropy(b"a" * 32).rng_for(*one)
            drawn = [first.getrandbits(64) for _ in range(4)]
            assert drawn == [again.getrandbits(64) for _ in range(4)]
            unlike = self.entropy(b"a" * 32).rng_for(*other)
            assert (drawn == [unlike.getrandbits(64) for _ in range(4)]) is (one == other)

        property_()

    def test_an_epoch_s_seed_gives_all_its_randomness(self) -> None:
        """Who is given the seed of an epoch draws what its validator drew, and its commitment is the same again."""

        @settings(deadline=None)
        @given(USES, QUERIES)
        def property_(use: tuple[EpochNumber, str], query: tuple[EpochNumber, TaskId, Hotkey]) -> None:
            entropy = self.entropy(b"a" * 32)
            seed = entropy.seed_of(use[0])
            assert seed.rng(use[1]).getrandbits(64) == entropy.rng_for(*use).getrandbits(64)
            assert seed.query_id(*query[1:]) == entropy.query_id(use[0], *query[1:])
            assert seed.commitment() == entropy.seed_of(use[0]).commitment()

        property_()

    def test_another_secret_is_another_sequence(self) -> None:
        """Who does not know the secret cannot replay it."""

        @settings(deadline=None)
        @given(USES)
        def property_(use: tuple[EpochNumber, str]) -> None:
            drawn = [self.entropy(secret * 32).rng_for(*use).getrandbits(64) for secret in (b"a", b"b")]
            assert drawn[0] != drawn[1]

        property_()

    def test_query_ids_are_distinct(self) -> None:
        """Two queries have one id only when they are the same query."""

        @settings(deadline=None)
        @given(QUERIES, QUERIES)
        def property_(one: tuple[EpochNumber, TaskId, Hotkey], other: tuple[EpochNumber, TaskId, Hotkey]) -> None:
            entropy = self.entropy(b"a" * 32)
            assert (entropy.query_id(*one) == entropy.query_id(*other)) is (one == other)

        property_()

    def test_query_ids_are_opaque(self) -> None:
        """An id is 32 hexadecimal digits, which the secret decides."""

        @settings(deadline=None)
        @given(QUERIES)
        def property_(query: tuple[EpochNumber, TaskId, Hotkey]) -> None:
            ids = [self.entropy(secret * 32).query_id(*query) for secret in (b"a", b"b")]
            assert ids[0] != ids[1]
            assert all(len(one) == 32 and set(one) <= set("0123456789abcdef") for one in ids)

        property_()
