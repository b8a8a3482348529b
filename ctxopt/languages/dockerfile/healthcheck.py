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
_PART = re.compile(r"([0-9]*)(\.?)([0-9]*)([^0-9.]*)")
_MILLISECOND = 10**6


def verify(flags: Flags) -> None:
    """Raise DockerfileError for a duration or a number of retries that BuildKit refuses.

    Source: moby/buildkit frontend/dockerfile/instructions/parse.go parseHealthcheck, parseOptInterval
    """
    for name in DURATIONS:
        value = flags.text(name)
        if value and 0 != _duration(value) < _MILLISECOND:
            reason = f"Interval {quote(name)} cannot be less than 1ms"
            raise DockerfileError(reason)
    retries = flags.text("retries")
    if not retries:
        return
    number = parse_int(retries, bits=32)
    if number is None:
        problem = "invalid syntax" if parse_int(retries) is None else "value out of range"
        reason = f"strconv.ParseInt: parsing {quote(retries)}: {problem}"
        raise DockerfileError(reason)
    if number < 0:
        reason = f"--retries cannot be negative ({number})"
        raise DockerfileError(reason)


def _duration(text: str) -> float:
    """Return nanoseconds. Source: Go's time.ParseDuration"""
    unsigned = text[1:] if text[:1] in "+-" else text
    if unsigned == "0":
        return 0
    total = 0.0
    rest = unsigned
    while rest:
        match = _PART.match(rest)
        if match is None or not (match[1] or match[3]):
            break
        unit = match[4]
        if not unit:
            reason = f"time: missing unit in duration {quote(text)}"
            raise DockerfileError(reason)
        if unit not in _NANOSECONDS:
            reason = f"time: unknown unit {quote(unit)} in duration {quote(text)}"
            raise DockerfileError(reason)
        total += float(f"{match[1] or 0}.{match[3] or 0}") * _NANOSECONDS[unit]
        rest = rest[match.end() :]
    if rest or not unsigned:
        reason = f"time: invalid duration {quote(text)}"
        raise DockerfileError(reason)
    return -total if text.startswith("-") else total
