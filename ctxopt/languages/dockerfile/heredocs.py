"""Here-documents: which words open one; knows nothing of the lines that follow."""

from __future__ import annotations

import re
from typing import NamedTuple

from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile.words import split

_WORD = r"([0-9]*)<<(-?)[\t\n\f\r ]*([^<]*)"
_LEADING_TABS = r"(?m)^\t+"


class Heredoc(NamedTuple):
    """A here-document: its word, whether variables in it are replaced, whether leading tabs go, and its lines."""

    name: str
    expand: bool
    chomp: bool
    content: str = ""

    @property
    def text(self) -> str:
        """The content as the build sees it."""
        if self.chomp:
            return re.sub(_LEADING_TABS, "", self.content)
        return self.content


def parse_heredoc(word: str) -> Heredoc | None:
    """Return the here-document that ``word`` opens, None if it opens none; raises DockerfileError.

    Source: moby/buildkit frontend/dockerfile/parser/parser.go ParseHeredoc
    """
    if "<<" not in word:
        return None
    match = re.fullmatch(_WORD, word)
    if match is None or not match[3]:
        return None
    plain = split(match[3])
    if len(plain) != 1:
        return None
    raw = split(match[3], raw_quotes=True)
    if len(raw) != 1:
        reason = f"internal lexing of heredoc produced inconsistent results: {match[3]}"
        raise DockerfileError(reason)
    # As in a shell: quotes anywhere in the word keep variables in the document as they are.
    unquoted = _quotes(plain[0]) == _quotes(raw[0])
    return Heredoc(plain[0], expand=unquoted, chomp=match[2] == "-")


def as_heredoc(word: str) -> Heredoc | None:
    """Return what ``parse_heredoc`` does, None also where that raises. Source: parser.go MustParseHeredoc"""
    try:
        return parse_heredoc(word)
    except DockerfileError:
        return None


def opened_by(line: str) -> list[Heredoc]:
    """Return the here-documents that an instruction's ``line`` opens, in order; raises DockerfileError.

    Source: moby/buildkit frontend/dockerfile/parser/parser.go heredocsFromLine
    """
    try:
        words = split(line, raw_quotes=True, raw_escapes=True)
    except DockerfileError:
        # An open quote is the shell's business: BuildKit then sees no here-document at all.
        return []
    return [heredoc for heredoc in map(parse_heredoc, words) if heredoc is not None]


def _quotes(word: str) -> int:
    return word.count("'") + word.count('"')
