"""Whether a script for the shell surely runs a command of some kind, or only on a condition. Pure.

A rough reading of lists, ``if``, ``for``, ``while`` and ``case``: commands that do work are taken to succeed, for a build
stops where they do not, and tests may go either way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Final, Literal, TypeAlias

Certainty: TypeAlias = Literal["always", "sometimes", "never"]

_SEPARATOR: Final = r"(&&|\|\||;;|[;\n])"
_KEYWORD: Final = r"(if|then|elif|else|fi|for|while|until|do|done|case|esac|in)(?![\w.=/-])"
_WRAPPING: Final = " \t({!})"
_TEST: Final = (
    r"(?:\[|\[\[|test|command\s{1,9}-v|which|type|grep|getent|cmp|diff)(?!\S)|\$\{\w{1,99}:?[+-]"
)
"""Commands that ask something; and words that a variable may make such."""
_EXIT: Final = r"(?:exit\s{1,9}[1-9]|exit\s{0,9}$|false(?!\S)|return\s{1,9}[1-9])"
_OPENS: Final = frozenset({"if", "for", "while", "until", "case"})
_DEEPEST: Final = 50
"""Levels of nesting that are followed: what is written by hand has a few."""
_ENDS: Final = frozenset({"then", "elif", "else", "fi", "do", "done", "esac"})


def certainty_of(script: str, is_wanted: Callable[[str], bool]) -> Certainty:
    """Return how sure it is that ``script`` runs a command that ``is_wanted`` knows; it is given one at a time."""
    return _Reader(_tokens(script), is_wanted).list_until(())


def surest(found: Collection[Certainty]) -> Certainty:
    """Return the surest of several: one that always runs is enough."""
    if "always" in found:
        return "always"
    if "sometimes" in found:
        return "sometimes"
    return "never"


# The same scripts are asked about one kind of command after the other.
@lru_cache(maxsize=1024)
def _tokens(script: str) -> tuple[str, ...]:
    """The separators, keywords and commands of a script."""
    found: list[str] = []
    for piece in re.split(_SEPARATOR, script.replace("\\\n", " ")):
        command = piece.strip(" \t\r")
        # A comment is no command, and hides the keywords in it.
        if command.startswith("#"):
            continue
        if command in ("", "&&", "||", ";", ";;"):
            if piece:
                found.append(command or ";")
            continue
        while True:
            command = command.lstrip(_WRAPPING)
            match = re.match(_KEYWORD, command)
            if match is None:
                break
            found.append(match[1])
            command = command[match.end() :]
        if command:
            found.append(command)
    return tuple(found)


class _Reader:
    """Goes over the tokens once, from left to right."""

    def __init__(self, tokens: Sequence[str], is_wanted: Callable[[str], bool]) -> None:
        self._tokens = tokens
        self._is_wanted = is_wanted
        self._at = 0
        self._depth = 0
        self._exits = False
        """Whether the list that was read last ends the script as failed."""

    def list_until(self, ends: Collection[str]) -> Certainty:
        """Read commands up to a keyword of ``ends``, or to the end."""
        found: set[Certainty] = set()
        exits = False
        while self._at < len(self._tokens) and self._tokens[self._at] not in ends:
            if self._tokens[self._at] in (";", ";;", "&&", "||", "in") or self._is_stray():
                self._at += 1
                continue
            found.add(self._chain())
            exits = exits or self._exits
        self._exits = exits
        return surest(found)

    def _is_stray(self) -> bool:
        return self._tokens[self._at] in _ENDS

    def _chain(self) -> Certainty:
        """Read commands that ``&&`` and ``||`` join; both have the same rank, and the left comes first."""
        found: set[Certainty] = set()
        is_open = False  # whether what stands on the left may fail without an error
        is_guarded = False  # whether a command was met that a test stands before
        exits = False
        operator = "&&"
        while True:
            command = self._tokens[self._at]
            here = self._item()
            is_exit = bool(re.match(_EXIT, command))
            # After `test && a || b` one of the two has run; after `a && b` both have, unless a test stood
            # on the left.
            if operator == "||" and is_guarded and (here == "always" or is_exit):
                found.add("always")  # either this or the one before it
            elif operator == "&&" and not is_open:
                found.add(here)
                exits = exits or is_exit
            elif here != "never":
                found.add("sometimes")
                is_guarded = operator == "&&" and here == "always"
            is_open = bool(re.match(_TEST, command)) or (is_open and operator == "&&")
            if self._at >= len(self._tokens) or self._tokens[self._at] not in ("&&", "||"):
                break
            operator = self._tokens[self._at]
            self._at += 1
            self._skip_lines()
            if self._at >= len(self._tokens) or self._is_stray():
                break
        self._exits = exits
        return surest(found)

    def _skip_lines(self) -> None:
        while self._at < len(self._tokens) and self._tokens[self._at] == ";":
            self._at += 1

    def _item(self) -> Certainty:
        token = self._tokens[self._at]
        self._at += 1
        if token in _OPENS and self._depth < _DEEPEST:
            self._depth += 1
            found = self._compound(token)
            self._depth -= 1
            return found
        if self._is_wanted(token):
            return "always"
        return "never"

    def _compound(self, keyword: str) -> Certainty:
        if keyword == "if":
            return self._choice()
        if keyword == "case":
            return _at_most_sometimes(self._body("esac"))
        return self._loop(keyword)

    def _choice(self) -> Certainty:
        condition = self.list_until(("then", "fi"))
        branches: list[Certainty] = []
        has_else = False
        while self._at < len(self._tokens) and self._tokens[self._at] != "fi":
            keyword = self._tokens[self._at]
            self._at += 1
            if keyword == "elif":
                self.list_until(("then", "fi"))  # its condition
                continue
            has_else = has_else or keyword == "else"
            branch = self.list_until(("elif", "else", "fi"))
            # Where a branch stops the build, it decides nothing.
            if branch == "always" or not self._exits:
                branches.append(branch)
        self._at += 1
        if condition == "always":
            return "always"
        if has_else and branches and all(branch == "always" for branch in branches):
            return "always"
        return _at_most_sometimes(surest(branches))

    def _loop(self, keyword: str) -> Certainty:
        self.list_until(("do", "done"))
        found = self._body("done")
        if keyword == "for":
            return found
        return _at_most_sometimes(found)

    def _body(self, end: str) -> Certainty:
        if self._at < len(self._tokens) and self._tokens[self._at] == "do":
            self._at += 1
        found = self.list_until((end,))
        self._at += 1
        return found


def _at_most_sometimes(found: Certainty) -> Certainty:
    if found == "always":
        return "sometimes"
    return found
