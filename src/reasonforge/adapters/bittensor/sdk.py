"""The SDK's names that the transport uses, imported in one place and without what importing it does to a process.

Left to itself it can read our command line, takes the handlers off every logger, and prints an error for every caller
that an Axon refuses.
"""

import logging
import os

from reasonforge.adapters.bittensor.undisturbed import undisturbed_logging

os.environ["BT_NO_PARSE_CLI_ARGS"] = "true"  # flags are ours: the SDK gets values

with undisturbed_logging():
    from bittensor import Axon, Config, Synapse
    from bittensor.core.axon import AxonMiddleware
    from bittensor.core.settings import version_as_int
    from bittensor.core.synapse import TerminalInfo
    from bittensor_wallet import Keypair

logging.getLogger("bittensor").setLevel(logging.CRITICAL)  # a refusal is no error of ours

__all__ = ["Axon", "AxonMiddleware", "Config", "Keypair", "Synapse", "TerminalInfo", "version_as_int"]
