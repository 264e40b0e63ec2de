"""`reasonforge keys`: who may use the gateway."""

import asyncio
import json as jsons
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

from reasonforge.adapters.sqlalchemy.access_keys import SqlAlchemyAccessKeys
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.gateway.issue_key import IssuedKey, IssueKey
from reasonforge.application.gateway.revoke_key import RevokeKey
from reasonforge.application.gateway.rotate_key import RotateKey
from reasonforge.domain.access_key import AccessKey, KeyId, Tier
from reasonforge.entrypoints.db import StateDb
from reasonforge.entrypoints.gateway_secret import pepper_of

_Result = TypeVar("_Result")
Secret = Annotated[
    str,
    typer.Option(
        "--gateway.api_key_secret",
        envvar="GATEWAY_API_KEY_SECRET",
        help="The gateway's own; better as a variable than as a flag.",
        show_default=False,
        show_envvar=True,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of lines.")]
Name = Annotated[str, typer.Argument(metavar="KEY_ID", help="As `list` shows it.")]
keys = typer.Typer(
    name="keys",
    help="Keys of the gateway: create, list, rotate, revoke.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@keys.command(epilog="Example: reasonforge keys create --tier pro --name 'Alice' --state.db state/reasonforge.db")
def create(
    *,
    state_db: StateDb = "state/reasonforge.db",
    secret: Secret = "",
    tier: Annotated[Tier, typer.Option(help="Tasks a month: 100, 10,000, or without limit.")] = Tier.FREE,
    name: Annotated[str, typer.Option(help="For people.")] = "",
    owner: Annotated[str | None, typer.Option(help="Whose tasks it may see; by default its own.")] = None,
    json: Json = False,
) -> None:
    """Make a key. It is shown now and never again: only a digest is kept."""
    pepper = pepper_of(secret)
    issued = _with(
        state_db, lambda kept: IssueKey(kept, SystemClock(), pepper, secrets.token_bytes)(tier, name, owner or None)
    )
    _show_issued(issued, json=json)


@keys.command("list", epilog="Example: reasonforge keys list --json")
def list_keys(*, state_db: StateDb = "state/reasonforge.db", json: Json = False) -> None:
    """All keys, without their secrets."""
    found = _with(state_db, lambda kept: kept.listed())
    if json:
        typer.echo(jsons.dumps([_document(key) for key in found], indent=2, ensure_ascii=False))
        return
    for key in found:
        state = "valid" if key.revoked_at is None else f"revoked {_day(key.revoked_at)}"
        typer.echo(f"{key.id}  {key.tier.value:<10}  {_day(key.created_at)}  {state}  {key.owner}  {key.name}".rstrip())


@keys.command(epilog="Example: reasonforge keys rotate 3f0a1b2c3d4e5f6071")
def rotate(key: Name, *, state_db: StateDb = "state/reasonforge.db", secret: Secret = "", json: Json = False) -> None:
    """Give a key another secret. The old one, and tokens it was exchanged for, are void at once."""
    pepper = pepper_of(secret)
    issued = _with(state_db, lambda kept: RotateKey(kept, pepper, secrets.token_bytes)(KeyId(key)))
    _show_issued(issued, json=json)


@keys.command(epilog="Example: reasonforge keys revoke 3f0a1b2c3d4e5f6071")
def revoke(key: Name, *, state_db: StateDb = "state/reasonforge.db") -> None:
    """Make a key void for ever. Its owner's tasks stay."""
    _with(state_db, lambda kept: RevokeKey(kept, SystemClock())(KeyId(key)))
    typer.echo(f"{key}: revoked")


def _with(state_db: str, work: Callable[[SqlAlchemyAccessKeys], Awaitable[_Result]]) -> _Result:
    async def go() -> _Result:
        with open_database(state_db, claim=False) as database:
            return await work(SqlAlchemyAccessKeys(database))

    return asyncio.run(go())


def _show_issued(issued: IssuedKey, *, json: bool) -> None:
    if json:
        document = {**_document(issued.key), "key": issued.text, "webhook_secret": issued.signing_secret}
        typer.echo(jsons.dumps(document, indent=2, ensure_ascii=False))
        return
    typer.echo(f"key             {issued.text}")
    typer.echo(f"webhook secret  {issued.signing_secret}")
    typer.echo("Keep both now: they are not shown again.")


def _document(key: AccessKey) -> dict[str, object]:
    return {
        "id": key.id,
        "owner": key.owner,
        "name": key.name,
        "tier": key.tier.value,
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    }


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")
