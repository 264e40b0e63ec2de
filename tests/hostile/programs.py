"""Programs that try to get out, to stay, to spoil or to lie. Data: what each does, and what must hold.

Each is Python, run once with the input `attack` and once more, in the same call, with the input `calm`, where it only
says `calm`. Whatever succeeds that must not prints `ESCAPED`.
"""

# ruff: noqa: E501 - each source is one string, as it runs
from attrs import field, frozen

from reasonforge.application.ports.sandbox import RunEnd, RunLimits

ANY = frozenset(RunEnd)
EXITED = frozenset({RunEnd.EXITED})
TIME = frozenset({RunEnd.TIME})
MEMORY = frozenset({RunEnd.MEMORY})
OUTPUT = frozenset({RunEnd.OUTPUT})
SIGNALLED = frozenset({RunEnd.SIGNALLED})
MARK = "reasonforge-escaped"
QUICK = RunLimits(wall_seconds=1.5)


@frozen
class HostileProgram:
    """One attack.

    Attributes:
        ends: how it may end.
        says: its standard output when it ended so, exactly; None when it does not matter.
    """

    name: str
    source: str
    ends: frozenset[RunEnd] = EXITED
    says: bytes | None = None
    limits: RunLimits = field(factory=RunLimits)


PRELUDE = f"""\
import ctypes, errno, mmap, os, resource, signal, socket, stat, subprocess, sys, threading, time
if sys.stdin.readline() == "calm\\n":
    print("calm")
    sys.exit()
MARK = {MARK!r}
libc = ctypes.CDLL(None, use_errno=True)
def syscall(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
X86 = os.uname().machine == "x86_64"
def refused(what, *kinds):
    try:
        what()
    except (kinds or OSError):
        return
    print("ESCAPED", flush=True)
"""

