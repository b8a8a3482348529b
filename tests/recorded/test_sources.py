"""Source checks against the failures that real Docker reported, and tables of our own."""

from __future__ import annotations

import os
import re

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.errors import CtxoptError
from tests.support.recordings import lay_case, load, reported_path
from tests.support.trees import lay

pytestmark = pytest.mark.slow

BUILDS = load("builds.jsonl.gz")


def plan_of(case, folder):
    root, dockerfile = lay_case(case, folder)
    arguments = dict(item.partition("=")[::2] for item in case.get("args", []))
    request = BuildRequest(case.get("target"), arguments)
    return analyze(find_context(root, dockerfile=dockerfile), request).plan


@pytest.mark.parametrize("case", BUILDS, ids=[case["id"] for case in BUILDS])
def test_recorded_failures_are_checks(case, tmp_path):
    error = case["docker"]["buildkit"]["error"] or ""
    try:
        plan = plan_of(case, tmp_path)
    except CtxoptError:
        assert error or not case["docker"]["buildkit"]["context_loaded"]
        return
    if plan is None:
        assert "failed to read dockerfile" in error
        return
    failing = [check for check in plan.sources.checks if check.fails]
    path = reported_path(error)
    if path:
        named = {check.text for check in failing}
        named |= {"/" + item for check in failing for item in check.paths}
        assert path in named
        lines = (
            case["tree"][case.get("dockerfile", "Dockerfile")].splitlines()
            if not case.get("context")
            else None
        )
        for check in failing:
            if lines:
                assert re.match(r"(?i)(onbuild\s+)?(copy|add|run)\b", lines[check.source.line - 1])
    elif not error:
        assert failing == []


PROJECT = {
    "Dockerfile": "",
    "src/a.py": 10,
    "src/b.log": 20,
    "docs/x.md": 5,
    "docs/img/y.png": 7,
    "big.bin": 1000,
    "link": {"link": "src"},
}


def checks(tmp_path, dockerfile, ignore="", tree=None, **request):
    lay(
        str(tmp_path),
        {**PROJECT, **(tree or {}), "Dockerfile": dockerfile, ".dockerignore": ignore},
    )
    plan = analyze(find_context(str(tmp_path)), BuildRequest(**request)).plan
    assert plan is not None
    return plan.sources


@pytest.mark.parametrize(
    ("dockerfile", "ignore", "expected"),
    [
        ("FROM scratch\nCOPY nope /x\n", "", [("missing", 2, "/nope", True)]),
        ("FROM scratch\n\nADD src/nope /x\n", "", [("missing", 3, "/src/nope", True)]),
        ("FROM scratch\nCOPY src /x\n", "src\n", [("ignored", 2, "/src", True)]),
        ("FROM scratch\nCOPY src/a.py /x\n", "**/*.py\n", [("ignored", 2, "/src/a.py", True)]),
        ("FROM scratch\nCOPY src /x\n", "**/*.log\n", [("partly-ignored", 2, "/src", False)]),
        ("FROM scratch\nCOPY src/a.py /x\n", "src\n!src/a.py\nsrc\n", [("arrives-empty", 2, "/src/a.py", False)]),
        ("FROM scratch\nCOPY *.txt /x/\n", "", [("empty-wildcard", 2, "/*.txt", False)]),
        ("FROM scratch\nCOPY *.bin /x/\n", "*.bin\n", [("empty-wildcard", 2, "/*.bin", False)]),
        ("FROM scratch\nCOPY nope/*.txt /x/\n", "", [("missing", 2, "/nope/*.txt", True)]),
        ("FROM scratch\nCOPY $NOPE big.bin /x/\n", "", [("whole-context", 2, "/", False)]),
        ("FROM scratch\nCOPY */x.md /x/\n", "", [("link-widens", 2, "/*/x.md", False)]),
        ("FROM scratch\nCOPY link/a.py link/b.log /x/\n", "", [("not-transferred", 2, "/link/b.log", True)]),
        ("FROM scratch\nRUN --mount=type=bind,source=nope,target=/m true\n", "", [("missing", 2, "/nope", True)]),
    ],
)  # fmt: skip
def test_checks(tmp_path, dockerfile, ignore, expected):
    found = checks(tmp_path, dockerfile, ignore).checks
    assert [(c.kind, c.source.line, c.text, c.fails) for c in found] == expected


