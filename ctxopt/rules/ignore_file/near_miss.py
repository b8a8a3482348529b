"""A pattern that matches nothing, and with one change what its author has meant.

``.log`` for ``*.log``, ``docs/Images`` where the folder is ``docs/images``, ``vue/**`` where the folder is ``vue3`` by now. Docker
says nothing of such a line. Names decide first: the tree is matched only for lines that may be such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ctxopt.evidence.facts import Facts, is_read
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.paths import join
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, replace_line
from ctxopt.rules.trial import Trial, change_of, try_edits
from ctxopt.rules.written import WrittenPattern, place, shown, written_patterns
from ctxopt.severity import Severity
from ctxopt.units import and_more

_ENDING: Final = r"(?:\*\*/)?(\.\w{1,12})"
_WILD: Final = frozenset("*?[\\")
_ODD: Final = frozenset("|{}^# ")
_MOST_MORE: Final = 5
"""Characters by which a folder's new name may be longer."""
_NAMED: Final = 4


class _Meant(NamedTuple):
    """A line, and what it should say."""

    item: WrittenPattern
    text: str
    why: str

    @property
    def edit(self) -> Edit:
        """The line rewritten."""
        text = self.text
        if self.item.pattern.exception:
            text = "!" + text
        if self.item.written.endswith("/"):
            text += "/"
        return replace_line(self.item.line.number, text, self.why)


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such line, and one for all that name a folder by its old name."""
    renamed: dict[tuple[str, str], list[_Meant]] = {}
    for item in written_patterns(facts):
        text = item.pattern.text
        if not text or _ODD.intersection(text):
            continue
        meant = None
        if not item.pattern.exception:
            meant = _ending(facts, item) or _other_case(facts, item)
        if meant is not None:
            yield from _told(facts, meant)
            continue
        names = _new_name(facts, text)
        if names is not None:
            form = names[1] + text[len(names[0]) :]
            why = f"there is no {names[0]}, and {names[1]} has what the line names below it"
            renamed.setdefault(names, []).append(_Meant(item, form, why))
    if renamed:
        yield from _told_renamed(facts, renamed)


def _ending(facts: Facts, item: WrittenPattern) -> _Meant | None:
    """Return the line for files with an ending, where it names that alone."""
    found = re.fullmatch(_ENDING, item.pattern.text)
    if found is None:
        return None
    ending = found[1]
    # What is a name of its own, as .env, may be meant.
    catalog = facts.catalog
    names = {entry.pattern for entry in catalog.match_name(ending, False)}
    names |= {entry.pattern for entry in catalog.match_name(ending, True)}
    # An ending that the catalogue knows matches the bare ending as well.
    if names != {f"**/*{ending}"}:
        return None
    folders = facts.view.tree.folders
    if _has(folders[""].joined, ending):
        return None
    if not any(f"{ending}/" in one.joined + "/" for one in folders.values()):
        return None
    why = f"{ending} is the whole name of a file, not its ending"
    return _Meant(item, f"**/*{ending}", why)


def _other_case(facts: Facts, item: WrittenPattern) -> _Meant | None:
    """Return the line in the letters of what is there, where it differs by capitals alone."""
    text = item.pattern.text
    if _WILD.intersection(text):
        return None
    here, is_other = "", False
    for part in text.split("/"):
        folder = facts.view.tree.folders.get(here)
        if folder is None:
            return None
        # Most lines name something else, and no name has to be folded for them.
        name = part
        if not _has(folder.joined, part):
            if not _has(folder.joined.lower(), part.lower()):
                return None
            name = next((one for one in folder.names if one.lower() == part.lower()), "")
            is_other = True
        here = join(here, name)
    if not is_other:
        return None
    return _Meant(item, here, "capitals and small letters are not the same to Docker")


def _has(joined: str, name: str) -> bool:
    return f"/{name}/" in f"/{joined}/"


def _new_name(facts: Facts, text: str) -> tuple[str, str] | None:
    """Return the first folder of a pattern, which is gone, and the one that may have taken its place."""
    first, slash, _ = text.partition("/")
    evidence = facts.evidence
    if not slash or _WILD.intersection(first) or first.startswith("."):
        return None
    if evidence is None or not evidence.knows_tracked:
        return None
    root = facts.view.tree.folders[""]
    if first in root.names or evidence.is_ignored(first) or facts.catalog.match_path(first, True):
        return None
    # Where two folders are called like it, nothing says which one is meant.
    near = [
        name
        for name in root.subfolders()
        if _is_near(first, name) and evidence.has_tracked_below(name)
    ]
    if len(near) != 1:
        return None
    return first, near[0]


def _is_near(old: str, new: str) -> bool:
    """Whether a name is an old one with a little more or less at its end."""
    short, long = sorted((old, new), key=len)
    return len(short) > 1 and long.startswith(short) and len(long) - len(short) <= _MOST_MORE


def _told(facts: Facts, meant: _Meant) -> Iterator[Finding]:
    edit = meant.edit
    trial = _try(facts, [edit])
    if trial is None:
        return
    change = trial.difference
    severity = Severity.INFO
    if change.lost_bytes >= facts.config.noise_floor:
        severity = RULE.severity
    yield Finding(
        rule=RULE.id,
        severity=severity,
        message=f"{meant.item.written} matches nothing: {meant.why}",
        location=place(facts, meant.item.line.number),
        subject=meant.item.written,
        paths=shown(change.lost),
        size=change.lost_bytes,
        entries=change.lost_entries,
        edits=(edit,),
        reach=facts.reach(change.lost[0]),
        help=f"write {edit.text}",
    )


def _try(facts: Facts, edits: Sequence[Edit]) -> Trial | None:
    """Make the edits; None where they hide nothing, or something that is read."""
    trial = try_edits(facts, edits)
    if trial is None or not trial.difference.lost or trial.difference.gained:
        return None
    if any(is_read(facts, path) for path in trial.difference.lost):
        return None
    return trial


def _told_renamed(facts: Facts, renamed: dict[tuple[str, str], list[_Meant]]) -> Iterator[Finding]:
    every = [meant for several in renamed.values() for meant in several]
    hits = facts.hits(read_matcher((None, meant.text) for meant in every).patterns)
    matching = {meant for meant, found in zip(every, hits, strict=True) if found.kept()}
    for (old, new), several in renamed.items():
        found = [meant for meant in several if meant in matching]
        if not found:
            continue
        # One finding for a folder, however many lines name something below it.
        edits = [meant.edit for meant in found]
        change = change_of(_try(facts, edits))
        lines = ", ".join(
            f"{one.item.written} (line {one.item.line.number})" for one in found[:_NAMED]
        )
        texts = ", ".join(edit.text or "" for edit in edits[:_NAMED])
        yield Finding(
            rule=RULE.id,
            severity=Severity.INFO,
            message=f"there is no {old}, and {new} has what is named below it: {lines}{and_more(len(found) - _NAMED)}",
            location=place(facts, found[0].item.line.number),
            subject=f"{old}\n{new}",
            paths=(new,),
            size=change.lost_bytes,
            entries=change.lost_entries,
            help=f"write {texts}{and_more(len(edits) - _NAMED)} if that is the same folder, or take the lines out",
        )


RULE = Rule("near-miss", "Pattern that nearly matches", Severity.WARNING, check, about="lines")
