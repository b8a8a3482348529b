"""Which steps of a second build come from the cache: real Docker's answer, and what the keys foretell."""

from __future__ import annotations

import os
import stat
from collections.abc import Hashable
from typing import Any, NamedTuple

from ctxopt.build.analysis import analyze
from ctxopt.build.archive import is_archive
from ctxopt.build.cache_key import ContextEntry, follower, key_sources, sent_paths
from ctxopt.build.context import find_context
from ctxopt.build.image_steps import ImageSteps
from ctxopt.build.later_steps import StepKey, step_keys, steps_again
from ctxopt.build.plan import Plan
from ctxopt.build.request import BuildRequest
from ctxopt.languages.dockerfile import Source
from ctxopt.paths import join, relative
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.model import DIR
from scripts.recorder.record_cache import change_tree
from tests.support.recordings import each_case, lay_case, load

CASES = load("cache.jsonl")
BUILT = [case for case in CASES if case["error"] is None]


class State(NamedTuple):
    """One of the two states of a case."""

    plan: Plan
    keys: tuple[StepKey, ...]


def entries_of(root: str) -> dict[str, ContextEntry]:
    found = {}
    for here, folders, files in os.walk(root):
        for called in folders + files:
            path = os.path.join(here, called)
            mode = os.lstat(path).st_mode
            content = ""
            if stat.S_ISLNK(mode):
                content = os.readlink(path)
            elif stat.S_ISREG(mode):
                with open(path, "rb") as file:
                    content = file.read().decode("latin-1")
            found[os.path.relpath(path, root)] = ContextEntry(mode, content)
    return found


def state_of(case: dict[str, Any], root: str, dockerfile: str | None) -> State:
    analysis = analyze(find_context(root, dockerfile=dockerfile), BuildRequest(case.get("target")))
    plan = analysis.plan
    assert plan is not None
    entries = entries_of(root)
    sent = sent_paths(analysis.matcher, entries)
    follow = follower(entries, lambda entry: entry.content)
    keys: dict[Source, Hashable] = {
        item.source: item.key(entries, sent, follow) for item in key_sources(plan.build)
    }
    main = ViewLookup(plan.main.transfer.view)
    steps = ImageSteps(plan.build, {None: main}, lambda path: is_archive(os.path.join(root, path)))

    def content_of(source: Source) -> Hashable | None:
        """What COPY --from takes: no step of these Dockerfiles makes anything."""
        assert source.from_ is not None
        assert source.from_.stage is not None
        tree = steps.stage(source.from_.stage)
        found = set()
        for path in source.paths:
            for part in tree.take(path.path.strip("/"), "", source.line):
                rows = [part.root]
                if part.kind == DIR:
                    rows = [row.path for row in main.view.rows(part.root) if not row.is_excluded]
                for row in filter(part.has, rows):
                    at = join(part.at, relative(row, part.root) or "")
                    found.add((path.path, at, entries[row]))
        return frozenset(found)

    return State(plan, step_keys(plan.build, keys, content_of))


@each_case(BUILT)
def test_steps_from_the_cache(case, tmp_path):
    root, dockerfile = lay_case(case, tmp_path)
    before = state_of(case, root, dockerfile)
    change_tree(case, str(tmp_path))
    after = state_of(case, root, dockerfile)
    again = steps_again(before.keys, after.keys)
    assert all(step.is_certain for step in again)
    lines = {step.line for step in again}
    text = {item.line: item.text for item in after.plan.dockerfile.instructions}
    foretold = {text[key.step.line]: key.step.line not in lines for key in after.keys}
    # A WORKDIR that makes a folder in nothing is never said to be cached; the steps after it are.
    told = {name: known for name, known in case["cached"].items() if "WORKDIR" not in name}
    assert told == {name: known for name, known in foretold.items() if "WORKDIR" not in name}


def test_enough_was_asked():
    assert len(BUILT) > 90
    assert len({case["tree"].get("Dockerfile") for case in BUILT}) >= 15
