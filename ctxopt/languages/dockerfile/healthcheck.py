"""HEALTHCHECK's flags; knows nothing of the command that is run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctxopt.errors import DockerfileError
from ctxopt.languages.golang.strings import parse_int, quote

if TYPE_CHECKING:
    from ctxopt.languages.dockerfile.flags import Flags


DURATIONS = ("interval", "timeout", "start-period", "start-interval")
_NANOSECONDS = {
    "ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9,
}  # fmt: skip
_PART = r"([0-9]*)(\.?)([0-9]*)([^0-9.]*)"
_MILLISECOND = 10**6


def verify(flags: Flags) -> None:
    """Raise DockerfileError for a duration or a number of retries that BuildKit refuses.

    Source: moby/buildkit frontend/dockerfile/instructions/parse.go parseHealthcheck, parseOptInterval
    """
    for name in DURATIONS:
        value = flags.text(name)
        # None at all stands for the default, so only what is too short is wrong.
        if value and 0 != _duration(value) < _MILLISECOND:
            reason = f"Interval {quote(name)} cannot be less than 1ms"
            raise DockerfileError(reason)
    retries = flags.text("retries")
    if not retries:
        return
    number = parse_int(retries, bits=32)
    if number is None:
        problem = "value out of range"
        if parse_int(retries) is None:
            problem = "invalid syntax"
        reason = f"strconv.ParseInt: parsing {quote(retries)}: {problem}"
        raise DockerfileError(reason)
    if number < 0:
        reason = f"--retries cannot be negative ({number})"
        raise DockerfileError(reason)


def _duration(text: str) -> float:
    """Return nanoseconds. Source: Go's time.ParseDuration"""
    rest = text
    if text.startswith(("+", "-")):
        rest = text[1:]
    # The only number that needs no unit.
    if rest == "0":
        return 0
    if not rest:
        reason = f"time: invalid duration {quote(text)}"
        raise DockerfileError(reason)
    total = 0.0
    while rest:
        match = re.match(_PART, rest)
        if match is None or not (match[1] or match[3]):
            reason = f"time: invalid duration {quote(text)}"
            raise DockerfileError(reason)
        total += float(f"{match[1] or 0}.{match[3] or 0}") * _factor(match[4], text)
        rest = rest[match.end() :]
    if text.startswith("-"):
        return -total
    return total


def _factor(unit: str, text: str) -> int:
    if not unit:
        reason = f"time: missing unit in duration {quote(text)}"
        raise DockerfileError(reason)
    if unit not in _NANOSECONDS:
        reason = f"time: unknown unit {quote(unit)} in duration {quote(text)}"
        raise DockerfileError(reason)
    return _NANOSECONDS[unit]
