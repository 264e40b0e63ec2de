"""/docs: the OpenAPI document as one page of HTML. It needs no script and no other host."""

import json
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse

_STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
h2{margin-top:2.5rem;font-size:1.1rem}code,pre{font:14px/1.45 ui-monospace,monospace}
pre{background:#f3f4f6;padding:.75rem;overflow:auto;border-radius:6px}.m{font-weight:700;margin-right:.5rem}
td,th{text-align:left;vertical-align:top;padding:.15rem 1rem .15rem 0}a{color:#0b5cad}
@media(prefers-color-scheme:dark){body{background:#14171a;color:#e4e7ea}pre{background:#1f2428}a{color:#7ab8ff}}"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def manual_routes(app: FastAPI) -> APIRouter:
    """The page, made from the application's own document each time."""
    router = APIRouter()

    @router.get("/docs", include_in_schema=False)
    async def manual() -> HTMLResponse:
        return HTMLResponse(_page(app.openapi()), headers={"Content-Security-Policy": _POLICY})

    return router


def _page(document: dict[str, Any]) -> str:
    info = document["info"]
    schemas = document.get("components", {}).get("schemas", {})
    title = escape(info["title"])
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title} {escape(info['version'])}</h1>",
        *(f"<p>{escape(text)}</p>" for text in info.get("description", "").split("\n\n")),
        "<p>The same as a document for programs: <a href=/openapi.json>/openapi.json</a>.</p>",
    ]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parts.append(_operation(path, method, operation, schemas))
    return "".join(parts)


def _operation(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    parts = [f"<h2><span class=m>{method.upper()}</span><code>{escape(path)}</code></h2>"]
    parts.append(f"<p>{escape(operation.get('description', operation.get('summary', '')))}</p>")
    if operation.get("security"):
        parts.append("<p>Needs a key: <code>Authorization: Bearer rf_…</code></p>")
    rows = [
        f"<tr><td><code>{escape(one['name'])}</code><td>{escape(one['in'])}<td>{escape(one.get('description', ''))}"
        for one in operation.get("parameters", [])
    ]
    if rows:
        parts.append(f"<table><tr><th>parameter<th>in<th>what{''.join(rows)}</table>")
    body = _example(operation.get("requestBody", {}).get("content", {}), schemas)
    if body is not None:
        parts.append(f"<p>Request</p><pre>{escape(json.dumps(body, indent=2, ensure_ascii=False))}</pre>")
    for status, response in operation.get("responses", {}).items():
        example = _example(response.get("content", {}), schemas) if status.startswith("2") else None
        parts.append(f"<p><code>{escape(status)}</code> {escape(response.get('description', ''))}</p>")
        if example is not None:
            parts.append(f"<pre>{escape(json.dumps(example, indent=2, ensure_ascii=False))}</pre>")
    return "".join(parts)


def _example(content: dict[str, Any], schemas: dict[str, Any]) -> Any:
    schema = content.get("application/json", {}).get("schema", {})
    named = schemas.get(str(schema.get("$ref", "")).rpartition("/")[2], schema)
    examples = named.get("examples", [])
    return examples[0] if examples else None
