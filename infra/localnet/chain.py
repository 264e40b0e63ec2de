"""The chain of a local network whose wallets are there: `chain.py FOLDER OPTIONS…` becomes `reasonforge chain serve`.

A wallet whose name begins with `validator` is founded with a stake of 1000 TAO, every other one without.
"""

import os
import sys
from pathlib import Path

from bittensor_wallet import Wallet


def main() -> None:
    """As the module's docstring says."""
    if len(sys.argv) < 2:
        sys.exit("chain.py: usage: chain.py FOLDER OPTIONS…")
    folder, *options = sys.argv[1:]
    for name in sorted(path.name for path in Path(folder).iterdir() if path.is_dir()):
        address = Wallet(name=name, hotkey="default", path=folder).hotkey.ss58_address
        options += ["--found", f"{address}:1000" if name.startswith("validator") else address]
    os.execvp("reasonforge", ["reasonforge", "chain", "serve", *options])  # noqa: S606, S607 - our own command


if __name__ == "__main__":
    main()
