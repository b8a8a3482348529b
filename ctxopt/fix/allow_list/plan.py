"""The plan behind ``fix --allow-list``: the list, proved under both builders, then what else pays.

What the file in force excludes stays out, and what the builds take stays in; where that cannot be
had, nothing is proposed and the reason is given.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ctxopt.build.analysis import Analysis
from ctxopt.build.followlinks import LinksOnDisk
from ctxopt.build.request import BuildRequest
from ctxopt.builder import BUILDKIT
from ctxopt.config.load import Config
from ctxopt.errors import AllowListError
from ctxopt.fix.allow_list.admission import admit
from ctxopt.fix.allow_list.demand import read_demand
from ctxopt.fix.allow_list.draft import Draft, draft_list, try_file
from ctxopt.fix.allow_list.entries import ListLine, find_entries
from ctxopt.fix.allow_list.sent import sent_under
from ctxopt.fix.options import DEFAULTS, FixOptions
from ctxopt.fix.plan import Fix, plan_fix, starting_point
from ctxopt.fix.proposal import LeftAlone, ProposedLine
from ctxopt.fix.unit import Confidence
from ctxopt.fix.what_if import rewalked
from ctxopt.git.evidence import GitEvidence
from ctxopt.git.folder import ask_git
from ctxopt.languages.ignore.text import IgnoreFile, parse_ignore_file
from ctxopt.rules.written import dialect_of_lines, shown
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.view import View, files_below

RULE: Final = "allow-list"


def plan_allow_list(
    analysis: Analysis, config: Config, request: BuildRequest, options: FixOptions = DEFAULTS
) -> Fix:
    """Return the ignore file that lets in what the builds take, and what saves bytes inside of that.

    The analysis has to be one with everything excluded walked. Of the options, those about single
    lines do not apply: the list is proved as a whole. Raises AllowListError where such a list is
    pointless or cannot be proved, WriteError where the ignore file cannot be edited, ContextError
    where the builder would not read it.
    """
    if not analysis.context.dockerfile.found:
        raise AllowListError(
            "there is no Dockerfile, so nothing says what a build takes",
            hint="-f names a Dockerfile",
        )
    analysis, old_content = starting_point(analysis, per_dockerfile=options.per_dockerfile)
    evidence = ask_git(analysis.tree.root)
    allow_list = _make_list(analysis, config, request, options, evidence)
    base = allow_list.base()
    # The list itself lets in what the build takes, and says what a person's line keeps out of it.
    lines_only = FixOptions(least=options.least, preventive=False, lets_in=False)
    inside = plan_fix(base, config, lines_only, evidence=evidence)
    if allow_list.is_emptied_by(inside):
        inside = dataclasses.replace(inside, new_content=None, lines=(), tracked=(), foreseen=base)
    return allow_list.joined(inside, old_content, evidence)


def _make_list(
    analysis: Analysis,
    config: Config,
    request: BuildRequest,
    options: FixOptions,
    evidence: GitEvidence | None,
) -> AllowList:
    everything = View(analysis.tree, flags=dict.fromkeys(analysis.tree.folders))
    there = ViewLookup(everything)
    demand = read_demand(analysis, request, config, everything=everything, evidence=evidence)
    links = LinksOnDisk(analysis.tree.root)
    file = analysis.context.ignore.file or parse_ignore_file(b"", ".dockerignore")
    entries = find_entries(demand.wants, everything, links, dialect_of_lines(config))
    admission = admit(analysis, file, entries, there)
    if options.least == "proven" and demand.doubt:
        raise AllowListError(
            f"the list is not proven: {demand.doubt}", hint="leave out --proven to accept it"
        )
    return AllowList(
        analysis=analysis,
        file=file,
        draft=draft_list(analysis, config, file, admission, there),
        doubt=demand.doubt,
        left_alone=(*demand.left_alone, *admission.left_alone),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowList:
    """One list, proved, and what it does to the context."""

    analysis: Analysis
    """The context as it is."""
    file: IgnoreFile
    """The ignore file as it is; empty where there is none."""
    draft: Draft | None
    """None where the file in force is such a list already."""
    doubt: str | None
    """Why a build might miss something; None where nothing shows that."""
    left_alone: tuple[LeftAlone, ...]

    def base(self) -> Analysis:
        """Return the analysis of a walk under the list."""
        trial = self.draft.trial if self.draft else try_file(self.analysis, self.file)
        return rewalked(dataclasses.replace(self.analysis, with_excluded=False), trial)

    def is_emptied_by(self, inside: Fix) -> bool:
        """Whether lines inside the list make BuildKit refuse to open what it lists."""
        files = [fix.context.ignore.file for fix in (inside.measured, inside.foreseen)]
        old, new = (sent_under(self.analysis, file or self.file, BUILDKIT) for file in files)
        return old is not None and new is not None and bool(new.empty - old.empty)

    def joined(self, inside: Fix, old_content: bytes | None, evidence: GitEvidence | None) -> Fix:
        """Return the list and what ``inside`` adds to it as one change of the file."""
        size = entries = 0
        if self.draft is not None:
            change = self.draft.trial.difference
            size, entries = change.lost_bytes, change.lost_entries
        lines = [*self._lines(), *(line.after(size, entries) for line in inside.lines)]
        # Where nothing is added inside, what is there for it to change is the list itself.
        new_content = inside.new_content
        if new_content is None:
            new_content = inside.old_content
        has_changed = self.draft is not None or bool(inside.lines)
        if not has_changed or new_content == old_content:
            new_content = None
        # What is said of exceptions is about lines of this list.
        others = (item for item in inside.left_alone if not item.text.startswith("!"))
        return dataclasses.replace(
            inside,
            old_content=old_content,
            new_content=new_content,
            lines=tuple(lines),
            tracked=tuple(sorted({*inside.tracked, *self._tracked(evidence)})),
            left_alone=(*self.left_alone, *others),
            measured=self.analysis,
        )

    def _tracked(self, evidence: GitEvidence | None) -> Iterator[str]:
        if self.draft is None or evidence is None:
            return
        for path in files_below(self.analysis.permitted, self.draft.trial.difference.lost):
            if evidence.is_tracked(path):
                yield path

    def _lines(self) -> Iterator[ProposedLine]:
        """Yield the lines that are new, and those that go; the first saves it all."""
        if self.draft is None:
            return
        known = {line.pattern for line in self.file.lines}
        new = [
            ListLine("*", "no instruction takes the rest"),
            *self.draft.lines,
            *self.draft.repairs,
        ]
        added = [((line.text,), (), line.reason) for line in new if line.text not in known]
        why_gone = "nothing that it speaks of is let in"
        gone = [((), (text,), why_gone) for text in self.draft.removed]
        confidence: Confidence = "likely" if self.doubt else "proven"
        change = self.draft.trial.difference
        size, entries, paths = change.lost_bytes, change.lost_entries, shown(change.lost)
        for texts, replaces, reason in [*added, *gone]:
            yield ProposedLine(
                texts=texts,
                replaces=replaces,
                rule=RULE,
                confidence=confidence,
                reason=reason,
                bytes=size,
                entries=entries,
                total_bytes=change.lost_bytes,
                total_entries=change.lost_entries,
                paths=paths,
            )
            size, entries, paths = 0, 0, ()


__all__ = ["plan_allow_list"]
