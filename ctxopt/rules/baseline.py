"""The findings that are known already: told from new ones, and those of them that are gone.

Reads the baseline file; what is written is made here and written elsewhere.
"""

from __future__ import annotations

import json
import os
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ctxopt.config.keys import describe
from ctxopt.config.selection import Selection
from ctxopt.errors import ConfigError
from ctxopt.read_file import read_regular
from ctxopt.rules.finding import Finding, Suppression
from ctxopt.rules.run import RuleResults
from ctxopt.severity import Severity

VERSION = 1

_MOST = 20_000_000
"""Bytes: a hundred thousand findings."""
_KEYS = frozenset(("context", "rule", "file", "subject", "paths"))
_AGAIN = "repair it, or delete it and let --write-baseline make it again"


class Known(NamedTuple):
    """One finding in the file: neither bytes nor lines, which change while it stays the same."""

    context: str
    """The context root from the folder of the file, ``/``-separated."""
    rule: str
    file: str
    """Empty for a finding without a place."""
    subject: str
    paths: tuple[str, ...] = ()
    """Sorted; empty where there is a subject."""


class Baseline(NamedTuple):
    """A baseline file; ``path`` is its name in messages, ``content`` None where there is none."""

    path: str
    content: bytes | None
    entries: tuple[Known, ...]

    def context_of(self, root: str) -> str:
        """Return how the file names the context at ``root``."""
        folder = os.path.realpath(os.path.dirname(self.path) or ".")
        return os.path.relpath(os.path.realpath(root), folder)


class ContextFindings(NamedTuple):
    """The findings of one context."""

    name: str
    folder: str
    """From the root that was asked about; empty for the root itself."""
    judged: RuleResults
    """What a baseline knows is among the suppressed."""
    gone: tuple[Known, ...] = ()
    """What the baseline knows and is no longer found, of the rules that ran."""


class Findings(NamedTuple):
    """The findings of all contexts of one run, held against a level."""

    level: Severity | None
    """New findings at least this bad fail; None for never."""
    contexts: tuple[ContextFindings, ...] = ()
    baseline: str | None = None
    unjudged: str = ""
    """Why there are none although they were asked for; empty where there are."""

    @property
    def failing(self) -> list[tuple[ContextFindings, Finding]]:
        """The new findings at or over the level, with their context."""
        level = self.level
        if level is None:
            return []
        return [
            (item, finding) for item in self.contexts for finding in item.judged.at_least(level)
        ]

    @property
    def known(self) -> int:
        """How many findings the baseline knows."""
        return sum(item.judged.known for item in self.contexts)

    @property
    def gone(self) -> tuple[Known, ...]:
        """The entries of the baseline that are no longer found."""
        return tuple(entry for item in self.contexts for entry in item.gone)


def part_known(
    judged: RuleResults, baseline: Baseline, root: str, selection: Selection
) -> tuple[RuleResults, tuple[Known, ...]]:
    """Suppress what ``baseline`` knows of the context at ``root``; return what it knows in vain, too.

    Each entry stands for one finding.
    """
    context = baseline.context_of(root)
    # Two findings may have one name: a set would take the second for known as soon as one is.
    waiting = Counter(entry for entry in baseline.entries if entry.context == context)
    new: list[Finding] = []
    known: list[Suppression] = []
    for finding in judged.reported:
        name = known_as(finding, context)
        if waiting[name]:
            waiting[name] -= 1
            known.append(Suppression(finding, "baseline", f"known in {baseline.path}"))
        else:
            new.append(finding)
    gone = tuple(sorted(entry for entry in waiting.elements() if selection.runs(entry.rule)))
    suppressed = judged.suppressed + tuple(known)
    return judged._replace(reported=tuple(new), suppressed=suppressed), gone


def known_as(finding: Finding, context: str) -> Known:
    """Return the entry for a finding."""
    paths: tuple[str, ...] = ()
    # A subject names the finding; then paths come and go without making it another one.
    if not finding.subject:
        paths = tuple(sorted(set(finding.paths)))
    return Known(context, finding.rule, finding.location.file or "", finding.subject, paths)


