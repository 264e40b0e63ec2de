"""Compose files as plain `docker run` commands, for engines without the compose plugin: what a service is, not more."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from attrs import frozen

COMPOSE = Path(__file__).parents[2] / "infra" / "compose"
VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?:(:[-?])((?:[^{}]|\{[^{}]*\})*))?\})")

Service = Mapping[str, Any]


def services(file: str, environment: Mapping[str, str]) -> dict[str, Service]:
    """The services of a file, with their variables filled in and what they extend from another file."""
    filled = _filled(yaml.safe_load((COMPOSE / file).read_text()), environment)
    return {name: _extended(service, environment) for name, service in filled["services"].items()}


def _extended(service: Service, environment: Mapping[str, str]) -> Service:
    base = service.get("extends")
    if base is None:
        return service
    return {**services(base["file"], environment)[base["service"]], **service}


def _filled(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return VARIABLE.sub(lambda found: _value_of(found, environment), value)
    if isinstance(value, list):
        return [_filled(one, environment) for one in value]
    if isinstance(value, dict):
        return {key: _filled(one, environment) for key, one in value.items()}
    return value


def _value_of(found: re.Match[str], environment: Mapping[str, str]) -> str:
    name, how, otherwise = found.groups()
    if name is None:
        return "$"
    if environment.get(name):
        return environment[name]
    if how == ":?":
        raise KeyError(f"{name}: {otherwise}")
    return otherwise or ""


@frozen
class Project:
    """Names of one run's containers and volumes, so that two runs on one engine never meet.

    Attributes:
        network: the network that every service is in, as `docker run --network` takes it.
    """

    name: str
    network: str = "none"

    def container(self, service: str) -> str:
        return f"{self.name}-{service}"

    def volume(self, name: str) -> str:
        return f"{self.name}-{name}"

    def command(self, name: str, service: Service, *, attached: bool = False) -> list[str]:
        """`docker run …` for a service; a named network becomes the project's own."""
        words = ["docker", "run", "--name", self.container(name), *([] if attached else ["--detach"])]
        words += ["--network", self._network_of(service)]
        words += [flag for key, flag in _FLAGS.items() if service.get(key)]
        for key, flag in _WORDS.items():
            given = service.get(key, [])
            words += [word for one in (given if isinstance(given, list) else [given]) for word in (flag, str(one))]
        words += [word for key, value in service.get("environment", {}).items() for word in ("--env", f"{key}={value}")]
        words += [word for one in service.get("volumes", []) for word in ("--mount", self._mount_of(one))]
        entrypoint = list(service.get("entrypoint", []))
        if entrypoint:
            words += ["--entrypoint", entrypoint[0]]
        words += _health_of(service.get("healthcheck", {}))
        return [*words, service["image"], *entrypoint[1:], *service.get("command", [])]

    def _network_of(self, service: Service) -> str:
        mode = str(service.get("network_mode", ""))
        return f"container:{self.container(mode.removeprefix('service:'))}" if ":" in mode else mode or self.network

    def _mount_of(self, given: str | Mapping[str, Any]) -> str:
        if isinstance(given, str):
            name, target = given.split(":")[:2]
            return f"type=volume,source={self.volume(name)},target={target}"
        source = Path(os.path.normpath(COMPOSE / given["source"]))
        return f"type=bind,source={source},target={given['target']}{',readonly' if given.get('read_only') else ''}"


_FLAGS = {"init": "--init", "read_only": "--read-only"}
_WORDS = {
    "cap_drop": "--cap-drop",
    "security_opt": "--security-opt",
    "tmpfs": "--tmpfs",
    "user": "--user",
    "group_add": "--group-add",
    "mem_limit": "--memory",
}


def _health_of(check: Mapping[str, Any]) -> list[str]:
    if not check:
        return []
    quoted = " ".join("'{}'".format(word.replace("'", "'\\''")) for word in check["test"][1:])
    names = {"interval": "interval", "timeout": "timeout", "start_period": "start-period", "retries": "retries"}
    rest = [f"--health-{flag}={check[key]}" for key, flag in names.items() if key in check]
    return [f"--health-cmd={quoted}", *rest]
