"""A simulation on the terminal: who earned what, who judged how, and what stood out."""

import math
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from reasonforge.application.simulation.observe import Tally
from reasonforge.application.simulation.outcome import EpochResult
from reasonforge.application.simulation.simulate import Simulation

FEW_EPOCHS = 10
"""Up to so many epochs each is shown."""
ROWS_AT_A_GLANCE = 20
"""So many rows of an epoch's tables are shown, unless all are asked for."""
_PODIUM = 3
_MINERS = ("rank", "", "name", "tier", "S_epoch", "PEB", "streak", "TAO", "total")
_VALIDATORS = ("", "name", "profile", "stake", "VAS", "reputation", "TAO", "slashed")
_LEFT = {"", "name", "tier", "profile"}


class SimulationScreen:
    """Shows each of few epochs, or all when `verbose`; of many, a bar on a terminal and nothing elsewhere."""

    def __init__(self, console: Console, simulation: Simulation, epochs: int, *, verbose: bool) -> None:
        self.console = console
        self._simulation = simulation
        self._every_epoch = verbose or epochs <= FEW_EPOCHS
        self._rows = None if verbose else ROWS_AT_A_GLANCE
        self._progress = Progress(
            TextColumn("simulating"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TextColumn("epochs"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=self._every_epoch or not console.is_terminal,
        )
        self._bar = self._progress.add_task("epochs", total=epochs)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def add(self, result: EpochResult) -> None:
        """One epoch is over."""
        self._progress.advance(self._bar)
        if self._every_epoch:
            self._miners(result)
            self._validators(result)

    def closing(self, tally: Tally, notes: tuple[str, ...]) -> None:
        """The tables of the whole run, and what stood out."""
        roster, epochs = self._simulation.roster, tally.epochs
        miners = _table(f"Miners by their total, epochs: {epochs} (S_epoch, PEB and TAO: mean of an epoch)", _MINERS)
        for rank, index in enumerate(tally.standings, start=1):
            miner, penalised = roster.miners[index], int(tally.penalised[index])
            miners.add_row(
                str(rank),
                f"{_star(rank)}{f'⚠ {penalised}' if penalised else ''}",
                miner.name,
                miner.tier.name,
                f"{tally.s_epoch_sums[index] / epochs:.4f}",
                f"{tally.peb_sums[index] / epochs:.3f}",
                str(tally.streaks[index]),
                _tao(tally.miner_totals[index] / epochs),
                _tao(tally.miner_totals[index]),
            )
        self.console.print(miners)
        validators = _table("Validators (mean VAS, all they earned and lost)", _VALIDATORS)
        for index, validator in enumerate(roster.validators):
            vas = float(tally.mean_vas[index])
            validators.add_row(
                self._mark(vas),
                validator.name,
                validator.profile.name,
                _tao(tally.stakes[index]),
                _vas(vas),
                f"{tally.reputation[index]:.3f}",
                _tao(tally.validator_totals[index]),
                _tao(tally.slashed[index]),
            )
        self.console.print(validators)
        parameters = self._simulation.parameters
        self.console.print(
            f"★ first three · ⚠ epochs with a trap penalty · VAS: ✓ from {parameters.vas_rep_threshold:.2f}, "
            f"△ from {parameters.vas_slash_threshold:.2f}, ✗ below\n",
            highlight=False,
        )
        self.console.print("What stood out", style="bold")
        for note in notes:
            self.console.print(f"  · {note}", highlight=False, markup=False)

    def _miners(self, result: EpochResult) -> None:
        roster, traps = self._simulation.roster, int(result.draws.traps.sum())
        table = _table(f"Epoch {result.epoch}: miners ({len(result.cms)} tasks, {traps} of them traps)", _MINERS)
        best_first = sorted(range(len(roster.miners)), key=lambda index: int(result.ranks[index]))
        for index in best_first[: self._rows]:
            miner, rank = roster.miners[index], int(result.ranks[index])
            table.add_row(
                str(rank),
                f"{_star(rank)}{'⚠' if result.trap_penalties[index] < 1 else ''}",
                miner.name,
                miner.tier.name,
                f"{result.s_epoch[index]:.4f}",
                f"{result.peb[index]:.3f}",
                str(result.streaks[index]),
                _tao(result.miner_earnings[index]),
                _tao(result.miner_totals[index]),
            )
        self._print(table, len(best_first))

    def _validators(self, result: EpochResult) -> None:
        validators = self._simulation.roster.validators
        table = _table(f"Epoch {result.epoch}: validators", _VALIDATORS)
        for index, validator in enumerate(validators[: self._rows]):
            vas = float(result.vas[index])
            table.add_row(
                self._mark(vas),
                validator.name,
                validator.profile.name,
                _tao(result.stakes[index]),
                _vas(vas),
                f"{result.reputation[index]:.3f}",
                _tao(result.validator_earnings[index]),
                _tao(result.slashed[index]),
            )
        self._print(table, len(validators))

    def _print(self, table: Table, members: int) -> None:
        self.console.print(table)
        if members > table.row_count:
            self.console.print(f"… and {members - table.row_count} more: --verbose shows them", highlight=False)
        self.console.print()

    def _mark(self, vas: float) -> str:
        parameters = self._simulation.parameters
        if math.isnan(vas):
            return "–"
        if vas >= parameters.vas_rep_threshold:
            return "✓"
        return "△" if vas >= parameters.vas_slash_threshold else "✗"


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column, justify="left" if column in _LEFT else "right", no_wrap=True)
    return table


def _star(rank: int) -> str:
    return "★" if rank <= _PODIUM else ""


def _vas(vas: float) -> str:
    return "–" if math.isnan(vas) else f"{vas:.4f}"


def _tao(amount: float) -> str:
    """As many digits as a column of a terminal holds."""
    if amount >= 1e8:
        return f"{amount:.4e}"
    return f"{amount:,.4f}" if amount < 1000 else f"{amount:,.1f}"