def renew(
    baseline: Baseline, found: Mapping[str, Iterable[Finding]], runs: Callable[[str], bool]
) -> list[Known]:
    """Return the entries for what was ``found``, by context root, and those of other contexts.

    Entries of rules that did not run stay as they are.
    """
    contexts = {baseline.context_of(root): findings for root, findings in found.items()}
    entries = [
        entry for entry in baseline.entries if entry.context not in contexts or not runs(entry.rule)
    ]
    for context, findings in contexts.items():
        entries += [known_as(finding, context) for finding in findings]
    return sorted(entries)


def render(entries: Iterable[Known]) -> bytes:
    """Return the file: one finding a line, the same bytes for the same findings."""
    # A line each lets git merge two branches that both learned of findings.
    lines = ["    " + json.dumps(entry_fields(entry)) for entry in sorted(entries)]
    body = ""
    if lines:
        body = "\n" + ",\n".join(lines) + "\n  "
    return f'{{\n  "version": {VERSION},\n  "findings": [{body}]\n}}\n'.encode()


def entry_fields(entry: Known) -> dict[str, Any]:
    """Return an entry as the file has it."""
    fields: dict[str, Any] = {"context": entry.context, "rule": entry.rule}
    if entry.file:
        fields["file"] = entry.file
    # One of the two names a finding, as in its fingerprint.
    if entry.subject:
        fields["subject"] = entry.subject
    else:
        fields["paths"] = list(entry.paths)
    return fields


def read_baseline(path: str, *, may_be_missing: bool = False) -> Baseline:
    """Read the file at ``path``; raises ConfigError where it is missing, broken or of another version."""
    try:
        content = read_regular(path, "baseline", ConfigError, hint="name another file", most=_MOST)
    except ConfigError as error:
        if not isinstance(error.__cause__, FileNotFoundError):
            raise
        if may_be_missing:
            return Baseline(path, None, ())
        hint = f"ctxopt check --baseline {shlex.quote(path)} --write-baseline makes it"
        raise ConfigError(f"there is no baseline {path!r}", hint=hint) from error
    return Baseline(path, content, tuple(parse_baseline(content, path)))


def parse_baseline(content: bytes, path: str) -> Iterator[Known]:
    """Yield the entries of a file's ``content``; raises ConfigError for anything else."""
    document = _read_document(content, path)
    if not isinstance(document, dict) or not isinstance(document.get("findings"), list):
        raise ConfigError(f"{path} is not a baseline of ctxopt", hint=_AGAIN)
    _check_version(document.get("version"), path)
    for number, item in enumerate(document["findings"], 1):
        entry = _entry(item)
        if entry is None:
            raise ConfigError(f"{path}: finding {number} cannot be read", hint=_AGAIN)
        yield entry


def _read_document(content: bytes, path: str) -> object:
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        reason = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise ConfigError(f"{path}:{error.lineno}: not JSON: {reason}", hint=_AGAIN) from error
    # Bytes that are not UTF-8, numbers with thousands of digits and deep nesting have no line.
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not JSON", hint=_AGAIN) from error


def _check_version(version: object, path: str) -> None:
    # ``true == 1`` in Python, but it is no version.
    if version == VERSION and version is not True:
        return
    shown = "null"
    if version is not None:
        shown = describe(version)
    raise ConfigError(
        f"{path}: version {shown} of the baseline is not known, only {VERSION} is",
        hint="use the ctxopt that wrote it, or delete it and write it again",
    )


def _entry(item: object) -> Known | None:
    if not isinstance(item, dict) or not _KEYS.issuperset(item):
        return None
    context, rule = item.get("context"), item.get("rule")
    file, subject = item.get("file", ""), item.get("subject", "")
    paths = item.get("paths", [])
    if not isinstance(paths, list):
        return None
    if not isinstance(context, str) or not isinstance(rule, str):
        return None
    if not all(isinstance(text, str) for text in (file, subject, *paths)):
        return None
    return Known(context, rule, file, subject, tuple(sorted(set(paths))))
