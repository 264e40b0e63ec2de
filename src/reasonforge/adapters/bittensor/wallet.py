"""Open the operator's wallet, or say what to type."""

import os
from pathlib import Path

from attrs import frozen
from bittensor_wallet import Keypair, Wallet
from bittensor_wallet.errors import KeyFileError, PasswordError

from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.metagraph import Metagraph, Neuron


def open_wallet(name: str, hotkey: str, path: Path) -> Wallet:
    """The wallet `name` under `path`, its hotkey read and ready to sign.

    Raises:
        OperatorError: it is not there, cannot be read, or is encrypted and no password is given.
    """
    wallet = Wallet(name=name, hotkey=hotkey, path=str(path.expanduser()))
    place = f"--wallet-name {name} --hotkey {hotkey} --wallet-path {path}"
    keyfile = wallet.hotkey_file
    if not (path.expanduser() / name).is_dir():
        message = f"there is no wallet {name!r} in {path}: make one with `btcli wallet create {place}`"
        raise OperatorError(message)
    if not keyfile.exists_on_device():
        message = f"the wallet {name!r} has no hotkey {hotkey!r}: make one with `btcli wallet new-hotkey {place}`"
        raise OperatorError(message)
    try:
        if keyfile.is_encrypted() and keyfile.env_var_name() not in os.environ:
            # Left to itself the SDK would ask for the password, and wait for ever where nobody types.
            message = (
                f"the hotkey {hotkey!r} is encrypted: put its password, as btcli saves it, in {keyfile.env_var_name()}"
            )
            raise OperatorError(message)
        wallet.unlock_hotkey()
    except (KeyFileError, PasswordError) as error:
        message = f"the hotkey file {keyfile.path} cannot be opened: {error}"
        raise OperatorError(message) from error
    return wallet


def address_of(wallet: Wallet) -> Hotkey:
    """The SS58 address that the wallet signs with."""
    key: Keypair = wallet.hotkey
    return Hotkey(str(key.ss58_address))


def registered(metagraph: Metagraph, hotkey: Hotkey, network: str, wallet: str, hotkey_name: str) -> Neuron:
    """The wallet's neuron in the subnet.

    Raises:
        OperatorError: it is not registered; says how to.
    """
    neuron = metagraph.of(hotkey)
    if neuron is None:
        command = (
            f"btcli subnet register --netuid {metagraph.netuid} --wallet-name {wallet} --hotkey {hotkey_name} "
            f"--network {network}"
        )
        message = f"the hotkey {hotkey} is not registered in subnet {metagraph.netuid}: register it with `{command}`"
        raise OperatorError(message)
    return neuron


@frozen
class Identity:
    """Who a process is on the chain: the wallet it signs with, and its address."""

    wallet: Wallet
    hotkey: Hotkey

    @property
    def keypair(self) -> Keypair:
        """What signs."""
        return self.wallet.hotkey


def open_identity(name: str, hotkey: str, path: Path) -> Identity:
    """`open_wallet`, with the address it signs with."""
    wallet = open_wallet(name, hotkey, path)
    return Identity(wallet, address_of(wallet))


def new_identity(name: str, folder: Path) -> Identity:
    """A wallet made in `folder`, its keys unencrypted: for networks that are gone with their folder."""
    wallet = Wallet(name=name, hotkey="default", path=str(folder))
    wallet.create_new_coldkey(use_password=False, overwrite=False, suppress=True)
    wallet.create_new_hotkey(use_password=False, overwrite=False, suppress=True)
    return Identity(wallet, address_of(wallet))
