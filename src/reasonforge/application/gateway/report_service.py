from attrs import frozen

from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.public_record import PublicRecord
from reasonforge.domain.errors import StoreFault


@frozen
class ServiceHealth:
    """What the gateway depends on; ages in seconds, None where there was nothing yet."""

    store: bool
    epoch_age: float | None = None
    weights_age: float | None = None


@frozen
class ReportService:
    """Whether requests can be served, and how fresh what they show is."""

    record: PublicRecord
    clock: Clock

    async def __call__(self) -> ServiceHealth:
        try:
            figures = await self.record.statistics()
        except StoreFault:
            return ServiceHealth(store=False)
        now = self.clock.now()
        last, weights = figures.last_epoch, figures.last_weights
        return ServiceHealth(
            store=True,
            epoch_age=None if last is None else max(0.0, now - last.closed_at),
            weights_age=None if weights is None or weights.at is None else max(0.0, now - weights.at),
        )
