"""Which gateway a command talks to and with which key, and whose fault it is when that fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reasonforge.domain.errors import OperatorError
from reasonforge.entrypoints.settings import CallerSettings

if TYPE_CHECKING:
    from reasonforge.client import Client

LARGEST_KEY = 4_096
GatewayOption = Annotated[
    str | None,
    typer.Option(
        "--gateway", help="Address of the gateway (REASONFORGE_GATEWAY) [http://127.0.0.1:8000].", show_default=False
    ),
]
KeyFileOption = Annotated[
    Path | None,
    typer.Option(
        help="A file that holds the API key and nothing else, in place of REASONFORGE_API_KEY.", show_default=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, a line for each thing that is said.")]


@contextmanager
def calling(gateway: str | None, key_file: Path | None, *, needs_key: bool = True) -> "Iterator[Client]":
    """A client for the length of a command. What the caller can mend becomes an `OperatorError`.

    Raises:
        OperatorError: no httpx, no such address, no key, a key file that cannot be read; a key or a request that the
            gateway refuses.
    """
    try:
        from reasonforge.client import (  # noqa: PLC0415 - an extra
            Client,
            Conflict,
            Forbidden,
            Invalid,
            NotFound,
            TooLarge,
            Unauthenticated,
        )
    except ImportError as error:
        raise OperatorError(f"the client cannot be imported ({error}): pip install 'reasonforge[client]'") from error
    settings = CallerSettings()
    key = _key(key_file) if key_file is not None else None
    if key is None and settings.api_key is not None:
        key = settings.api_key.get_secret_value().strip()
    if needs_key and key is None:
        raise OperatorError("an API key is needed: set REASONFORGE_API_KEY or give --key-file")
    try:
        client = Client(gateway or settings.gateway, key)
    except ValueError as error:
        raise OperatorError(str(error)) from error
    with client:
        try:
            yield client
        except (Unauthenticated, Forbidden, NotFound, Invalid, TooLarge, Conflict) as error:
            raise OperatorError(str(error)) from error


def _key(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            read = opened.read(LARGEST_KEY + 1)
    except OSError as error:
        raise OperatorError(f"--key-file {file} cannot be read: {error.strerror}") from error
    try:
        key = read.decode("ascii").strip()
    except UnicodeDecodeError:
        key = ""
    if not key or len(read) > LARGEST_KEY:
        raise OperatorError(f"--key-file {file} holds no API key")
    return key
