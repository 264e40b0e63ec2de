"""Runs programs by bubblewrap: unprivileged namespaces of this machine's own kernel. For development.

Weaker than the container engine behind its runner: the toolchain's directories are the host's own (read-only), the
scratch space can hold executables, system calls are refused by a denylist, and where no memory cgroup is writable
memory is watched from outside instead of limited by the kernel. `isolates` is False, and production refuses it.
"""
