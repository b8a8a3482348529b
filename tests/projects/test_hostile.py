"""Files made to nest or grow without end: refused in one sentence, in little memory and time."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.support.program import environment
from tests.support.trees import lay

MEMORY = 500 << 20
"""Bytes of address space, most of which an idle interpreter with its libraries takes already."""
SECONDS = 20
"""Where eight programs share two processors, a second may take five."""

LAUGHS = "\n".join(f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))
LISTS = "".join(f"a{n} = [{', '.join([f'a{n - 1}'] * 10)}]\n" for n in range(1, 12))
TEXTS = "".join(f'a{n} = "{f"${{a{n - 1}}}" * 10}"\n' for n in range(1, 12))
TREES: dict[str, dict[str, Any]] = {
    "a billion laughs": {"compose.yaml": f"x:\n  a0: &a0 [x]\n{LAUGHS}\nservices: {{a: {{build: .}}}}\n"},
    "a hundred megabytes of YAML": {"compose.yaml": 100 << 20},
    "a hundred megabytes of HCL": {"docker-bake.hcl": 100 << 20},
    "a hundred megabytes of JSON": {".devcontainer/devcontainer.json": 100 << 20},
    "a hundred megabytes of a Dockerfile": {"Dockerfile": 100 << 20},
    "lists a thousand deep": {"compose.yaml": "x-a: " + "[" * 1000 + "]" * 1000 + "\n"},
    "lists a hundred thousand deep": {"compose.yaml": "x-a: " + "[" * 100_000},
    "JSON a thousand deep": {"docker-bake.json": '{"x": ' + "[" * 1000 + "]" * 1000 + "}"},
    "HCL a thousand deep": {"docker-bake.hcl": "x = " + "[" * 1000 + "]" * 1000 + "\n"},
    "operators in a row": {"docker-bake.hcl": "x = " + "1 + " * 5000 + "1\n"},
    "an anchor that loops": {"compose.yaml": "services: &s\n  a: *s\n"},
    "variables that multiply": {"compose.yaml": "services: {a: {build: .}}\n", ".env": "A0=xxxxxxxxxx\n" + "".join(f"A{n}={f'${{A{n - 1}}}' * 10}\n" for n in range(1, 12))},
    "texts that multiply": {"docker-bake.hcl": f'a0 = "xxxxxxxxxx"\n{TEXTS}'},
    "lists that multiply": {"docker-bake.hcl": f'a0 = [1]\n{LISTS}target "a" {{\n  context = jsonencode(a11)\n}}\n'},
    "loops in loops": {"docker-bake.hcl": "r = range(9999)\nx = [for a in r : [for b in r : b]]\n"},
    "a matrix without end": {"docker-bake.hcl": 'target "a" {\n  name = "x-${a}-${b}"\n  matrix = { a = range(999), b = range(999) }\n}\n'},
    "an expression that backtracks": {"docker-bake.hcl": f'x = regex("(a+)+b$", "{"a" * 60}")\n'},
    "a chain of variables": {"docker-bake.hcl": "".join(f"v{n} = v{n + 1}\n" for n in range(1500))},
    "targets that inherit twice": {"docker-bake.hcl": "".join(f'target "t{n}" {{\n  inherits = ["t{n + 1}", "t{n + 2}"]\n}}\n' for n in range(150))},
    "variables in variables": {"compose.yaml": 'services: {a: {build: "' + "${A:-" * 3000 + "}" * 3000 + '"}}\n'},
}  # fmt: skip


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@pytest.mark.slow
@pytest.mark.parametrize("what", TREES)
def test_refused_in_one_sentence(what, tmp_path):
    lay(tmp_path, TREES[what])
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "ctxopt", "builds"], cwd=tmp_path, env=environment(), preexec_fn=limit,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert time.monotonic() - started < SECONDS
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("warning: ")
    assert "Traceback" not in done.stderr


def test_a_fifo_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "compose.yaml")
    done = subprocess.run(
        [sys.executable, "-m", "ctxopt", "builds"], cwd=tmp_path, env=environment(),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "not a regular file" in done.stderr


def test_includes_that_double(tmp_path):
    tree = {f"f{n}.yaml": f"include: [f{n + 1}.yaml, f{n + 1}.yaml]\n" for n in range(30)}
    lay(
        tmp_path,
        {**tree, "compose.yaml": "include: [f0.yaml]\n", "f30.yaml": "services: {a: {build: .}}\n"},
    )
    done = subprocess.run(
        [sys.executable, "-m", "ctxopt", "builds", "--as", "compose"], cwd=tmp_path, env=environment(),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "more than 200 files are included" in done.stderr
