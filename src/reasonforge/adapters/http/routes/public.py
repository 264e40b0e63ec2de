"""What anybody may read: rankings, miners, epochs, statistics, health."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from reasonforge.adapters.http.problems import documented
from reasonforge.adapters.http.schemas.account import HealthResponse, LiveResponse
from reasonforge.adapters.http.schemas.public import (
    EpochResponse,
    LeaderboardResponse,
    MinerResponse,
    StatisticsResponse,
    ValidatorsResponse,
)
from reasonforge.adapters.http.schemas.tasks import Domain
from reasonforge.adapters.http.services import GatewayServices
from reasonforge.adapters.http.shelf import Shelf
from reasonforge.application.gateway.refusals import NotThere
from reasonforge.application.ports.public_record import PublicRecord
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import EpochNumber, Uid

MOST_RANKED = 256
MOST_EPOCHS = 200
UNAVAILABLE = 503
_READ = documented(422, 429, 503)


def public_routes(services: GatewayServices) -> APIRouter:
    """The routes under /v1 that need no key."""
    router = APIRouter(prefix="/v1", tags=["network"])
    shelf = Shelf(lambda: services.broadcast.last_id)
    _offer_miners(router, services.record, shelf)
    _offer_network(router, services, shelf)

    @router.get("/health", responses={UNAVAILABLE: {"model": HealthResponse}, **documented(429)})
    async def health(response: Response) -> HealthResponse:
        """The service and what it depends on; 503 when the store cannot be reached."""
        return await _health(services, response)

    return router


def _offer_miners(router: APIRouter, record: PublicRecord, shelf: Shelf) -> None:
    @router.get("/leaderboard", response_model=LeaderboardResponse, responses=_READ)
    async def leaderboard(
        domain: Domain | None = None,
        limit: Annotated[int, Query(ge=1, le=MOST_RANKED)] = 64,
    ) -> Response:
        """The newest epoch's ranking, also by discipline."""
        discipline = None if domain is None else Discipline(domain.value)

        async def make() -> LeaderboardResponse:
            return LeaderboardResponse.of(await record.leaderboard(discipline, limit))

        return await shelf.answer(make, "leaderboard", discipline, limit)

    @router.get("/miners/{uid}", response_model=MinerResponse, responses=documented(404, 422, 429, 503))
    async def miner(
        uid: Annotated[int, Path(ge=0, le=65_535)],
        limit: Annotated[int, Query(ge=1, le=MOST_EPOCHS, description="Epochs, the newest.")] = 60,
    ) -> Response:
        """One miner's epochs, and the breakdown of its scores."""

        async def make() -> MinerResponse:
            found = await record.miner(Uid(uid), limit)
            if found is None:
                raise NotThere(f"no epoch knows a miner with uid {uid}")
            return MinerResponse.of(found)

        return await shelf.answer(make, "miner", uid, limit)


def _offer_network(router: APIRouter, services: GatewayServices, shelf: Shelf) -> None:
    @router.get("/epochs/{number}", response_model=EpochResponse, responses=documented(404, 422, 429, 503))
    async def epoch(number: Annotated[int, Path(ge=0, le=2**53)]) -> Response:
        """One epoch: its tasks, its miners' results, its weights. Of an open one nothing tells a trap."""

        async def make() -> EpochResponse:
            found = await services.record.epoch(EpochNumber(number))
            if found is None:
                raise NotThere(f"there is no epoch {number}")
            return EpochResponse.of(found)

        return await shelf.answer(make, "epoch", number)

    @router.get("/stats", response_model=StatisticsResponse, responses=_READ)
    async def statistics() -> Response:
        """The network in figures."""

        async def make() -> StatisticsResponse:
            return StatisticsResponse.of(await services.record.statistics(), services.clock.now())

        return await shelf.answer(make, "statistics")

    @router.get("/validators", response_model=ValidatorsResponse, responses=_READ)
    async def validators() -> Response:
        """The validators' health: accuracy, stake, reputation, last weights."""

        async def make() -> ValidatorsResponse:
            return ValidatorsResponse.of(await services.record.validators())

        return await shelf.answer(make, "validators")


def health_routes(services: GatewayServices) -> APIRouter:
    """What a supervisor asks."""
    router = APIRouter(tags=["health"])

    @router.get("/livez", responses=documented(429))
    async def live() -> LiveResponse:
        """The process answers."""
        return LiveResponse(status="ok")

    @router.get("/readyz", responses={UNAVAILABLE: {"model": HealthResponse}, **documented(429)})
    async def ready(response: Response) -> HealthResponse:
        """Requests can be served; 503 when not."""
        return await _health(services, response)

    return router


async def _health(services: GatewayServices, response: Response) -> HealthResponse:
    found = HealthResponse.of(await services.report_service(), services.version)
    if found.store != "ok":
        response.status_code = UNAVAILABLE
    return found
