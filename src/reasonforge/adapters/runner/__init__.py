"""The sandbox runner: a small service that owns the container engine, so that the validator never holds its socket.

It offers `Sandbox` and nothing else, on a Unix socket of this machine. Who can open the socket (its mode is 0660) can
run programs where they do no harm; it can start no container of its own choosing, mount nothing, and never reach the
engine.
"""
