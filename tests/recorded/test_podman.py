"""What real Podman took, replayed: the ignore file in force, the files of the image, and what is refused."""

from __future__ import annotations

import os
from typing import Any

import pytest

from ctxopt.build.analysis import Analysis
from ctxopt.build.archive import is_archive
from ctxopt.build.context import find_context
from ctxopt.build.found_files import NamedFiles
from ctxopt.build.image_steps import ImageSteps
from ctxopt.build.listing import analyze_for
from ctxopt.build.placement import Placed
from ctxopt.build.plan import Plan
from ctxopt.build.podman_upload import measure_upload
from ctxopt.build.request import BuildRequest
from ctxopt.errors import ContextError, CtxoptError
from ctxopt.paths import is_at_or_below, join, parent, relative, upwards
from ctxopt.tree.lookup import ViewLookup
from ctxopt.tree.model import DIR
from tests.recorded.test_images import content_of, files_of
from tests.support.recordings import listed, load
from tests.support.trees import lay

CASES = load("podman.jsonl.gz")
BUSYBOX = 2_063_232

NOT_ASKED = {
    "lookup-stdin": "a Containerfile from stdin",
    "lookup-stdin-as-context": "a context from stdin",
    "elsewhere-two-f": "two Containerfiles",
    "elsewhere-two-f-second-has-rules": "two Containerfiles",
}
"""Nothing of ctxopt takes what they are given."""


