"""What every Sandbox promises (application/ports/sandbox.py)."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import pytest

from reasonforge.application.ports.sandbox import MEBIBYTE, Program, Run, RunEnd, RunLimits, Sandbox
from reasonforge.domain.errors import ValidatorFault

ResultT = TypeVar("ResultT")
EVERY_BYTE = bytes(range(256)) * 5
STDERR_BYTES = 64 * 1024
OUT = "import os; out = os.environ['OUT']\n"
LATE_SECONDS = 1.0


def python(source: str, outputs: tuple[str, ...] = (), **limits: float) -> Program:
    """A program of the toolchain `python`."""
    most = RunLimits(**limits)  # type: ignore[arg-type] # whole numbers where they must be
    return Program("python", ("python3", "-I", "main.py"), {"main.py": source.encode()}, outputs, most)


class SandboxContract:
    """Subclasses say how one is opened; it has the toolchain `python`."""

    def sandbox(self) -> AbstractAsyncContextManager[Sandbox]:
        raise NotImplementedError

    def within(self, use: Callable[[Sandbox], Awaitable[ResultT]]) -> ResultT:
        async def used() -> ResultT:
            async with self.sandbox() as sandbox:
                return await use(sandbox)

        return asyncio.run(used())

    def run(self, program: Program, *inputs: bytes) -> Sequence[Run]:
        return self.within(lambda sandbox: sandbox.run(program, inputs or (b"",)))

    def test_one_run_an_input_in_order(self) -> None:
        """Runs come back in the order of the inputs, one each."""
        runs = self.run(python("print(input() * 2)"), b"c\n", b"a\n", b"b\n", b"a\n")

        assert [(run.end, run.exit_code, run.stdout) for run in runs] == [
            (RunEnd.EXITED, 0, said) for said in (b"cc\n", b"aa\n", b"bb\n", b"aa\n")
        ]

    def test_nothing_is_run_for_no_inputs(self) -> None:
        """No inputs, no runs."""
        assert list(self.within(lambda sandbox: sandbox.run(python("print(1)"), ()))) == []

    def test_bytes_arrive_as_they_are(self) -> None:
        """Input, both outputs and a file of every byte come through unchanged."""
        source = OUT + (
            "import sys; given = sys.stdin.buffer.read()\n"
            "sys.stdout.buffer.write(given); sys.stderr.buffer.write(given)\n"
            "open(out + '/copy', 'wb').write(open('more', 'rb').read())"
        )
        plain = python(source, ("copy",))
        program = Program(plain.toolchain, plain.argv, {**plain.files, "more": EVERY_BYTE}, plain.outputs)

        (run,) = self.run(program, EVERY_BYTE)

        assert (run.stdout, run.stderr, dict(run.outputs)) == (EVERY_BYTE, EVERY_BYTE, {"copy": EVERY_BYTE})

    def test_a_large_input_that_is_not_read_is_no_failure(self) -> None:
        """A program need not read its input."""
        (run,) = self.run(python("print('enough')"), b"x" * (2 * MEBIBYTE))

        assert (run.end, run.stdout) == (RunEnd.EXITED, b"enough\n")

    def test_a_large_input_is_read_whole(self) -> None:
        """Two mebibytes of input arrive."""
        (run,) = self.run(python("import sys; print(len(sys.stdin.buffer.read()))"), b"x" * (2 * MEBIBYTE))

        assert run.stdout == b"2097152\n"

    @pytest.mark.parametrize("code", [0, 1, 7, 100])
    def test_the_exit_code_is_told(self, code: int) -> None:
        """A program that exits has its code."""
        (run,) = self.run(python(f"import sys; sys.exit({code})"))

        assert (run.end, run.exit_code) == (RunEnd.EXITED, code)

    def test_a_signal_is_told(self) -> None:
        """A program that a signal killed has no exit code."""
        (run,) = self.run(python("import os; os.abort()"))

        assert (run.end, run.exit_code) == (RunEnd.SIGNALLED, None)

    def test_a_program_that_is_not_there_fails(self) -> None:
        """A program that cannot be executed exits with an error and does not raise."""
        (run,) = self.run(Program("python", ("no-such-program",)))

        assert run.end is RunEnd.EXITED
        assert run.exit_code not in {0, None}

    def test_wall_time_ends_a_run(self) -> None:
        """It ends at its limit, at most a second late; what it said is kept, and the next input still runs."""
        source = "import time; given = input(); print('began', flush=True); time.sleep(60 if given == 'slow' else 0)"

        slow, quick = self.run(python(source, wall_seconds=1.0), b"slow\n", b"quick\n")

        assert (slow.end, slow.exit_code, slow.stdout) == (RunEnd.TIME, None, b"began\n")
        assert 1.0 <= slow.seconds < 1.0 + LATE_SECONDS
        assert (quick.end, quick.stdout) == (RunEnd.EXITED, b"began\n")

    def test_processor_time_ends_a_run(self) -> None:
        """All of a program's processes together have `cpu_seconds`, however long they may take."""
        source = "import os\nos.fork(); os.fork()\nwhile True: pass"

        (run,) = self.run(python(source, wall_seconds=20.0, cpu_seconds=0.5))

        assert run.end is RunEnd.TIME
        assert run.seconds < 10

    def test_memory_ends_a_run(self) -> None:
        """A program that takes more memory than it may ends so, and the next input still runs."""
        source = "import sys\nheld = [b'x' * (1 << 20) for _ in range(int(input()))]; print(len(held))"

        much, little = self.run(python(source, memory_bytes=64 * MEBIBYTE), b"300\n", b"3\n")

        assert (much.end, much.exit_code, much.stdout) == (RunEnd.MEMORY, None, b"")
        assert (little.end, little.stdout) == (RunEnd.EXITED, b"3\n")

    def test_output_ends_a_run(self) -> None:
        """As much as the limit is right, one byte more ends the run, with what was within the limit."""
        source = "import sys; sys.stdout.write('x' * int(input()))"

        full, over = self.run(python(source, output_bytes=100_000), b"100000\n", b"100001\n")

        assert (full.end, len(full.stdout)) == (RunEnd.EXITED, 100_000)
        assert (over.end, over.exit_code, over.stdout) == (RunEnd.OUTPUT, None, b"x" * 100_000)

    def test_standard_error_is_cut_without_ending_the_run(self) -> None:
        """The first 64 KiB are kept."""
        (run,) = self.run(python("import sys; sys.stderr.write('e' * 1_000_000); print('on')"))

        assert (run.end, run.stdout, run.stderr) == (RunEnd.EXITED, b"on\n", b"e" * STDERR_BYTES)

    def test_files_are_bounded_together(self) -> None:
        """No more than `file_bytes` can be written, in one file or in several."""
        source = (
            "written = 0\nblock = b'x' * 100_000\n"
            "for i in range(40):\n"
            "    try:\n"
            "        with open(f'/tmp/{i}', 'wb', buffering=0) as file: written += file.write(block)\n"
            "    except OSError: pass\n"
            "print(written)"
        )

        (run,) = self.run(python(source, file_bytes=MEBIBYTE))

        assert run.end is RunEnd.EXITED
        assert 500_000 < int(run.stdout) <= MEBIBYTE

    def test_processes_are_bounded(self) -> None:
        """No more than `processes` live at once."""
        source = (
            "import os, time\nmade = 1\ntry:\n    for _ in range(100):\n        if os.fork() == 0:\n"
            "            time.sleep(20)\n            os._exit(0)\n        made += 1\n"
            "except OSError: pass\nprint(made)"
        )

        (run,) = self.run(python(source, processes=20))

        assert run.end is RunEnd.EXITED
        assert 5 <= int(run.stdout) <= 20

    def test_outputs_are_regular_files_that_were_asked_for(self) -> None:
        """Links, directories and pipes do not come back, nor does what nobody asked for, nor what does not exist."""
        source = OUT + (
            "open(out + '/plain', 'w').write('p'); open(out + '/unasked', 'w').write('u')\n"
            "os.symlink('/etc/passwd', out + '/link'); os.mkdir(out + '/directory')"
        )

        (run,) = self.run(python(source, ("plain", "link", "directory", "absent")))

        assert dict(run.outputs) == {"plain": b"p"}

    def test_a_run_that_did_not_exit_has_no_outputs(self) -> None:
        """Outputs come from programs that ended by themselves."""
        (run,) = self.run(python(OUT + "open(out + '/a', 'w').write('a'); os.abort()", ("a",)))

        assert (run.end, dict(run.outputs)) == (RunEnd.SIGNALLED, {})

    def test_outputs_stay_with_their_run(self) -> None:
        """Each input starts with an empty scratch space."""
        source = OUT + (
            "name = input(); print(sorted(os.listdir(out)), os.listdir('/tmp'))\nopen(f'{out}/{name}', 'w').write(name)"
        )

        runs = self.run(python(source, ("a", "b")), b"a\n", b"b\n")

        assert [(dict(run.outputs), run.stdout) for run in runs] == [
            ({"a": b"a"}, b"[] ['out']\n"),
            ({"b": b"b"}, b"[] ['out']\n"),
        ]

    def test_files_are_read_only(self) -> None:
        """The working directory holds the program's files and nothing else, and cannot be written."""
        source = (
            "import os\nprint(sorted(os.listdir()))\n"
            "for act in (lambda: open('main.py', 'a'), lambda: open('new', 'w'), lambda: os.unlink('main.py')):\n"
            "    try: act()\n    except OSError: continue\n    print('written')"
        )

        (run,) = self.run(python(source))

        assert run.stdout == b"['main.py']\n"

    def test_nothing_of_ours_is_in_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A variable of the validator's does not reach a program."""
        monkeypatch.setenv("RF_SECRET", "not for miners")

        (run,) = self.run(python("import os; print('RF_SECRET' in os.environ, 'not for miners' in str(os.environ))"))

        assert run.stdout == b"False False\n"

    def test_there_is_no_network(self) -> None:
        """No socket but local ones can be made."""
        source = (
            "import socket\nsocket.socketpair()\n"
            "try: socket.create_connection(('127.0.0.1', 9), timeout=1)\n"
            "except OSError as error: print(type(error).__name__ in ('PermissionError', 'OSError'))"
        )

        (run,) = self.run(python(source))

        assert run.stdout == b"True\n"

    def test_an_unknown_toolchain_is_our_fault(self) -> None:
        """No miner pays for a tool that we do not have."""
        with pytest.raises(ValidatorFault, match="cobol"):
            self.run(Program("cobol", ("cobc",)))

    @pytest.mark.parametrize("name", ["../out", "a/b", "", ".", "..", "a\0b"], ids=repr)
    def test_names_of_files_are_plain(self, name: str) -> None:
        """A file name with a directory in it is refused as our fault, whichever way it goes."""
        with pytest.raises(ValidatorFault):
            self.run(Program("python", ("true",), {name: b""}))
        with pytest.raises(ValidatorFault):
            self.run(Program("python", ("true",), outputs=(name,)))

    def test_calls_are_apart(self) -> None:
        """Calls under way at once see nothing of one another."""
        source = (
            "import os, time\nme = input(); open('/tmp/' + me, 'w').close(); time.sleep(0.5)\n"
            "commands = [open(f'/proc/{n}/cmdline', 'rb').read() for n in os.listdir('/proc') if n.isdigit()]\n"
            "print(os.listdir('/tmp'), sum(command.startswith(b'python3') for command in commands))"
        )

        async def both(sandbox: Sandbox) -> list[Sequence[Run]]:
            return await asyncio.gather(*(sandbox.run(python(source), [name]) for name in (b"a\n", b"b\n", b"c\n")))

        for name, runs in zip("abc", self.within(both), strict=True):
            shown = runs[0].stdout.decode()
            assert sorted(shown[1 : shown.index("]")].replace("'", "").split(", ")) == [name, "out"]
            assert shown.endswith("] 1\n")

    def test_a_call_that_is_given_up_stops(self) -> None:
        """Cancelling a call ends it, and the sandbox goes on working."""

        async def give_up(sandbox: Sandbox) -> Sequence[Run]:
            call = asyncio.create_task(sandbox.run(python("import time; time.sleep(60)", wall_seconds=60.0)))
            await asyncio.sleep(1.0)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            return await sandbox.run(python("print('on')"))

        before = time.monotonic()
        (run,) = self.within(give_up)

        assert run.stdout == b"on\n"
        assert time.monotonic() - before < 15

    def test_it_knows_itself(self) -> None:
        """It has a name, offers its toolchains, and passes its own tests."""

        async def asked(sandbox: Sandbox) -> tuple[bool, frozenset[str], str]:
            tests = await sandbox.self_test()
            return bool(tests) and all(test.passed for test in tests), await sandbox.toolchains(), sandbox.name

        passed, toolchains, name = self.within(asked)

        assert passed
        assert toolchains == {"python"}
        assert name
