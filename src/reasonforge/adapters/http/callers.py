"""Who calls: a key or a token in `Authorization`, and nowhere else."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from reasonforge.application.gateway.authenticate import Authenticate
from reasonforge.application.gateway.refusals import Unauthenticated
from reasonforge.domain.access_key import AccessKey

_MOST_CHARACTERS = 4_096
_IN_URLS = frozenset({"key", "api_key", "apikey", "token", "access_token", "authorization"})
BEARER = HTTPBearer(auto_error=False, bearerFormat="rf_… or JWT", description="A key, or a token it was exchanged for.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]


def credential_of(request: Request, credentials: HTTPAuthorizationCredentials | None) -> str:
    """The credential as it was sent.

    Raises:
        Unauthenticated: there is none, or it stands in the URL, where logs and histories keep it.
    """
    if _IN_URLS & {name.lower() for name in request.query_params}:
        raise Unauthenticated("a key in a URL is not taken: rotate it, and send it as `Authorization: Bearer rf_…`")
    if credentials is None or not credentials.credentials:
        raise Unauthenticated("a key is needed: send it as `Authorization: Bearer rf_…`")
    if len(credentials.credentials) > _MOST_CHARACTERS:
        raise Unauthenticated("the key is not valid")
    return credentials.credentials


def authenticated(authenticate: Authenticate) -> Callable[[Request, Credentials], Awaitable[AccessKey]]:
    """A dependency of routes that only a key's holder may use."""

    async def caller(request: Request, credentials: Credentials) -> AccessKey:
        return await authenticate(credential_of(request, credentials))

    return caller
