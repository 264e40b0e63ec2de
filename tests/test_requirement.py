import pytest

from tests.requirement import require


def test_what_is_there_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test whose needs are met is neither skipped nor failed, promised or not."""
    for promised in ("", "model"):
        monkeypatch.setenv("RF_REQUIRE", promised)
        assert require("model", available=True, reason="no model") is None  # type: ignore[func-returns-value]


def test_what_is_missing_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a promise, a missing thing is a skip with its reason."""
    monkeypatch.setenv("RF_REQUIRE", "docker, modelling")
    with pytest.raises(pytest.skip.Exception, match="no model"):
        require("model", available=False, reason="no model")


def test_what_is_promised_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A promised thing that is missing is a failure, so that a gate cannot pass by skipping."""
    monkeypatch.setenv("RF_REQUIRE", "docker, model")
    with pytest.raises(pytest.fail.Exception, match="RF_REQUIRE promises model, and no model"):
        require("model", available=False, reason="no model")
