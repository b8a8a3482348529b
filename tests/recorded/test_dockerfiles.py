"""What real Docker did with Dockerfiles: the same refusals, and the same contexts asked for."""

from __future__ import annotations

import fnmatch
import gzip
import json
import posixpath
import re
from typing import TYPE_CHECKING, Any

import pytest

from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile import Build, context_paths, parse, resolve
from tests.support.places import FIXTURES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Case = dict[str, Any]
RECORDINGS = FIXTURES / "recordings"
PREFIX = re.compile(
    r"(ERROR: failed to build: failed to solve: )?(dockerfile parse error on line (\d+): )?"
)
# What fails when the Dockerfile is long understood: in the ignore file, while copying, while running.
LATER = (
    "did not complete successfully", "failed to compute cache key", "lstat ", "cannot copy to", "cannot replace to",
    "illegal exclusion pattern", "syntax error in pattern", "unset ssh forward key", "invalid user index",
    "invalid UTF-8", "non-printable ASCII", "connection refused", "too many links",
)  # fmt: skip
# Refused before any context is asked for.
IGNORE_FILE = ('illegal exclusion pattern: "!"', "syntax error in pattern")
# This Docker's own frontend is older than these.
NEWER = {"copy-parents", "copy-parents-pivot", "run-security"}


def builds() -> Iterator[Case]:
    with gzip.open(RECORDINGS / "builds.jsonl.gz", "rt") as lines:
        for line in lines:
            case = json.loads(line)
            path = posixpath.join(case.get("context") or "", case.get("dockerfile") or "Dockerfile")
            text = case["tree"].get(posixpath.normpath(path))
            if isinstance(text, str) and case["id"] not in NEWER:
                case["files"] = None
                yield case | {"dockerfile": text} | case["docker"]["buildkit"]


def dockerfiles() -> Iterator[Case]:
    for line in (RECORDINGS / "dockerfiles.jsonl").read_text().splitlines():
        case = json.loads(line)
        if case["id"] not in NEWER:
            yield case


def outcome(case: Case) -> tuple[Build | None, DockerfileError | None]:
    """Return the build and None, or None and the refusal."""
    args = dict(argument.partition("=")[::2] for argument in case.get("args") or ())
    contexts = case.get("contexts") or ()
    try:
        dockerfile = parse(case["dockerfile"])
        target = case.get("target")
        build = resolve(dockerfile, target=target, build_args=args, named_contexts=contexts)
    except DockerfileError as error:
        return None, error
    return build, None


@pytest.mark.parametrize("source", [builds, dockerfiles])
def test_docker_says_the_same(source: Callable[[], Iterator[Case]]) -> None:
    count = 0
    for case in source():
        count += 1
        error = case["error"] or ""
        prefix = PREFIX.match(error)
        assert prefix is not None
        reason = error[prefix.end() :]
        build, refusal = outcome(case)
        if refusal is not None:
            assert refusal.reason == reason, case["id"]
            assert prefix[3] in (None, str(refusal.line)), case["id"]
            continue
        assert not reason or any(text in reason for text in LATER), (case["id"], reason)
        assert build is not None
        if reason not in IGNORE_FILE:
            loaded = context_paths(build) is not None
            assert loaded == case["context_loaded"], case["id"]
    assert count > 200


def test_exactly_what_is_asked_for_arrives() -> None:
    count = 0
    for case in dockerfiles():
        if case["error"]:
            continue
        build, _ = outcome(case)
        assert build is not None
        paths = context_paths(build) or ()
        tree = ["a", "b", "src/x", "src/y", "docs/z", "Dockerfile", *case.get("more", ())]
        expected = {name for name in tree if any(covers(path, name) for path in paths)}
        arrived = {name for name in case["files"] if not name.endswith("/")}
        assert arrived == expected, case["id"]
        count += 1
    assert count > 70


def covers(path: str, name: str) -> bool:
    if path == "/":
        return True
    wanted = path.split("/")
    parts = name.split("/")
    pairs = zip(parts, wanted, strict=False)
    return len(parts) >= len(wanted) and all(
        fnmatch.fnmatchcase(part, glob) for part, glob in pairs
    )
