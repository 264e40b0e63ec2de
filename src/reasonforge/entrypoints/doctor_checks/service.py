"""The gateway's own: its secret, its ports, whom it lets in, and how it is when it runs."""

import asyncio
from collections.abc import Sequence

from reasonforge.domain.errors import OperatorError
from reasonforge.entrypoints.doctor_checks.diagnosis import Diagnosis, failure, fine, in_thread, warning
from reasonforge.entrypoints.doctor_checks.pages import is_own_machine, own_address, read_page
from reasonforge.entrypoints.doctor_checks.port import is_taken
from reasonforge.entrypoints.gateway_secret import pepper_of
from reasonforge.entrypoints.settings import GatewaySettings

PORT, METRICS = "--gateway.port (GATEWAY_PORT)", "--metrics.port (PROMETHEUS_PORT)"


async def look_at_gateway(settings: GatewaySettings) -> Sequence[Diagnosis]:
    """A gateway that answers at our port is taken for ours: it is asked how it is."""
    answer = await _asked(settings)
    found = [_secret(settings), await _port("port", settings.host, settings.port, PORT, running=answer is not None)]
    if settings.metrics_port:
        where = settings.metrics_host, settings.metrics_port
        found.append(await _port("metrics port", *where, METRICS, running=answer is not None))
    if not is_own_machine(settings.host):
        said = f"{settings.host}: callers reach this port, and keys travel in clear text"
        found.append(warning("gateway host", said, "right behind a proxy that ends TLS, and nowhere else"))
    if settings.metrics_port and not is_own_machine(settings.metrics_host):
        said = f"{settings.metrics_host}: whoever reaches the metrics port reads figures without a password"
        found.append(warning("metrics host", said, "right behind a firewall or in a private network of containers"))
    if settings.webhook_hosts:
        said = "webhooks may go to private addresses, by plain http"
        remedy = "empty --gateway.webhook_hosts (GATEWAY_WEBHOOK_HOSTS), unless this is a test"
        found.append(warning("webhook hosts", said, remedy))
    if answer is not None:
        found.append(answer)
    return found


def _secret(settings: GatewaySettings) -> Diagnosis:
    try:
        pepper_of(settings.api_key_secret.get_secret_value())
    except OperatorError as error:
        return failure("secret", str(error), "the same one for `reasonforge keys`, or no key of theirs is valid")
    return fine("secret", "long enough, and not the example's")


async def _port(name: str, host: str, port: int, flag: str, *, running: bool) -> Diagnosis:
    where = f"{host}:{port}"
    why = await in_thread(lambda: is_taken(host, port))
    if not why:
        return fine(name, f"{where} is free" if port else "any that is free")
    if running:
        return fine(name, f"{where} is in use, and a gateway answers: this one is running")
    return failure(name, f"{where} cannot be listened at: {why}", f"choose another by {flag}")


async def _asked(settings: GatewaySettings) -> Diagnosis | None:
    """What the gateway at our port says of itself; None when none answers there."""
    if settings.port == 0:
        return None
    try:
        health = await read_page(own_address(settings.host), settings.port)
        store, epoch = health["store"], health["last_epoch_age_seconds"]
    except (OSError, TimeoutError, ValueError, KeyError, TypeError, asyncio.LimitOverrunError):
        return None
    if store != "ok":
        return failure("health", "the running gateway cannot reach its store", "see its log")
    if epoch is None:
        remedy = "start a validator on this store: users' tasks wait for one"
        return warning(
            "health", "the running gateway is ready, and no validator has closed an epoch in its store", remedy
        )
    return fine("health", f"the running gateway is ready; the last epoch in its store closed {epoch:.0f} s ago")
