"""The exceptions of an allow-list: the fewest lines that let in what is wanted, under both builders' walks.

Pure: links are looked up where the caller says. The classic client looks below an excluded folder
only where an exception literally begins with its path; so beside a wildcard in the middle, what it
takes is listed by name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from ctxopt.build.followlinks import Links, follow_links
from ctxopt.errors import AllowListError
from ctxopt.fix.allow_list.wants import Want
from ctxopt.languages.golang.paths import has_meta
from ctxopt.languages.ignore.dialect import DOCKER, Dialect
from ctxopt.languages.ignore.escape import escape_folder, escape_pattern
from ctxopt.languages.ignore.pattern import BadPatternError, Pattern, read_pattern
from ctxopt.paths import folders_above, parent, upwards
from ctxopt.tree.hits import find_hits, topmost
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.view import View

_FOLDER_FROM: Final = 5
"""So many paths of one folder, and the folder may be let in without its few others."""
_WANTED_PER_OTHER: Final = 4
"""How many of them there must be for one that is left out."""
_MOST_REASONS: Final = 3
_CLASS: Final = r"(?a)\[[\w.-]+\]"


class AllowedEntry(NamedTuple):
    """One exception without its ``!``."""

    pattern: str
    path: str | None
    """The path it names; None where it is a pattern."""
    reasons: tuple[str, ...]
    taken: tuple[str, ...]
    """The paths there are that it is for."""


class ListLine(NamedTuple):
    """A line of the list, below the one that excludes everything."""

    text: str
    reason: str


def find_entries(
    wants: Iterable[Want], everything: View, links: Links, dialect: Dialect = DOCKER
) -> list[AllowedEntry]:
    """Turn wants into exceptions, one for each text; raises AllowListError as a link to the root does.

    ``everything`` is the tree with nothing excluded, ``dialect`` says what has to be escaped.
    """
    paths = ViewLookup(everything)
    found: dict[str, AllowedEntry] = {}
    for want in wants:
        for entry in _entries(want, paths, links, dialect):
            old = found.get(entry.pattern)
            if old:
                reasons = tuple(dict.fromkeys((*old.reasons, *entry.reasons)))
                entry = old._replace(reasons=reasons)
            found[entry.pattern] = entry
    return [found[text] for text in sorted(found)]


def _entries(
    want: Want, paths: ViewLookup, links: Links, dialect: Dialect
) -> Iterator[AllowedEntry]:
    if want.kind == "path":
        yield from _followed(want, want.text, paths, links, dialect)
    elif want.kind == "glob":
        yield from _glob(want, paths, links, dialect)
    else:
        hits = find_hits(paths.view, [Pattern(want.text, False, None)])[0]
        taken = tuple(hit.path for hit in topmost(hits.shown))
        yield AllowedEntry(want.text, None, (want.reason,), taken)


def _followed(
    want: Want, path: str, paths: ViewLookup, links: Links, dialect: Dialect
) -> Iterator[AllowedEntry]:
    """Name a path, the links on the way to it, and where they lead."""
    if has_meta(path):
        # BuildKit's client, which follows links, would take a name with brackets for a pattern.
        found: Collection[str] | None = {path, paths.resolve(path) or path}
    else:
        found = follow_links(links, (path,))
    if found is None:
        raise AllowListError(
            f"{path}, which is taken by {want.reason}, is a link to the whole context",
            hint="name what is behind the link, or run ctxopt fix without --allow-list",
        )
    for item in sorted(found):
        reason = want.reason
        if item != path:
            reason += f", through the link {path}"
        yield _literal(item, reason, dialect)


def _literal(path: str, reason: str, dialect: Dialect) -> AllowedEntry:
    return AllowedEntry(exception_form(path, dialect), path, (reason,), (path,))


def exception_form(path: str, dialect: Dialect = DOCKER) -> str:
    """Return what stands behind the ``!``: there, a second ``!`` and a ``#`` are plain characters."""
    if path[0] in "!#":
        # Only at the start of a pattern do they need escaping, and this is not its start.
        return escape_pattern("x" + path, dialect)[1:]
    return escape_pattern(path, dialect)


