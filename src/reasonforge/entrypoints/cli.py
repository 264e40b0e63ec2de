"""`reasonforge`: what people type. Every mistake of theirs is one sentence on standard error and exit code 2."""

import io
import sys
from typing import Annotated

import typer

from reasonforge import __version__
from reasonforge.domain.errors import OperatorError, ReasonForgeError
from reasonforge.entrypoints.chain_serve import chain
from reasonforge.entrypoints.db import db
from reasonforge.entrypoints.demo import demo
from reasonforge.entrypoints.doctor import doctor
from reasonforge.entrypoints.sandbox_serve import sandbox
from reasonforge.entrypoints.simulate import simulate
from reasonforge.entrypoints.status import status
from reasonforge.entrypoints.submit import result, submit, watch
from reasonforge.entrypoints.tasks import tasks
from reasonforge.entrypoints.verify import verify

OPERATORS_FAULT = 2
OUR_FAULT = 1
INTERRUPTED = 130

app = typer.Typer(
    name="reasonforge",
    help="A Bittensor subnet for verifiable reasoning: tasks, checks, scores and weights.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(
    epilog="Example: reasonforge demo --validators 3 --miners 16 --epochs 3 --seed 7 --json report.json",
)(demo)
app.command(
    epilog="Example: reasonforge simulate --epochs 200 --seed 42 --output simulation.json",
)(simulate)

app.command(
    epilog="Example: reasonforge status --state.db state/miner.db --epochs 5",
)(status)
app.command(
    epilog="Example: reasonforge doctor miner --netuid 42 --wallet.name mine --miner.backend openai",
    context_settings={"ignore_unknown_options": True},
)(doctor)
app.command(epilog="Example: reasonforge verify task.json reply.json --json")(verify)
app.command(epilog='Example: reasonforge submit "What is the least n with n^3 = 5 (mod 13)?" --wait')(submit)
app.command(epilog="Example: reasonforge watch TASK_ID --for 600")(watch)
app.command(epilog="Example: reasonforge result TASK_ID --json")(result)
app.add_typer(chain)
app.add_typer(db)
app.add_typer(sandbox)
app.add_typer(tasks)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"reasonforge {__version__}")
        raise typer.Exit


@app.callback()
def reasonforge(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """A Bittensor subnet for verifiable reasoning: tasks, checks, scores and weights."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 1 our fault, 2 the caller's, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no ★ shows something else, and goes on
    try:
        outcome = app(args=arguments, prog_name="reasonforge", standalone_mode=False)
    except typer.Abort:
        return INTERRUPTED
    except typer.TyperException as error:
        return _refuse(error.format_message().replace("Value error, ", ""), error.exit_code)
    except OperatorError as error:
        return _refuse(str(error), OPERATORS_FAULT)
    except ReasonForgeError as error:
        return _refuse(str(error), OUR_FAULT)
    except KeyboardInterrupt:
        return INTERRUPTED
    return outcome if isinstance(outcome, int) else 0


def _refuse(sentence: str, code: int) -> int:
    typer.echo(f"reasonforge: {' '.join(sentence.split())}", err=True)
    return code


def run() -> None:
    """The console script."""
    sys.exit(main())