PROGRAMS = (
    HostileProgram(
        "fork bomb", "while True:\n    try: os.fork()\n    except OSError: time.sleep(0.01)", TIME, limits=QUICK
    ),
    HostileProgram(
        "thread bomb",
        "started = 0\ntry:\n    while started < 500:\n        threading.Thread(target=time.sleep, args=(30,), daemon=True).start(); started += 1\n"
        "except RuntimeError: pass\nprint('ESCAPED' if started >= 64 else 'bounded', flush=True)\nos._exit(0)",
        says=b"bounded\n",
    ),
    HostileProgram(
        "zombie flood",
        "made = 0\ntry:\n    while made < 500:\n        if os.fork() == 0: os._exit(0)\n        made += 1\n"
        "except OSError: pass\nprint('ESCAPED' if made >= 64 else 'bounded')",
        says=b"bounded\n",
    ),
    HostileProgram(
        "memory bomb", "held = []\nwhile True: held.append(b'x' * (1 << 22) + bytes(str(len(held)), 'ascii'))", MEMORY
    ),
    HostileProgram(
        "memory bomb through children",
        "for i in range(12):\n    if os.fork() == 0:\n        held = b'x' * (40 << 20)\n        time.sleep(30)\n"
        "        os._exit(0)\ntime.sleep(30)",
        MEMORY,
        limits=RunLimits(wall_seconds=8.0),
    ),
    HostileProgram(
        "mmap bomb",
        "held = []\nwhile True:\n    area = mmap.mmap(-1, 1 << 24)\n    for at in range(0, 1 << 24, 4096): area[at] = 1\n    held.append(area)",
        MEMORY,
        limits=RunLimits(wall_seconds=10.0, cpu_seconds=10.0),
    ),
    HostileProgram(
        "memory in files",
        "try:\n    for i in range(600):\n        with open(f'/tmp/{i}', 'wb') as file: file.write(b'x' * (1 << 20))\n"
        "    print('ESCAPED')\nexcept OSError: print('bounded')",
        says=b"bounded\n",
    ),
    HostileProgram(
        "anonymous file in memory",
        "try: handle = os.memfd_create('held')\nexcept OSError: print('refused'); sys.exit()\nblock = b'x' * (1 << 20)\n"
        "while True: os.write(handle, block)",
        frozenset({RunEnd.EXITED, RunEnd.MEMORY}),
    ),
    HostileProgram("endless output", "while True: print('x' * 1000)", OUTPUT),
    HostileProgram("endless output without newline", "while True: sys.stdout.write('x')", OUTPUT),
    HostileProgram(
        "endless standard error",
        "block = b'e' * 65536\nfor i in range(400): os.write(2, block)\nprint('done')",
        says=b"done\n",
    ),
    HostileProgram("endless standard error for ever", "while True: os.write(2, b'e' * 65536)", TIME, limits=QUICK),
    HostileProgram(
        "output by many children", "for i in range(8): os.fork()\nwhile True: os.write(1, b'x' * 65536)", OUTPUT
    ),
    HostileProgram(
        "forged stream frames",
        "import struct\nout = struct.pack('>BxxxL', 1, 5) + b'right' + struct.pack('>BxxxL', 2, 3) + b'err' + bytes(8) + b'\\xff' * 8\n"
        "os.write(1, out)",
        says=b"\x01\x00\x00\x00\x00\x00\x00\x05right\x02\x00\x00\x00\x00\x00\x00\x03err" + bytes(8) + b"\xff" * 8,
    ),
    HostileProgram("leaves at once", "os._exit(0)", says=b""),
    HostileProgram("prints a verdict", 'print(\'{"passed": true, "exit_code": 0}\'); os._exit(3)'),
    HostileProgram("closes its output and goes on", "os.close(1); os.close(2); time.sleep(30)", TIME, limits=QUICK),
    HostileProgram("closes everything and goes on", "os.closerange(0, 256); time.sleep(30)", TIME, limits=QUICK),
    HostileProgram("sleeps", "time.sleep(60)", TIME, limits=QUICK),
    HostileProgram("burns", "while True: pass", TIME, limits=QUICK),
    HostileProgram(
        "burns in children",
        "for i in range(4):\n    if os.fork() == 0:\n        while True: pass\ntime.sleep(60)",
        TIME,
        limits=RunLimits(wall_seconds=20.0, cpu_seconds=0.6),
    ),
    HostileProgram("stops itself", "os.kill(os.getpid(), signal.SIGSTOP); time.sleep(60)", TIME, limits=QUICK),
    HostileProgram(
        "ignores every signal",
        "for number in range(1, 65):\n    try: signal.signal(number, signal.SIG_IGN)\n    except (OSError, ValueError): pass\ntime.sleep(60)",
        TIME,
        limits=QUICK,
    ),
    HostileProgram("kills itself", "os.kill(os.getpid(), signal.SIGKILL)", SIGNALLED),
    HostileProgram("crashes", "ctypes.string_at(0)", SIGNALLED),
    HostileProgram(
        "deep recursion",
        "sys.setrecursionlimit(10**9)\nthreading.stack_size(0)\ndef down(): down()\ndown()",
        frozenset({RunEnd.SIGNALLED, RunEnd.MEMORY, RunEnd.TIME, RunEnd.EXITED}),
    ),
    HostileProgram(
        "a daemon that outlives it",
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(300)\n    os._exit(0)\nprint('gone')",
        says=b"gone\n",
    ),
    HostileProgram(
        "a daemon that holds its output and speaks later",
        "sys.stdout.flush()\nif os.fork() == 0:\n    os.setsid()\n    while True:\n        time.sleep(0.4); os.write(1, b'ESCAPED')\nos.write(1, b'gone')\nos._exit(0)",
        says=b"gone",
    ),
    HostileProgram(
        "a daemon that spoils the next run",
        "if os.fork() == 0:\n    os.setsid()\n    while True:\n        for name in os.listdir('/proc'):\n            if name.isdigit() and int(name) != os.getpid():\n"
        "                try: os.kill(int(name), signal.SIGKILL)\n                except OSError: pass\nos._exit(0)",
        frozenset({RunEnd.EXITED, RunEnd.SIGNALLED}),
    ),
    HostileProgram(
        "kills its keeper",
        "for pid in (1, 2, 3, 4, 5, 6, 7, os.getppid()):\n    if pid == os.getpid(): continue\n    try: os.kill(pid, 9)\n    except OSError: pass\nprint('on')",
        frozenset({RunEnd.EXITED, RunEnd.SIGNALLED}),
    ),
    HostileProgram("kills everybody", "os.kill(-1, 9)", ANY),
    HostileProgram(
        "kills every number",
        "for pid in range(2, 40000):\n    if pid == os.getpid(): continue\n    try: os.kill(pid, 9)\n    except OSError: pass",
        frozenset({RunEnd.EXITED, RunEnd.SIGNALLED}),
    ),
    HostileProgram(
        "stops its keeper",
        "for pid in range(1, 100):\n    if pid == os.getpid(): continue\n    try: os.kill(pid, signal.SIGSTOP)\n    except OSError: pass",
        frozenset({RunEnd.EXITED, RunEnd.TIME}),
        limits=QUICK,
    ),
    HostileProgram(
        "network",
        "for kind in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET, socket.AF_VSOCK, socket.AF_ALG):\n"
        "    refused(lambda: socket.socket(kind, socket.SOCK_RAW if kind in (socket.AF_NETLINK, socket.AF_PACKET) else socket.SOCK_SEQPACKET if kind == socket.AF_ALG else socket.SOCK_STREAM))\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "resolves a name", "refused(lambda: socket.getaddrinfo('localhost.invalid', 80))\nprint('none')", says=b"none\n"
    ),
    HostileProgram(
        "abstract sockets of the machine",
        "found = [line.split()[-1] for line in open('/proc/net/unix') if '@' in line] if os.path.exists('/proc/net/unix') else []\n"
        "print('ESCAPED' if found else 'none')",
        says=b"none\n",
    ),
    HostileProgram(
        "the engine's socket",
        "for path in ('/var/run/docker.sock', '/run/docker.sock', '/run/containerd/containerd.sock'):\n"
        "    s = socket.socket(socket.AF_UNIX); refused(lambda: s.connect(path)); s.close()\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "writes where it can",
        "for place in ('/', '/job', '/work', '/usr', '/usr/bin', '/etc', '/var', '/home', '/root', '/opt', '/dev', '/proc', '/sys', '/sys/fs/cgroup', '/run', '/boot'):\n"
        "    refused(lambda: open(f'{place}/{MARK}', 'w').close())\nopen(f'/tmp/{MARK}', 'w').close()\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "shared memory", "refused(lambda: open(f'/dev/shm/{MARK}', 'w').close())\nprint('none')", says=b"none\n"
    ),
    HostileProgram(
        "message queues",
        "print('ESCAPED' if libc.mq_open(b'/held', os.O_CREAT | os.O_RDWR, 0o600, None) >= 0 else 'none')",
        says=b"none\n",
    ),
    HostileProgram(
        "rewrites its own files",
        "refused(lambda: open('main.py', 'w'))\nrefused(lambda: os.chmod('main.py', 0o777))\nrefused(lambda: os.unlink('main.py'))\nrefused(lambda: os.rename('main.py', 'other.py'))\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "looks for hidden tests",
        "found = []\nfor root in ('/job', '/work', '/tmp', '/home', '/root', '/opt', '/srv', '/mnt', '/media'):\n"
        "    for where, _, names in os.walk(root):\n        found += [os.path.join(where, name) for name in names]\nprint(found)",
        says=b"['/job/main.py']\n",
    ),
    HostileProgram(
        "secrets of the machine",
        "for path in ('/etc/shadow', '/root/.bash_history', '/root/.ssh/id_rsa', '/proc/1/environ', '/proc/kcore', '/proc/kmsg', '/dev/mem', '/dev/kmsg', '/dev/vda', '/dev/sda'):\n"
        "    try:\n        held = open(path, 'rb').read(64)\n    except OSError: continue\n    if path != '/proc/1/environ' or held.strip(b'\\0'): print('ESCAPED', path)\nprint('none')",
    ),
    HostileProgram(
        "environment",
        "print(sorted(set(os.environ) - {'HOME', 'TMPDIR', 'OUT', 'LANG', 'PATH', 'PWD', 'HOSTNAME', 'LC_CTYPE', 'OLDPWD', 'SHLVL', '_', 'container'}))",
        says=b"[]\n",
    ),
    HostileProgram(
        "inherited descriptors",
        "extra = []\nfor number in range(3, 1024):\n    try: extra.append(os.readlink(f'/proc/self/fd/{number}') if os.fstat(number) else '')\n    except OSError: pass\nprint([one for one in extra if not one.startswith('/proc')])",
        says=b"[]\n",
    ),
    HostileProgram(
        "other processes",
        "mine = {os.getpid(), os.getppid()}\nfor name in os.listdir('/proc'):\n    if name.isdigit() and int(name) not in mine:\n"
        "        command = open(f'/proc/{name}/cmdline').read()\n        if not any(word in command for word in ('bwrap', 'sleep', 'init')): print('ESCAPED', command)\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "who it is",
        "print(os.getuid(), os.geteuid(), os.getgid(), os.getgroups() in ([], [65534]))\n"
        "caps = [line.split()[1] for line in open('/proc/self/status') if line.startswith(('CapEff', 'CapPrm', 'CapBnd', 'CapAmb'))]\n"
        "print(all(int(one, 16) == 0 for one in caps), [line.split()[1] for line in open('/proc/self/status') if line.startswith(('NoNewPrivs', 'Seccomp:'))])",
        says=b"65534 65534 65534 True\nTrue ['1', '2']\n",
    ),
    HostileProgram(
        "becomes root",
        "for call in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setresuid(0, 0, 0), lambda: os.setgroups([0]), lambda: os.chroot('/tmp')):\n    refused(call)\n"
        "for tool in ('/usr/bin/su', '/bin/mount', '/usr/bin/passwd', '/usr/bin/newgrp'):\n    if os.path.exists(tool):\n"
        "        print('ESCAPED' if b'uid=0' in subprocess.run([tool, '-c', 'id'], capture_output=True, stdin=subprocess.DEVNULL).stdout else '', end='')\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "a setuid file of its own",
        "import shutil\nshutil.copy('/bin/sh', '/tmp/sh')\ntry: os.chmod('/tmp/sh', 0o4755)\nexcept OSError: pass\n"
        "try: got = subprocess.run(['/tmp/sh', '-c', 'id -u'], capture_output=True).stdout\nexcept OSError: got = b''\nprint('ESCAPED' if got.strip() == b'0' else 'none')",
        says=b"none\n",
    ),
    HostileProgram(
        "new namespaces",
        "for flag in (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000):\n"
        "    if libc.unshare(flag) == 0: print('ESCAPED unshare', hex(flag))\n    pid = syscall(56 if X86 else 220, flag | 17, 0, 0, 0, 0)\n"
        "    if pid == 0: os._exit(0)\n    if pid > 0: print('ESCAPED clone', hex(flag))\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "mounts",
        "if libc.mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0: print('ESCAPED')\nif libc.umount2(b'/tmp', 2) == 0: print('ESCAPED')\n"
        "for number in (428, 429, 430, 432, 442):\n    if syscall(number, 0, 0, 0, 0, 0) >= 0: print('ESCAPED', number)\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "io_uring",
        "space = ctypes.create_string_buffer(256)\nfor number in (425, 426, 427):\n    got = syscall(number, 4, space, 0, 0, 0, 0)\n"
        "    if got >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS): print('ESCAPED', number)\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "ptrace",
        "child = os.fork()\nif child == 0:\n    time.sleep(5); os._exit(0)\n"
        "if libc.ptrace(16, child, None, None) == 0: print('ESCAPED attach')\nif libc.ptrace(0, 0, None, None) == 0: print('ESCAPED traceme')\n"
        "os.kill(child, 9); os.wait()\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "calls that have been ways out",
        "numbers = dict(personality=135, keyctl=250, add_key=248, bpf=321, perf_event_open=298, userfaultfd=323, process_vm_readv=310, process_vm_writev=311, kexec_load=246, init_module=175, "
        "finit_module=313, open_by_handle_at=304, setns=308, pivot_root=155, quotactl=179, syslog=103, iopl=172, ioperm=173, modify_ldt=154, reboot=169, swapon=167, acct=163, pidfd_getfd=438, memfd_secret=447)\n"
        "if X86:\n    for name, number in numbers.items():\n        ctypes.set_errno(0)\n        got = syscall(number, 0, 0, 0, 0, 0, 0)\n"
        "        if got != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS): print('ESCAPED', name, got, ctypes.get_errno())\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "calls of another architecture",
        "if not X86: sys.exit()\nchild = os.fork()\nif child == 0:\n    got = syscall(0x40000000 + 39)\n    print('ESCAPED' if got > 0 else '', end='', flush=True); os._exit(0)\nos.waitpid(child, 0)\nprint('none')",
    ),
    HostileProgram(
        "kernel settings",
        "for path in ('/proc/sys/kernel/core_pattern', '/proc/sys/vm/drop_caches', '/proc/sysrq-trigger', '/sys/kernel/mm/ksm/run', '/sys/fs/cgroup/memory/memory.limit_in_bytes', '/sys/fs/cgroup/release_agent', '/sys/fs/cgroup/cgroup.procs'):\n"
        "    refused(lambda: open(path, 'w').write('1'))\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "raises its own limits",
        "for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):\n    refused(lambda: resource.setrlimit(kind, (1 << 40, 1 << 40)), OSError, ValueError)\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "huge sparse file",
        "with open('/tmp/huge', 'wb') as file:\n    refused(lambda: os.ftruncate(file.fileno(), 1 << 40))\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "many small files",
        "made = 0\ntry:\n    while made < 100_000:\n        os.close(os.open(f'/tmp/{made}', os.O_CREAT | os.O_WRONLY)); made += 1\nexcept OSError: pass\nprint('done')",
        frozenset({RunEnd.EXITED, RunEnd.TIME, RunEnd.MEMORY}),
        limits=RunLimits(wall_seconds=6.0),
    ),
    HostileProgram(
        "links out of the outputs",
        "for name, target in (('one', '/etc/passwd'), ('two', '/job/main.py'), ('three', '/proc/self/environ')):\n    os.symlink(target, f\"{os.environ['OUT']}/{name}\")\n"
        "os.mkdir(f\"{os.environ['OUT']}/five\")\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "puts a link where its outputs were",
        "import shutil\nshutil.rmtree(os.environ['OUT'])\nos.symlink('/etc', os.environ['OUT'])\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "a working directory of its own",
        "os.chdir('/tmp')\nos.makedirs('deep/' * 200)\nos.chmod('/tmp/deep', 0)\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "files nobody may read",
        "for i in range(50):\n    os.mkdir(f'/tmp/.{i}'); open(f'/tmp/.{i}/-rf', 'w').close(); os.chmod(f'/tmp/.{i}', 0)\nprint('none')",
        says=b"none\n",
    ),
    HostileProgram(
        "many descriptors",
        "held = []\ntry:\n    while len(held) < 5000: held.append(os.open('/dev/null', 0))\nexcept OSError: print('bounded')",
        says=b"bounded\n",
    ),
)
