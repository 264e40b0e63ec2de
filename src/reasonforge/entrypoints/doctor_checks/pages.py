"""What a neuron shows of itself: its ports, whether it is well when it runs, and where its spans go."""

import asyncio
import json
from collections.abc import Sequence
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from reasonforge.entrypoints.doctor_checks.diagnosis import Diagnosis, failure, fine, in_thread, warning
from reasonforge.entrypoints.doctor_checks.port import is_taken
from reasonforge.entrypoints.doctor_checks.state import is_running
from reasonforge.entrypoints.settings import NeuronSettings, ValidatorSettings

_SECONDS = 5.0
_MOST_BYTES = 65_536
METRICS, HEALTH = "metrics port", "health port"
_FLAGS = {METRICS: "--metrics.port (PROMETHEUS_PORT)", HEALTH: "--validator.port (VALIDATOR_PORT)"}


async def look_at_pages(settings: NeuronSettings) -> list[Diagnosis]:
    """Each port free, or our own neuron's, who is then asked how it is; and whether strangers can read them."""
    ports = {METRICS: settings.metrics_port}
    if isinstance(settings, ValidatorSettings):
        ports[HEALTH] = settings.port
    running = await in_thread(lambda: is_running(settings.state_db))
    found = [await _port(settings, name, port, running=running) for name, port in ports.items()]
    if any(ports.values()) and not is_own_machine(settings.metrics_host):
        said = f"{settings.metrics_host}: whoever reaches these ports reads figures and health without a password"
        found.append(warning("metrics host", said, "right behind a firewall or in a private network of containers"))
    asked = next((port for port in ports.values() if port), 0)
    if running and asked:
        found.append(await _health(settings.metrics_host, asked))
    return found


async def _port(settings: NeuronSettings, name: str, port: int, *, running: bool) -> Diagnosis:
    if port == 0:
        return fine(name, "none: nothing is served there")
    where = f"{settings.metrics_host}:{port}"
    why = await in_thread(lambda: is_taken(settings.metrics_host, port))
    if not why:
        return fine(name, f"{where} is free")
    if running:
        return fine(name, f"{where} is in use, as is the state file: this neuron is running")
    return failure(name, f"{where} cannot be listened at: {why}", f"choose another by {_FLAGS[name]}, or 0 for none")


def is_own_machine(host: str) -> bool:
    """Whether nobody else reaches what listens there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _health(host: str, port: int) -> Diagnosis:
    """What the running neuron says of itself."""
    remedy = "see its log; parts that are not ok say why"
    own = own_address(host)
    try:
        document = await read_page(own, port)
        unwell = [f"{part['name']}: {part['detail']}" for part in document["parts"] if not part["ok"]]
    except (OSError, TimeoutError, ValueError, KeyError, TypeError, asyncio.LimitOverrunError) as error:
        return failure("health", f"/readyz at {own}:{port} cannot be read ({type(error).__name__})", remedy)
    if unwell:
        return failure("health", "; ".join(unwell), remedy)
    return fine("health", "the running neuron says that it is ready")


def own_address(host: str) -> str:
    """Where what listens at `host` is reached from here."""
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 - which is every address of this machine


async def read_page(host: str, port: int) -> Any:
    """The JSON of `/readyz`, whatever its status.

    Raises:
        OSError, TimeoutError, ValueError, asyncio.LimitOverrunError: nobody answers, or with something else.
    """
    async with asyncio.timeout(_SECONDS):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(b"GET /readyz HTTP/1.1\r\nHost: doctor\r\nConnection: close\r\n\r\n")
            answer = await reader.read(_MOST_BYTES)
            while chunk := await reader.read(_MOST_BYTES):
                answer += chunk
                if len(answer) > _MOST_BYTES:
                    break
        finally:
            writer.close()
    return json.loads(answer.partition(b"\r\n\r\n")[2])


async def look_at_collector(settings: NeuronSettings) -> Sequence[Diagnosis]:
    """Whether spans can go where they are to go; nothing where they go nowhere."""
    if not settings.otel_endpoint:
        return []
    name, flag = "traces", "--otel.endpoint (OTEL_EXPORTER_OTLP_ENDPOINT)"
    try:
        exporter = find_spec("opentelemetry.exporter.otlp.proto.http")
        parts = urlsplit(settings.otel_endpoint)
        host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    except ModuleNotFoundError:
        exporter, host, port, parts = None, "", 0, urlsplit("")
    except ValueError:
        return [failure(name, f"{flag} is no URL", "such as http://127.0.0.1:4318")]
    if exporter is None:
        return [failure(name, "the exporter is not installed", "pip install 'reasonforge[otlp]'")]
    if parts.scheme not in {"http", "https"} or not host:
        return [failure(name, f"{flag} is no http(s) URL", "such as http://127.0.0.1:4318")]
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError) as error:
        said = f"no collector at {host}:{port} ({type(error).__name__}): spans are dropped, and nothing else is lost"
        return [warning(name, said, f"start it, or see {flag}")]
    writer.close()
    return [fine(name, f"a collector takes connections at {host}:{port}")]
