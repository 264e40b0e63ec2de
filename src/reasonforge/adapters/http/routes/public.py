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
from reasonforge.application.gateway.refusals import NotThere
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.identity import EpochNumber, Uid

MOST_RANKED = 256
MOST_EPOCHS = 200
UNAVAILABLE = 503
_READ = documented(422, 429, 503)


def public_routes(services: GatewayServices) -> APIRouter:
    """The routes under /v1 that need no key."""
    router = APIRouter(prefix="/v1", tags=["network"])

    @router.get("/leaderboard", responses=_READ)
    async def leaderboard(
        domain: Domain | None = None,
        limit: Annotated[int, Query(ge=1, le=MOST_RANKED)] = 64,
    ) -> LeaderboardResponse:
        """The newest epoch's ranking, also by discipline."""
        discipline = None if domain is None else Discipline(domain.value)
        return LeaderboardResponse.of(await services.record.leaderboard(discipline, limit))

    @router.get("/miners/{uid}", responses=documented(404, 422, 429, 503))
    async def miner(
        uid: Annotated[int, Path(ge=0, le=65_535)],
        limit: Annotated[int, Query(ge=1, le=MOST_EPOCHS, description="Epochs, the newest.")] = 60,
    ) -> MinerResponse:
        """One miner's epochs, and the breakdown of its scores."""
        found = await services.record.miner(Uid(uid), limit)
        if found is None:
            raise NotThere(f"no epoch knows a miner with uid {uid}")
        return MinerResponse.of(found)

    @router.get("/epochs/{number}", responses=documented(404, 422, 429, 503))
    async def epoch(number: Annotated[int, Path(ge=0, le=2**53)]) -> EpochResponse:
        """One epoch: its tasks, its miners' results, its weights. Of an open one nothing tells a trap."""
        found = await services.record.epoch(EpochNumber(number))
        if found is None:
            raise NotThere(f"there is no epoch {number}")
        return EpochResponse.of(found)

    @router.get("/stats", responses=_READ)
    async def statistics() -> StatisticsResponse:
        """The network in figures."""
        return StatisticsResponse.of(await services.record.statistics(), services.clock.now())

    @router.get("/validators", responses=_READ)
    async def validators() -> ValidatorsResponse:
        """The validators' health: accuracy, stake, reputation, last weights."""
        return ValidatorsResponse.of(await services.record.validators())

    @router.get("/health", responses={UNAVAILABLE: {"model": HealthResponse}, **documented(429)})
    async def health(response: Response) -> HealthResponse:
        """The service and what it depends on; 503 when the store cannot be reached."""
        return await _health(services, response)

    return router


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
