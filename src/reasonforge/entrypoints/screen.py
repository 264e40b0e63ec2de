"""A run of the in-process subnet as a newcomer can read it: who is who, what was asked, who earned what and why."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from reasonforge.domain.events import EpochClosed, EpochStarted, Event, TaskScored, WeightsPublished
from reasonforge.domain.flag import Flag, FlagKind
from reasonforge.domain.identity import RAO_PER_TAO, Hotkey
from reasonforge.domain.report import EpochReport, MinerResult, ScoredTask
from reasonforge.domain.weights import WeightsCommitted, WeightsOutcome, WeightsRefused, WeightsSet
from reasonforge.entrypoints.cast import CastMember
from reasonforge.entrypoints.run_tally import SubnetEpoch, SubnetRun

EXCERPT = 96
MARKS = {
    FlagKind.PLAGIARISM: "copied",
    FlagKind.TRAPS_FAILED: "trapped",
    FlagKind.CONFIDENTLY_WRONG: "bluffs",
    FlagKind.CLAIMED_TIME: "lies about time",
    FlagKind.TOO_FAST: "too fast",
    FlagKind.TOO_CONSTANT: "too constant",
    FlagKind.COLLUSION: "colludes",
    FlagKind.SILENT: "silent",
    FlagKind.REJECTED: "rejected",
}


class Screen:
    """Shows events as they come (it is the demo's telemetry), and tables when an epoch has ended.

    On a terminal a bar moves while tasks are asked; elsewhere only whole lines are written. What each task was is told
    from the first validator's side; the others are told by a line an epoch, since they do the same with tasks of
    their own.
    """

    def __init__(self, console: Console, storyteller: Hotkey, called: Callable[[Hotkey], str] = str) -> None:
        self.console = console
        self._storyteller = storyteller
        self._called = called
        self._names: dict[Hotkey, str] = {}
        self._progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TextColumn("tasks"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._bars: dict[Hotkey, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def emit(self, event: Event) -> None:
        match event:
            case EpochStarted():
                self._started(event)
            case TaskScored():
                self._scored(event)
            case EpochClosed(report):
                self._closed(report)
            case WeightsPublished(validator, publication):
                self.console.print(f"  {self._called(validator)}: {spoken(publication.outcome)}", highlight=False)

    def opening(self, validators: Iterable[CastMember], miners: Iterable[CastMember]) -> None:
        """Who is who."""
        table = _table("Who is who", "uid", "hotkey", "what it is", "what it does")
        for member in (*validators, *miners):
            self._names[member.hotkey] = self._called(member.hotkey)
            style = "" if member.honest else "yellow"
            table.add_row(str(member.uid), self._called(member.hotkey), Text(member.what, style=style), member.does)
        self.console.print(table)

    def epoch(self, epoch: SubnetEpoch, name: Callable[[Hotkey], str]) -> None:
        """The first validator's leaderboard, everybody's flags, and what the chain made of the weights."""
        report = next((one for one in epoch.reports if one.validator == self._storyteller), None)
        if report is not None:
            self.console.print(self._leaderboard(report))
            self._flags(report, name)
        self.console.print(_chain_table(epoch, self._called))
        unpaid = f", {_tao(epoch.chain.unallocated)} TAO to nobody" if epoch.chain.unallocated else ""
        self.console.print(f"  The chain paid {_tao(sum(epoch.chain.emission.values()))} TAO{unpaid}.\n")

    def closing(self, run: SubnetRun, database: Path | None, report: Path | None) -> None:
        """The leaderboard of the whole run, what was conserved, and where it is kept."""
        table = _table(
            "Leaderboard of the run (means over all validators and epochs)",
            "rank", "hotkey", "what it is", "right", "Q", "A", "N", "E", "S_epoch", "TAO",
        )  # fmt: skip
        for rank, row in enumerate(run.leaderboard, start=1):
            scores = row.dimensions
            table.add_row(
                f"{'★ ' if rank <= 3 else ''}{rank}",
                self._called(row.member.hotkey),
                Text(row.member.what, style="" if row.member.honest else "yellow"),
                f"{row.right}/{row.asked}",
                *(f"{score:.2f}" for score in (scores.quality, scores.accuracy, scores.novelty, scores.efficiency)),
                f"{row.s_epoch:.3f}",
                _tao(row.paid),
            )
        self.console.print(table)
        self.console.print(
            f"  Emission: {_tao(run.emitted)} TAO = {_tao(run.paid)} paid + {_tao(run.unallocated)} unallocated."
        )
        for notice in run.notices:
            self.console.print(f"  {notice.severity}: {notice.what}; {notice.do}", style="yellow", highlight=False)
        if database is not None:
            self.console.print(f"  Everything is stored in {database}.", highlight=False)
        if report is not None:
            self.console.print(f"  The whole run as JSON: {report}.", highlight=False)

    def _started(self, event: EpochStarted) -> None:
        if event.validator == self._storyteller:
            blocks = f"blocks {event.epoch.first_block} to {event.epoch.last_block}"
            self.console.rule(f"Epoch {event.epoch.number} · {blocks}")
        self._bars[event.validator] = self._progress.add_task(
            self._called(event.validator), total=event.tasks, completed=event.resumed
        )

    def _scored(self, event: TaskScored) -> None:
        self._progress.advance(self._bars[event.validator])
        if event.validator == self._storyteller:
            self.console.print(_task_line(event.scored, event.of), highlight=False)

    def _closed(self, report: EpochReport) -> None:
        bar = self._bars.pop(report.validator, None)
        if bar is not None:
            self._progress.remove_task(bar)
        if report.validator != self._storyteller:
            replies = [reply for scored in report.tasks for reply in scored.replies]
            right = sum(reply.correctness == 1.0 for reply in replies)
            self.console.print(
                f"  {self._called(report.validator)} asked {len(report.tasks)} tasks of its own: "
                f"{right} of {len(replies)} right",
                highlight=False,
            )

    def _leaderboard(self, report: EpochReport) -> Table:
        marks: dict[Hotkey, list[str]] = {}
        for flag in report.flags:
            for hotkey in flag.hotkeys:
                marks.setdefault(hotkey, []).append(MARKS[flag.kind])
        table = _table(
            f"Leaderboard of {self._called(report.validator)}, epoch {report.epoch.number}",
            "rank", "hotkey", "right", "Q", "A", "N", "E", "trap", "S_epoch", "streak", "PEB", "weight", "flags",
        )  # fmt: skip
        for result in report.miners:
            table.add_row(
                *_leaderboard_row(result, self._called(result.hotkey)),
                ", ".join(dict.fromkeys(marks.get(result.hotkey, []))),
            )
        return table

    def _flags(self, report: EpochReport, name: Callable[[Hotkey], str]) -> None:
        for flag in report.flags:
            line = _flag_line(flag, name)
            for hotkey, called in self._names.items():
                line = line.replace(hotkey, called)
            self.console.print(f"  ⚑ {line}", style="yellow", highlight=False)


def spoken(outcome: WeightsOutcome) -> str:
    """What became of weights, in a sentence."""
    match outcome:
        case WeightsSet(block):
            return f"its weights are set at block {block}"
        case WeightsCommitted(block, reveals_at):
            return f"its weights are committed at block {block} and count from block {reveals_at}"
        case WeightsRefused(_, detail):
            return f"its weights are refused: {detail}"
    return f"its weights may or may not be set: {outcome.detail}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    numbers = {"rank", "uid", "right", "Q", "A", "N", "E", "trap", "S_epoch", "streak", "PEB", "weight", "TAO", "stake"}
    numbers |= {"consensus", "incentive", "dividends", "v-trust"}
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", no_wrap=column in numbers)
    return table


def _tao(rao: int) -> str:
    return f"{rao / RAO_PER_TAO:,.4f}"


def _task_line(scored: ScoredTask, of: int) -> Text:
    """One task: what was asked, how it is checked, how many were right."""
    task, replies = scored.task, scored.replies
    answered = sum(reply.silence is None for reply in replies)
    right = sum(reply.correctness == 1.0 for reply in replies)
    copied = sum(reply.likeness.penalised for reply in replies)
    line = Text(f"  {scored.index + 1:>2}/{of} ", style="dim")
    line.append(f"{task.discipline.value:<11} d{task.difficulty:<2} ", style="cyan")
    line.append("trap " if task.is_trap else "     ", style="magenta")
    line.append(f"{right:>2} right of {answered} answers (asked {len(replies)})")
    if copied:
        line.append(f", {copied} copied", style="yellow")
    line.append(
        f" · checked by {', '.join(task.checks)} · {task.answer.format} {task.answer.truth()[:24]}", style="dim"
    )
    excerpt = " ".join(task.problem.split())
    line.append(f"\n        {excerpt[:EXCERPT]}{'…' if len(excerpt) > EXCERPT else ''}", style="dim")
    return line


def _leaderboard_row(result: MinerResult, name: str) -> tuple[str, ...]:
    scores = result.dimensions
    return (
        str(result.rank) if result.rank else "–",
        name,
        f"{result.right}/{result.asked}",
        *(f"{score:.2f}" for score in (scores.quality, scores.accuracy, scores.novelty, scores.efficiency)),
        "–" if result.trap_score is None else f"{'⚠ ' if result.trap_penalty < 1 else ''}{result.trap_score:.2f}",
        f"{result.s_epoch:.3f}",
        str(result.streak),
        f"{result.peb:.3f}",
        f"{result.share:.4f}",
    )


def _flag_line(flag: Flag, name: Callable[[Hotkey], str]) -> str:
    return f"{', '.join(name(hotkey) for hotkey in flag.hotkeys)}: {flag.detail}"


def _chain_table(epoch: SubnetEpoch, called: Callable[[Hotkey], str]) -> Table:
    """What Yuma Consensus made of all validators' weights; who got and gave nothing is left out."""
    table = _table(
        f"The chain at block {epoch.chain.block}",
        "uid",
        "hotkey",
        "consensus",
        "incentive",
        "v-trust",
        "dividends",
        "TAO",
    )
    chain = epoch.chain
    for uid, hotkey in chain.hotkeys.items():
        if chain.emission[uid] or chain.incentive[uid] or chain.dividends[uid]:
            figures = (chain.consensus, chain.incentive, chain.validator_trust, chain.dividends)
            table.add_row(
                str(uid), called(hotkey), *(f"{figure[uid]:.4f}" for figure in figures), _tao(chain.emission[uid])
            )
    return table
