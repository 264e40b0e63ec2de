"""`reasonforge demo --serve` as somebody uses it who has read one line about it."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra gateway is not installed")
pytest.importorskip("httpx", reason="the extra client is not installed")

DEMO = (sys.executable, "-m", "reasonforge", "demo", "--serve", "--validators", "1", "--miners", "4", "--tasks", "2")


def test_what_it_prints_works_when_it_is_pasted(tmp_path: Path) -> None:
    """The printed command submits a problem, which the next epoch answers; Ctrl-C then ends it with code 0."""
    # A file: what it tells goes on for as long as it runs, and would fill a pipe.
    told = tmp_path / "told"
    with (
        told.open("w") as output,
        subprocess.Popen(
            [*DEMO, "--port", "0", "--pause", "0.5"],
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        ) as running,
    ):
        try:
            command = f"until grep -q 'Ctrl-C' {told}; do sleep 0.1; done"
            subprocess.run(["bash", "-c", command], check=True, timeout=60)
            found = re.search(r"^Try: +(.*?)^Ctrl-C", told.read_text(), re.MULTILINE | re.DOTALL)
            assert found is not None
            path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
            answered = subprocess.run(
                ["bash", "-c", found[1]],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
                env={**os.environ, "PATH": path},
            )
            assert (answered.returncode, answered.stderr.count("Traceback")) == (0, 0), answered.stderr
            assert re.search(r"confidence 1\.00", answered.stdout) is not None
            running.send_signal(signal.SIGINT)
            said = running.communicate(timeout=20)[1]
        finally:
            running.kill()
    assert (running.returncode, said) == (0, "")


def test_a_port_that_is_taken_is_one_sentence() -> None:
    """Code 2, no traceback, and nothing was begun."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run([*DEMO, "--port", port], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("reasonforge demo: the gateway cannot listen at 127.0.0.1:")
    assert ended.stderr.count("\n") == 1
