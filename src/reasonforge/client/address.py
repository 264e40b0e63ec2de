"""Where the gateway is and who asks, checked before anything is sent."""

from collections.abc import Mapping
from importlib.metadata import version
from urllib.parse import urlsplit

_ADDRESS = "the gateway's address looks like https://HOST[:PORT], without a user, query or fragment"


def gateway_url(given: str) -> str:
    """The gateway's address without a slash at its end; anything but http:// or https:// is a ValueError."""
    try:
        parts = urlsplit(given)
        reachable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise ValueError(_ADDRESS) from error
    if not reachable or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(_ADDRESS)
    return given.rstrip("/")


def sent_headers(api_key: str | None) -> Mapping[str, str]:
    """What every request carries; a key that no header can hold is a ValueError, which does not show it."""
    headers = {"User-Agent": f"reasonforge/{version('reasonforge')}", "Accept": "application/json"}
    if api_key is None:
        return headers
    if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise ValueError("the API key must be one word of printable ASCII")
    return {**headers, "Authorization": f"Bearer {api_key}"}
