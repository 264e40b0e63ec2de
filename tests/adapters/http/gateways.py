"""The gateway's application over a database of a test's own, and keys for it."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import field, frozen
from fastapi import FastAPI
from starlette.testclient import TestClient

from reasonforge.adapters.http.app import gateway_app
from reasonforge.adapters.http.bounds import RateRules
from reasonforge.adapters.http.webhook_sender import HttpxWebhookSender
from reasonforge.adapters.sqlalchemy.database import Database, open_database
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.gateway.issue_key import IssuedKey, IssueKey
from reasonforge.domain.access_key import Tier
from reasonforge.entrypoints.gateway_container import Gateway, GatewayAdapters

PEPPER = b"a pepper that is long enough for a test"
PROBLEM = {"problem": "What is the least positive n with n^3 congruent to 5 modulo 13?", "difficulty": 3}
MANY = RateRules(1_000_000, 1_000_000)


@frozen
class Service:
    """One gateway: its application, its parts, a client of it."""

    app: FastAPI
    container: Gateway
    database: Database

    clients: list[TestClient] = field(factory=list)

    @property
    def client(self) -> TestClient:
        """The client of a gateway that runs."""
        return self.clients[0]

    def issue(self, tier: Tier = Tier.PRO, owner: str | None = None) -> IssuedKey:
        make = IssueKey(self.container.adapters.keys(), SystemClock(), PEPPER, secrets.token_bytes)
        return asyncio.run(make(tier, "test", owner))


def bearer(issued: IssuedKey) -> dict[str, str]:
    return {"Authorization": f"Bearer {issued.text}"}


@contextmanager
def service(path: Path | str, rates: RateRules = MANY, most_queued: int = 10_000) -> Iterator[Service]:
    """A running gateway over the database at `path`, which may be shared with others."""
    with application(path, rates, most_queued) as made, TestClient(made.app, raise_server_exceptions=False) as client:
        made.clients.append(client)
        yield made


@contextmanager
def application(path: Path | str, rates: RateRules = MANY, most_queued: int = 10_000) -> Iterator[Service]:
    """A gateway's application that nobody has started."""
    with open_database(path, claim=False) as database:
        container = Gateway(
            adapters=GatewayAdapters(
                database=database, clock=SystemClock(), pepper=PEPPER, webhook_sender=HttpxWebhookSender()
            ),
            draw=secrets.token_bytes,
            most_queued=most_queued,
        )
        container.check_dependencies()
        app = gateway_app(container.services(), rates=rates)
        yield Service(app, container, database)
