"""ReasonForge: a Bittensor subnet for verifiable reasoning."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reasonforge.entrypoints.subnet import InProcessSubnet as InProcessSubnet

__version__ = "0.1.0"
__all__ = ["InProcessSubnet", "__version__"]


def __getattr__(name: str) -> object:
    """`InProcessSubnet` is loaded when it is asked for: who needs the domain alone should not pay for the rest."""
    if name == "InProcessSubnet":
        from reasonforge.entrypoints.subnet import InProcessSubnet  # noqa: PLC0415 - see above

        return InProcessSubnet
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
