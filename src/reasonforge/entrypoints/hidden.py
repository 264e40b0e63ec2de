"""What of the settings nobody may be shown."""

import os
from urllib.parse import urlsplit

from reasonforge.entrypoints.settings import GatewaySettings, MinerSettings, NeuronSettings, ProcessSettings

_SHORTEST = 4
"""Hiding shorter ones would hide everything."""


def hidden_values(settings: ProcessSettings) -> list[str]:
    """The API key, the keys' pepper, and what URLs carry beside host and path; the longest first."""
    found = []
    urls = [settings.state_db]
    if isinstance(settings, NeuronSettings):
        urls += [settings.otel_endpoint, settings.subtensor_chain_endpoint, settings.subtensor_network]
    if isinstance(settings, GatewaySettings):
        found.append(settings.api_key_secret.get_secret_value())
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
