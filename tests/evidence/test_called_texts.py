"""Which tasks commands reach."""

from __future__ import annotations

import json
import time

import pytest

from ctxopt.evidence.called_texts import TextFile, reach_tasks, read_tasks
from ctxopt.evidence.workspaces import Workspaces

MAKE = TextFile("Makefile", "all: b\nb:\n\tone\nc:\n\ttwo\nd/%.o:\n\tthree\n")
NODE = TextFile("package.json", json.dumps({"scripts": {"a": "one", "postinstall": "two", "g:x": "three", "g:y": "four"}}))  # fmt: skip
RAKE = TextFile("Rakefile", "task :a do\n  one\nend\ntask :default do\n  two\nend\n")
MAGE = TextFile("magefile.go", "func Pack() {\n\tone\n}\nvar Default = Pack\n")

REACHED = [
    (MAKE, "make", {"one"}),
    (MAKE, "make c", {"two"}),
    (MAKE, "gmake -j4 b c", {"one", "two"}),
    (MAKE, "make V=1", {"one"}),
    (MAKE, "make -C sub", {"one"}),
    (MAKE, "make d/x.o", {"three"}),
    (MAKE, "cd x && /usr/bin/make c", {"two"}),
    (MAKE, "sh -c 'make c'", {"two"}),
    (MAKE, "if true; then make c; fi", {"two"}),
    (NODE, "npm run a", {"one"}),
    (NODE, "npm ci", {"two"}),
    (NODE, "yarn", {"two"}),
    (NODE, "yarn a", {"one"}),
    (NODE, "pnpm --filter x a", {"one"}),
    (NODE, "pnpm -r run /a/ a", {"one"}),
    (NODE, "bun run a", {"one"}),
    (NODE, "npx turbo run a --filter=x", {"one"}),
    (NODE, "npx nx run web:a", {"one"}),
    (NODE, "run-p g:*", {"three", "four"}),
    (NODE, "concurrently npm:a", {"one"}),
    (NODE, "corepack npm@10 run a", {"one"}),
    (NODE, "node --run a", {"one"}),
    (RAKE, "bundle exec rake a", {"one"}),
    (RAKE, "rake", {"two"}),
    (RAKE, "bin/rails x:a", {"one"}),
    (RAKE, "rake a[1]", {"one"}),
    (MAGE, "mage Pack", {"one"}),
    (MAGE, "mage x:pack", {"one"}),
    (MAGE, "go run mage.go -v pack", {"one"}),
    (MAGE, "mage", {"one"}),
]

NOT_REACHED = [
    (MAKE, "cmake --build ."),
    (MAKE, "makeinfo c"),
    (MAKE, "apt-get install make c"),
    (MAKE, "apk add --no-cache \\\n make \\\n c"),
    (MAKE, "automake"),
    (MAKE, "ls c"),
    (MAKE, ""),
    (NODE, "npm run"),
    (NODE, "npm run b"),
    (NODE, "npm run --a"),
    (NODE, "npm run b -- --a"),
    (NODE, "npm ci --ignore-scripts"),
    (NODE, "npm install -g x"),
    (NODE, "npx vite build"),
    (NODE, "apk add npm a"),
    (NODE, "pip install a"),
    (NODE, "run-p h:*"),
    (RAKE, "rails server"),
    (RAKE, "bundle exec rspec a"),
    (RAKE, "brake a"),
    (MAGE, "go build ./pack"),
    (MAGE, "image pack"),
]


def commands(step, *files):
    folders = Workspaces(started=(), copied=(), packages={}, is_managed=False)
    found = reach_tasks([step], read_tasks(files), folders)
    return {line.strip() for item in found for line in item.commands.splitlines()}


@pytest.mark.parametrize(("file", "step", "expected"), REACHED)
def test_reached(file, step, expected):
    assert expected <= commands(step, file)
    assert not ({"one", "two", "three", "four"} - expected) & commands(step, file)


@pytest.mark.parametrize(("file", "step"), NOT_REACHED)
def test_not_reached(file, step):
    assert not {"one", "two", "three", "four"} & commands(step, file)


def test_from_one_file_to_the_next_and_back():
    node = TextFile("package.json", json.dumps({"scripts": {"a": "make c", "d": "five"}}))
    make = TextFile("Makefile", "c:\n\tnpm run d\n")
    assert "five" in commands("npm run a", node, make)
    assert "five" not in commands("npm run b", node, make)


def test_tasks_that_call_each_other_end():
    make = TextFile("Makefile", "a: b\n\tmake b\nb: a\n\tmake a\n")
    assert "make a" in commands("make", make)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"t{i}: t{i + 1}\n" for i in range(5000)),
        "".join(f"t{i}:\n\tmake t{i + 1}\n" for i in range(5000)),
        "".join(f"t{i}%: t{i + 1}\n" for i in range(5000)),
    ],
)
def test_a_long_chain_of_targets_is_read_at_once(text):
    start = time.process_time()
    commands("make", TextFile("Makefile", text))
    assert (
        time.process_time() - start < 30
    )  # what does not end takes minutes; no machine is that slow
