"""The schemas of the JSON reports, one a command."""

from __future__ import annotations

from typing import get_args

from ctxopt.build.sources import SourceReach
from ctxopt.builder import BUILDER_NAMES
from ctxopt.evidence.reach import Reach
from ctxopt.evidence.step_cost import StepCost
from ctxopt.fix.unit import Confidence
from ctxopt.guard.budget import Verdict
from ctxopt.languages.ignore.edits import EditKind
from ctxopt.severity import Severity
from scripts.schemas.shapes import (
    CHANGE,
    COUNT,
    FLAG,
    LINE,
    NUMBER,
    TEXT,
    Schema,
    by_name,
    choice,
    many,
    maybe,
    merged,
    record,
)

_HEAD = record(version={"const": 1})
_CONTEXT = record(
    version={"const": 1},
    root=TEXT,
    dockerfile=maybe(TEXT),
    ignore_file=maybe(TEXT),
    builder=choice(BUILDER_NAMES),
    target=maybe(TEXT),
)
_AMOUNT = record(files=COUNT, bytes=COUNT)
_FIGURE = record(context_bytes=maybe(COUNT), printed=maybe(TEXT))
_SUMS = merged(_AMOUNT, record(entries=COUNT), _FIGURE)
_EDIT = record(
    kind=choice(kind.value for kind in EditKind),
    line=maybe(LINE),
    text=maybe(TEXT),
    reason=TEXT,
)
_SEVERITY = choice(level.label for level in Severity)
_FINDING = record(
    rule=TEXT,
    severity=_SEVERITY,
    message=TEXT,
    file=maybe(TEXT),
    line=maybe(LINE),
    paths=many(TEXT),
    bytes=COUNT,
    entries=COUNT,
    rebuilds=maybe(COUNT),
    reach=maybe(choice(get_args(Reach))),
    edits=many(_EDIT),
    help=TEXT,
    fingerprint=TEXT,
)
_COUNTS = record(reported=COUNT, suppressed=COUNT, known=COUNT, filtered=COUNT)
_NAMED_CONTEXT = merged(record(name=TEXT), _AMOUNT, record(context_bytes=maybe(COUNT)))
_NAMED_FOLDER = merged(_NAMED_CONTEXT, record(root=TEXT))

_INSTRUCTION = record(
    line=LINE,
    instruction=TEXT,
    stage=TEXT,
    context=maybe(TEXT),
    sources=many(TEXT),
    reaches=choice(get_args(SourceReach)),
    through=many(LINE),
    final_files=COUNT,
    final_bytes=COUNT,
    files=COUNT,
    bytes=COUNT,
    only_files=COUNT,
    only_bytes=COUNT,
)
_CHECK = record(
    kind=TEXT,
    line=LINE,
    source=TEXT,
    fails=FLAG,
    count=COUNT,
    paths=many(TEXT),
    patterns=many(record(line=maybe(LINE), pattern=TEXT)),
)
_TRANSFERRED = merged(
    record(loaded=FLAG, whole=FLAG, paths=many(TEXT)),
    _SUMS,
    record(
        unchanged_bytes=COUNT,
        never_copied=_AMOUNT,
        final_image=merged(
            _AMOUNT, record(through_stages=_AMOUNT, may_hold_more=FLAG, may_hold_less=FLAG)
        ),
        instructions=many(_INSTRUCTION),
        checks=many(_CHECK),
        named_contexts=many(_NAMED_FOLDER),
        not_measured=many(TEXT),
        unknown=many(record(kind=TEXT, text=TEXT, line=maybe(LINE))),
    ),
)
_SCAN = merged(
    _CONTEXT,
    record(
        ignore_reason=TEXT,
        inactive_ignore_files=many(record(path=TEXT, reason=TEXT)),
        permitted=_SUMS,
        transferred=maybe(_TRANSFERRED),
        excluded=record(entries=COUNT, bytes=COUNT, complete=FLAG),
        findings=many(_FINDING),
        finding_counts=_COUNTS,
        stops=many(TEXT),
        walked=COUNT,
        complete=FLAG,
        folders=many(merged(record(path=TEXT), _AMOUNT)),
        largest_files=many(record(path=TEXT, bytes=COUNT)),
        types=many(merged(record(type=TEXT), _AMOUNT)),
        unreadable=many(record(path=TEXT, reason=TEXT)),
    ),
)

