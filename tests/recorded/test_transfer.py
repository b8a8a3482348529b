"""The transferred view against real Docker's recorded builds."""

from __future__ import annotations

import os

import pytest

from ctxopt.api import measure
from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.builder import BUILDKIT
from ctxopt.errors import ContextError, CtxoptError, DockerfileError
from tests.support.recordings import lay_case, listed, load, reported_path
from tests.support.trees import lay

BUILDS = load("builds.jsonl.gz")


pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("plain_umask")]


def measured(case, tmp_path):
    root, dockerfile = lay_case(case, tmp_path)
    arguments = dict(item.partition("=")[::2] for item in case.get("args", []))
    contexts = {name: os.path.join(root, path) for name, path in case.get("contexts", {}).items()}
    request = BuildRequest(case.get("target"), arguments, contexts)
    plan = analyze(find_context(root, dockerfile=dockerfile), request).plan
    if plan is None:
        raise ContextError("no Dockerfile")
    return plan


@pytest.mark.parametrize("case", BUILDS, ids=[case["id"] for case in BUILDS])
def test_recorded_build(case, tmp_path):
    answer = case["docker"]["buildkit"]
    if not answer["context_loaded"] or "excludepatterns" in (answer["error"] or ""):
        check_not_loaded(case, tmp_path)
        return
    transfer = measured(case, tmp_path).main.transfer
    assert listed(transfer.view.entries()) == answer["files"]
    assert BUILDKIT.printed(transfer.context_bytes) == answer["printed"]
    if (
        case["id"] != "fifo"
    ):  # this figure was computed for a file: a FIFO really takes 2 bytes less
        assert transfer.context_bytes == answer["context_bytes"]


def check_not_loaded(case, tmp_path):
    """A build that loaded nothing needed nothing, or Docker refused it as we do."""
    error = case["docker"]["buildkit"]["error"] or ""
    root, dockerfile = lay_case(case, tmp_path)
    arguments = dict(item.partition("=")[::2] for item in case.get("args", []))
    if "unknown flag: --parents" in error:
        return  # that BuildKit's own frontend was older than the flag
    options = {"dockerfile": dockerfile, "target": case.get("target"), "build_args": arguments}
    if not error or "did not complete successfully" in error or "failed to compute" in error:
        found = measure(root, view="transferred", **options)
        assert (found.entries, found.context_bytes) == ((), 0)
        return
    with pytest.raises(CtxoptError) as caught:
        measure(root, view="transferred", **options)
    reason = getattr(caught.value, "reason", caught.value.message)
    assert reason.partition(": ")[0] in error


OWN = load("transfers.jsonl")


@pytest.mark.parametrize("case", OWN, ids=[case["id"] for case in OWN])
def test_own_build(case, tmp_path):
    """Builds chosen to break the prediction, answered by Docker 28.5.2."""
    answer = case["docker"]["buildkit"]
    error = answer["error"] or ""
    if "target stage" in error or "failed to p" in error or "includepatterns" in error:
        with pytest.raises(DockerfileError) as caught:
            measured(case, tmp_path)
        assert caught.value.reason in error
        return
    plan = measured(case, tmp_path)
    transfer = plan.main.transfer
    assert transfer.loaded == answer["context_loaded"]
    assert listed(transfer.view.entries()) == answer["files"]
    printed = BUILDKIT.printed(transfer.context_bytes) if transfer.loaded else None
    assert printed == answer["printed"]
    failing = [check for check in plan.sources.checks if check.fails]
    assert bool(failing) == (reported_path(error) is not None)


def test_unchanged_transfer_is_announcements_only(tmp_path):
    """Docker 28 printed 22 B for one empty file and 20 B when it had it already."""
    lay(str(tmp_path), {"a": "", "Dockerfile": "FROM scratch\nCOPY a /\n"})
    plan = analyze(find_context(str(tmp_path)), BuildRequest()).plan
    assert plan is not None
    transfer = plan.main.transfer
    assert (transfer.context_bytes, transfer.unchanged_bytes) == (22, 20)
