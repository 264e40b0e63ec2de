"""Flags, environment and .env, in that order of precedence; every mistake names the flag and the variable."""

import re
from pathlib import Path

import pytest

from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import OperatorError
from reasonforge.entrypoints.settings import (
    Backend,
    CallerSettings,
    GatewaySettings,
    MinerSettings,
    ProcessSettings,
    ValidatorSettings,
    read_settings,
    rows,
)

ROOT = Path(__file__).parents[2]
MODELS: list[type[ProcessSettings]] = [MinerSettings, ValidatorSettings, GatewaySettings]


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the machine's environment nor its .env reaches a test."""
    monkeypatch.chdir(tmp_path)
    for model in MODELS:
        for _, variables, _ in rows(model):
            for variable in variables:
                monkeypatch.delenv(variable, raising=False)


def miner(*arguments: str) -> MinerSettings:
    return read_settings(MinerSettings, "reasonforge-miner", arguments)


def test_a_flag_overrides_the_environment_which_overrides_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """--miner.port, then MINER_PORT, then .env, then 8091."""
    assert miner().port == 8091
    Path(".env").write_text("MINER_PORT=1000\nNETUID=5\n")
    assert (miner().port, miner().netuid) == (1000, 5)
    monkeypatch.setenv("MINER_PORT", "2000")
    assert miner().port == 2000
    assert miner("--miner.port", "3000").port == 3000


def test_either_variable_stands_for_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """STATE_DB_PATH and STATE_DB_URL are the same setting; of both, the URL, as a unit has a path of its own."""
    monkeypatch.setenv("STATE_DB_PATH", "a.db")
    assert miner().state_db == "a.db"
    monkeypatch.setenv("STATE_DB_URL", "sqlite:///b.db")
    assert miner().state_db == "sqlite:///b.db"


def test_an_empty_variable_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """`MINER_PORT=` in a compose file leaves the default."""
    monkeypatch.setenv("MINER_PORT", "")
    assert miner().port == 8091


def test_values_have_their_types() -> None:
    """Choices, lists and switches arrive as what they are."""
    settings = miner("--miner.backend", "solver", "--miner.domains", "code, causal", "--logging.debug")
    assert (settings.backend, settings.logging_debug) == (Backend.SOLVER, True)
    assert settings.disciplines == {Discipline.CODE, Discipline.CAUSAL}


def test_each_backend_has_its_key_variable() -> None:
    """The API key is looked for where the backend's own tools look for it, unless told otherwise."""
    assert miner().key_variable == "OPENAI_API_KEY"
    assert miner("--miner.backend", "anthropic").key_variable == "ANTHROPIC_API_KEY"
    assert miner("--miner.api_key_env", "MY_KEY").key_variable == "MY_KEY"


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--miner.port", "99999"], ["--miner.port", "MINER_PORT"]),
        (["--miner.port", "http"], ["--miner.port", "MINER_PORT"]),
        (["--miner.max_concurrent", "0"], ["--miner.max_concurrent", "MINER_MAX_CONCURRENT"]),
        (["--miner.min_stake", "-1"], ["--miner.min_stake", "MINER_MIN_STAKE"]),
        (["--miner.min_stake", "nan"], ["--miner.min_stake", "MINER_MIN_STAKE"]),
        (["--miner.domains", "astrology"], ["--miner.domains", "astrology"]),
        (["--miner.backend", "oracle"], ["--miner.backend", "MINER_BACKEND"]),
        (["--netuid", "one"], ["--netuid", "NETUID"]),
        (["--miner.prot", "1"], ["--miner.prot"]),
        (["--miner"], ["--miner"]),
        (["surplus"], ["surplus"]),
    ],
    ids=" ".join,
)
def test_a_mistake_names_the_flag_and_the_variable(arguments: list[str], names: list[str]) -> None:
    """What cannot be right is refused with one sentence; a flag nobody knows, too."""
    with pytest.raises(OperatorError) as refused:
        miner(*arguments)
    assert all(name in str(refused.value) for name in names)
    assert "\n" not in str(refused.value)


def test_a_bad_variable_is_named_and_its_value_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value may be a secret that was put into the wrong variable."""
    monkeypatch.setenv("MINER_PORT", "sk-very-secret")
    with pytest.raises(OperatorError, match="MINER_PORT") as refused:
        miner()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_help_lists_every_setting(model: type[ProcessSettings], capsys: pytest.CaptureFixture[str]) -> None:
    """--help shows each flag with its variable."""
    with pytest.raises(SystemExit) as stopped:
        read_settings(model, "reasonforge", ["--help"])
    assert stopped.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    for flag, variables, _ in rows(model):
        assert flag in said
        assert variables[0] in said


def test_the_example_file_lists_every_variable_and_no_other() -> None:
    """.env.example has each setting's variable, commented out, with its default; copied, it changes nothing."""
    text = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE))
    known = {variable for model in MODELS for _, variables, _ in rows(model) for variable in variables}
    keys = {"OPENAI_API_KEY", "ANTHROPIC_API_KEY"}
    callers = {str(one.validation_alias) for one in CallerSettings.model_fields.values()}
    assert named == known | keys | callers
