"""EXPOSE's arguments. Source: moby/buildkit frontend/dockerfile/dockerfile2llb/convert_expose.go parsePort"""

from __future__ import annotations

from ctxopt.errors import DockerfileError
from ctxopt.languages.golang.strings import parse_int, quote


def verify_port(text: str) -> None:
    """Raise DockerfileError where ``text`` is no ``[[ip:]port:]port[-port][/protocol]``."""
    # A variable without a value: Docker 28 lets it pass, newer frontends refuse it.
    if not text:
        return
    # An address of version 6 has colons of its own.
    *left, container = text.rsplit(":", 2)
    port, _, protocol = container.partition("/")
    problem = ""
    if not port:
        problem = "no port specified"
    elif protocol and protocol.lower() not in ("tcp", "udp", "sctp"):
        problem = f"invalid proto: {protocol}"
    if problem:
        reason = f"invalid port: {quote(text)}: {problem}"
        raise DockerfileError(reason)
    if len(left) == 2:
        _verify_ip(left[0])
    ports = _range(port)
    if ports is None:
        reason = f"invalid containerPort: {port}"
        raise DockerfileError(reason)
    if left and left[-1]:
        _verify_host(left[-1], port, ports)


def _verify_host(host: str, port: str, ports: tuple[int, int]) -> None:
    hosts = _range(host)
    if hosts is None:
        reason = f"invalid hostPort: {host}"
        raise DockerfileError(reason)
    if ports[1] != ports[0] and ports[1] - ports[0] != hosts[1] - hosts[0]:
        reason = f"invalid ranges specified for container and host Ports: {port} and {host}"
        raise DockerfileError(reason)


def _verify_ip(text: str) -> None:
    bare = text
    if text.startswith("[") and text.endswith("]"):
        bare = text[1:-1]
    if not bare:
        return
    try:
        from ipaddress import ip_address  # two milliseconds that hardly a Dockerfile needs

        ip_address(bare)
    except ValueError:
        reason = f"invalid IP address: {bare}"
        raise DockerfileError(reason) from None


def _range(text: str) -> tuple[int, int] | None:
    first, dash, last = text.partition("-")
    if not dash:
        last = first
    start = _number(first)
    end = _number(last)
    if start is None or end is None or end < start:
        return None
    return start, end


def _number(text: str) -> int | None:
    number = parse_int(text)
    if number is None or not 0 <= number <= 65535:
        return None
    return number
