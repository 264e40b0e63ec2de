"""The gateway as its callers and its attackers see it, over a real database."""

import asyncio
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok

from reasonforge.adapters.http.access_tokens import JwtAccessTokens
from reasonforge.adapters.http.bounds import MOST_BODY_BYTES, RateRules
from reasonforge.application.ports.access_tokens import TokenClaims
from reasonforge.application.ports.event_log import EventKind, PublicEvent
from reasonforge.domain.access_key import Tier
from tests.adapters.http.gateways import PEPPER, PROBLEM, Service, application, bearer, service
from tests.postgres import Cluster, postgres

__all__ = ["postgres"]
NOBODY = f"rf_{'0' * 18}_{'0' * 64}"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service(tmp_path_factory.mktemp("gateway") / "state.db") as running:
        yield running


def refused(response: Any, status: int, kind: str) -> None:
    """It is a problem of that kind, and tells nothing of the inside."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["type"] == f"urn:reasonforge:problem:{kind}"
    assert (document["status"], "Traceback" in response.text) == (status, False)


class TestTasks:
    def test_a_task_is_queued_read_listed_and_cancelled(self, gateway: Service) -> None:
        """The way of a task as its owner sees it, to its end."""
        key = bearer(gateway.issue())
        made = gateway.client.post("/v1/tasks", json=PROBLEM, headers=key)
        assert (made.status_code, made.json()["status"], made.json()["domain"]) == (202, "queued", "mathematics")
        where = made.headers["location"]
        assert gateway.client.get(where, headers=key).json() == made.json()
        assert gateway.client.get("/v1/tasks", headers=key).json()["tasks"] == [made.json()]
        assert gateway.client.delete(where, headers=key).json()["status"] == "cancelled"
        refused_or_same = gateway.client.delete(where, headers=key)
        assert refused_or_same.json()["status"] == "cancelled"
        assert gateway.client.get("/v1/usage", headers=key).json()["used"] == 1

    def test_pages_follow_each_other(self, gateway: Service) -> None:
        """An opaque cursor leads through all of an owner's tasks, newest first, each once."""
        key = bearer(gateway.issue())
        made = [gateway.client.post("/v1/tasks", json=PROBLEM, headers=key).json()["task_id"] for _ in range(5)]
        seen, cursor = [], ""
        while True:
            page = gateway.client.get(f"/v1/tasks?limit=2{cursor}", headers=key).json()
            seen += [task["task_id"] for task in page["tasks"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert seen == made[::-1]
        refused(gateway.client.get("/v1/tasks?cursor=YmVmb3Jl", headers=key), 422, "invalid-request")

    def test_the_same_idempotency_key_makes_one_task(self, gateway: Service) -> None:
        """Fifty at once with one Idempotency-Key are one task; another body with it is refused."""
        key = {**bearer(gateway.issue()), "Idempotency-Key": "once"}
        with ThreadPoolExecutor(10) as threads:
            answers = list(
                threads.map(lambda _: gateway.client.post("/v1/tasks", json=PROBLEM, headers=key), range(50))
            )
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.json()["task_id"] for answer in answers}) == 1
        assert gateway.client.get("/v1/usage", headers=key).json()["used"] == 1
        other = gateway.client.post("/v1/tasks", json={**PROBLEM, "difficulty": 4}, headers=key)
        refused(other, 422, "idempotency-key-reused")

    def test_a_month_s_quota_ends(self, gateway: Service) -> None:
        """The free tier's 101st task of a month is refused, with when to come back; refused tasks do not count."""
        key = bearer(gateway.issue(Tier.FREE))
        for _ in range(100):
            assert gateway.client.post("/v1/tasks", json=PROBLEM, headers=key).status_code == 202
        answer = gateway.client.post("/v1/tasks", json=PROBLEM, headers=key)
        refused(answer, 429, "quota-exhausted")
        assert int(answer.headers["retry-after"]) > 0
        assert gateway.client.get("/v1/usage", headers=key).json()["used"] == 100

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"problem": "short"}, "body.problem"),
            ({"problem": "x" * 10_001}, "body.problem"),
            ({**PROBLEM, "difficulty": 11}, "body.difficulty"),
            ({**PROBLEM, "difficulty": True}, "body.difficulty"),
            ({**PROBLEM, "timeout_seconds": 1e400}, "body"),
            ({**PROBLEM, "domain": "poetry"}, "body.domain"),
            ({**PROBLEM, "is_trap": True}, "body.is_trap"),
            ({**PROBLEM, "problem": "a NUL \0 in a problem"}, "body.problem"),
            ([], "body"),
        ],
        ids=str,
    )
    def test_what_cannot_be_taken_is_named(self, gateway: Service, body: Any, field: str) -> None:
        """422 with the field, whatever is wrong with it; unknown fields are refused."""
        answer = gateway.client.post(
            "/v1/tasks",
            content=json.dumps(body),
            headers={**bearer(gateway.issue()), "content-type": "application/json"},
        )
        refused(answer, 422, "invalid-request")
        assert answer.json()["errors"][0]["field"].startswith(field)

    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com/x",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://169.254.169.254/latest",
            "https://localhost/",
            "https://user@example.com/",
            "ftp://example.com/x",
            "https://10.1.2.3:8443/",
            "https://[::ffff:10.0.0.1]/",
            "https://0x7f000001/",
            "https://2130706433/",
        ],
    )
    def test_a_callback_to_a_forbidden_place_is_refused(self, gateway: Service, url: str) -> None:
        """Not https, or an address that is not public, also by a name or a number that means one."""
        answer = gateway.client.post(
            "/v1/tasks", json={**PROBLEM, "callback_url": url}, headers=bearer(gateway.issue())
        )
        refused(answer, 422, "invalid-request")
        assert answer.json()["errors"][0]["field"] == "callback_url"

    def test_a_full_queue_takes_no_more(self, tmp_path: Path) -> None:
        """When too many tasks wait, the next is told to come back, and is not counted."""
        with service(tmp_path / "state.db", most_queued=3) as small:
            key = bearer(small.issue())
            for _ in range(3):
                assert small.client.post("/v1/tasks", json=PROBLEM, headers=key).status_code == 202
            answer = small.client.post("/v1/tasks", json=PROBLEM, headers=key)
            refused(answer, 503, "queue-full")
            assert small.client.get("/v1/usage", headers=key).json()["used"] == 3


