"""Wallets for a local network, without passwords: `wallets.py FOLDER NAME…` prints each name with its hotkey's address.

What exists is kept. These keys are worth nothing, and must never be used on a chain whose tokens are.
"""

import sys
from pathlib import Path

from bittensor_wallet import Wallet


def address(folder: Path, name: str) -> str:
    """The hotkey's address of a wallet, which is made when it is not there."""
    wallet = Wallet(name=name, hotkey="default", path=str(folder))
    if not wallet.coldkey_file.exists_on_device():
        wallet.create_new_coldkey(use_password=False, overwrite=False, suppress=True)
    if not wallet.hotkey_file.exists_on_device():
        wallet.create_new_hotkey(use_password=False, overwrite=False, suppress=True)
    return str(wallet.hotkey.ss58_address)


def main() -> None:
    """As the module's docstring says."""
    if len(sys.argv) < 3:
        sys.exit("wallets.py: usage: wallets.py FOLDER NAME…")
    folder, *names = sys.argv[1:]
    for name in names:
        sys.stdout.write(f"{name} {address(Path(folder), name)}\n")


if __name__ == "__main__":
    main()
