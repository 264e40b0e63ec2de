"""A registry as the page that Prometheus scrapes."""

import gzip

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from reasonforge.adapters.telemetry.page_server import Asked, Page, Show

PATH = "/metrics"


def metrics_page(registry: CollectorRegistry) -> Show:
    """The registry's figures of the moment, in the format that the scraper asks for."""

    async def show(asked: Asked) -> Page:
        encode, content_type = choose_encoder(asked.headers.get("accept", ""))
        body = encode(registry)
        if "gzip" in asked.headers.get("accept-encoding", ""):
            return Page(gzip.compress(body, compresslevel=5), content_type=content_type, encoding="gzip")
        return Page(body, content_type=content_type)

    return show


__all__ = ["PATH", "CollectorRegistry", "metrics_page"]