class TestKeys:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": "Bearer "},
            {"Authorization": f"Bearer {NOBODY}"},
            {"Authorization": "Bearer rf_x_y"},
            {"Authorization": "Basic dXNlcjpwYXNz"},
            {"Authorization": f"Bearer {'x' * 5_000}"},
            {"Authorization": "Bearer a.b.c"},
            {"X-API-Key": NOBODY},
        ],
        ids=["none", "empty", "unknown", "misshapen", "basic", "long", "no token", "another header"],
    )
    def test_invalid_api_keys_are_rejected(self, gateway: Service, headers: dict[str, str]) -> None:
        """No key, a wrong one, one of another form: 401, and how to send one."""
        answer = gateway.client.get("/v1/usage", headers=headers)
        refused(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")

    def test_a_wrong_secret_or_a_revoked_key_is_rejected(self, gateway: Service) -> None:
        """One letter off, or revoked, a key is none."""
        issued = gateway.issue()
        wrong = issued.text[:-1] + ("0" if issued.text[-1] != "0" else "1")
        refused(gateway.client.get("/v1/usage", headers={"Authorization": f"Bearer {wrong}"}), 401, "unauthenticated")
        asyncio.run(gateway.container.adapters.keys().revoke(issued.key.id, 1.0))
        refused(gateway.client.get("/v1/usage", headers=bearer(issued)), 401, "unauthenticated")

    def test_a_key_in_the_url_is_refused(self, gateway: Service) -> None:
        """Even a valid key is not taken from a query string, where logs would keep it."""
        issued = gateway.issue()
        for name in ("api_key", "key", "access_token", "TOKEN"):
            refused(gateway.client.get(f"/v1/usage?{name}={issued.text}"), 401, "unauthenticated")
            refused(gateway.client.get(f"/v1/usage?{name}=x", headers=bearer(issued)), 401, "unauthenticated")

    def test_anothers_task_reads_as_none(self, gateway: Service) -> None:
        """Neither reading, nor cancelling, nor listing shows that somebody else's task exists."""
        mine, theirs = bearer(gateway.issue()), bearer(gateway.issue())
        task = gateway.client.post("/v1/tasks", json=PROBLEM, headers=mine).json()["task_id"]
        for answer in (
            gateway.client.get(f"/v1/tasks/{task}", headers=theirs),
            gateway.client.delete(f"/v1/tasks/{task}", headers=theirs),
            gateway.client.get("/v1/tasks/task_of_nobody", headers=theirs),
        ):
            refused(answer, 404, "not-found")
        assert gateway.client.get("/v1/tasks", headers=theirs).json()["tasks"] == []
        assert gateway.client.get(f"/v1/tasks/{task}", headers=mine).json()["status"] == "queued"

    def test_a_token_stands_for_its_key(self, gateway: Service) -> None:
        """Exchanged once, it reads what the key reads; it cannot be exchanged again, nor outlive its key."""
        issued = gateway.issue()
        token = gateway.client.post("/v1/tokens", headers=bearer(issued)).json()
        by_token = {"Authorization": f"Bearer {token['access_token']}"}
        assert gateway.client.get("/v1/usage", headers=by_token).json()["key_id"] == issued.key.id
        assert 0 < token["expires_in"] <= 900
        refused(gateway.client.post("/v1/tokens", headers=by_token), 403, "forbidden")
        foreign = JwtAccessTokens(b"another" * 8).issue(TokenClaims(issued.key.id, 1, 9e9), 0.0)
        unsigned = JwtAccessTokens(PEPPER).issue(TokenClaims(issued.key.id, 2, 9e9), 0.0)  # of a later generation
        for text in (foreign, unsigned):
            answer = gateway.client.get("/v1/usage", headers={"Authorization": f"Bearer {text}"})
            refused(answer, 401, "unauthenticated")

    def test_the_time_of_the_check_tells_no_prefix(self, gateway: Service) -> None:
        """A key whose id exists and one whose id does not take the same time to refuse, within what a run varies."""
        issued = gateway.issue()
        known = f"Bearer {issued.text[:-64]}{'0' * 64}"
        unknown = f"Bearer {NOBODY}"

        def median(credential: str) -> float:
            times = []
            for _ in range(60):
                start = time.perf_counter()
                gateway.client.get("/v1/usage", headers={"Authorization": credential})
                times.append(time.perf_counter() - start)
            return sorted(times)[len(times) // 2]

        ratio = median(known) / median(unknown)
        assert 0.5 < ratio < 2.0, ratio


class TestBounds:
    def test_a_body_that_says_it_is_too_large_is_not_read(self, gateway: Service) -> None:
        """413 by its Content-Length alone, and by what really came where it says nothing."""
        key = {**bearer(gateway.issue()), "content-type": "application/json"}
        refused(
            gateway.client.post("/v1/tasks", content=b"x" * (MOST_BODY_BYTES + 1), headers=key), 413, "body-too-large"
        )

        def endless() -> Iterator[bytes]:
            for _ in range(1_000):
                yield b"x" * 10_000

        refused(gateway.client.post("/v1/tasks", content=endless(), headers=key), 413, "body-too-large")

    @pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000, b'{"problem": NaN}', b""])
    def test_a_body_that_is_no_json_is_refused(self, gateway: Service, body: bytes) -> None:
        """422, and nothing breaks."""
        key = {**bearer(gateway.issue()), "content-type": "application/json"}
        assert gateway.client.post("/v1/tasks", content=body, headers=key).status_code == 422

    def test_too_many_requests_are_told_when_to_come_back(self, tmp_path: Path) -> None:
        """By key and by address; the headers say how many are left; wrong keys spend their address's."""
        with service(tmp_path / "state.db", rates=RateRules(of_key=5, of_address=12)) as slow:
            first, second = bearer(slow.issue()), bearer(slow.issue())
            left = [slow.client.get("/v1/usage", headers=first).headers["ratelimit"] for _ in range(5)]
            assert left == [f'"key";r={n};t=60' for n in (4, 3, 2, 1, 0)]
            answer = slow.client.get("/v1/usage", headers=first)
            refused(answer, 429, "too-many-requests")
            assert 0 < int(answer.headers["retry-after"]) <= 60
            assert slow.client.get("/v1/usage", headers=second).status_code == 200
            codes = [
                slow.client.get("/v1/usage", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(9)
            ]
            assert codes[-1] == 429

    @pytest.mark.parametrize(
        "path", ["/v1/miners/-1", "/v1/miners/99999", "/v1/miners/abc", "/v1/epochs/99999999999999999999", "/v1/%00"]
    )
    def test_paths_of_nonsense_break_nothing(self, gateway: Service, path: str) -> None:
        """404 or 422, as a problem."""
        answer = gateway.client.get(path)
        assert answer.status_code in {404, 422}
        assert answer.headers["content-type"] == "application/problem+json"

    def test_headers_keep_browsers_out(self, gateway: Service) -> None:
        """No other site's script reads an answer, no page frames it, and its type is not guessed."""
        answer = gateway.client.get("/v1/stats", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]

    def test_the_manual_needs_no_other_host(self, gateway: Service) -> None:
        """/docs shows every route of the document, without a script and without an address elsewhere."""
        page = gateway.client.get("/docs").text
        document = gateway.client.get("/openapi.json").json()
        assert [path for path in document["paths"] if path.replace("{", "{") not in page] == []
        assert ("<script" in page, "http://" in page or "//cdn" in page) == (False, False)

    def test_a_store_that_is_down_is_503(self, tmp_path: Path) -> None:
        """While the store cannot be reached, requests are told to come back, and health says so."""
        with service(tmp_path / "state.db") as running:
            key = bearer(running.issue())
            running.database.close()
            answer = running.client.get("/v1/tasks", headers=key)
            refused(answer, 503, "unavailable")
            assert answer.headers["retry-after"]
            assert running.client.get("/readyz").status_code == 503
            assert running.client.get("/livez").status_code == 200


class TestStream:
    def test_events_arrive_and_what_was_missed_is_replayed(self, gateway: Service) -> None:
        """Over WebSocket: what happened after the last seen event, then what happens, each once."""
        log = gateway.container.adapters.events()

        def happen(*epochs: int) -> None:
            events = [PublicEvent(EventKind.EPOCH_STARTED, 1.0, {"epoch": one, "validator": "v"}) for one in epochs]
            asyncio.run(log.append(events))

        happen(1, 2, 3)
        time.sleep(0.6)  # until they were told
        first = asyncio.run(log.newest()) - 2
        with gateway.client.websocket_connect(f"/v1/stream?last_event_id={first}") as socket:
            seen = [json.loads(socket.receive_text())["data"]["epoch"] for _ in range(2)]
            happen(4)
            seen.append(json.loads(socket.receive_text())["data"]["epoch"])
        assert seen == [2, 3, 4]

    def test_visitors_see_nothing_that_an_owner_submitted(self, gateway: Service) -> None:
        """A task's text is in no public answer."""
        own = "My very own problem about the colour of a zebra's stripes"
        gateway.client.post("/v1/tasks", json={"problem": own}, headers=bearer(gateway.issue()))
        for path in ("/v1/leaderboard", "/v1/stats", "/v1/validators", "/v1/epochs/0", "/v1/health"):
            assert "zebra" not in gateway.client.get(path).text


BOUNDED = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


@pytest.mark.parametrize("with_key", [False, True])
def test_the_document_is_kept(tmp_path: Path, with_key: bool) -> None:
    """Whatever the OpenAPI document allows, and what it does not, is answered as documented and never with a 5xx."""
    streams = {"/v1/stream", "/api/simulate/stream", "/api/simulate"}  # endless or costly: tested by themselves
    with application(tmp_path / "state.db") as made:
        headers = bearer(made.issue(Tier.ENTERPRISE)) if with_key else {}
        schema = schemathesis.openapi.from_asgi("/openapi.json", made.app).exclude(path=sorted(streams))
        asked = 0
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found

            @BOUNDED
            @given(case=found.ok().as_strategy())
            def holds(case: Any) -> None:
                nonlocal asked
                asked += 1
                response = case.call(headers=headers)
                assert response.status_code < 500, (case, response.text)
                documented = {int(code) for code in case.operation.definition.raw["responses"] if code.isdecimal()}
                assert response.status_code in documented | {404, 405}, (case, response.status_code)

            holds()
    assert asked > 100


@pytest.mark.postgres
def test_two_gateways_on_one_server_keep_one_quota(postgres: Cluster) -> None:
    """A hundred free tasks between two processes' gateways are a hundred, however they are spread."""
    url = postgres.database()
    with service(url) as one, service(url) as other:
        key = bearer(one.issue(Tier.FREE))
        with ThreadPoolExecutor(8) as threads:
            codes = list(
                threads.map(
                    lambda n: (one, other)[n % 2].client.post("/v1/tasks", json=PROBLEM, headers=key).status_code,
                    range(120),
                )
            )
        assert (codes.count(202), codes.count(429)) == (100, 20)
        assert other.client.get("/v1/usage", headers=key).json()["used"] == 100
