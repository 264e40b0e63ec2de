"""A port to listen at: free, or taken by this very neuron."""

import errno
import socket

from attrs import frozen

from reasonforge.entrypoints.doctor_checks.diagnosis import Diagnosis, failure, fine

PORTS = range(1_025, 65_535)
"""Those that an Axon takes."""


@frozen
class PortFound:
    """What was found, and whether somebody listens there."""

    diagnosis: Diagnosis
    taken: bool


def look_at_port(host: str, port: int, flag: str, *, running: bool) -> PortFound:
    """Whether `port` can be listened at; `running` says that a neuron holds this one's state file."""
    name, choose = "port", f"choose another by {flag}"
    if port == 0:
        return PortFound(fine(name, "any that is free"), taken=False)
    if port not in PORTS:
        said = f"{port} is not between {PORTS.start} and {PORTS.stop - 1}"
        return PortFound(failure(name, said, choose), taken=False)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE and running:
                said = f"{host}:{port} is in use, as is the state file: this neuron is running"
                return PortFound(fine(name, said), taken=True)
            said = f"{host}:{port} cannot be listened at: {error.strerror}"
            return PortFound(failure(name, said, f"stop the program that listens there, or {choose}"), taken=True)
    return PortFound(fine(name, f"{host}:{port} is free"), taken=False)


def is_taken(host: str, port: int) -> str:
    """Why one cannot listen there; empty when one can."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error.strerror or str(error)
    return ""