def _glob(want: Want, paths: ViewLookup, links: Links, dialect: Dialect) -> Iterator[AllowedEntry]:
    parts = want.text.split("/")
    first = next(place for place, part in enumerate(parts) if has_meta(part))
    folder = "/".join(parts[:first])
    matches = paths.glob(want.text) or []
    pattern = _ignore_form(want.text)
    real = paths.resolve(folder) if folder else folder
    if real not in (None, folder):
        # An exception does not look through links: the way is listed, and what is behind it by name.
        links_met = set(follow_links(links, (folder,)) or ()) - {real}
        yield from (_literal(path, want.reason, dialect) for path in sorted(links_met))
        pattern = None
    if pattern is not None:
        yield AllowedEntry(pattern, None, (want.reason,), tuple(matches))
    for match in matches:
        for entry in _followed(want, match, paths, links, dialect):
            if pattern is None or entry.path != match:
                yield entry


def _ignore_form(glob: str) -> str | None:
    """Return the line that reads like the source ``glob``; None if there is none that surely does."""
    if "\\" in glob or glob != glob.strip() or "\n" in glob or "\r" in glob:
        return None
    if re.search(r"[][]", re.sub(_CLASS, "", glob)):
        return None
    return re.sub(r"[{}|^]", r"\\\g<0>", re.sub(r"\*+", "*", glob))


def without_covered(entries: Sequence[AllowedEntry]) -> list[AllowedEntry]:
    """Leave out the entries that others let in, too."""
    literal = {entry.path for entry in entries if entry.path is not None}
    shaped = list(_one_level_patterns(entries))
    found = []
    for entry in entries:
        if entry.path is None:
            above = set(upwards(_fixed_part(entry.pattern)))
            is_matched = False
        else:
            above = folders_above([entry.path])
            is_matched = _is_matched(entry.path, shaped)
        if not is_matched and not above & literal:
            found.append(entry)
    return found


def _one_level_patterns(entries: Iterable[AllowedEntry]) -> Iterator[tuple[int, Pattern]]:
    """Yield the patterns whose last component alone is one, and how deep in the tree that is.

    The classic client finds what they match without help, so nothing of it need be listed by name.
    """
    for entry in entries:
        if entry.path is not None:
            continue
        depth = entry.pattern.count("/")
        folder = _fixed_part(entry.pattern)
        fixed = folder.count("/") + 1 if folder else 0
        if fixed != depth:
            continue
        try:
            pattern = read_pattern(entry.pattern)
        except BadPatternError:
            continue
        if pattern is not None:
            yield depth, pattern


def _is_matched(path: str, shaped: Iterable[tuple[int, Pattern]]) -> bool:
    """Whether a pattern of one level matches ``path`` or a folder above it."""
    parts = path.split("/")
    for depth, pattern in shaped:
        if depth < len(parts) and pattern.matches("/".join(parts[: depth + 1])):
            return True
    return False


def _fixed_part(pattern: str) -> str:
    """The folders before the first component that is no plain name."""
    parts = pattern.split("/")
    plain = next((n for n, part in enumerate(parts) if set(part) & set("*?[]\\")), len(parts))
    return "/".join(parts[: min(plain, len(parts) - 1)])


def _above(path: str) -> Iterator[str]:
    """Yield the folders above ``path``, the root left out: no line names it."""
    while folder := parent(path):
        yield folder
        path = folder


