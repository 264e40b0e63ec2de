"""The gateway as one ASGI application."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from reasonforge.adapters.http.bounds import BoundedBody, BoundedRate, RateRules, SecurityHeaders
from reasonforge.adapters.http.manual import manual_routes
from reasonforge.adapters.http.problems import Problem, answer_with_problems
from reasonforge.adapters.http.routes.public import health_routes, public_routes
from reasonforge.adapters.http.routes.stream import stream_routes
from reasonforge.adapters.http.routes.tasks import task_routes
from reasonforge.adapters.http.services import GatewayServices
from reasonforge.adapters.http.simulator import Simulator, simulator_router

TITLE = "ReasonForge gateway"
_SAYS = """Reasoning tasks, answered by the subnet's miners and checked by its validators.

A task that is submitted is asked in the next epoch; its best verified answer is at `GET /v1/tasks/{task_id}`, or is
posted to its `callback_url`. Refusals are RFC 9457 problem details whose `type` is stable."""


def gateway_app(
    services: GatewayServices,
    *,
    rates: RateRules | None = None,
    cors_origins: Sequence[str] = (),
    pages: Sequence[APIRouter] = (),
) -> FastAPI:
    """The application over its use cases.

    Args:
        services: what its routes call.
        rates: requests a minute.
        cors_origins: whose pages' scripts may call it; nobody's by default.
        pages: more routes, such as the dashboard's.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(services.broadcast)
            yield

    middleware = [Middleware(SecurityHeaders)]
    if cors_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(cors_origins),
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=["authorization", "content-type", "idempotency-key", "last-event-id"],
                expose_headers=["location", "retry-after", "ratelimit", "ratelimit-policy"],
            )
        )
    middleware += [Middleware(BoundedRate, rules=rates or RateRules()), Middleware(BoundedBody)]
    app = FastAPI(
        title=TITLE,
        version=services.version,
        description=_SAYS,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        middleware=middleware,
    )
    answer_with_problems(app)
    for router in (
        task_routes(services),
        public_routes(services),
        stream_routes(services),
        health_routes(services),
        simulator_router(Simulator(), services.version),
        *pages,
    ):
        app.include_router(router)
    app.include_router(manual_routes(app))
    _document_problems(app)
    return app


def _document_problems(app: FastAPI) -> None:
    """The document names `Problem` in its routes; its schema is put where they point."""
    made = app.openapi

    def document() -> dict[str, object]:
        schema = made()
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        if "Problem" not in schemas:
            described = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(described.pop("$defs", {}))
            schemas["Problem"] = described
        return schema

    app.openapi = document  # type: ignore[method-assign] # FastAPI's own way to extend the document