_DECLARED = record(
    name=TEXT,
    kind=TEXT,
    declared_in=TEXT,
    line=maybe(LINE),
    context=maybe(TEXT),
    dockerfile=maybe(TEXT),
    dockerfile_inline=maybe(TEXT),
    target=maybe(TEXT),
    args=by_name(maybe(TEXT)),
    contexts=by_name(TEXT),
    profiles=many(TEXT),
    from_git=FLAG,
    note=maybe(TEXT),
)
_PROBLEM = record(file=maybe(TEXT), line=maybe(LINE), message=TEXT, refused=FLAG)
_MEASURED = merged(
    record(id=TEXT),
    _DECLARED,
    record(
        builder=maybe(TEXT),
        ignore_file=maybe(TEXT),
        ignore_reason=maybe(TEXT),
        not_measured=maybe(TEXT),
        fails=FLAG,
        sent=maybe(
            merged(
                _AMOUNT,
                record(
                    context_bytes=maybe(COUNT),
                    named_contexts_bytes=COUNT,
                    named_contexts=many(_NAMED_FOLDER),
                ),
            )
        ),
        could_be_saved_bytes=maybe(COUNT),
        complete=FLAG,
        stops=many(TEXT),
        worst=maybe(record(rule=TEXT, severity=_SEVERITY)),
    ),
)
_ALL = merged(
    _HEAD,
    record(
        root=TEXT,
        totals=record(
            builds=COUNT,
            measured=COUNT,
            bytes=COUNT,
            repeated_bytes=COUNT,
            could_be_saved_bytes=COUNT,
        ),
        builds=many(_MEASURED),
        contexts=many(
            record(
                context=TEXT,
                ignore_file=maybe(TEXT),
                builds=many(TEXT),
                permitted=merged(_AMOUNT, record(entries=COUNT)),
                lines=many(TEXT),
                own_files=many(
                    record(dockerfile=TEXT, builds=many(TEXT), lines=many(TEXT), saved_bytes=COUNT)
                ),
                refusal=maybe(TEXT),
            )
        ),
        findings=many(merged(record(context=TEXT, builds=many(TEXT)), _FINDING)),
        finding_counts=_COUNTS,
        problems=many(_PROBLEM),
        apart=COUNT,
    ),
)

_PROPOSED = record(
    kind=choice(("add", "replace", "remove")),
    texts=many(TEXT),
    replaces=many(TEXT),
    rule=TEXT,
    confidence=choice(get_args(Confidence)),
    reason=TEXT,
    bytes=CHANGE,
    entries=CHANGE,
    total_bytes=CHANGE,
    total_entries=CHANGE,
    paths=many(TEXT),
    preventive=FLAG,
    rebuilds=maybe(COUNT),
)
_FIX = merged(
    _CONTEXT,
    record(
        ignore_file=TEXT,
        changes=FLAG,
        written=FLAG,
        can_be_undone=FLAG,
        before=_SUMS,
        after=_SUMS,
        saved_seconds=NUMBER,
        bandwidth=COUNT,
        history=maybe(record(commits=COUNT, rebuilds=COUNT)),
        lines=many(_PROPOSED),
        edits=many(record(line=LINE, old=many(TEXT), new=many(TEXT))),
        sources=many(
            record(
                line=LINE,
                text=TEXT,
                files_before=COUNT,
                files_after=COUNT,
                bytes_before=COUNT,
                bytes_after=COUNT,
            )
        ),
        other_dockerfiles=many(TEXT),
        tracked=many(TEXT),
        possible=many(_PROPOSED),
        errors=many(_FINDING),
        left_alone=many(record(text=TEXT, reason=TEXT)),
        diff=TEXT,
    ),
)

_FIX_ALL = merged(
    _HEAD,
    record(
        root=TEXT,
        changes=FLAG,
        totals=record(builds=COUNT, measured=COUNT, bytes_before=COUNT, bytes_after=COUNT),
        builds=many(
            merged(record(id=TEXT), _DECLARED, record(bytes_before=COUNT, bytes_after=COUNT))
        ),
        files=many(
            record(
                context=TEXT,
                file=TEXT,
                builds=many(TEXT),
                saved_by_own_file_bytes=maybe(COUNT),
                problem=maybe(TEXT),
                fix=maybe(_FIX),
            )
        ),
        not_measured=many(record(id=TEXT, reason=TEXT, fails=FLAG)),
        problems=many(_PROBLEM),
        apart=COUNT,
    ),
)

