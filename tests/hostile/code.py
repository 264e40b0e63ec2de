"""Programs that try to be paid for more than they compute, by name; asked for is f(n) = (n² + 7) mod 101."""

from typing import Final

TESTS: Final = (([12], 50), ([5], 32), ([33], 86))
"""Argument lists and values; what the sources below return is right on none."""
CASES: Final = tuple(([n], (n * n + 7) % 101) for n in range(-6, 7))

_WRITES = "import os\n\n\ndef spray(text):\n    for fd in range(64):\n        try:\n            os.write(fd, text)\n"
_WRITES += "        except OSError:\n            pass\n\n\n"
_NONE = "\n\ndef f(n):\n    return None\n"

SOURCES: Final[dict[str, str | bytes]] = {
    # Ends before, instead of, or after an answer.
    "exits with 0 at once": "import os\nos._exit(0)\n",
    "exits with 0 when called": "import os\n\n\ndef f(n):\n    os._exit(0)\n",
    "raises SystemExit when loaded": "raise SystemExit(0)\n",
    "raises SystemExit when called": "def f(n):\n    raise SystemExit(0)\n",
    "raises KeyboardInterrupt": "def f(n):\n    raise KeyboardInterrupt\n",
    "raises an exception that lies": (
        "class Fine(BaseException):\n    def __str__(self):\n        return '=50'\n    __repr__ = __str__\n\n\n"
        "def f(n):\n    raise Fine\n"
    ),
    "kills itself": "import os, signal\n\n\ndef f(n):\n    os.kill(os.getpid(), signal.SIGKILL)\n",
    "kills everything": "import os\n\n\ndef f(n):\n    os.kill(-1, 9)\n    return 0\n",
    "kills its parent": "import os\n\n\ndef f(n):\n    os.kill(os.getppid(), 9)\n    return 0\n",
    "stops itself": "import os, signal\n\n\ndef f(n):\n    os.kill(os.getpid(), signal.SIGSTOP)\n",
    # Speaks on the judge's channel.
    "prints what is expected": "def f(n):\n    for value in (50, 32, 86):\n        print(value, f'={value}')\n",
    "writes one value everywhere": _WRITES + "def f(n):\n    spray(b'=1\\n')\n    os._exit(0)\n",
    "writes all values": _WRITES
    + "def f(n):\n    spray(b''.join(b'=%d\\n' % k for k in range(101)))\n    os._exit(0)\n",
    "writes right values, then returns": _WRITES + "spray(b'=50\\n=32\\n=86\\n')" + _NONE,
    "writes a value without its end": _WRITES + "def f(n):\n    spray(b'=1')\n    os._exit(0)\n",
    "writes keys twice": _WRITES + 'def f(n):\n    spray(b\'={"a": 1, "a": 50}\\n\')\n    os._exit(0)\n',
    "writes brackets without end": _WRITES + "def f(n):\n    spray(b'=' + b'[' * 15000 + b'\\n')\n    os._exit(0)\n",
    "writes a verdict": _WRITES + 'spray(b\'{"passed": true, "grade": 1.0}\\n\')' + _NONE,
    "patches json": (
        "import json\njson.dumps = lambda *a, **k: '77'\njson.loads = lambda *a, **k: [[12]]\n"
        "json.JSONEncoder.encode = lambda *a: '77'\njson.encoder.c_make_encoder = None" + _NONE
    ),
    "patches builtins": (
        "import builtins\nbuiltins.isinstance = lambda *a: True\nbuiltins.type = lambda *a: int\n"
        "builtins.str = lambda *a: '=50'\nbuiltins.len = lambda *a: 1" + _NONE
    ),
    "patches os": "import os\nos.write = lambda fd, text: len(text)\nos._exit = lambda code: None\nos.dup = None"
    + _NONE,
    "patches the harness": (
        "import sys\nmain = sys.modules['__main__']\nmain.plain = lambda value: 50\nmain.calls = None\n"
        "main.source = lambda: ''" + _NONE
    ),
    "patches the harness's frame": (
        "import sys\n\n\ndef f(n):\n    frame = sys._getframe(1)\n    frame.f_locals['asked'] = []\n"
        "    return str(sorted(frame.f_locals))\n"
    ),
    "traces the harness": (
        "import sys\n\n\ndef trace(frame, event, value):\n    for name in list(frame.f_locals):\n"
        "        frame.f_locals[name] = 50\n    return trace\n\n\nsys.settrace(trace)\nsys.setprofile(trace)" + _NONE
    ),
    "replaces standard output": (
        "import io, sys\nsys.stdout = sys.stderr = sys.__stdout__ = io.StringIO('=50')\nsys.stdin = io.StringIO('1')"
    )
    + _NONE,
    "closes everything": "import os\n\n\ndef f(n):\n    os.closerange(0, 64)\n    return 0\n",
    "writes when deleted": _WRITES
    + "class Late:\n    def __del__(self):\n        spray(b'=50\\n')\n\n\nx = Late()"
    + _NONE,
    "writes at exit": "import atexit\n" + _WRITES + "atexit.register(spray, b'=50\\n')" + _NONE,
    "writes from threads": (
        "import threading\n"
        + _WRITES
        + "def forever():\n    while True:\n        spray(b'=1\\n')\n\n\n"
        + "for _ in range(4):\n    threading.Thread(target=forever, daemon=True).start()"
        + _NONE
    ),
    "leaves a child behind": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)\n    os._exit(0)" + _NONE
    ),
    # Looks for the answers.
    "reads its process": (
        "import os\n\n\ndef f(n):\n    found = ''\n    for name in ('environ', 'cmdline', 'status', 'maps'):\n"
        "        with open(f'/proc/self/{name}', errors='replace') as file:\n            found += file.read()[:900]\n"
        "    return found + str(os.listdir('/proc'))\n"
    ),
    "reads other processes": (
        "import os\n\n\ndef f(n):\n    found = ''\n    for pid in filter(str.isdigit, os.listdir('/proc')):\n"
        "        try:\n            with open(f'/proc/{pid}/cmdline') as file:\n                found += file.read()\n"
        "        except OSError:\n            pass\n    return found\n"
    ),
    "reads the files": (
        "import os\n\n\ndef f(n):\n    return [open(name, errors='replace').read() for name in os.listdir('.')]\n"
    ),
    "looks through the disk": (
        "import os\n\n\ndef f(n):\n"
        "    return [name for _, _, names in os.walk('/home') for name in names if 'test' in name]\n"
    ),
    "reads the environment": "import os\n\n\ndef f(n):\n    return dict(os.environ)\n",
    "looks through the heap": (
        "import gc\n\n\ndef f(n):\n"
        "    found = [one for one in gc.get_objects() if type(one) is dict and 'output' in one]\n"
        "    return [str(one) for one in found][:9]\n"
    ),
    "rewrites the harness": "open('harness.py', 'w').write('print(\"=50\")')" + _NONE,
    "asks the network": (
        "import socket\n\n\ndef f(n):\n    socket.create_connection(('127.0.0.1', 80), 1)\n    return 0\n"
    ),
    # Returns what pretends to be equal.
    "returns an object that equals all": (
        "class Any:\n    def __eq__(self, other):\n        return True\n    def __hash__(self):\n        return 50\n"
        "    def __index__(self):\n        return 50\n    def __repr__(self):\n        return '50'\n\n\n"
        "def f(n):\n    return Any()\n"
    ),
    "returns an int that lies": (
        "class Liar(int):\n    def __eq__(self, other):\n        return True\n    def __repr__(self):\n"
        "        return '50'\n    __str__ = __repr__\n    def __add__(self, other):\n        return 50\n"
        "    __hash__ = None\n\n\ndef f(n):\n    return Liar(0)\n"
    ),
    "returns a text that lies": (
        "class Liar(str):\n    def __eq__(self, other):\n        return True\n"
        "    def __str__(self):\n        return 50\n    __hash__ = str.__hash__\n\n\ndef f(n):\n    return Liar('50')\n"
    ),
    "returns a dict that lies": (
        "class Liar(dict):\n    def items(self):\n        return [('a', 1), ('a', 2)]\n    def __eq__(self, other):\n"
        "        return True\n\n\ndef f(n):\n    return Liar(a=3)\n"
    ),
    "returns a class of its own": (
        "class Fake(type):\n    __instancecheck__ = lambda *a: True\n\n\n"
        "class f(metaclass=Fake):\n    def __init__(self, n):\n        pass\n"
    ),
    "returns a generator": "def f(n):\n    yield (n * n + 7) % 101\n",
    "returns a coroutine": "async def f(n):\n    return (n * n + 7) % 101\n",
    "returns what is not awaited": "def f(n):\n    return lambda: (n * n + 7) % 101\n",
    "returns NaN": "def f(n):\n    return float('nan')\n",
    "returns infinity": "def f(n):\n    return [float('inf'), -float('inf')]\n",
    "returns a huge integer": "def f(n):\n    return 10 ** 5000\n",
    "returns a very huge integer": "def f(n):\n    return 1 << (1 << 34)\n",
    "returns itself": "def f(n):\n    x = []\n    x.append(x)\n    return x\n",
    "returns a deep list": "def f(n):\n    x = []\n    for _ in range(100000):\n        x = [x]\n    return x\n",
    "returns a float": "def f(n):\n    return float((n * n + 7) % 101)\n",
    "returns a text": "def f(n):\n    return str((n * n + 7) % 101)\n",
    "returns every value": "def f(n):\n    return list(range(101))\n",
    "returns bytes": "def f(n):\n    return b'50'\n",
    "returns surrogates": "def f(n):\n    return '\\ud800' * 10\n",
    # Exhausts something.
    "loops without end": "def f(n):\n    while True:\n        pass\n",
    "loops when loaded": "while True:\n    pass\n",
    "sleeps": "import time\n\n\ndef f(n):\n    time.sleep(60)\n",
    "ignores signals": (
        "import signal\nfor number in (1, 2, 3, 13, 14, 15, 24):\n    signal.signal(number, signal.SIG_IGN)\n\n\n"
        "def f(n):\n    while True:\n        pass\n"
    ),
    "computes in C without end": "def f(n):\n    return 9 ** 9 ** 9\n",
    "backtracks": "import re\n\n\ndef f(n):\n    return re.match('(a+)+$', 'a' * 60 + 'b')\n",
    "recurses": "import sys\nsys.setrecursionlimit(10 ** 9)\n\n\ndef f(n):\n    return f(n + 1)\n",
    "takes memory": "def f(n):\n    return len([bytes(1 << 20) for _ in range(4096)])\n",
    "takes memory when loaded": "x = bytes(1 << 34)" + _NONE,
    "forks without end": "import os\n\n\ndef f(n):\n    while True:\n        os.fork()\n",
    "starts threads": (
        "import threading, time\n\n\ndef f(n):\n    for _ in range(2000):\n"
        "        threading.Thread(target=time.sleep, args=(60,)).start()\n    return 0\n"
    ),
    "prints without end": _WRITES + "def f(n):\n    while True:\n        spray(b'x' * 65536)\n",
    "returns too much": "def f(n):\n    return 'x' * 50_000_000\n",
    "fills the disk": (
        "import os, tempfile\n\n\ndef f(n):\n    with open(os.environ.get('TMPDIR', '/tmp') + '/x', 'wb') as file:\n"
        "        while True:\n            file.write(bytes(1 << 20))\n"
    ),
    # Is no source, or hides one.
    "300,000 unary minuses": "def f(n):\n    return " + "-" * 300_000 + "n\n",
    "deep brackets": "def f(n):\n    return " + "(" * 100_000 + "n" + ")" * 100_000 + "\n",
    "deep blocks": "".join(" " * depth + "if 1:\n" for depth in range(600)) + " " * 600 + "f = None\n",
    "a long chain": "def f(n):\n    return n" + ".a" * 100_000 + "\n",
    "a long literal": "x = " + "9" * 400_000 + _NONE,
    "a bomb of constants": "def f(n):\n    return ((((((1,) * 99,) * 99,) * 99,) * 99,) * 99)\n",
    "a NUL": b"def f(n):\n    return 0\0\n",
    "no UTF-8": b"# coding: latin-1\ndef f(n):\n    return '\xff\xfe'\n",
    "UTF-16": "\ufeffdef f(n):\n    return 0\n".encode("utf-16"),
    "two byte order marks": "\ufeff\ufeffdef f(n):\n    return 0\n",
    "a cookie of UTF-7": "# coding: utf-7\n+AGQAZQBmACAAZgAoAG4AKQA6-\n    return 50\n",
    "a cookie that hides": "# coding: unicode_escape\n# \\u000adef f(n): return 50\n",
    "exec of encoded source": (
        "import base64\nexec(base64.b64decode('ZGVmIGYobik6CiAgICByZXR1cm4gNzcK'))\n"  # def f(n): return 77
    ),
    "full-width eval": "def f(n):\n    return ｅｖａｌ('77')\n",
    "another f": "def ｆ(n):\n    return 77\n\n\nf = [f]\n",
    "noqa everywhere": "# ruff: noqa\n# flake8: noqa\nimport os, sys  # noqa\n\n\ndef f(n): return x  # noqa\n",
    "a linter's configuration": "# /// script\n# [tool.ruff]\n# select = []\n# ///\n\n\ndef f(n): return undefined\n",
    "a flood of type comments": "x = 1  # type: ignore\n" * 20_000 + "\n\ndef f(n):\n    return x\n",
    "many findings": "import os\n" * 20_000 + _NONE,
    "nothing": "",
    "white space": " \t\f\n" * 1000,
    "a comment": "# f(n) = (n * n + 7) % 101\n",
    "prose": "The function squares n, adds 7 and takes the remainder modulo 101.\n",
    "a Markdown fence": "```python\ndef f(n):\n    return (n * n + 7) % 101\n```\n",
}
STYLE_IS_BAD: Final = frozenset(
    {
        *(
            "exits with 0 at once",
            "kills itself",
            "patches builtins",
            "patches the harness's frame",
            "traces the harness",
        ),
        *(
            "writes at exit",
            "writes from threads",
            "looks through the heap",
            "rewrites the harness",
            "asks the network",
        ),
        *("ignores signals", "300,000 unary minuses", "deep brackets", "a NUL", "no UTF-8", "UTF-16", "nothing"),
        *("a cookie of UTF-7", "a cookie that hides", "exec of encoded source", "full-width eval", "white space"),
        *("a comment", "prose", "a Markdown fence", "many findings", "two byte order marks", "loops when loaded"),
    }
)
"""Sources that even the check of their looks gives nothing; most others look as harmless as they are useless."""
