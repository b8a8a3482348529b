"""The transferred view against real Docker's recorded builds."""

from __future__ import annotations

import os

import pytest

from ctxopt.analysis import analyze
from ctxopt.context import find_context
from ctxopt.dockerfile import context_paths, parse, resolve
from ctxopt.errors import CtxoptError
from ctxopt.transfer import transferred
from tests.recordings import lay, listed, load

BUILDS = load("builds.jsonl.gz")


@pytest.fixture(autouse=True)
def plain_umask():
    old = os.umask(0o022)
    yield
    os.umask(old)


def transfer(case, tmp_path):
    root, dockerfile = lay(case, tmp_path)
    context = find_context(root, dockerfile=dockerfile)
    with open(context.dockerfile.absolute, "rb") as file:
        parsed = parse(file.read(), path=context.dockerfile.path)
    arguments = dict(item.partition("=")[::2] for item in case.get("args", []))
    build = resolve(parsed, target=case.get("target"), build_args=arguments)
    return transferred(analyze(context).permitted, context_paths(build))


@pytest.mark.parametrize("case", BUILDS, ids=[case["id"] for case in BUILDS])
def test_recorded_build(case, tmp_path):
    answer = case["docker"]["buildkit"]
    error = answer["error"] or ""
    if not answer["context_loaded"] or "excludepatterns" in error or "includepatterns" in error:
        try:
            view = transfer(case, tmp_path)
        except (CtxoptError, FileNotFoundError):
            assert error
        else:
            assert not view.loaded
            assert listed(view.view.entries()) == answer["files"]
            assert view.context_bytes == answer["context_bytes"] == 0
        return
    view = transfer(case, tmp_path)
    assert listed(view.view.entries()) == answer["files"]
    if case["id"] != "fifo":
        assert view.context_bytes == answer["context_bytes"]
