"""The dashboard: one page and its assets, out of the package, under a strict content security policy.

The assets live below a name made of their own content: a browser may keep them for ever, and a new version of the
package is another name. The page itself is asked for again each time, and costs nothing when it is the same.
"""

import hashlib
from collections.abc import Mapping
from importlib.resources import files

from attrs import frozen
from fastapi import APIRouter, HTTPException, Request, Response

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""No inline script or style, nothing of another host, and no string that becomes markup."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
FOR_EVER = "public, max-age=31536000, immutable"
EACH_TIME = "no-cache"
_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_PAGE = "index.html"
_NAMED = b"assets/VERSION/"


@frozen
class Asset:
    """One file as it is sent."""

    body: bytes
    media_type: str
    etag: str

    @classmethod
    def of(cls, name: str, body: bytes) -> "Asset":
        """Its type is its suffix's."""
        return cls(body, _TYPES[name.rsplit(".", 1)[-1]], f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def dashboard_router() -> APIRouter:
    """`/` and `/assets/…`; both answer HEAD and conditional requests."""
    page, version, assets = _shipped()
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=["GET", "HEAD"])
    async def index(request: Request) -> Response:
        return _answer(request, page, EACH_TIME)

    @router.api_route("/assets/{asked}/{name}", methods=["GET", "HEAD"])
    async def asset(request: Request, asked: str, name: str) -> Response:
        if asked != version or name not in assets:
            raise HTTPException(404, "there is no such file: the dashboard may have a newer version")
        return _answer(request, assets[name], FOR_EVER)

    return router


def _shipped() -> tuple[Asset, str, Mapping[str, Asset]]:
    """The page, the name of this version, and the assets by their names."""
    bodies = {
        file.name: file.read_bytes()
        for file in files("reasonforge.adapters.http").joinpath("static").iterdir()
        if file.name.rsplit(".", 1)[-1] in _TYPES
    }
    page = bodies.pop(_PAGE)
    digest = hashlib.sha256()
    for name, body in sorted(bodies.items()):
        digest.update(f"{name} {len(body)}\n".encode() + body)
    version = digest.hexdigest()[:16]
    named = page.replace(_NAMED, f"assets/{version}/".encode())
    return Asset.of(_PAGE, named), version, {name: Asset.of(name, body) for name, body in bodies.items()}


def _answer(request: Request, asset: Asset, caching: str) -> Response:
    headers = {**HEADERS, "ETag": asset.etag, "Cache-Control": caching}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if asset.etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(asset.body, media_type=asset.media_type, headers=headers)
