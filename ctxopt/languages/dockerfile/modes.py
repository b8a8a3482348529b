"""The value of ``--chmod``. Source: moby/buildkit dockerfile2llb/convert.go dispatchCopy"""

from __future__ import annotations

import re

from ctxopt.errors import DockerfileError
from ctxopt.languages.golang.strings import parse_uint

_SYMBOLIC_MODE = r"[ugoa]*([-+=]([rwxXst]*|[ugo]))+(,[ugoa]*([-+=]([rwxXst]*|[ugo]))+)*"


def verify_mode(mode: str) -> None:
    """Raise DockerfileError where ``mode`` is neither octal, up to 07777, nor symbolic."""
    if not mode:
        return
    number = parse_uint(mode, 8)
    if number is not None and number <= 0o7777:
        return
    if number is not None or not re.fullmatch(_SYMBOLIC_MODE, mode):
        problem = "it should be octal string and between 0 and 07777"
        reason = f"invalid chmod parameter: '{mode}'. {problem}"
        raise DockerfileError(reason)
