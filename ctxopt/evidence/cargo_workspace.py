"""Which crates are built together: the members of a workspace, and what they name by path. Pure.

Source: the Cargo book, "Workspaces" and "Specifying Dependencies".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from ctxopt.languages.golang.paths import BadPatternError, has_meta, match
from ctxopt.paths import is_at_or_below

_HAS_WORKSPACE: Final = r"(?m)^[ \t]*\[?[ \t]*[\"']?workspace"
_BY_PATH: Final = r"\bpath\s*=\s*[\"']([^\"'\n]{1,200})[\"']"


def crates_built(texts: Mapping[str, str], start: Iterable[str]) -> set[str]:
    """Return the folders of the crates that are built with those in ``start``.

    ``texts`` holds the Cargo.toml by its folder, for all there are.
    """
    found: set[str] = set()
    waiting = [folder for folder in start if folder in texts]
    while waiting:
        folder = waiting.pop()
        if folder not in found:
            found.add(folder)
            waiting += _named_by(folder, texts)
    return found


def _named_by(folder: str, texts: Mapping[str, str]) -> Iterator[str]:
    text = texts[folder]
    members, excluded = _workspace(text)
    # A dependency by path is a member without being listed.
    for named in [*members, *re.findall(_BY_PATH, text)]:
        for other in _matching(_inside(folder, named), texts):
            if not any(is_at_or_below(other, _inside(folder, path)) for path in excluded):
                yield other


def _matching(pattern: str, folders: Collection[str]) -> Iterator[str]:
    # Most members are named in full, and there may be hundreds of them.
    if not has_meta(pattern):
        if pattern in folders:
            yield pattern
        return
    with suppress(BadPatternError):
        yield from [folder for folder in folders if match(pattern, folder)]


def _workspace(text: str) -> tuple[list[str], list[str]]:
    # Nearly every crate is a member of one and has none, and to parse all of them takes long.
    if re.search(_HAS_WORKSPACE, text) is None:
        return [], []
    import tomllib  # few contexts need it

    try:
        table: Any = tomllib.loads(text).get("workspace")
    # Tables nested without end are no manifest of anything that Cargo builds.
    except (ValueError, RecursionError):
        return [], []
    if not isinstance(table, dict):
        return [], []
    return _strings(table.get("members")), _strings(table.get("exclude"))


def _strings(value: Any) -> list[str]:
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, str)]


def _inside(folder: str, named: str) -> str:
    return posixpath.normpath(posixpath.join(folder, named))
