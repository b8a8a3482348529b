"""What real Docker did, kept under fixtures/recordings."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from tests.support.places import FIXTURES
from tests.support.trees import lay


@cache
def load(name: str) -> list[dict[str, Any]]:
    """Read one file of recorded cases."""
    path = FIXTURES / "recordings" / name
    content = path.read_bytes()
    text = gzip.decompress(content) if name.endswith(".gz") else content
    return [json.loads(line) for line in text.splitlines()]


def each_case(cases: Sequence[dict[str, Any]]) -> pytest.MarkDecorator:
    """Run a test for each recorded case; all but every tenth are left to the full run."""
    rows = []
    for place, case in enumerate(cases):
        marks = [pytest.mark.slow] if place % 10 else []
        rows.append(pytest.param(case, id=case["id"], marks=marks))
    return pytest.mark.parametrize("case", rows)


def listed(entries: Any) -> dict[str, int | str]:
    """Write entries as the recordings do: folders end in ``/``, a link is ``-> target``."""
    found: dict[str, int | str] = {}
    for entry in entries:
        if entry.type == "dir":
            found[entry.path + "/"] = 0
        elif entry.type == "symlink":
            found[entry.path] = "-> " + entry.link
        else:
            found[entry.path] = entry.size
    return found


def lay_case(case: dict[str, Any], folder: Any) -> tuple[str, str | None]:
    """Lay a recorded build below ``folder``: its context root and its Dockerfile, if it names one."""
    lay(str(folder), case["tree"], case.get("modes"))
    root = os.path.join(str(folder), case.get("context", "")).rstrip("/")
    dockerfile = case.get("dockerfile")
    return root, dockerfile and os.path.normpath(os.path.join(root, dockerfile))


def reported_path(error: str) -> str | None:
    """The path that Docker could not find, if that is why it stopped."""
    found = re.search(r'"(/.*)": not found', error) or re.search(
        r"lstat (/.*): no such file", error
    )
    return (
        None
        if found is None
        else re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), found[1])
    )
