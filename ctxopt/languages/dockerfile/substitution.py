"""The patterns inside ``${name#pattern}`` and the like; knows nothing of variables or quotes.

A pattern is literal text with ``*`` and ``?``. It is run as a set of states over the value, so that no pattern can
make the matching explode. ``.`` in Go's regular expressions matches no newline; neither does a wildcard here.
"""

from __future__ import annotations

import re

from ctxopt.errors import DockerfileError
from ctxopt.languages.golang.strings import valid

_STAR, _ANY = 0, 1
_MAX_SIZE = 2**24
_Token = str | int
_REFERENCE = r"(\w+)|\{(\w+)\}"


def trim_prefix(pattern: str, value: str, *, longest: bool) -> str:
    """Return ``value`` without the shortest or longest prefix ``pattern`` matches; raises DockerfileError.

    Source: moby/buildkit frontend/dockerfile/shell/lex.go trimPrefix
    """
    end = _match_here(_tokens(pattern), value, longest=longest)
    if end is None:
        return value
    return value[end:]


def trim_suffix(pattern: str, value: str, *, longest: bool) -> str:
    """Return ``value`` without the shortest or longest suffix ``pattern`` matches; raises DockerfileError.

    Source: moby/buildkit frontend/dockerfile/shell/lex.go trimSuffix, which reverses both and trims a prefix
    """
    return trim_prefix(_reversed(pattern), value[::-1], longest=longest)[::-1]


def replace(pattern: str, replacement: str, value: str, *, every: bool) -> str:
    """Return ``value`` with the first, or every, match of ``pattern`` replaced; raises DockerfileError.

    Source: moby/buildkit frontend/dockerfile/shell/lex.go processDollar; regexp.ReplaceAllString, where ``$0`` in the
    replacement stands for the match
    """
    tokens = _tokens(pattern)
    if not every:
        found = _search(tokens, value, 0)
        if found is None:
            return value
        # The first alone is put in as it is; only for every match does Go read ``$0`` in it.
        return value[: found[0]] + replacement + value[found[1] :]
    out: list[str] = []
    size = position = last = 0
    while position <= len(value):
        found = _search(tokens, value, position)
        if found is None:
            break
        start, end = found
        out.append(value[last:start])
        # Nothing right behind a match is no match of its own, except at the very start.
        if end > last or start == 0:
            out.append(_template(replacement, value[start:end]))
            size += len(out[-1])
            if size > _MAX_SIZE:
                reason = f"replacements add more than {_MAX_SIZE} characters"
                raise DockerfileError(reason)
        last = end
        position = max(position + 1, end)
    return "".join(out) + value[last:]


def _tokens(pattern: str) -> list[_Token]:
    # One branch a character of the little language, with upstream's rules for what may be escaped.
    tokens: list[_Token] = []
    text = valid(pattern).removeprefix("\ufeff")
    position = 0
    while position < len(text):
        char = text[position]
        position += 1
        if char == "*":
            if tokens[-1:] != [_STAR]:
                tokens.append(_STAR)
        elif char == "?":
            tokens.append(_ANY)
        elif char == "\\":
            following = text[position : position + 1]
            if following and following in "}/":
                continue
            if not following or following not in "*?\\":
                reason = f"invalid pattern ({pattern}) in substitution: invalid escape '\\{following or chr(0xFFFD)}'"
                raise DockerfileError(reason)
            tokens.append(following)
            position += 1
        else:
            tokens.append(char)
    return tokens


def _reversed(pattern: str) -> str:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    return "".join(reversed(parts))


def _match_here(tokens: list[_Token], value: str, *, longest: bool) -> int | None:
    states = _closure(tokens, {0})
    end: int | None = None
    for position in range(len(value) + 1):
        if len(tokens) in states:
            end = position
            if not longest:
                break
        if not states or position == len(value):
            break
        states = _step(tokens, states, value[position])
    return end


def _closure(tokens: list[_Token], states: set[int]) -> set[int]:
    for state in tuple(states):
        if state < len(tokens) and tokens[state] == _STAR:
            states.add(state + 1)
    return states


def _step(tokens: list[_Token], states: set[int], char: str) -> set[int]:
    following: set[int] = set()
    for state in states:
        if state == len(tokens):
            continue
        token = tokens[state]
        if token == char or (token == _ANY and char != "\n"):
            following.add(state + 1)
        elif token == _STAR and char != "\n":
            following.add(state)
    return _closure(tokens, following)


def _search(tokens: list[_Token], value: str, position: int) -> tuple[int, int] | None:
    """Find the leftmost match from ``position`` on, and of those that start there the longest."""
    # In one pass, since a search from every start would take the square of the length: each state
    # keeps the leftmost start that leads to it.
    accept = len(tokens)
    starts: dict[int, int] = {}
    best: tuple[int, int] | None = None
    for here in range(position, len(value) + 1):
        if best is None:
            starts.setdefault(0, here)
        _close(tokens, starts)
        if accept in starts and (best is None or starts[accept] <= best[0]):
            best = (starts[accept], here)
        if best is not None:
            starts = {state: start for state, start in starts.items() if start <= best[0]}
            if not starts:
                break
        if here < len(value):
            starts = _advance(tokens, starts, value[here])
    return best


def _close(tokens: list[_Token], starts: dict[int, int]) -> None:
    for state, start in tuple(starts.items()):
        if state < len(tokens) and tokens[state] == _STAR:
            starts[state + 1] = min(start, starts.get(state + 1, start))


def _advance(tokens: list[_Token], starts: dict[int, int], char: str) -> dict[int, int]:
    following: dict[int, int] = {}
    for state, start in starts.items():
        if state == len(tokens):
            continue
        token = tokens[state]
        if token == char or (token == _ANY and char != "\n"):
            following[state + 1] = min(start, following.get(state + 1, start))
        elif token == _STAR and char != "\n":
            following[state] = min(start, following.get(state, start))
    return following


def _template(replacement: str, match: str) -> str:
    if "$" not in replacement:
        return replacement
    out: list[str] = []
    rest = replacement
    while "$" in rest:
        before, _, rest = rest.partition("$")
        out.append(before)
        if rest.startswith("$"):
            out.append("$")
            rest = rest[1:]
            continue
        name = re.match(_REFERENCE, rest)
        if name is None:
            out.append("$")
            continue
        # There is no other group, and what a group did not match is empty.
        if (name[1] or name[2]) == "0":
            out.append(match)
        rest = rest[name.end() :]
    return "".join(out) + rest
