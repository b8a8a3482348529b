"""STOPSIGNAL's argument. Source: moby/sys signal ParseSignal, on Linux"""

from __future__ import annotations

from ctxopt.errors import DockerfileError
from ctxopt.languages.golang.strings import parse_int

_NAMES = frozenset(
    ["ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX"]
) | {f"RTMIN+{n}" for n in range(1, 16)} | {f"RTMAX-{n}" for n in range(1, 15)}  # fmt: skip


def verify_signal(signal: str) -> None:
    """Raise DockerfileError where ``signal`` is neither a number but 0 nor a signal's name."""
    number = parse_int(signal)
    if number == 0 or (number is None and signal.upper().removeprefix("SIG") not in _NAMES):
        reason = f"invalid signal: {signal}"
        raise DockerfileError(reason)
