"""The state file: can it be written, is it ours, who holds it."""

import os
from pathlib import Path

from reasonforge.adapters.sqlalchemy.database import path_in_url
from reasonforge.adapters.sqlalchemy.state_file import StateFile, is_claimed, look_at
from reasonforge.adapters.sqlalchemy.tables import SCHEMA_VERSION
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import Hotkey
from reasonforge.entrypoints.doctor_checks.diagnosis import Diagnosis, failure, fine, warning

_NAME = "state file"
_ELSEWHERE = "give this neuron its own with --state.db (STATE_DB_PATH)"


def path_of(state_db: str) -> Path:
    """Where it is to be; `OperatorError` when it is no file's name."""
    where = path_in_url(state_db) if "://" in state_db else state_db
    if where in {"", ".", ":memory:"}:
        raise OperatorError("--state.db (STATE_DB_PATH) must name a file")
    return Path(where)


def is_running(state_db: str) -> bool:
    """Whether a neuron holds the file now."""
    try:
        return is_claimed(path_of(state_db))
    except OperatorError:  # told by `look_at_state`
        return False


def look_at_state(role: str | None, state_db: str, hotkey: Hotkey | None) -> list[Diagnosis]:
    """The file, its schema, its owner, its lock. Nothing is made and nothing is written."""
    try:
        path = path_of(state_db)
        if not path.exists():
            return [_future(path)]
        found = look_at(path, 1)
    except OperatorError as error:
        return [failure(_NAME, str(error), _ELSEWHERE)]
    except OSError as error:
        return [failure(_NAME, f"{state_db} cannot be looked at: {error.strerror}", _ELSEWHERE)]
    return [_writable(path), _schema(found), *_owner(found, role, hotkey), _lock(path)]


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


def _schema(found: StateFile) -> Diagnosis:
    if found.schema < SCHEMA_VERSION:
        detail = f"schema {found.schema}; the next start brings it to {SCHEMA_VERSION}"
        return fine("schema", detail)
    return fine("schema", f"schema {found.schema}, the newest")


def _owner(found: StateFile, role: str | None, hotkey: Hotkey | None) -> list[Diagnosis]:
    name = "state owner"
    if role == "miner" and found.validators:
        return [failure(name, f"{found.path} is a validator's", _ELSEWHERE)]
    if role == "validator" and found.miner is not None:
        return [failure(name, f"{found.path} is a miner's", _ELSEWHERE)]
    owners = [one.hotkey for one in found.validators] + ([found.miner.owner.hotkey] if found.miner else [])
    if hotkey is None or not owners:
        return []
    if hotkey in owners:
        return [fine(name, f"it is {hotkey}'s")]
    if role == "miner":
        return [failure(name, f"it is {owners[0]}'s, and the wallet's hotkey is {hotkey}", _ELSEWHERE)]
    detail = f"it holds epochs of {owners[0]}, and none of the wallet's hotkey {hotkey}"
    return [warning(name, detail, "right after a change of hotkeys; otherwise name the right --wallet.hotkey")]


def _lock(path: Path) -> Diagnosis:
    if is_claimed(path):
        return fine("lock", "a running neuron holds the file; a second one would be refused")
    return fine("lock", "no neuron holds the file")
