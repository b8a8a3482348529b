"""Rules about the Dockerfile against its context, each with twice as much that it must not find."""

from __future__ import annotations

import pytest

from ctxopt.evidence.needs import Need, Needs
from ctxopt.rules.sources import whole_context_by_accident
from ctxopt.severity import Severity
from tests.support.judging import catches, catches_not

TREE = {"src/a.py": 10, "src/b.log": 20, "docs/x.md": 5, "package.json": 3, "dist/out.js": 7}


def build(*instructions, ignore=None, **more):
    tree = {**TREE, "Dockerfile": "\n".join(("FROM scratch", *instructions)) + "\n", **more}
    return tree if ignore is None else {**tree, ".dockerignore": ignore}


@pytest.mark.parametrize(
    "instruction",
    ["COPY gone /", "ADD gone.tar /", "RUN --mount=type=bind,source=gone,target=/x true"],
)
def test_missing_source(instruction):
    found = catches("missing-source", build("# c", instruction), line=3)
    assert found.location.file == "Dockerfile"
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    "instruction",
    [
        "COPY src /",
        "COPY . /",
        "COPY package*.json /",
        "COPY package-lock.jso[n] /",
        "COPY --from=busybox /gone /",
        "ADD https://example.com/gone /",
        "RUN --mount=type=cache,target=/gone true",
    ],
)
def test_sources_that_are_there(instruction):
    catches_not("missing-source", build(instruction))


def test_a_dockerfile_for_another_folder():
    text = "FROM scratch\nCOPY nginx.conf /\nCOPY run.sh /\n"
    tree = {"web/Dockerfile": text, "web/nginx.conf": 1, "web/run.sh": 1}
    found = catches("missing-source", tree, dockerfile="web/Dockerfile", line=2)
    assert found.severity is Severity.WARNING
    assert "they are in web" in found.help


def test_sources_that_are_made_before_the_build():
    tree = {"Dockerfile": "FROM scratch\nCOPY dist/app /\nCOPY src /\n", "src/a": 1}
    assert catches("missing-source", tree, line=2).severity is Severity.INFO


def test_a_stage_that_is_not_built_misses_nothing():
    text = "FROM scratch AS other\nCOPY gone /\nFROM scratch\nCOPY src /\n"
    catches_not("missing-source", {**TREE, "Dockerfile": text})


def test_ignored_source():
    found = catches(
        "ignored-source",
        build("COPY dist /", ignore="*.log\ndist\n"),
        line=2,
        paths=["dist"],
        edits=["!dist"],
    )
    assert ".dockerignore:2 (dist)" in found.message
    assert found.severity is Severity.ERROR


def test_ignored_source_below_an_excluded_folder():
    catches(
        "ignored-source",
        build("COPY dist/out.js /", ignore="dist\n"),
        line=2,
        edits=["!dist/out.js"],
    )


def test_ignored_source_with_odd_characters():
    tree = build("COPY a{1}.txt /", ignore="a*\n!b?\n", **{"a{1}.txt": 5})
    found = catches("ignored-source", tree, line=2, edits=["!a{1}.txt"])
    assert found.size == 5


@pytest.mark.parametrize(
    ("instruction", "ignore"),
    [
        ("COPY dist /", "src\n"),
        ("COPY dist /", "dist\n!dist\n"),
        ("COPY src /", "**/*.log\n"),
        ("COPY . /", "dist\n"),
        ("COPY gone /", "gone\n"),
        ("COPY --from=busybox dist /", "dist\n"),
    ],
)
def test_sources_that_are_sent(instruction, ignore):
    catches_not("ignored-source", build(instruction, ignore=ignore))


def test_partly_ignored_source():
    found = catches(
        "partly-ignored-source",
        build("COPY src /", ignore="**/a.py\n"),
        line=2,
        paths=["src/a.py"],
        tracked=["src/a.py"],
    )
    assert found.severity is Severity.INFO


@pytest.mark.parametrize(
    ("instruction", "ignore", "tracked"),
    [
        ("COPY src /", "**/*.log\n", ["src/a.py"]),
        ("COPY src /", "**/a.py\n", None),
        ("COPY . /", "**/a.py\n", ["src/a.py"]),
        ("COPY src /", "src/a.py\n", ["src/a.py"]),
        ("COPY docs /", "**/a.py\n", ["src/a.py"]),
    ],
)
def test_not_worth_telling(instruction, ignore, tracked):
    catches_not("partly-ignored-source", build(instruction, ignore=ignore), tracked=tracked)


@pytest.mark.parametrize(
    ("path", "ignore"),
    [
        ("src/tests/a.py", "**/tests\n"),
        ("src/ui/a.spec.ts", "**/*.spec.ts\n"),
        ("src/test_a.py", "**/test_*\n"),
        ("src/__snapshots__/a", "**/__snapshots__\n"),
    ],
)
def test_tests_are_what_is_left_out(path, ignore):
    tree = build("COPY src /", ignore=ignore) | {path: "x"}
    catches_not("partly-ignored-source", tree, tracked=[path])


@pytest.mark.parametrize("path", ["src/latest/a.py", "src/contest.py", "src/attest_b.py"])
def test_a_name_that_only_sounds_like_a_test_is_told(path):
    tree = build("COPY src /", ignore=f"**/{path[4:]}\n") | {path: "x"}
    catches("partly-ignored-source", tree, line=2, paths=[path], tracked=[path])


