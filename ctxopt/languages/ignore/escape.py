"""A path written as a pattern that matches it alone; reads no ignore file."""

from __future__ import annotations


def escape_pattern(path: str) -> str:
    r"""Return a line that matches ``path``, whatever is in it.

    Behind a backslash ``*``, ``?``, ``[`` and ``\`` are taken literally; the pattern is then an
    expression, in which ``^``, ``{``, ``}`` and ``|`` need one as well. White space at an end is
    put into a class, and a line break, which no line can hold, becomes ``?``.
    """
    edges = path[0] in "!#" or path != path.strip()
    if not edges and not set(path) & set("*?[]\\\n\r"):
        return path
    escaped = ["\\" + char if char in "*?[]\\^{}|" else char for char in path]
    if path[0] in "!#":
        escaped[0] = "\\" + path[0]
    for end in (0, -1):
        if path[end].isspace():
            escaped[end] = f"[{path[end]}]"
    return "".join("?" if char.strip("[]") in ("\n", "\r") else char for char in escaped)


_BOM = "\ufeff"

_SPECIAL = frozenset("*?[]\\{}|^")
"""What a line with any escape in it must escape: Docker reads such a line as an expression."""


def escape(path: str) -> str:
    """Return the pattern that matches ``path`` alone, as near as the language can say it.

    Line breaks, and other white space at the ends, become ``?``: no line can hold them.
    """
    expression = bool(_SPECIAL.intersection(path)) or _needs_more(path)
    if not expression:
        return path
    parts = []
    last = len(path) - 1
    for index, char in enumerate(path):
        if (
            char in "\n\r"
            or (index == 0 and char == _BOM)
            or (index in (0, last) and char != " " and not char.strip())
        ):
            parts.append("?")
        elif char == " " and index in (0, last):
            parts.append("[ ]")
        elif char in _SPECIAL or (index == 0 and char in "#!"):
            parts.append("\\" + char)
        else:
            parts.append(char)
    return "".join(parts)


def _needs_more(path: str) -> bool:
    return path[:1] in ("#", "!", _BOM) or path != path.strip() or "\n" in path or "\r" in path
