"""The wallet's files and their permissions. No key is shown; the hotkey is opened, as the neuron would."""

import stat
from pathlib import Path

from attrs import frozen

from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import Hotkey
from reasonforge.entrypoints.doctor_checks.diagnosis import Diagnosis, failure, fine, warning
from reasonforge.entrypoints.onlooker import without_sdk
from reasonforge.entrypoints.settings import NeuronSettings

_NAME = "wallet"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@frozen
class WalletFound:
    """What was found, and whose wallet it is; None when it cannot be opened."""

    diagnoses: list[Diagnosis]
    hotkey: Hotkey | None


def look_at_wallet(settings: NeuronSettings) -> WalletFound:
    """The public coldkey, the hotkey, and who may read them."""
    folder = settings.wallet_path.expanduser() / settings.wallet_name
    found = [*_public_coldkey(folder), *_readable(folder / "hotkeys" / settings.wallet_hotkey, folder / "coldkey")]
    try:
        from reasonforge.adapters.bittensor.wallet import open_identity  # noqa: PLC0415 - an extra, and seconds to import
    except ImportError as error:
        return WalletFound([failure(_NAME, str(without_sdk(error)), "see the line about the packages")], None)
    try:
        hotkey = open_identity(settings.wallet_name, settings.wallet_hotkey, settings.wallet_path).hotkey
    except OperatorError as error:
        said, _, command = str(error).partition(": make one with ")
        return WalletFound([failure(_NAME, said, command or "see --wallet.name, --wallet.hotkey, --wallet.path")], None)
    return WalletFound([fine(_NAME, f"the hotkey {settings.wallet_hotkey} opens: {hotkey}"), *found], hotkey)


def _public_coldkey(folder: Path) -> list[Diagnosis]:
    if (folder / "coldkeypub.txt").is_file():
        return []
    remedy = f"btcli wallet regen-coldkeypub --wallet-name {folder.name}, so that nobody has to copy the coldkey here"
    return [warning(_NAME, f"{folder / 'coldkeypub.txt'} is not there", remedy)]


def _readable(*secrets: Path) -> list[Diagnosis]:
    """Private keys that other users of this machine may read."""
    return [
        warning(_NAME, f"{path} may be read by other users of this machine", f"chmod 600 {path}")
        for path in secrets
        if path.is_file() and path.stat().st_mode & _OTHERS
    ]
