"""Paths in quotes that a program opens or lists: what it reads of its own tree without importing it. Pure.

Only whole paths with a slash count, in a line that opens, lists or joins paths: names that are put together elsewhere are
not seen, and commands and settings that name paths are for other programs.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from ctxopt.evidence.source_references import Options
from ctxopt.paths import join, name, parent

_PATH: Final = r"['\"`]([^'\"`\n$*?{}<>|:;,= ]{1,200}/[^'\"`\n$*?{}<>|:;,= ]{0,200})['\"`]"
_OPENS: Final = (
    r"(?i)\b(?:path\.)?(?:join|resolve)\s?\(|\bopen\s?\(|\bPath\s?\(|\bread_?(?:file|dir|text|bytes|lines|json|csv|yaml)|\blistdir|\bscandir|\bglob\b"
    r"|\bcreateReadStream|\bFile\.(?:read|open|join)|\bDir\b|\bRails\.root|\bfopen|\bfile_get_contents|\bos\.(?:ReadFile|Open|ReadDir)"
)
_FOR_TESTS: Final = r"(?i)test|spec|e2e|bench|snapshot|coverage|lint"
"""Names of programs that are about tests themselves."""
_COMMENT: Final = ("#", "//", "*", "/*")


def opened_paths(path: str, text: str) -> Iterator[Options]:
    """Yield what the program at ``path`` opens, each as the paths from the context root that it may mean."""
    if re.search(_FOR_TESTS, name(path)):
        return
    for match in re.finditer(_PATH, text):
        start = text.rfind("\n", 0, match.start()) + 1
        before = text[max(start, match.start() - 200) : match.start()]
        if before.lstrip().startswith(_COMMENT) or not re.search(_OPENS, before):
            continue
        written = posixpath.normpath(match[1].lstrip("/"))
        inside = posixpath.normpath(join(parent(path), written))
        options = (inside, re.sub(r"^(?:\.\./)+", "", written))
        yield tuple(option for option in dict.fromkeys(options) if not option.startswith(".."))
