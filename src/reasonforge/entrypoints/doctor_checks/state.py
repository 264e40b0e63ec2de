"""The state file or database: can it be written, is it ours, who holds it."""

import os
from pathlib import Path

from reasonforge.adapters.sqlalchemy.database import path_of, url_of
from reasonforge.adapters.sqlalchemy.state_file import StateFile, is_claimed, look_at
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import Hotkey
from reasonforge.entrypoints.doctor_checks.diagnosis import Diagnosis, failure, fine, warning

_NAME = "state file"
_ELSEWHERE = "give this neuron its own with --state.db (STATE_DB_PATH)"


def folder_of(state_db: str) -> Path:
    """Where this machine keeps what must survive: the file's folder, or the working directory beside a server."""
    path = path_of(url_of(state_db))
    return Path() if path is None else path.parent


def is_running(state_db: str) -> bool:
    """Whether a neuron holds the database now."""
    try:
        return is_claimed(state_db)
    except OperatorError:  # told by `look_at_state`
        return False


def look_at_state(role: str | None, state_db: str, hotkey: Hotkey | None) -> list[Diagnosis]:
    """The database, its schema, its owner, its lock. Nothing is made and nothing is written."""
    try:
        path = path_of(url_of(state_db))
        if path is not None and not path.exists():
            return [_future(path)]
        found = look_at(state_db, 1)
    except OperatorError as error:
        return [failure(_NAME, str(error), _ELSEWHERE)]
    except OSError as error:
        return [failure(_NAME, f"{state_db} cannot be looked at: {error.strerror}", _ELSEWHERE)]
    there = fine(_NAME, f"{found.named} answers") if path is None else _writable(path)
    return [there, fine("schema", f"schema {found.version}, the newest"), *_owner(found, role, hotkey), _lock(state_db)]


def _future(path: Path) -> Diagnosis:
    there = next(one for one in path.absolute().parents if one.exists())
    if not there.is_dir():
        return failure(_NAME, f"{path} cannot be made: {there} is no folder", _ELSEWHERE)
    if not os.access(there, os.W_OK | os.X_OK):
        return failure(_NAME, f"{path} cannot be made: {there} may not be written by this user", f"chown {there}")
    return fine(_NAME, f"{path} will be made at the first start")


def _writable(path: Path) -> Diagnosis:
    for one in (path, path.parent):
        if not os.access(one, os.R_OK | os.W_OK):
            return failure(_NAME, f"{one} may not be read and written by this user", f"chown or chmod {one}")
    return fine(_NAME, f"{path} can be written, {path.stat().st_size / 1e6:.1f} MB")


def _owner(found: StateFile, role: str | None, hotkey: Hotkey | None) -> list[Diagnosis]:
    name = "state owner"
    if role == "miner" and found.validators:
        return [failure(name, f"{found.named} is a validator's", _ELSEWHERE)]
    if role == "validator" and found.miner is not None:
        return [failure(name, f"{found.named} is a miner's", _ELSEWHERE)]
    owners = [one.hotkey for one in found.validators] + ([found.miner.owner.hotkey] if found.miner else [])
    if hotkey is None or not owners:
        return []
    if hotkey in owners:
        return [fine(name, f"it is {hotkey}'s")]
    if role == "miner":
        return [failure(name, f"it is {owners[0]}'s, and the wallet's hotkey is {hotkey}", _ELSEWHERE)]
    detail = f"it holds epochs of {owners[0]}, and none of the wallet's hotkey {hotkey}"
    return [warning(name, detail, "right after a change of hotkeys; otherwise name the right --wallet.hotkey")]


def _lock(state_db: str) -> Diagnosis:
    if is_claimed(state_db):
        return fine("lock", "a running neuron holds it; a second one would be refused")
    return fine("lock", "no neuron holds it")