_FIGURES = merged(_AMOUNT, record(context_bytes=maybe(COUNT), complete=FLAG))
_SIDE = record(
    state=TEXT,
    dockerfile=maybe(TEXT),
    ignore_file=maybe(TEXT),
    builder=choice(BUILDER_NAMES),
    permitted=maybe(_FIGURES),
    transferred=maybe(_FIGURES),
    named_contexts=many(_NAMED_CONTEXT),
    not_measured=many(TEXT),
    lacks_history=FLAG,
    lfs_pointers=COUNT,
)
_GROWTH = maybe(
    record(files=CHANGE, bytes=CHANGE, context_bytes=maybe(CHANGE), percent=maybe(NUMBER))
)
_CHANGED = record(path=TEXT, type=choice(("file", "dir")), before=COUNT, after=COUNT, files=COUNT)
_CURED = merged(_CHANGED, record(line=maybe(TEXT)))
_CHECKED = merged(
    _HEAD,
    record(
        passed=FLAG,
        before=maybe(TEXT),
        after=maybe(TEXT),
        contexts=many(
            record(
                context=TEXT,
                view=choice(("permitted", "transferred")),
                after=_SIDE,
                before=maybe(_SIDE),
                growth=record(permitted=_GROWTH, transferred=_GROWTH),
                limits=many(
                    record(
                        limit=TEXT,
                        verdict=choice(verdict.value for verdict in Verdict),
                        value=maybe(CHANGE),
                        bound=COUNT,
                        message=TEXT,
                    )
                ),
                changes=record(
                    growers=many(_CURED),
                    shrinkers=many(_CHANGED),
                    entered=many(_CURED),
                    left=many(_CHANGED),
                    renames=many(record(before=TEXT, after=TEXT, bytes=COUNT)),
                ),
                needless=maybe(
                    record(paths=many(TEXT), steps=COUNT, costly=maybe(TEXT), lines=many(TEXT))
                ),
            )
        ),
        findings=maybe(
            record(
                level=maybe(_SEVERITY),
                baseline=maybe(TEXT),
                judged=FLAG,
                failing=COUNT,
                known=COUNT,
                new=many(merged(record(context=TEXT), _FINDING)),
                gone=many({"type": "object"}),
            )
        ),
    ),
)

_LIST = merged(
    _CONTEXT,
    record(
        view=choice(("permitted", "transferred", "excluded")),
        files=COUNT,
        bytes=COUNT,
        context_bytes=maybe(COUNT),
        entries=many(
            record(
                path=TEXT,
                type=choice(("file", "dir", "symlink", "fifo", "socket", "device")),
                size=COUNT,
            )
        ),
    ),
)
_EXPLAINED = merged(
    _CONTEXT,
    record(
        paths=many(
            record(
                path=TEXT,
                exists=FLAG,
                excluded=FLAG,
                pattern=maybe(TEXT),
                line=maybe(LINE),
                decided_at=maybe(TEXT),
                pruned_at=maybe(TEXT),
                exception=maybe(TEXT),
                transferred=maybe(FLAG),
                instructions=many(record(line=LINE, instruction=TEXT, stage=TEXT)),
                through=many(LINE),
                below=maybe(merged(_AMOUNT, record(excluded_entries=COUNT, excluded_bytes=COUNT))),
            )
        )
    ),
)
_BUILDS = merged(
    _HEAD, record(builds=many(_DECLARED), apart=many(_DECLARED), problems=many(_PROBLEM))
)
_STEP = record(instruction=TEXT, line=LINE, stage=COUNT, text=TEXT)
_REBUILDS = merged(
    _CONTEXT,
    record(
        complete=FLAG,
        without_dockerfile=COUNT,
        commits=many(record(commit=TEXT, time=CHANGE, subject=TEXT)),
        rebuilt=COUNT,
        avoidable=COUNT,
        instructions=many(
            merged(
                _STEP,
                record(
                    mount=maybe(TEXT),
                    changed=COUNT,
                    avoidable=COUNT,
                    kinds=by_name(COUNT),
                    changes=many(
                        record(commit=TEXT, avoidable=FLAG, kinds=many(TEXT), paths=many(TEXT))
                    ),
                    runs_again=many(
                        merged(_STEP, record(certain=FLAG, cost=maybe(choice(get_args(StepCost)))))
                    ),
                ),
            )
        ),
        lines=many(record(pattern=TEXT, kinds=many(TEXT), alone=COUNT, together=COUNT)),
    ),
)

_HISTORY = merged(
    _HEAD,
    record(
        context=TEXT,
        builder=choice(BUILDER_NAMES),
        complete=FLAG,
        commits=many(
            record(
                commit=TEXT,
                time=CHANGE,
                subject=TEXT,
                files=maybe(COUNT),
                bytes=maybe(COUNT),
                context_bytes=maybe(COUNT),
                change=maybe(CHANGE),
                jump=FLAG,
                transferred_bytes=maybe(COUNT),
                problem=maybe(TEXT),
            )
        ),
    ),
)

REPORTS: dict[str, Schema] = {
    "scan": _SCAN,
    "scan-all": _ALL,
    "fix": _FIX,
    "fix-all": _FIX_ALL,
    "check": _CHECKED,
    "check-history": _HISTORY,
    "ls": _LIST,
    "explain": _EXPLAINED,
    "builds": _BUILDS,
    "rebuilds": _REBUILDS,
}
"""By the name of the file."""
