"""The use case behind ``fix --allow-list``: the list, proved under both builders, then what else pays.

What the file in force excludes stays out, and what the builds take stays in; where that cannot be
had, nothing is proposed and the reason is given.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from ctxopt.build.analysis import Analysis, matcher_for
from ctxopt.build.followlinks import LinksOnDisk
from ctxopt.build.plan import BuildRequest, resolve_build
from ctxopt.builder import BUILDERS, BUILDKIT, Builder
from ctxopt.config.load import Config
from ctxopt.errors import AllowListError
from ctxopt.evidence.keep import read_keep_list
from ctxopt.evidence.other_dockerfiles import OtherDockerfiles, find_other_dockerfiles
from ctxopt.fix.allow_list.entries import (
    AllowedEntry,
    ListLine,
    exception_form,
    find_entries,
    list_lines,
)
from ctxopt.fix.allow_list.leftovers import (
    HEAD,
    Leftovers,
    after_catch_all,
    is_catch_all,
    part_leftovers,
)
from ctxopt.fix.allow_list.sent import sent_under
from ctxopt.fix.allow_list.wants import depends_on_arguments, keep_wants, read_variants, read_wants
from ctxopt.fix.options import DEFAULTS, FixOptions
from ctxopt.fix.plan import Fix, plan_fix, starting_point
from ctxopt.fix.proposal import LeftAlone, ProposedLine
from ctxopt.fix.unit import Confidence
from ctxopt.fix.what_if import rewalked
from ctxopt.git.folder import ask_git
from ctxopt.languages.dockerfile import Build
from ctxopt.languages.ignore.escape import escape_pattern
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.languages.ignore.text import BOM, IgnoreFile, parse_ignore_file
from ctxopt.paths import is_covered, topmost
from ctxopt.rules.trial import Trial
from ctxopt.rules.written import shown
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.replay import compare_views, replay
from ctxopt.tree.view import View, files_below

RULE: Final = "allow-list"
_ROUNDS: Final = 4
_MOST_REPAIRS: Final = 50
_OWN_LIST: Final = "--per-dockerfile writes a list that serves no other Dockerfile"
_WITHOUT: Final = "run ctxopt fix without --allow-list"


class _Draft(NamedTuple):
    """A file that is tried, and what it was made of."""

    trial: Trial
    lines: tuple[ListLine, ...]
    repairs: tuple[ListLine, ...]
    removed: tuple[str, ...]


def plan_allow_list(
    analysis: Analysis,
    config: Config,
    request: BuildRequest,
    options: FixOptions = DEFAULTS,
) -> Fix:
    """Return the ignore file that lets in what the builds take, and what saves bytes inside of that.

    The analysis has to be one with everything excluded walked; ``per_dockerfile`` is for an ignore file
    of this Dockerfile alone. Raises AllowListError where such a list is pointless or cannot be proved,
    WriteError where the ignore file cannot be edited, ContextError where the builder would not read it.
    """
    context = analysis.context
    if not context.dockerfile.found:
        raise AllowListError(
            "there is no Dockerfile, so nothing says what a build takes",
            hint="-f names a Dockerfile",
        )
    analysis, before = starting_point(analysis, per_dockerfile=options.per_dockerfile)
    planner = _Planner(analysis, config, request)
    if options.proven_only and planner.doubt:
        raise AllowListError(
            f"the list is not proven: {planner.doubt}", hint="leave out --proven to accept it"
        )
    draft = planner.draft()
    base = planner.base(draft)
    inside = plan_fix(
        base, config, FixOptions(proven_only=options.proven_only), evidence=planner.evidence
    )
    if planner.empties(base, inside):
        inside = dataclasses.replace(inside, new_content=None, lines=(), tracked=(), foreseen=base)
    return planner.joined(draft, inside, before)


class _Planner:
    """One list in the making."""

    def __init__(self, analysis: Analysis, config: Config, request: BuildRequest) -> None:
        self._analysis = analysis
        self._file = analysis.context.ignore.file or parse_ignore_file(b"", ".dockerignore")
        self._everything = View(analysis.tree, flags=dict.fromkeys(analysis.tree.folders))
        self._now = {
            builder: sent_under(analysis, self._file, builder) for builder in self._builders()
        }
        self.evidence = ask_git(analysis.tree.root)
        plan = analysis.plan
        build = plan.build if plan else resolve_build(analysis.context, request)
        near = find_other_dockerfiles(analysis, self._everything, self.evidence)
        others = [sibling.as_given() for sibling in near.served]
        self._left = [*_notes(near)]
        self.doubt = _doubt((build, *others), near)
        wants = [*read_wants(build), *read_variants(build, request, analysis.target)]
        cure = _OWN_LIST if analysis.context.builder.reads_own_ignore_file else None
        wants += [want for other in others for want in read_wants(other, others=True, cure=cure)]
        wants += keep_wants(read_keep_list(config.keep, self._file))
        links = LinksOnDisk(analysis.tree.root)
        self._entries = self._admitted(find_entries(wants, self._everything, links))

    def _admitted(self, entries: Sequence[AllowedEntry]) -> list[AllowedEntry]:
        """Leave out what a line of the file excludes on purpose; note what comes back."""
        specific = read_matcher(
            (line.number, line.pattern or "") for line in after_catch_all(self._file)
        )
        self._unlisted = replay(self._analysis.tree, specific).view
        now, there = ViewLookup(self._analysis.permitted), ViewLookup(self._everything)
        found: list[AllowedEntry] = []
        wanted: set[str] = set()
        self._back: set[str] = set()
        self._barred: list[AllowedEntry] = []
        for entry in entries:
            sent = [path for path in entry.taken if now.find(path) is not None]
            out = [path for path in entry.taken if there.find(path) and path not in sent]
            excluded = [path for path in entry.taken if specific.decide(path).excluded]
            if entry.path is not None and not sent and excluded:
                index = specific.decide(entry.path).index
                line = specific.patterns[index].line if index is not None else None
                why = f"line {line} excludes it, though it is taken by {entry.reasons[0]}"
                self._left.append(LeftAlone("!" + entry.pattern, why))
                self._barred.append(entry)
                continue
            if not sent:
                self._back.update(set(out) - set(excluded))
            wanted.update(entry.taken)
            found.append(entry)
        self._wanted = frozenset(wanted)
        return found

    def draft(self) -> _Draft | None:
        """Return the file with the list; None where the file in force does the same already."""
        entries, repairs = self._entries, list[ListLine]()
        for _ in range(_ROUNDS):
            draft = self._tried(entries, repairs)
            lost, gained = self._changes(draft.trial.file)
            if not lost and not gained:
                break
            spelled = [*_spelled_out(entries, lost)]
            known = {entry.path for entry in entries}
            if any(entry.path not in known for entry in spelled):
                entries = [*entries, *(entry for entry in spelled if entry.path not in known)]
                continue
            repairs += [
                ListLine("!" + exception_form(path), "the file brings it back now")
                for path in topmost(lost)
            ]
            repairs += [
                ListLine(escape_pattern(path), "the file excludes it now")
                for path in topmost(gained)
            ]
        if lost or gained or len(repairs) > _MOST_REPAIRS or not draft.trial.is_exact:
            name = self._analysis.context.ignore.path or ".dockerignore"
            first = topmost(lost | gained)[:1]
            detail = (
                f": {first[0]} would {'be lost' if first[0] in lost else 'come back'}"
                if first
                else ""
            )
            raise AllowListError(
                f"the lines in {name} and a list of exceptions do not go together{detail}",
                hint=f"remove the lines that bring files back, or {_WITHOUT}",
            )
        return None if self._is_done(draft) else draft

    def _tried(self, entries: Sequence[AllowedEntry], repairs: Sequence[ListLine]) -> _Draft:
        analysis = self._analysis
        lines = list_lines(entries, self._unlisted)
        tree = analysis.tree
        files = frozenset(
            entry.path
            for entry in entries
            if entry.path is not None
            and entry.path not in tree.folders
            and ViewLookup(self._everything).find(entry.path) is not None
        )
        kept = part_leftovers(self._file, entries, self._barred, files)
        file = _written(self._file, lines, kept, repairs)
        trial = self._trial(file)
        removed = tuple(
            line.text
            for line in kept.removed
            if line.pattern not in {item.text for item in lines} | {"*"}
        )
        return _Draft(trial, tuple(lines), tuple(repairs), removed)

    def _trial(self, file: IgnoreFile) -> Trial:
        analysis = self._analysis
        builder = analysis.context.builder
        matcher = matcher_for(analysis.context, file, builder)
        replayed = replay(analysis.tree, matcher, builder=builder, before=analysis.matcher)
        return Trial(file, matcher, replayed, compare_views(analysis.permitted, replayed))

    def _changes(self, file: IgnoreFile) -> tuple[set[str], set[str]]:
        """Return what is wanted and sent no more, and what is sent and was not, by any builder.

        Where builders disagree about the file in force, what this build sends is nothing new.
        """
        lost: set[str] = set()
        gained: set[str] = set()
        now = self._now[self._analysis.context.builder]
        known = now.paths if now else frozenset()
        for builder, old in self._now.items():
            new = sent_under(self._analysis, file, builder)
            if old is None or new is None:
                continue
            worse = (old.paths - new.paths) | (new.empty - old.empty)
            lost |= {path for path in worse if is_covered(path, self._wanted)}
            gained |= {path for path in new.own - old.paths - known if not self._comes_back(path)}
        return lost, gained

    def _comes_back(self, path: str) -> bool:
        """Whether a path is let in for a source that finds nothing now, or lies on the way."""
        return is_covered(path, self._back) or any(
            other.startswith(path + "/") for other in self._back
        )

    def _builders(self) -> tuple[Builder, ...]:
        """Those that read the file."""
        path = self._analysis.context.ignore.path
        return tuple(builder for builder in BUILDERS if builder.reads(path))

    def _is_done(self, draft: _Draft) -> bool:
        """Whether the file in force is such a list, and lets in the same under every builder."""
        patterns = [line.pattern for line in self._file.lines if line.pattern]
        if not any(map(is_catch_all, patterns)):
            return False
        matcher = self._analysis.matcher
        missing = (entry.path for entry in self._entries if entry.path is not None)
        if any(matcher.decide(path).excluded for path in missing if path in self._missing()):
            return False
        for builder, old in self._now.items():
            new = sent_under(self._analysis, draft.trial.file, builder)
            if old and new and (old.files, old.empty) != (new.files, new.empty):
                return False
        return True

    def _missing(self) -> set[str]:
        there = ViewLookup(self._everything)
        return {
            entry.path
            for entry in self._entries
            if entry.path is not None and there.find(entry.path) is None
        }

    def base(self, draft: _Draft | None) -> Analysis:
        """Return the analysis of a walk under the list."""
        analysis = self._analysis
        trial = draft.trial if draft else self._trial(self._file)
        return rewalked(dataclasses.replace(analysis, with_excluded=False), trial)

    def empties(self, base: Analysis, inside: Fix) -> bool:
        """Whether lines inside the list make BuildKit refuse to open what it lists."""
        files = [base.context.ignore.file, inside.foreseen.context.ignore.file]
        old, new = (sent_under(self._analysis, file or self._file, BUILDKIT) for file in files)
        return old is not None and new is not None and bool(new.empty - old.empty)

    def joined(self, draft: _Draft | None, inside: Fix, before: bytes | None) -> Fix:
        """Return the list and what ``inside`` adds to it as one change of the file ``before``."""
        new = inside.new_content if inside.new_content is not None else inside.old_content
        lines: list[ProposedLine] = []
        size = entries = 0
        tracked = set(inside.tracked)
        if draft is not None:
            change = draft.trial.difference
            size, entries = change.lost_bytes, change.lost_entries
            lines = [*self._measured(draft)]
            if self.evidence is not None:
                files = files_below(self._analysis.permitted, change.lost)
                tracked |= {path for path in files if self.evidence.is_tracked(path)}
        lines += [line.after(size, entries) for line in inside.lines]
        # What is said of exceptions is about lines of this list.
        others = (item for item in inside.left_alone if not item.text.startswith("!"))
        return dataclasses.replace(
            inside,
            old_content=before,
            new_content=new if (draft or inside.lines) and new != before else None,
            lines=tuple(lines),
            tracked=tuple(sorted(tracked)),
            left_alone=(*self._left, *others),
            measured=self._analysis,
        )

    def _measured(self, draft: _Draft) -> Iterator[ProposedLine]:
        """Yield the lines that are new, and those that go; the first saves it all."""
        known = {line.pattern for line in self._file.lines}
        new = [ListLine("*", "no instruction takes the rest"), *draft.lines, *draft.repairs]
        change = draft.trial.difference
        sure: Confidence = "likely" if self.doubt else "proven"
        texts = [((line.text,), (), line.reason) for line in new if line.text not in known]
        gone = "nothing that it speaks of is let in"
        changes = [*texts, *(((), (text,), gone) for text in draft.removed)]
        size, entries, paths = change.lost_bytes, change.lost_entries, shown(change.lost)
        for added, replaced, reason in changes:
            yield ProposedLine(
                added, replaced, RULE, sure, reason, size, entries,
                change.lost_bytes, change.lost_entries, paths,
            )  # fmt: skip
            size, entries, paths = 0, 0, ()


def _doubt(builds: Sequence[Build], near: OtherDockerfiles) -> str | None:
    """Why another build might take more; None where nothing shows that."""
    for other in builds:
        source = depends_on_arguments(other)
        if source is not None:
            place = other.dockerfile.path or "Dockerfile"
            return f"{source.instruction} in line {source.line} of {place} depends on a variable"
    if near.unread:
        return f"{near.unread[0][0]} cannot be read"
    if near.elsewhere:
        return f"{near.elsewhere[0]} is taken to be built with its own folder as context"
    return None


def _notes(near: OtherDockerfiles) -> Iterator[LeftAlone]:
    for path, reason in near.unread:
        yield LeftAlone(path, f"nobody knows what it takes: {reason}")
    for path in near.elsewhere:
        yield LeftAlone(path, "taken to be built with its own folder as context")


def _written(
    file: IgnoreFile, lines: Sequence[ListLine], kept: Leftovers, repairs: Sequence[ListLine]
) -> IgnoreFile:
    """Write the list first, then what stays of the file, with its line endings and its mark."""
    mark = BOM if file.lines and file.lines[0].text.startswith(BOM) else ""
    texts = [mark + HEAD, "*", *(line.text for line in lines)]
    others = [*kept.kept, *(line.text for line in repairs)]
    texts += ["", *others] if others else []
    content = "".join(text + file.ending for text in texts)
    return parse_ignore_file(os.fsencode(content), file.path)


def _spelled_out(entries: Sequence[AllowedEntry], lost: Collection[str]) -> Iterator[AllowedEntry]:
    """Yield by name what a wildcard takes and a client does not look for."""
    for entry in entries:
        for path in entry.taken if entry.path is None else ():
            if path in lost:
                reasons = tuple(f"{reason}, for the classic builder" for reason in entry.reasons)
                yield AllowedEntry(exception_form(path), path, reasons, (path,))


__all__ = ["plan_allow_list"]
