"""What is in an image: the files that real Docker put there, and those that the placement of COPY and ADD foretells."""

from __future__ import annotations

import os
from typing import Any

from ctxopt.build.analysis import analyze
from ctxopt.build.archive import is_archive
from ctxopt.build.context import find_context
from ctxopt.build.image_steps import ImageSteps
from ctxopt.build.image_tree import ImageTree
from ctxopt.build.placement import Placed
from ctxopt.build.plan import Plan
from ctxopt.build.request import BuildRequest
from ctxopt.paths import is_at_or_below, join, relative
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.model import DIR, FILE, SYMLINK
from tests.support.recordings import each_case, lay_case, load

CASES = load("images.jsonl")
RANDOM = load("images-random.jsonl")
BUILT = [case for case in CASES if case["image"]["error"] is None]


def plan_of(case: dict[str, Any], folder: object) -> Plan:
    root, dockerfile = lay_case(case, folder)
    named = {name: os.path.join(root, path) for name, path in case.get("contexts", {}).items()}
    arguments = dict(item.partition("=")[::2] for item in case.get("args", []))
    request = BuildRequest(case.get("target"), arguments, build_contexts=named)
    plan = analyze(find_context(root, dockerfile=dockerfile), request).plan
    assert plan is not None
    return plan


def tree_of(plan: Plan) -> ImageTree:
    contexts = {load.name: ViewLookup(load.permitted) for load in reversed(plan.loads[1:])}
    contexts[None] = ViewLookup(plan.main.transfer.view)
    root = plan.main.root
    steps = ImageSteps(plan.build, contexts, lambda path: is_archive(os.path.join(root, path)))
    return steps.stage(plan.build.target)


def files_of(part: Placed) -> dict[str, str]:
    """Return where the files of a part lie: path in the image to path in the context."""
    if part.lookup is None or part.kind != DIR:
        return {part.at: part.root}
    rows = part.lookup.view.rows(part.root)
    paths = [row.path for row in rows if row.kind != DIR and not row.is_excluded]
    return {
        join(part.at, relative(path, part.root) or ""): path for path in paths if part.has(path)
    }


def content_of(part: Placed, path: str) -> int | str | None:
    """Return the size or the target that the listing gives a file; None for a here-document."""
    found = part.lookup.find(path) if part.lookup else None
    if found is None:
        return None
    folder, place = found
    if folder.kinds[place] == SYMLINK:
        return "-> " + (folder.links or {})[path.rpartition("/")[2]]
    return folder.sizes[place]


@each_case(BUILT + RANDOM)
def test_files_of_the_image(case, tmp_path):
    tree = tree_of(plan_of(case, tmp_path))
    foretold: dict[str, int | str | None] = {}
    for part in tree.placed:
        if not part.unpacked:
            foretold |= {at: content_of(part, path) for at, path in files_of(part).items()}
    files = {path: size for path, size in case["image"]["files"].items() if path[-1] != "/"}
    # What is in an archive is not looked at: only where it comes to lie is known, or not even that.
    unpacked = [part.at for part in tree.placed if part.unpacked]
    if any(part.unpacked for part in tree.loose):
        unpacked.append("")
    for path, size in files.items():
        if path not in foretold:
            assert any(is_at_or_below(path, at) for at in unpacked), path
        elif foretold[path] is not None:
            assert foretold[path] == size, path
    assert foretold.keys() <= files.keys()


def test_enough_was_asked():
    assert len(BUILT) > 110
    assert len(RANDOM) > 80


OVERLAID = {
    "wildcard-dotfiles",
    "several-sources",
    "overwritten-in-the-final-stage",
    "links-matched-by-wildcard",
}
"""The image's own stage puts a file over another one, of which a layer keeps the bytes."""


@each_case(BUILT)
def test_context_files_of_the_image(case, tmp_path):
    """Which files of the context end in the image; each has a size of its own."""
    plan = plan_of(case, tmp_path)
    arrived = set(case["image"]["files"].values())
    rows = [
        row
        for row in plan.main.transfer.view.rows()
        if row.kind == FILE and not row.is_excluded and 10 < row.size < 30
    ]
    expected = {row.path for row in rows if row.size in arrived}
    found = {row.path for row in rows if _ends_there(plan, row.path)}
    assert expected <= found
    if case["id"] not in OVERLAID:
        assert found == expected
    assert not plan.image.may_hold_less


def _ends_there(plan: Plan, path: str) -> bool:
    if plan.image.way_of(path) is not None:
        return True
    return any(
        use.reach == "final" and any(is_at_or_below(path, root) for root in use.roots)
        for use in plan.sources.uses
        if use.context is None and not use.source.exclude
    )


@each_case(BUILT)
def test_bytes_of_the_image(case, tmp_path):
    """The sum is that of the files."""
    plan = plan_of(case, tmp_path)
    rows = [row for row in plan.main.transfer.view.rows() if row.kind == FILE and row.is_sent]
    ended = [row.size for row in rows if _ends_there(plan, row.path)]
    assert (plan.image.total.files, plan.image.total.bytes) == (len(ended), sum(ended))
