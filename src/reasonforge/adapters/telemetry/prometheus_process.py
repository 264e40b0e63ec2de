"""What every process of ours shows of itself, whatever it does."""

import math

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector

from reasonforge.domain.events import BlockSeen, Event, VitalSigns

UP, DOWN = 1.0, 0.0


class ProcessMetrics:
    """Telemetry that shows vital signs and the chain's last answer.

    Also the process collector's own figures (`process_start_time_seconds`, memory, descriptors), which have no prefix.

    Args:
        registry: the process's one registry.
        prefix: `reasonforge_validator`, `reasonforge_miner` or `reasonforge_gateway`.
        version: of this package.
        chain: whether the process has one; a gateway has not, and a figure that never moves would look like news.
    """

    def __init__(self, registry: CollectorRegistry, prefix: str, version: str, *, chain: bool = True) -> None:
        ProcessCollector(registry=registry)

        def gauge(name: str, says: str) -> Gauge:
            return Gauge(f"{prefix}_{name}", says, registry=registry)

        build = Gauge(f"{prefix}_build_info", "1; the label is the running version.", ["version"], registry=registry)
        build.labels(version).set(1)
        self._registry, self._prefix = registry, prefix
        self._lag = gauge("event_loop_lag_seconds", "How late the event loop woke up at worst, since the last look.")
        self._store_up = gauge("store_writable", "1 when the last empty write to the store succeeded, else 0.")
        self._store_seconds = gauge("store_write_seconds", "What the last empty write to the store took.")
        self._store_faults = Counter(
            f"{prefix}_store_faults_total", "Empty writes to the store that failed.", registry=registry
        )
        self._free = gauge("state_free_bytes", "Free room on the disk where the state is kept.")
        self._seen: tuple[Gauge, Gauge] | None = None
        if chain:
            self._seen = (
                gauge("chain_block", "The newest block that the chain told us."),
                gauge("chain_seen_timestamp_seconds", "When the chain last answered, UTC seconds since 1970."),
            )
        self._sandbox: Gauge | None = None
        for unknown in (self._store_up, self._store_seconds, self._free):
            unknown.set(math.nan)  # 0 would say that it is down, slow or full before anybody looked

    def emit(self, event: Event) -> None:
        match event:
            case VitalSigns():
                self._show(event)
            case BlockSeen(_, block, at) if self._seen is not None:
                newest, seen_at = self._seen
                newest.set(block)
                seen_at.set(at)

    def _show(self, signs: VitalSigns) -> None:
        self._lag.set(signs.lag_seconds)
        if signs.store_seconds is None:
            self._store_up.set(DOWN)
            self._store_faults.inc()
        else:
            self._store_up.set(UP)
            self._store_seconds.set(signs.store_seconds)
        if signs.free_bytes is not None:
            self._free.set(signs.free_bytes)
        if signs.sandbox_answers is not None:
            self._sandbox_gauge().set(UP if signs.sandbox_answers else DOWN)

    def _sandbox_gauge(self) -> Gauge:
        """Only who has a sandbox shows whether it answers: 0 would say that it is down."""
        if self._sandbox is None:
            self._sandbox = Gauge(
                f"{self._prefix}_sandbox_up",
                "1 when the sandbox's runner answered the last look, else 0; absent without a sandbox.",
                registry=self._registry,
            )
        return self._sandbox
