"""Lines for what is not here yet: they save nothing today, and keep the file good for tomorrow.

Only where git and a manifest agree on a name, no instruction names it, and the line hides nothing but what git
ignores. They come along with other lines or into a new file: a file that people wrote is not wrong without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

from ctxopt.errors import IgnoreFileError
from ctxopt.evidence.catalog import CatalogKind
from ctxopt.evidence.env_files import env_reader, is_env_file
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.foretold import Foretold, find_foretold
from ctxopt.evidence.generated_input import GeneratedInput
from ctxopt.fix.decisions import LineChange
from ctxopt.fix.options import FixOptions
from ctxopt.fix.proposal import ProposedLine
from ctxopt.fix.safety import Safety
from ctxopt.fix.unit import Confidence
from ctxopt.git.folder import ignored_if_there
from ctxopt.languages.dockerfile import Build
from ctxopt.languages.golang.paths import has_meta
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.languages.ignore.text import clean_pattern
from ctxopt.paths import join, name
from ctxopt.rules.spared import with_exceptions
from ctxopt.rules.trial import NO_CHANGE, Trial, change_of, harms_other_builder, try_edits
from ctxopt.rules.written import line_of, shown
from ctxopt.tree.view import files_below

HEAD: Final = "# For tomorrow: git ignores these"
RULE_OF_KIND: Final[dict[CatalogKind, str]] = {
    "dependencies": "dependency-folder",
    "build-output": "build-output",
    "cache": "cache-folder",
    "test-report": "test-data",
    "secret": "secret-file",
    "infrastructure-state": "secret-file",
}
"""The rule that would report it once it is there."""
_ORDER: Final = tuple(RULE_OF_KIND)
_HOLDS: Final = {"**/__pycache__": "x.pyc"}
"""What is in folders that hold one kind of file: a line for that one does as well."""
_TEMPLATE: Final = ".env.example"
_VARIANTS: Final = "**/.env.*"
_MOST_PATHS: Final = 3
"""Places from which on a name that git ignores only there gets no line."""


class Preventive(NamedTuple):
    """The lines, and the file with them, tried."""

    lines: tuple[ProposedLine, ...]
    trial: Trial


class _Line(NamedTuple):
    texts: tuple[str, ...]
    coming: Foretold
    reader: str | None = None
    """The tool of a build that would read it; then a build may be made with it, and nothing is proven."""

    @property
    def rule(self) -> str:
        return RULE_OF_KIND[self.coming.entry.kind]

    def edits(self) -> list[Edit]:
        return [Edit(EditKind.ADD, None, text, self.reason) for text in self.texts]

    @property
    def confidence(self) -> Confidence:
        if self.reader is None:
            return "proven"
        return "likely"

    @property
    def reason(self) -> str:
        reason = "git ignores it"
        if self.coming.manifest:
            reason += f", and {self.coming.manifest} is here"
        if self.reader is not None:
            reason += f"; {self.reader} reads it where it is there"
        return reason


def add_preventive(
    facts: Facts, options: FixOptions, *, has_others: bool, refused: frozenset[str]
) -> Preventive | None:
    """Return the lines for what is to come to a context; None where there are none to write.

    ``facts`` are those of the file with all other lines in it; ``has_others`` tells whether there are any, and
    ``refused`` are the lines that hide something today and are not written all the same.
    """
    file = facts.ignore_file
    is_new = file is None or not facts.matcher.patterns
    if not options.preventive or not (has_others or is_new):
        return None
    lines = [line for line in _wanted(facts, options) if refused.isdisjoint(line.texts)]
    trial = _try_together(facts, lines)
    if trial is None:
        # One by one, which takes a replay each, only where together they do too much.
        lines = [line for line in lines if _try_together(facts, [line]) is not None]
        trial = _try_together(facts, lines)
    if trial is None:
        return None
    return Preventive(tuple(_proposed(facts, lines, trial)), trial)


def _proposed(facts: Facts, lines: Sequence[_Line], trial: Trial) -> Iterator[ProposedLine]:
    """Yield the lines with what each saves already: what is there of it is below the noise floor."""
    before = NO_CHANGE
    for place, line in enumerate(lines):
        change = trial.difference
        if change.lost_entries:
            change = change_of(_try_together(facts, lines[: place + 1]))
        yield ProposedLine(
            texts=line.texts,
            replaces=(),
            rule=line.rule,
            confidence=line.confidence,
            reason=line.reason,
            bytes=change.lost_bytes - before.lost_bytes,
            entries=change.lost_entries - before.lost_entries,
            total_bytes=change.lost_bytes,
            total_entries=change.lost_entries,
            paths=shown(path for path in change.lost if path not in before.lost),
            is_preventive=True,
        )
        before = change


def _wanted(facts: Facts, options: FixOptions) -> Iterator[_Line]:
    """Yield the lines that the build allows and that no other line makes superfluous."""
    safety, generated = Safety(facts), GeneratedInput(facts)
    texts: list[str] = []
    found = sorted(find_foretold(facts), key=lambda item: _ORDER.index(item.entry.kind))
    for coming in found:
        if not _is_allowed(facts, coming, generated):
            continue
        line = _line_for(facts, coming)
        if line is None or _is_covered(facts, coming, texts):
            continue
        if line.confidence != "proven" and options.least == "proven":
            continue
        matcher = _matcher([line.texts[0]])
        if matcher is None or safety.refusal((), (), matcher) is not None:
            continue
        if not options.choice.admits(LineChange(line.texts)):
            continue
        texts += line.texts
        yield line


def _is_allowed(facts: Facts, coming: Foretold, generated: GeneratedInput) -> bool:
    """Whether the rule runs, people and instructions do not name it, and builds make what they need of it."""
    kind = coming.entry.kind
    if not facts.config.selection.runs(RULE_OF_KIND[kind]):
        return False
    if any(facts.kept.why(path) is not None for path in coming.paths):
        return False
    if any(_names(taken.build, coming) for taken in facts.needs.builds):
        return False
    # What no build makes may be made for it beforehand.
    if kind == "dependencies":
        return any(_is_installed(facts, path) for path in coming.paths)
    if kind == "build-output" and not all(facts.makings.is_made(path) for path in coming.paths):
        return False
    if kind not in ("build-output", "secret"):
        return True
    return not any(generated.why_named(path) for path in coming.paths)


def _is_installed(facts: Facts, path: str) -> bool:
    """Whether every build that would take packages installs them itself, whatever it is given."""
    if facts.remade.why_doubtful("dependencies", path) is not None:
        return False
    return "sometimes" not in facts.makings.fetching(path)


def _names(build: Build, coming: Foretold) -> bool:
    """Whether an instruction of any stage names it in the context; of a secret, also a step."""
    last = name(coming.entry.pattern)
    for source in build.sources:
        for path in source.local:
            parts = [part for part in path.path.split("/") if part.strip("*?")]
            if any(fnmatchcase(part, last) for part in parts):
                return True
            # A wildcard names what it would match, though nothing is there yet.
            if any(has_meta(part) and fnmatchcase(name(coming.paths[0]), part) for part in parts):
                return True
    if coming.entry.kind != "secret":
        return False
    stem = re.escape(last.rstrip("*."))
    return any(re.search(rf"(?<![\w-]){stem}(?![\w-])", run.script) for run in build.runs)


def _line_for(facts: Facts, coming: Foretold) -> _Line | None:
    """Return the line: the pattern where git ignores the name everywhere, else the places."""
    entry = coming.entry
    reader = _reader_of(facts, coming)
    if entry.pattern == _VARIANTS:
        evidence = facts.evidence
        found = with_exceptions(
            facts, entry.pattern, lambda path: evidence is not None and evidence.is_ignored(path)
        )
        if found is None:
            return None
        return _Line((*found, *_template(facts, found)), coming, reader)
    paths = coming.paths
    if entry.kind == "dependencies":
        # Elsewhere a build may take the packages as they are.
        paths = tuple(path for path in paths if _is_installed(facts, path))
    is_general = coming.everywhere or entry.confidence == "high"
    if is_general and len(paths) == len(coming.paths):
        return _Line((entry.pattern,), coming, reader)
    if len(paths) > _MOST_PATHS or "*" in entry.pattern.removeprefix("**/"):
        return None
    return _Line(tuple(line_of(facts, path) for path in paths), coming)


def _reader_of(facts: Facts, coming: Foretold) -> str | None:
    """Return the tool of a build that would read it, if it is a file of settings."""
    path = coming.paths[0]
    if not is_env_file(path):
        return None
    readers = (env_reader(taker.texts) for taker in facts.makings.takers(path))
    return next(filter(None, readers), None)


def _template(facts: Facts, texts: Sequence[str]) -> Iterator[str]:
    """Yield the exception for a template that git takes in though it ignores what is called like it."""
    ignored = ignored_if_there(facts.evidence, [_TEMPLATE])
    if _TEMPLATE not in ignored and f"!{_TEMPLATE}" not in texts:
        yield f"!{_TEMPLATE}"


def _is_covered(facts: Facts, coming: Foretold, texts: Sequence[str]) -> bool:
    """Whether the file, or a line before this one, already leaves it out wherever it is to come."""
    others = _matcher(texts)
    inside = ""
    if coming.entry.type != "file":
        # A line may hide a folder or, as well, all that is in it.
        inside = _HOLDS.get(coming.entry.pattern, "x")
    return all(
        facts.matcher.decide(path).excluded or (others is not None and others.decide(path).excluded)
        for path in (join(path, inside) for path in coming.paths)
    )


def _matcher(texts: Sequence[str]) -> Matcher | None:
    try:
        return read_matcher([(None, clean_pattern(text) or "") for text in texts])
    except IgnoreFileError:
        return None


def _try_together(facts: Facts, lines: Sequence[_Line]) -> Trial | None:
    """Return the file with the lines, if they hide nothing but what git ignores, for both builders."""
    edits = [edit for line in lines for edit in line.edits()]
    if not edits:
        return None
    trial = try_edits(facts, [*_head(facts), *edits])
    if trial is None or trial.difference.gained or not trial.is_exact:
        return None
    # Whatever weighs something today has been judged, and would be among the other lines.
    if trial.difference.lost_bytes >= max(facts.config.noise_floor, 1) * len(lines):
        return None
    lost, evidence = trial.difference.lost, facts.evidence
    if evidence is None or not all(
        evidence.is_ignored(path) and not evidence.has_tracked_below(path) for path in lost
    ):
        return None
    files = sorted(files_below(facts.view, lost))
    if lost and Safety(facts).refusal(lost, files, trial.matcher) is not None:
        return None
    if harms_other_builder(facts, trial):
        return None
    return trial


def _head(facts: Facts) -> Iterator[Edit]:
    """Yield the comment above the lines, unless the file ends below it."""
    file = facts.ignore_file
    reason = "why the lines below are there"
    if file is not None and file.lines:
        comments = [line.text for line in file.lines if line.is_comment]
        is_open = file.lines[-1].pattern is not None
        if is_open and comments[-1:] == [HEAD]:
            return
        yield Edit(EditKind.ADD, None, "", "a blank line before a comment")
    yield Edit(EditKind.ADD, None, HEAD, reason)
