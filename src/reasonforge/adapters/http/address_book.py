"""What names mean, by this machine's resolver."""

import asyncio
import socket
from collections.abc import Sequence

RESOLVE_SECONDS = 3.0


class SystemAddressBook:
    """The promises of the AddressBook port. Also what looks like a number (`127.1`, `0x7f000001`) is resolved."""

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        except (OSError, UnicodeError, TimeoutError):
            return []
        return list(dict.fromkeys(str(address[0]) for _, _, _, _, address in found))