def laid(case: dict[str, Any], folder: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    tree = {
        path: BUSYBOX if content == {"binary": True} else content
        for path, content in case["tree"].items()
    }
    root = lay(folder, tree, case.get("modes"))
    here = os.path.join(root, case.get("context", ""))
    os.makedirs(here, exist_ok=True)
    monkeypatch.chdir(here)
    return root


def asked(case: dict[str, Any], root: str) -> tuple[str, NamedFiles]:
    """Return the context root and what is named; raises ContextError where Podman knows no context."""

    def inside(text: str | None) -> str | None:
        return text and text.replace("/TREE", root)

    dockerfile = inside(case.get("dockerfile"))
    path = case.get("path", ".")
    if path is None:
        # Without a context Podman takes the folder of the Containerfile.
        if dockerfile is None:
            raise ContextError("no context directory and no Containerfile specified")
        path = os.path.dirname(dockerfile)
        dockerfile = os.path.abspath(dockerfile)
    return inside(path) or ".", NamedFiles(dockerfile, inside(case.get("ignorefile")))


def analysis_of(case: dict[str, Any], root: str) -> Analysis:
    here = os.getcwd()
    path, named = asked(case, root)
    context = find_context(
        path, dockerfile=named.dockerfile, builder="podman", ignorefile=named.ignorefile
    )
    contexts = {name: os.path.join(here, value) for name, value in case.get("contexts", {}).items()}
    arguments = dict(item.partition("=")[::2] for item in case.get("args", []))
    request = BuildRequest(case.get("target"), arguments, build_contexts=contexts)
    return analyze_for(context, request, "transferred")


def image_of(plan: Plan) -> tuple[dict[str, int | str | None], list[str]]:
    """Return the files of the image, and where what cannot be foretold may lie."""
    contexts = {load.name: ViewLookup(load.permitted) for load in reversed(plan.loads[1:])}
    contexts[None] = ViewLookup(plan.main.transfer.view)
    root = plan.main.root
    steps = ImageSteps(plan.build, contexts, lambda path: is_archive(os.path.join(root, path)))
    steps.taken = plan.image.taken
    tree = steps.stage(plan.build.target)
    files: dict[str, int | str | None] = {}
    for part in tree.placed:
        if not part.unpacked:
            put(part, files)
    unpacked = [part.at for part in tree.placed if part.unpacked]
    if not tree.is_known:
        unpacked.append("")
    return files, unpacked


def put(part: Placed, files: dict[str, int | str | None]) -> None:
    """Put a part over what is there: a file takes the place of a folder, and a folder that of a file."""
    new = files_of(part)
    folders = {part.at}
    if part.lookup is not None and part.kind == DIR:
        rows = part.lookup.view.rows(part.root)
        folders = {
            join(part.at, relative(row.path, part.root) or "")
            for row in rows
            if row.kind == DIR and row.is_sent
        }
    for path in list(files):
        if path in folders or not new.keys().isdisjoint(upwards(parent(path))):
            del files[path]
    files |= {at: content_of(part, path) for at, path in new.items()}


def answer(case: dict[str, Any], root: str) -> tuple[dict[str, Any], list[str]] | None:
    """Return the files of the image; None for a build that is refused."""
    try:
        analysis = analysis_of(case, root)
        plan = analysis.plan
        if plan is None or any(check.fails for check in plan.sources.checks):
            return None
        return image_of(plan)
    except CtxoptError:
        return None


def judge(case: dict[str, Any], root: str) -> str | None:
    """Say what is wrong with the answer; None where it is Podman's."""
    found = answer(case, root)
    error, files = case["podman"]["error"], case["podman"]["files"]
    if found is None or error is not None:
        return (
            None if (found is None) == (error is not None) else f"refused: {found is None}, {error}"
        )
    foretold, vague = found
    expected = {path: size for path, size in files.items() if path[-1] != "/"}
    missing = [
        p for p in expected if p not in foretold and not any(is_at_or_below(p, at) for at in vague)
    ]
    more = [p for p in foretold if p not in expected]
    other = [
        p
        for p, size in foretold.items()
        if size is not None and p in expected and expected[p] != size
    ]
    if missing or more or other:
        return f"missing {missing}, more {more}, other {other}"
    return None


def uploaded(case: dict[str, Any], root: str) -> dict[str, Any] | None:
    """Return what the remote client would send, as it was recorded; None where it refuses."""
    try:
        path, named = asked(case, root)
        if not os.path.isdir(path):
            raise ContextError("context must be a directory")
        upload = measure_upload(os.path.realpath(path), named)
    except CtxoptError:
        return None
    entries = listed(upload.view.entries())
    if upload.outside is not None:
        entries[upload.outside.replace(root, "/TREE")] = os.path.getsize(upload.outside)
    return {"entries": entries, "tar_bytes": upload.tar_bytes}


@pytest.mark.parametrize(
    "part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, 8))]
)
def test_what_podman_takes(part, tmp_path, monkeypatch):
    assert len(CASES) == 1460
    wrong = {}
    for place, case in enumerate(CASES[part::8]):
        if case["id"] not in NOT_ASKED:
            found = judge(case, laid(case, tmp_path / str(place), monkeypatch))
            if found is not None:
                wrong[case["id"]] = found
    assert wrong == {}


WHOLE = [case for case in CASES if case["id"].startswith(("rules-", "read-", "match-"))]


@pytest.mark.slow
def test_folders_of_the_whole_context(tmp_path, monkeypatch):
    """``COPY . /`` brings folders, too, also empty ones."""
    wrong = []
    for place, case in enumerate(WHOLE):
        laid(case, tmp_path / str(place), monkeypatch)
        if case["podman"]["error"] is None:
            root = str(tmp_path / str(place))
            entries = analysis_of(case, root).permitted.entries()
            if listed(entries) != case["podman"]["files"]:
                wrong.append(case["id"])
    assert wrong == []
    assert len(WHOLE) > 1090


UPLOADS = [case for case in CASES if "upload" in case["podman"]]


def test_what_the_remote_client_uploads(tmp_path, monkeypatch):
    wrong = []
    for place, case in enumerate(UPLOADS):
        if case["id"] in NOT_ASKED:
            continue
        root = laid(case, tmp_path / str(place), monkeypatch)
        if uploaded(case, root) != case["podman"]["upload"]:
            wrong.append(case["id"])
    assert wrong == []
    assert len(UPLOADS) == 227
