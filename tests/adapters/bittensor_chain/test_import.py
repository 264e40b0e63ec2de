import subprocess
import sys

PROBE = """
import logging
names = (None, "asyncio", "concurrent.futures", "reasonforge")
for name in names:
    logging.getLogger(name).addHandler(logging.NullHandler())
    logging.getLogger(name).setLevel(logging.INFO)
before = [(logging.getLogger(name).level, list(logging.getLogger(name).handlers)) for name in names]
from reasonforge.adapters.bittensor.chain import BittensorChain
from reasonforge.adapters.bittensor.subtensor import dial
from reasonforge.adapters.bittensor.wallet import open_wallet
client = dial("ws://127.0.0.1:9", None)()
assert client._subtensor.chain_endpoint == "ws://127.0.0.1:9", client._subtensor.chain_endpoint
after = [(logging.getLogger(name).level, list(logging.getLogger(name).handlers)) for name in names]
assert before == after, (before, after)
"""
FLAGS = ["--config", "/nowhere.yaml", "--logging.trace", "--subtensor.network", "nonsense", "--strict", "--ours"]


def test_importing_leaves_the_process_alone() -> None:
    """The SDK neither reads our command line nor touches other loggers, prints nothing and warns of nothing."""
    command = [sys.executable, "-W", "error", "-c", PROBE, *FLAGS]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