def test_wildcard_whose_files_are_hidden():
    found = catches(
        "empty-wildcard",
        build("COPY package* /", ignore="*.json\n"),
        line=2,
        paths=["package.json"],
    )
    assert found.severity is Severity.WARNING


def test_wildcard_that_matches_nothing():
    assert catches("empty-wildcard", build("COPY *.toml /"), line=2).severity is Severity.INFO


@pytest.mark.parametrize(
    ("instruction", "ignore"),
    [
        ("COPY dist/*.js /", ""),
        ("COPY package.json yarn.loc[k] /x/", ""),
        ("COPY src/*.py /", "**/*.log\n"),
        ("COPY . /", ""),
        ("COPY --from=busybox *.toml /", ""),
    ],
)
def test_wildcards_that_match(instruction, ignore):
    catches_not("empty-wildcard", build(instruction, ignore=ignore))


HEAVY = {"node_modules/a.js": 900_000, "coverage.bin": 400_000}


def test_broad_copy_into_the_final_image():
    found = catches(
        "broad-copy",
        build("COPY . /app", **HEAVY),
        line=2,
        tracked=["src/a.py"],
        ignored=["node_modules", "coverage.bin"],
    )
    assert "copies 2 paths" in found.message
    assert "node_modules, coverage.bin" in found.message
    assert found.severity is Severity.WARNING
    assert found.reach == "final"
    # The rules about paths report these bytes; nobody counts them twice.
    assert (found.size, found.entries, found.paths) == (0, 0, ())


def test_broad_copy_into_a_builder():
    text = "FROM scratch AS build\nCOPY . /app\nFROM scratch\nCOPY --from=build /app /\n"
    tree = {**TREE, **HEAVY, "Dockerfile": text}
    assert catches("broad-copy", tree, line=2).severity is Severity.INFO


@pytest.mark.parametrize(
    ("instruction", "ignore"),
    [
        ("COPY src /app", ""),
        ("COPY . /app", "node_modules\ncoverage.bin\n"),
        ("COPY . /app", "*\n!src\n"),
        ("COPY node_modules /n\nCOPY . /app", "coverage.bin\n"),
        ("RUN --mount=type=bind,target=/src true", ""),
    ],
)
def test_copies_without_waste(instruction, ignore):
    catches_not(
        "broad-copy",
        build(instruction, ignore=ignore, **HEAVY),
        tracked=["src/a.py"],
        ignored=["node_modules", "coverage.bin"],
    )


def test_broad_copy_spares_what_is_tracked_or_needed():
    tracked = ["src/a.py", "node_modules/a.js", "coverage.bin"]
    catches_not("broad-copy", build("COPY . /app", **HEAVY), tracked=tracked)
    needs = Needs((Need("node_modules", "npm ci --offline"), Need("coverage.bin", "a test")))
    catches_not(
        "broad-copy",
        build("COPY . /app", **HEAVY),
        needs=needs,
        ignored=["node_modules", "coverage.bin"],
    )


def test_broad_copy_below_the_noise_floor():
    catches_not("broad-copy", build("COPY . /app", **{"node_modules/a.js": 500}))


def test_whole_context_by_an_empty_variable():
    found = catches("whole-context-by-accident", build("ARG DIR", "COPY $DIR/ /app"), line=3)
    assert "$DIR is empty" in found.message
    assert found.severity is Severity.WARNING


def test_whole_context_is_an_error_when_heavy(monkeypatch):
    monkeypatch.setattr(whole_context_by_accident, "_HEAVY", 20)
    found = catches("whole-context-by-accident", build("ARG DIR", "COPY $DIR/ /app"), line=3)
    assert found.severity is Severity.ERROR


def test_whole_context_by_a_mount():
    catches(
        "whole-context-by-accident",
        build("COPY src /", "RUN --mount=type=tmpfs,target=/tmp true"),
        line=3,
    )


def test_whole_context_by_a_link():
    tree = build("COPY */a.py /", link={"link": "src"})
    catches("whole-context-by-accident", tree, line=2, paths=["*"])


@pytest.mark.parametrize(
    ("instructions", "more"),
    [
        (["COPY . /app"], {}),
        (["ARG DIR=src", "COPY $DIR/ /app"], {}),
        (["ARG DIR", "COPY src$DIR /app"], {}),
        (["COPY */a.py /"], {}),
        (["COPY src/*.py /"], {"link": {"link": "src"}}),
        (["RUN --mount=type=cache,target=/tmp true"], {}),
        (["RUN --mount=type=tmpfs,target=/tmp true", "COPY . /app"], {}),
        (["ARG DIR", "COPY . /a", "COPY $DIR/ /b"], {}),
    ],
)
def test_no_accident(instructions, more):
    catches_not("whole-context-by-accident", build(*instructions, **more))


def test_rules_need_no_dockerfile():
    for rule in (
        "missing-source",
        "ignored-source",
        "partly-ignored-source",
        "empty-wildcard",
        "broad-copy",
        "whole-context-by-accident",
    ):
        catches_not(rule, {**TREE, ".dockerignore": "dist\n"})
        catches_not(rule, {**TREE, "Dockerfile": "FROM scratch\n"})
