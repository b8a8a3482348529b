"""The commands in a text for the shell, and whether one of them calls a program. Pure.

A rough reading that leans towards more commands than there are: quotes are blanks, and what a command prints counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_SEPARATOR: Final = r"&&|\|\||[;|\n&()`]"
_WORD: Final = r"[^\s\"'\\,\[\]]{1,300}"
_INSTALLS: Final = (
    r"(?s)\b(?:apt|apt-get|aptitude|apk|dnf|microdnf|tdnf|yum|zypper|pacman|brew|conda|mamba)\s"
    r".{0,5000}?\b(?:install|add|groupinstall|-S\w{0,9})\b.*"
)


def commands_in(text: str) -> Iterator[list[str]]:
    """Yield the words of each command; of those that install packages of the system what comes before."""
    # A list of packages goes over many lines, each of which looks like a command.
    for command in re.split(_SEPARATOR, text.replace("\\\n", " ")):
        words = re.findall(_WORD, re.sub(_INSTALLS, "", command))
        if words:
            yield words


def calls(program: str, text: str) -> bool:
    """Tell whether a text may call ``program``; to install it is not to call it."""
    if program not in text:
        return False
    word = re.compile(rf"(?<![\w-]){re.escape(program)}(?![\w-])")
    return any(map(word.search, (" ".join(words) for words in commands_in(text))))
