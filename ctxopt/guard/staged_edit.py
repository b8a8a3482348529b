"""Whether what is staged makes cached steps run again that need not: an edit of nothing but what no build reads.

Looks at the names of the changed paths first, so that the usual commit, which changes a source, costs no look at files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.builder import BUILDKIT
from ctxopt.config.load import Config
from ctxopt.errors import CtxoptError
from ctxopt.evidence.catalog import load_catalog
from ctxopt.evidence.unread import UnreadPaths, may_be_unread
from ctxopt.git.state import GitState, StateEntry
from ctxopt.paths import folders_above

if TYPE_CHECKING:
    from ctxopt.build.key_change import KeyState
    from ctxopt.build.later_steps import LaterStep

_MOST: Final = 100
"""Changed paths; an edit of more is no slip."""
_FEWEST: Final = 2
"""Steps; the COPY alone is nothing to wait for."""


class NeedlessSteps(NamedTuple):
    """Steps that run again for an edit of what no build reads."""

    paths: tuple[str, ...]
    """What was edited and is taken."""
    steps: int
    """How many run again for certain, the one that takes it first."""
    costly: str
    """The most expensive of them, as the Dockerfile has it; empty where none is."""
    lines: tuple[str, ...]
    """The ignore lines that would keep them in the cache."""


def find_needless(
    before: GitState,
    after: Analysis,
    state: GitState,
    config: Config,
    measure: Callable[[], Analysis],
) -> NeedlessSteps | None:
    """Return the steps that an edit makes run again for nothing; None where it is of use, or touches no step.

    ``before`` and ``state`` are the two states, ``after`` the later one measured, and ``measure`` reads the working
    tree, whose Dockerfile counts. What cannot be read says nothing.
    """
    if after.context.builder is not BUILDKIT:
        return None
    changed = _changed(before, state)
    matcher = after.matcher
    sent = [path for path in changed if not matcher.decide(path).excluded]
    catalog = load_catalog()
    if not 0 < len(sent) <= _MOST or not all(may_be_unread(catalog, path) for path in sent):
        return None
    try:
        analysis = measure()
        return _needless(before, state, changed, analysis, config)
    except CtxoptError:
        return None


def _changed(before: GitState, after: GitState) -> list[str]:
    paths = before.entries.keys() | after.entries.keys()
    return sorted(path for path in paths if before.entries.get(path) != after.entries.get(path))


def _needless(
    before: GitState, after: GitState, changed: list[str], analysis: Analysis, config: Config
) -> NeedlessSteps | None:
    # Only an edit of nothing but documentation and the like comes this far.
    from ctxopt.build.cache_key import key_sources
    from ctxopt.build.key_change import changed_keys
    from ctxopt.build.later_steps import steps_after
    from ctxopt.evidence.gather import gather_facts

    plan = analysis.plan
    own = {analysis.context.dockerfile.inside, analysis.context.ignore.path}
    # Another Dockerfile is another build, and what another ignore file changes is meant.
    if plan is None or not own.isdisjoint(changed):
        return None
    states = _key_state(before), _key_state(after)
    changes = changed_keys(key_sources(plan.build), analysis.matcher, *states, changed)
    if not changes:
        return None
    taken = sorted({path for change in changes for path in change.paths if _is_file(path, states)})
    unread = UnreadPaths(gather_facts(analysis, config))
    found = [unread.of(path) for path in taken]
    if not found or None in found:
        return None
    steps = steps_after(plan.build, [change.source for change in changes])
    certain = [step for step in steps if step.is_certain]
    if len(certain) < _FEWEST:
        return None
    lines = dict.fromkeys(item.pattern for item in found if item is not None)
    return NeedlessSteps(tuple(taken), len(certain), _costly(certain), tuple(lines))


def _is_file(path: str, states: Iterable[KeyState]) -> bool:
    return any(path in state.entries for state in states)


def _costly(steps: Iterable[LaterStep]) -> str:
    """Return the command of the first step that installs packages, or else compiles."""
    from ctxopt.evidence.step_cost import cost_of

    runs = [step.run for step in steps if step.run is not None]
    for cost in ("installs packages", "compiles"):
        for run in runs:
            if cost_of(run) == cost:
                return " ".join(run.script.split())
    return ""


def _key_state(state: GitState) -> KeyState:
    from ctxopt.build.cache_key import ContextEntry, follower
    from ctxopt.build.key_change import KeyState

    entries = {
        path: ContextEntry(entry.mode, _content(entry)) for path, entry in state.entries.items()
    }
    folders = folders_above(entries)
    return KeyState(
        entries=entries,
        follow=cache(follower(entries, lambda entry: entry.content)),
        is_folder=folders.__contains__,
        links=lambda: [path for path, entry in state.entries.items() if entry.link],
    )


def _content(entry: StateEntry) -> str:
    return entry.link or entry.blob


__all__ = ["NeedlessSteps", "find_needless"]
