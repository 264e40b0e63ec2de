"""Refusals as RFC 9457 problem details. A type is a stable name; nothing of the inside is told."""

import math
from http import HTTPStatus
from typing import Any

from attrs import frozen
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from reasonforge.application.gateway.refusals import (
    Conflict,
    Forbidden,
    IdempotencyKeyReused,
    NotThere,
    Overloaded,
    QuotaExhausted,
    TooMuch,
    Unacceptable,
    Unauthenticated,
)
from reasonforge.domain.errors import CallerError, ReasonForgeError

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:reasonforge:problem:"
STORE_RETRY_SECONDS = 5
MOST_ERRORS = 20


class FieldError(BaseModel):
    """One field that cannot be taken."""

    field: str
    detail: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": f"{TYPE_PREFIX}not-found",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "you have no such task",
                }
            ]
        }
    )

    type: str = Field(description="Stable: programs may decide by it.")
    title: str
    status: int
    detail: str = Field(description="One sentence for people.")
    errors: list[FieldError] | None = Field(default=None, description="The fields that cannot be taken.")


@frozen
class _Kind:
    status: HTTPStatus
    name: str


_KINDS: dict[type[CallerError], _Kind] = {
    Unauthenticated: _Kind(HTTPStatus.UNAUTHORIZED, "unauthenticated"),
    Forbidden: _Kind(HTTPStatus.FORBIDDEN, "forbidden"),
    NotThere: _Kind(HTTPStatus.NOT_FOUND, "not-found"),
    Conflict: _Kind(HTTPStatus.CONFLICT, "conflict"),
    IdempotencyKeyReused: _Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-reused"),
    Unacceptable: _Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request"),
    QuotaExhausted: _Kind(HTTPStatus.TOO_MANY_REQUESTS, "quota-exhausted"),
    Overloaded: _Kind(HTTPStatus.SERVICE_UNAVAILABLE, "queue-full"),
    TooMuch: _Kind(HTTPStatus.TOO_MANY_REQUESTS, "too-many-requests"),
}
_NAMES = {
    HTTPStatus.BAD_REQUEST: "invalid-request",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.REQUEST_TIMEOUT: "request-timeout",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body-too-large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid-request",
    HTTPStatus.TOO_MANY_REQUESTS: "too-many-requests",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}
_SAYS = {
    HTTPStatus.NOT_FOUND: "there is nothing at this address",
    HTTPStatus.METHOD_NOT_ALLOWED: "this address does not take that method: see Allow",
    HTTPStatus.BAD_REQUEST: "the request cannot be read",
}


def problem(
    status: HTTPStatus,
    detail: str,
    *,
    name: str | None = None,
    errors: list[FieldError] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A response with problem details."""
    document: dict[str, Any] = {
        "type": f"{TYPE_PREFIX}{name or _NAMES.get(status, 'refused')}",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    if errors is not None:
        document["errors"] = [one.model_dump() for one in errors]
    return JSONResponse(document, status, headers, media_type=MEDIA_TYPE)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these problems."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def refused(error: CallerError) -> Response:
    """The answer to a caller whose request is refused."""
    kind = next(kind for type_, kind in _KINDS.items() if isinstance(error, type_))
    headers = {}
    if isinstance(error, TooMuch):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="reasonforge"'
    errors = [FieldError(field=error.field, detail=str(error))] if isinstance(error, Unacceptable) else None
    return problem(kind.status, str(error), name=kind.name, errors=errors, headers=headers)


def answer_with_problems(app: FastAPI) -> None:
    """Makes every refusal and every failure of `app` a problem."""

    async def caller_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, CallerError)  # noqa: S101 - registered for it
        return refused(error)

    async def fault(_: Request, error: Exception) -> Response:
        assert isinstance(error, ReasonForgeError)  # noqa: S101 - registered for it
        return problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "the service's store cannot be reached at the moment; nothing was lost: try again",
            headers={"Retry-After": str(STORE_RETRY_SECONDS)},
        )

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
        wrong = [FieldError(field=_place(one["loc"]), detail=str(one["msg"])) for one in error.errors()[:MOST_ERRORS]]
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "the request holds what cannot be taken: see errors", errors=wrong
        )

    async def http_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
        status = HTTPStatus(error.status_code)
        if status is HTTPStatus.BAD_REQUEST:  # a body nested too deep to be read: like every other that is no JSON
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, _SAYS[status])
        headers = dict(error.headers) if error.headers else None
        return problem(status, _SAYS.get(status, str(error.detail)), headers=headers)

    async def broken(_: Request, __: Exception) -> Response:
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "something of ours is broken; it was noted")

    app.add_exception_handler(CallerError, caller_error)
    app.add_exception_handler(ReasonForgeError, fault)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, broken)


def _place(loc: tuple[int | str, ...]) -> str:
    """`body.problem`, `query.limit`, … without what a stranger wrote in a field's name beyond a bounded excerpt."""
    return ".".join(str(part)[:60] for part in loc[:4])
