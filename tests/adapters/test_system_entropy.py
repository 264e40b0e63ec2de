import pytest

from reasonforge.adapters.system.entropy import HmacEntropy
from reasonforge.domain.identity import EpochNumber, Hotkey, TaskId
from tests.contracts.entropy import EntropyContract


class TestHmacEntropy(EntropyContract):
    def entropy(self, secret: bytes) -> HmacEntropy:
        return HmacEntropy(secret)


def test_known_values() -> None:
    """What a secret gives is the same on every platform and in every version, so that epochs can be replayed."""
    entropy = HmacEntropy(b"reasonforge test secret")
    assert entropy.query_id(EpochNumber(1), TaskId("t"), Hotkey("m")) == "7c99559f9cb0afd28847d22e2954b63c"
    assert entropy.rng_for(EpochNumber(1), "plan").getrandbits(64) == 6409018239637557886


def test_a_short_secret_is_refused() -> None:
    """A secret of less than 16 bytes could be guessed."""
    with pytest.raises(ValueError, match="16"):
        HmacEntropy(b"fifteen bytes..")


def test_the_secret_is_not_shown() -> None:
    """Printing the entropy does not print the secret."""
    assert "reasonforge" not in repr(HmacEntropy(b"reasonforge test secret"))
