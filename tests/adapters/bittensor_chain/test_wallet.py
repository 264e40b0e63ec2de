from pathlib import Path

import pytest
from bittensor_wallet import Keypair, Wallet

from reasonforge.adapters.bittensor.wallet import address_of, open_wallet, registered
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import BlockNumber, Coldkey, Hotkey, NetUid, Uid
from reasonforge.domain.metagraph import Metagraph, Neuron

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"


def make(folder: Path) -> None:
    wallet = Wallet(name="forge", hotkey="one", path=str(folder))
    wallet.set_hotkey(keypair=Keypair.create_from_uri("//Alice"), encrypt=False, overwrite=True)


def test_a_wallet_opens(tmp_path: Path) -> None:
    """A wallet that is there signs with its hotkey's address."""
    make(tmp_path)
    assert address_of(open_wallet("forge", "one", tmp_path)) == ALICE


def test_a_wallet_that_does_not_exist(tmp_path: Path) -> None:
    """The operator is told what to type."""
    with pytest.raises(OperatorError) as error:
        open_wallet("forge", "one", tmp_path)
    assert f"`btcli wallet create --wallet-name forge --hotkey one --wallet-path {tmp_path}`" in str(error.value)


def test_a_hotkey_that_does_not_exist(tmp_path: Path) -> None:
    """Of a wallet that is there the missing hotkey alone is asked for."""
    make(tmp_path)
    with pytest.raises(OperatorError, match="btcli wallet new-hotkey --wallet-name forge --hotkey two"):
        open_wallet("forge", "two", tmp_path)


def test_a_hotkey_file_that_is_broken(tmp_path: Path) -> None:
    """A file that holds no key names itself."""
    make(tmp_path)
    (tmp_path / "forge" / "hotkeys" / "one").write_text("{}")
    with pytest.raises(OperatorError, match=r"hotkeys/one cannot be opened"):
        open_wallet("forge", "one", tmp_path)


def test_an_encrypted_hotkey_without_its_password(tmp_path: Path) -> None:
    """Nobody is asked for a password: a neuron runs where nobody types."""
    make(tmp_path)
    (tmp_path / "forge" / "hotkeys" / "one").write_bytes(b"$NACL" + bytes(64))  # how the SDK marks what it encrypted
    with pytest.raises(OperatorError, match=r"encrypted: put its password, as btcli saves it, in BT_PW_"):
        open_wallet("forge", "one", tmp_path)


def test_a_hotkey_that_is_not_registered() -> None:
    """The operator is told what to type; a registered one gets its neuron."""
    neuron = Neuron(Uid(3), Hotkey(ALICE), Coldkey("c"), 1.0, False, None, BlockNumber(1))
    metagraph = Metagraph(NetUid(7), BlockNumber(9), (neuron,))
    assert registered(metagraph, Hotkey(ALICE), "test", "forge", "one") == neuron
    with pytest.raises(OperatorError) as error:
        registered(metagraph, Hotkey("5Nobody"), "test", "forge", "one")
    assert "`btcli subnet register --netuid 7 --wallet-name forge --hotkey one --network test`" in str(error.value)
