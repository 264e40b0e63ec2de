"""Where an answer may be sent: an https URL of a host that is not ours."""

from urllib.parse import urlsplit

from attrs import frozen

from reasonforge.domain.public_address import forbidden_because

MOST_CHARACTERS = 2_000


@frozen
class Callback:
    """A URL taken apart. `target`: path and query; `host` without brackets; `plain`: http, to a host on the list."""

    url: str
    host: str
    port: int
    target: str
    plain: bool = False

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (80 if self.plain else 443) else f"{host}:{self.port}"


def read_callback(url: str, plain_hosts: frozenset[str] = frozenset()) -> Callback:
    """The URL's parts.

    Args:
        url: as a caller wrote it.
        plain_hosts: hosts that the operator allows, by plain http too and whatever their address.

    Raises:
        ValueError: one sentence; the URL may not be called.
    """
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in " \\<>\"'`{}|^"):
        raise ValueError("it holds signs that a URL has not; write others in percent-encoding or punycode")
    if len(url) > MOST_CHARACTERS:
        raise ValueError(f"it is longer than {MOST_CHARACTERS} characters")
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise ValueError("it names no host")
    if "@" in parts.netloc:
        raise ValueError("it holds a user name")
    if parts.fragment:
        raise ValueError("it holds a fragment, which is never sent")
    plain = parts.scheme == "http" and host in plain_hosts
    if parts.scheme != "https" and not plain:
        raise ValueError("it is not https")
    port = parts.port  # raises ValueError itself when it is no port
    if port == 0:
        raise ValueError("its port is 0")
    literal = forbidden_because(host)
    if host not in plain_hosts and literal not in {None, "no address"}:
        raise ValueError(f"its address is {literal}")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Callback(url, host, port or (80 if plain else 443), target, plain)