def list_lines(
    entries: Sequence[AllowedEntry], permitted: View, dialect: Dialect = DOCKER
) -> list[ListLine]:
    """Write the entries as lines, full folders as such.

    ``permitted`` is what other lines than those of a list let through.
    """
    entries, left_out = _compacted(without_covered(entries), permitted, dialect)
    lines: dict[str, str] = {}
    for entry in entries:
        lines.update(_rungs(entry, dialect))
        lines["!" + entry.pattern] = _joined(entry.reasons)
    if all(text.startswith("!") for text in lines):
        ordered = sorted(lines)
    else:
        # Lines that exclude again work on what stands above them: from the top of the tree down.
        ordered = sorted(lines, key=lambda text: (text.count("/"), text.startswith("!"), text))
    found = [ListLine(text, lines[text]) for text in ordered]
    out = [ListLine(escape_pattern(path, dialect), "no instruction takes it") for path in left_out]
    return found + out


def _rungs(entry: AllowedEntry, dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Lines that lead down through folders whose names need escaping.

    No exception literally begins with such a folder, so the classic client would pass it by.
    """
    if entry.path is None:
        return
    for folder in sorted(_above(entry.path), key=len):
        if not entry.pattern.startswith(folder + "/"):
            yield "!" + exception_form(folder, dialect), f"the way to {entry.path}"
            inside = escape_folder(folder, dialect) + "*"
            yield inside, f"only {entry.path} of it is taken"


def _compacted(
    entries: Sequence[AllowedEntry], permitted: View, dialect: Dialect
) -> tuple[list[AllowedEntry], list[str]]:
    """Let folders in of which nearly everything is wanted; what is left out of them then."""
    sent = ViewLookup(permitted)
    known = {entry.path: entry for entry in entries if entry.path is not None}
    shaped = [entry for entry in entries if entry.path is None]
    left_out: list[str] = []
    folders = {folder for path in known for folder in _above(path)}
    # Deepest first: a folder that is let in counts as one path of the folder above.
    for folder in sorted(folders, key=lambda path: (-path.count("/"), path)):
        wanted = {path for path in known if parent(path) == folder}
        others = _others_in(folder, wanted, sent, dialect)
        if others is None or _reaches_into(others, known, shaped):
            continue
        reasons = [reason for path in sorted(wanted) for reason in known[path].reasons]
        for path in wanted:
            del known[path]
        known[folder] = AllowedEntry(folder, folder, tuple(dict.fromkeys(reasons)), (folder,))
        left_out += sorted(others)
    merged = sorted([*known.values(), *shaped], key=lambda entry: entry.pattern)
    return without_covered(merged), left_out


def _others_in(
    folder: str, wanted: Collection[str], sent: ViewLookup, dialect: Dialect
) -> set[str] | None:
    """Return what else is sent of ``folder``; None where it must not stand for what is wanted."""
    tree = sent.view.tree.folders.get(folder)
    if tree is None or len(wanted) < _FOLDER_FROM:
        return None
    # An escaped name is none that an exception literally begins with: see ``_rungs``.
    if escape_pattern(folder, dialect) != folder:
        return None
    children = {tree.child(name) for name in tree.names}
    others = {path for path in children.difference(wanted) if sent.find(path) is not None}
    if len(others) * _WANTED_PER_OTHER > len(wanted):
        return None
    return others


def _reaches_into(
    others: Collection[str], known: Iterable[str], shaped: Iterable[AllowedEntry]
) -> bool:
    """Whether something in ``others``, which would be left out, is wanted nevertheless."""
    below = tuple(path + "/" for path in others)
    if any(path.startswith(below) for path in known):
        return True
    for entry in shaped:
        if f"{_fixed_part(entry.pattern)}/".startswith(below):
            return True
        if any(path in others or path.startswith(below) for path in entry.taken):
            return True
    return False


def _joined(reasons: Sequence[str]) -> str:
    shown = list(reasons[:_MOST_REASONS])
    more = len(reasons) - _MOST_REASONS
    if more > 0:
        shown.append(f"and {more} more")
    return "; ".join(shown)


__all__ = [
    "AllowedEntry",
    "ListLine",
    "exception_form",
    "find_entries",
    "list_lines",
    "without_covered",
]
