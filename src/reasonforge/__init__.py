"""ReasonForge: a Bittensor subnet for verifiable reasoning."""

__version__ = "0.1.0"
