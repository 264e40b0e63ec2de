import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.adapters.bittensor.replay import ReplayedError, ReplayWindow
from reasonforge.domain.identity import Hotkey

SECOND = 1_000_000_000
NOW = 1_000 * SECOND
CALLER = Hotkey("caller")


def taken(window: ReplayWindow, nonce: int, now: int, dendrite: str = "d") -> bool:
    try:
        window.take(CALLER, dendrite, nonce, now)
    except ReplayedError:
        return False
    return True


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.sampled_from("ab")), max_size=80))
def test_no_message_is_taken_twice(arrivals: list[tuple[int, int, str]]) -> None:
    """However messages arrive, each is taken at most once, and only within ten seconds of its nonce."""
    window = ReplayWindow(started_ns=0)
    seen: set[tuple[int, str]] = set()
    now = NOW
    for later, age, dendrite in arrivals:
        now += later * SECOND // 10
        nonce = NOW + age * SECOND
        fresh = now - 10 * SECOND <= nonce <= now + 10 * SECOND
        assert taken(window, nonce, now, dendrite) is (fresh and (nonce, dendrite) not in seen)
        if fresh:
            seen.add((nonce, dendrite))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=200))
def test_what_is_remembered_is_bounded_by_the_window(pauses: list[int]) -> None:
    """No more is kept than what arrived in the last twenty seconds."""
    window = ReplayWindow(started_ns=0)
    now, arrivals = NOW, []
    for pause in pauses:
        now += pause * SECOND + 1
        assert taken(window, now, now)
        arrivals.append(now)
        assert len(window) == sum(arrival > now - 20 * SECOND for arrival in arrivals)


def test_a_message_from_before_the_start_is_old() -> None:
    """A nonce from before this process began to serve is refused, fresh as it may be."""
    window = ReplayWindow(started_ns=NOW)
    assert not taken(window, NOW - 1, NOW + 1)
    assert taken(window, NOW, NOW + 1)


def test_a_full_window_refuses_the_new_and_keeps_the_old() -> None:
    """Filling the window does not make it forget: what was taken stays taken."""
    window = ReplayWindow(started_ns=0, most=2)
    assert [taken(window, NOW + nonce, NOW) for nonce in (1, 2, 3, 1)] == [True, True, False, False]
    window.give_back(CALLER, "d", NOW + 1)
    assert taken(window, NOW + 3, NOW)
    assert len(window) == 2


@pytest.mark.parametrize("nonce", [-(10**30), 10**30])
def test_absurd_nonces_are_refused(nonce: int) -> None:
    """A nonce of any size is compared, and refused."""
    assert not taken(ReplayWindow(started_ns=0), nonce, NOW)
