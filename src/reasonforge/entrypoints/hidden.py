"""What of the settings nobody may be shown."""

import os
from urllib.parse import urlsplit

from reasonforge.entrypoints.settings import MinerSettings, NeuronSettings

_SHORTEST = 4
"""Hiding shorter ones would hide everything."""


def hidden_values(settings: NeuronSettings) -> list[str]:
    """The API key, and what URLs carry beside host and path; the longest first."""
    found = []
    urls = [settings.subtensor_chain_endpoint, settings.subtensor_network, settings.state_db, settings.otel_endpoint]
    if isinstance(settings, MinerSettings):
        found.append(os.environ.get(settings.key_variable, ""))
        urls.append(settings.base_url)
    for url in urls:
        try:
            parts = urlsplit(url)
        except ValueError:
            found.append(url)
            continue
        found += [parts.netloc.rpartition("@")[0], parts.password or "", parts.query]
    return sorted({one for one in found if len(one) >= _SHORTEST}, key=len, reverse=True)
