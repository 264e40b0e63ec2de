"""Which reasoner a miner's `--miner.backend` stands for."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from random import Random
from types import MappingProxyType
from typing import Protocol
from urllib.parse import urlsplit

from attrs import frozen

from reasonforge.adapters.llm.chat import Chat
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import Reasoner
from reasonforge.domain.errors import OperatorError


class ServiceReasoner(Reasoner, Chat, Protocol):
    """A reasoner that holds connections, and can be talked to."""

    async def close(self) -> None: ...


class _Maker(Protocol):
    def __call__(
        self, model: str, api_key: str, *, clock: Clock, rng: Random, base_url: str | None
    ) -> ServiceReasoner: ...


@frozen
class Backend:
    """A service's backend.

    Attributes:
        model: the one that is asked when none is named.
        key_variable: of the environment, for the API key.
        vendor: the SDK's package; `extra` installs it.
    """

    model: str
    key_variable: str
    vendor: str
    extra: str
    class_name: str

    def maker(self) -> _Maker:
        """The reasoner's class. Imported only now: an SDK takes half a second and may not be installed."""
        if find_spec(self.vendor) is None:
            message = f"this backend needs the package {self.vendor!r}: pip install 'reasonforge[{self.extra}]'"
            raise OperatorError(message)
        found: Callable[..., ServiceReasoner] = getattr(
            import_module(f"reasonforge.adapters.llm.{self.vendor}"), self.class_name
        )
        return found


BACKENDS = MappingProxyType(
    {
        "openai": Backend("gpt-4o", "OPENAI_API_KEY", "openai", "miner-openai", "OpenAiReasoner"),
        "anthropic": Backend(
            "claude-sonnet-5-5", "ANTHROPIC_API_KEY", "anthropic", "miner-anthropic", "AnthropicReasoner"
        ),
    }
)


def default_model(backend: str) -> str:
    """The model of a backend when the operator names none; OperatorError for a backend that is not known."""
    return _backend(backend).model


def default_key_variable(backend: str) -> str:
    """The environment variable of a backend's API key when the operator names none; OperatorError as above."""
    return _backend(backend).key_variable


def reasoner_from(
    backend: str, *, api_key: str, clock: Clock, rng: Random, model: str = "", base_url: str | None = None
) -> ServiceReasoner:
    """The reasoner of a backend; the caller closes it with `close`.

    Raises:
        OperatorError: the backend is not known or not installed, the address is none, or the service's own address
            is asked without a key. No message repeats the key.
    """
    known = _backend(backend)
    if base_url is None and not api_key.strip():
        message = f"the {backend} backend needs an API key: set {known.key_variable}, or --miner.api_key_env to another"
        raise OperatorError(message)
    if base_url is not None and not base_url.startswith(("http://", "https://")):
        raise OperatorError("--miner.base_url must begin with http:// or https://")
    if base_url is not None and not _has_host(base_url):
        raise OperatorError("--miner.base_url is no address; it looks like http://127.0.0.1:8000/v1")
    if any(not " " < character < "\x7f" for character in api_key):
        message = f"the API key in {known.key_variable} holds a character that no HTTP header may"
        raise OperatorError(message)
    return known.maker()(model or known.model, api_key, clock=clock, rng=rng, base_url=base_url)


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _backend(name: str) -> Backend:
    known = BACKENDS.get(name)
    if known is None:
        message = f"--miner.backend {name!r} is none of {', '.join(BACKENDS)}"
        raise OperatorError(message)
    return known
