"""`reasonforge tasks`: what validators ask."""

import typer

from reasonforge.entrypoints.tasks_replay import replay

tasks = typer.Typer(name="tasks", help="What validators ask.", no_args_is_help=True, rich_markup_mode=None)
tasks.command(epilog="Example: reasonforge tasks replay --epoch 12 --state.db state/validator.db")(replay)


@tasks.callback()
def group() -> None:
    """What validators ask."""
