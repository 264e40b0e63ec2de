"""Where a local chain is: `memory://127.0.0.1:PORT`, and nowhere but on this machine."""

import ipaddress
from typing import Self
from urllib.parse import urlsplit

from attrs import frozen

from reasonforge.domain.errors import OperatorError

SCHEME = "memory"
LOOPBACK = "127.0.0.1"


@frozen
class LocalAddress:
    """A port of a loopback address; `OperatorError` for any other host.

    >>> str(LocalAddress.of_url("memory://localhost:9945"))
    'memory://127.0.0.1:9945'
    """

    host: str
    port: int

    def __attrs_post_init__(self) -> None:
        if not _is_loopback(self.host):
            message = f"a local chain is served on a loopback address ({LOOPBACK} or ::1) only, not on {self.host!r}"
            raise OperatorError(message)

    @classmethod
    def of_url(cls, url: str) -> Self:
        """The address in `memory://HOST:PORT`; `OperatorError` when it is none."""
        wrong = f"the address of a local chain is {SCHEME}://{LOOPBACK}:PORT, not {url[:200]!r}"
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:  # a port that is no number, a bracket left open
            raise OperatorError(wrong) from error
        bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
        if parts.scheme != SCHEME or not host or not port or not bare:
            raise OperatorError(wrong)
        return cls(LOOPBACK if host == "localhost" else host, port)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{SCHEME}://{host}:{self.port}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