@pytest.mark.parametrize(
    ("dockerfile", "ignore"),
    [
        ("FROM scratch\nCOPY . /x\n", "**/*.log\n"),
        ("FROM scratch\nCOPY src /x\n", "docs\n"),
        ("FROM scratch\nCOPY src/a.py /x\n", "src\n!src/a.py\n"),
        ("FROM scratch\nCOPY docs /x\n", "src\n!src/a.py\nsrc\n"),
        ("FROM scratch\nCOPY src/a.py docs /x/\n", "**/*.log\n"),
        ("FROM scratch\nCOPY *.bin /x/\n", ""),
        ("FROM scratch\nCOPY link/a.py /x/\n", ""),
        ("FROM scratch\nCOPY src/* /x/\n", ""),
        ("FROM scratch AS a\nCOPY nope /x\nFROM scratch\nCOPY src /x\n", ""),
        ("FROM scratch AS a\nCOPY src /x\nFROM scratch\nCOPY --from=a /nope /x\n", ""),
        ("FROM scratch\nADD https://example.com/nope /x\n", ""),
        ("FROM scratch\nCOPY <<EOF /x\nnope\nEOF\n", ""),
        ("FROM scratch\nENV D=src\nCOPY $D /x\n", ""),
        ("FROM scratch\nARG D=src\nCOPY ${D}/a.py /x\n", ""),
        ("FROM scratch\nRUN --mount=type=bind,source=src,target=/m true\n", ""),
        ("FROM scratch\nRUN --mount=type=cache,target=/m true\n", ""),
        ("FROM scratch\nCOPY src/[a]*.py /x/\n", ""),
        ("FROM scratch\nCOPY ../src /x\n", ""),
        ("FROM scratch\nCOPY /src/ /x\n", ""),
        ('FROM scratch\nCOPY ["src", "/x"]\n', ""),
        ("FROM scratch\nONBUILD COPY nope /x\n", ""),
        ("FROM scratch\nLABEL a=b\n", "src\n"),
        ("FROM scratch\nCOPY docs/img/y.png /x\n", "docs/*\n!docs/img\n"),
        ("FROM scratch\nCOPY src/a.py /x\n", "*\n!src/a.py\n"),
        ("FROM scratch\nCOPY --chown=1:1 src/a.py /x\n", ""),
        ("FROM scratch\nCOPY big.bin docs/x.md /x/\n", "src\n"),
    ],
)
def test_no_checks(tmp_path, dockerfile, ignore):
    assert checks(tmp_path, dockerfile, ignore).checks == ()


def test_shares(tmp_path):
    report = checks(
        tmp_path,
        "FROM scratch AS build\nCOPY src docs /b/\nFROM scratch\nCOPY docs /d\nCOPY big.bin /\n"
        "COPY --from=build /b /b\nRUN --mount=type=bind,source=src/a.py,target=/m true\n",
    )
    shares = [
        (
            use.source.line,
            use.stage,
            use.reach,
            use.files,
            use.bytes,
            use.only_files,
            use.only_bytes,
        )
        for use in report.uses
    ]
    assert shares == [
        (2, "build", "builder", 4, 42, 1, 20),
        (4, "1", "final", 2, 12, 0, 0),
        (5, "1", "final", 1, 1000, 1, 1000),
        (7, "1", "mount", 1, 10, 0, 0),
    ]
    assert (report.never_copied_files, report.never_copied_bytes) == (0, 0)


def test_excluded_at_copy_time(tmp_path):
    report = checks(tmp_path, "FROM scratch\nCOPY --exclude=*.log src /x\n")
    assert [(use.files, use.bytes) for use in report.uses] == [(1, 10)]
    assert (report.never_copied_files, report.never_copied_bytes) == (1, 20)


def test_sent_but_never_copied(tmp_path):
    tree = {"docs/deep/x.md": 3, "link": "plain"}
    report = checks(tmp_path, "FROM scratch\nCOPY **/x.md /x/\n", tree=tree)
    assert [(use.files, use.bytes) for use in report.uses] == [(1, 5)]
    assert report.never_copied_bytes == 3


def test_named_context(tmp_path):
    other = tmp_path / "other"
    lay(str(other), {"a": 3, "b/c": 4, ".dockerignore": "b\n"})
    report = checks(
        tmp_path / "main",
        "FROM scratch\nCOPY --from=extra a /x\nCOPY src/a.py /\n",
        build_contexts={"extra": str(other)},
    )
    assert [(use.context, use.files, use.bytes) for use in report.uses] == [
        ("extra", 1, 3),
        (None, 1, 10),
    ]


def test_paths_of_checks_are_named(tmp_path):
    found = checks(tmp_path, "FROM scratch\nCOPY src /x\n", "**/*.log\n").checks[0]
    assert found.paths == ("src/b.log",)
    assert [(p.text, p.line) for p in found.patterns] == [("**/*.log", 1)]


def test_hardly_anything_to_copy(tmp_path):
    os.makedirs(tmp_path / "empty")
    lay(str(tmp_path / "empty"), {"Dockerfile": "FROM scratch\nCOPY . /\n"})
    plan = analyze(find_context(str(tmp_path / "empty")), BuildRequest()).plan
    assert plan is not None
    assert plan.sources.checks == ()
