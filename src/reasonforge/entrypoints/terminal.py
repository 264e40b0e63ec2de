"""Where commands print. A reader that goes away (`| head`) ends the telling, not the work."""

import os
import sys

from rich.console import Console


class Terminal(Console):
    """Rich's console, but for one thing: when nobody reads any more it falls silent instead of ending the process.

    Attributes:
        abandoned: the reader has gone; a command with nothing else to produce may stop.
    """

    abandoned = False

    def on_broken_pipe(self) -> None:
        self.abandoned = self.quiet = True
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, sys.stdout.fileno())  # or Python would complain once more when it flushes at the end
        os.close(silence)
