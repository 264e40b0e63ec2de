"""Which addresses a stranger may make us connect to: those of the public Internet, and no others."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_FORBIDDEN = {
    "unspecified": ("0.0.0.0/8", "::/128"),
    "loopback": ("127.0.0.0/8", "::1/128"),
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"),
    "link-local": ("169.254.0.0/16", "fe80::/10"),
    "shared by a carrier (CGNAT)": ("100.64.0.0/10",),
    "multicast": ("224.0.0.0/4", "ff00::/8"),
    "a cloud's metadata service": ("168.63.129.16/32",),
    "reserved": (
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("240.0.0.0/4", "100::/64", "2001:db8::/32", "3fff::/20", "5f00::/16"),
    ),
    "an IPv4 address in other clothes": (
        *("::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::ffff:0:0:0/96"),
    ),
}
_NETWORKS = [(why, ip_network(network)) for why, networks in _FORBIDDEN.items() for network in networks]
_PUBLIC_IPV6 = IPv6Network("2000::/3")


def forbidden_because(address: str) -> str | None:
    """Why nobody may make us connect there; None for an address of the public Internet.

    IPv4-mapped, NAT64, 6to4, Teredo and ISATAP-like forms are refused whatever they hold: a public IPv4 address has a
    plain spelling.

    >>> forbidden_because("::ffff:127.0.0.1")
    'an IPv4 address in other clothes'
    """
    if "%" in address:
        return "bound to an interface"
    try:
        parsed = ip_address(address)
    except ValueError:
        return "no address"
    for why, network in _NETWORKS:
        if parsed.version == network.version and parsed in network:
            return why
    if isinstance(parsed, IPv6Address) and (parsed not in _PUBLIC_IPV6 or _is_isatap(parsed)):
        return "not public"
    return None if _is_global(parsed) else "not public"


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_isatap(address: IPv6Address) -> bool:
    """RFC 5214: the interface identifier is [02]00:5efe and an IPv4 address."""
    return (int(address) >> 32) & 0xFDFF_FFFF == 0x0000_5EFE
