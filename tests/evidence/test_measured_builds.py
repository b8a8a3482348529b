"""Declared builds measured together: what shares a walk, what a build is given, what cannot be measured."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest

from ctxopt.build import analysis, plan, shared_walk
from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.tree.workers import walk
from tests.support.several import TAKES_ALL, compose, measured

INLINE = "services:\n  a:\n    build:\n      context: {context}\n      dockerfile_inline: |\n{text}"


def inline(*lines, context="."):
    text = "".join(f"        {line}\n" for line in lines)
    return INLINE.format(context=context, text=text)


def sizes(found):
    return {
        item.declared.name: item.analysis.sent.total.bytes
        for shared in found.contexts
        for item in shared.builds
    }


def groups(found):
    return [[item.declared.name for item in shared.builds] for shared in found.contexts]


BASE: dict[str, Any] = {
    "a/Dockerfile": TAKES_ALL,
    "a/x": 100,
    "b/Dockerfile": TAKES_ALL,
    "b/x": 7,
    "Dockerfile": TAKES_ALL,
}

# Tree, and the builds that share a folder with an ignore file.
GROUPS: dict[str, tuple[dict[str, Any], list[list[str]]]] = {
    "each folder is one": (BASE | {"compose.yaml": compose(a="./a", b="./b")}, [["a"], ["b"], ["Dockerfile"]]),
    "two of one folder": (BASE | {"compose.yaml": compose(a="./a", b="{context: a, target: t}", c=".")}, [["a"], ["c"], ["b/Dockerfile"]]),
    "another name of the folder": (
        BASE | {"c": {"link": "a"}, "compose.yaml": compose(a="./a", b="./c", c="./b", d=".")},
        [["a", "b"], ["c"], ["d"]],
    ),
    "an ignore file of its own": (
        {"compose.yaml": compose(a="{dockerfile: A}", b="{dockerfile: B}", c="{dockerfile: C}"), "A": TAKES_ALL, "B": TAKES_ALL, "C": TAKES_ALL, "B.dockerignore": "x\n"},
        [["a", "c"], ["b"]],
    ),
    "an inline one has the root's": (
        {"compose.yaml": inline("FROM a"), "Dockerfile": "FROM a\n", "Dockerfile.dockerignore": "*\n", ".dockerignore": "x\n"},
        [["a"], ["Dockerfile"]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GROUPS)
def test_what_shares_an_ignore_file(tmp_path, name):
    tree, wanted = GROUPS[name]
    assert groups(measured(tmp_path, tree)) == wanted


UNMEASURED = {
    "remote": ("https://example.com/x.git", "its context is remote: https://example.com/x.git", False),
    "over SSH": ("git@example.com:x/y.git", "its context is remote: git@example.com:x/y.git", False),
    "a remote Dockerfile": ("{context: ., dockerfile: 'https://example.com/D'}", "its Dockerfile is remote: https://example.com/D", False),
    "no folder": ("./none", "compose.yaml:2: there is no folder none", True),
    "a file for a folder": ("./a/x", "compose.yaml:2: there is no folder a/x", True),
    "no Dockerfile": ("{context: a, dockerfile: D}", "compose.yaml:2: there is no Dockerfile a/D", True),
    "no Dockerfile at the usual place": ("./empty", "compose.yaml:2: there is no Dockerfile empty/Dockerfile", True),
    "a Dockerfile that is refused": ("./wrong", "wrong/Dockerfile:2: unknown instruction: COPPY (did you mean COPY?)", True),
    "no such stage": ("{context: a, target: nix}", "a/Dockerfile: target stage \"nix\" could not be found", True),
    "an ignore file that is refused": ("./bad", "bad/.dockerignore:1: ", True),
    "a named context that is no folder": ("{context: n, additional_contexts: {o: ./none}}", "compose.yaml:2: build context 'o': no such folder: ", True),
}  # fmt: skip
MORE = {
    "a/Dockerfile": TAKES_ALL, "a/x": 1, "empty/x": 1, "wrong/Dockerfile": "FROM a\nCOPPY a b\n", "bad/Dockerfile": TAKES_ALL, "bad/.dockerignore": "[\n",
    "n/Dockerfile": "FROM a\nCOPY --from=o . .\n",
}  # fmt: skip


@pytest.mark.parametrize("name", UNMEASURED)
def test_what_cannot_be_measured_is_named_and_the_rest_measured(tmp_path, name):
    build, reason, is_wrong = UNMEASURED[name]
    found = measured(tmp_path, {**MORE, "compose.yaml": compose(it=build, good="./a")})
    [item] = [item for item in found.unmeasured if item.declared.name == "it"]
    assert item.reason.replace(str(tmp_path) + "/", "").startswith(reason)
    assert item.is_wrong is is_wrong
    assert sizes(found)["good"] == len(TAKES_ALL) + 1


def test_the_classic_client_forces_each_dockerfile_in(tmp_path):
    tree: dict[str, Any] = {
        "compose.yaml": compose(one="{dockerfile: A.D}", two="{dockerfile: B.D}"),
        "A.D": "FROM a\n", "B.D": "FROM a\n# longer\n", ".dockerignore": "*\n", "x": 100,
    }  # fmt: skip
    found = measured(tmp_path, tree, "classic")
    assert groups(found) == [["one", "two"]]
    forced = len(tree[".dockerignore"])
    assert sizes(found) == {"one": forced + len(tree["A.D"]), "two": forced + len(tree["B.D"])}


def test_a_workflow_that_builds_from_git_is_no_folder(tmp_path):
    text = "on: push\njobs:\n  i:\n    steps:\n      - uses: docker/build-push-action@v6\n"
    found = measured(tmp_path, {".github/workflows/w.yaml": text, "Dockerfile": TAKES_ALL})
    [item] = found.unmeasured
    assert item.reason.startswith("its context is git itself")
    assert not item.is_wrong


@pytest.mark.parametrize("file", ["${{ matrix.file }}", "${{ matrix.part }}/Dockerfile"])
def test_a_dockerfile_that_only_a_run_tells_is_not_taken_for_the_usual_one(tmp_path, file):
    step = f"docker/build-push-action@v6\n        with: {{context: ., file: '{file}'}}\n"
    text = f"on: push\njobs:\n  i:\n    steps:\n      - uses: {step}"
    found = measured(tmp_path, {".github/workflows/w.yaml": text, "Dockerfile": TAKES_ALL})
    [item] = found.unmeasured
    assert item.reason == "file: only a run of the workflow tells"
    assert not item.is_wrong


# Tree with one build "it", and what it sends of its context.
SENT: dict[str, tuple[dict[str, Any], int]] = {
    "all": ({"compose.yaml": compose(it="./a"), "a/Dockerfile": TAKES_ALL, "a/x": 100}, 100 + len(TAKES_ALL)),
    "what is copied": ({"compose.yaml": compose(it="./a"), "a/Dockerfile": "FROM a\nCOPY x /\n", "a/x": 100, "a/y": 9}, 100),
    "of the target": (
        {"compose.yaml": compose(it="{context: a, target: t}"), "a/Dockerfile": "FROM a AS t\nCOPY x /\nFROM a\nCOPY y /\n", "a/x": 100, "a/y": 9},
        100,
    ),
    "with an argument": (
        {"compose.yaml": compose(it="{context: a, args: {WHAT: y}}"), "a/Dockerfile": "FROM a\nARG WHAT=x\nCOPY $WHAT /\n", "a/x": 100, "a/y": 9},
        9,
    ),
    "inline": ({"compose.yaml": inline("FROM a", "COPY x /", context="a").replace("  a:", "  it:"), "a/x": 100, "a/y": 9}, 100),
    "a Dockerfile elsewhere": (
        {"compose.yaml": compose(it="{context: a, dockerfile: ../d/D}"), "d/D": "FROM a\nCOPY y /\n", "d/y": 5000, "a/x": 100, "a/y": 9},
        9,
    ),
    "nothing": ({"compose.yaml": compose(it="./a"), "a/Dockerfile": "FROM a\n", "a/x": 100}, 0),
    "nothing, for another build is the source": (
        {"compose.yaml": compose(base="./b", it="{context: a, additional_contexts: {base: 'service:base'}}"), "a/Dockerfile": "FROM a\nCOPY --from=base /x /\n", "a/x": 100, "b/Dockerfile": "FROM a\n"},
        0,
    ),
    "not what is ignored": ({"compose.yaml": compose(it="./a"), "a/Dockerfile": TAKES_ALL, "a/.dockerignore": "*\n!x\n", "a/x": 100, "a/y": 9}, 100),
    "not what its own file ignores": (
        {"compose.yaml": compose(it="./a"), "a/Dockerfile": TAKES_ALL, "a/Dockerfile.dockerignore": "*\n!y\n", "a/.dockerignore": "*\n!x\n", "a/x": 100, "a/y": 9},
        9,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SENT)
def test_what_a_build_sends(tmp_path, name):
    tree, size = SENT[name]
    assert sizes(measured(tmp_path, tree))["it"] == size


OWN = {f"s{number}.Dockerfile": TAKES_ALL for number in range(4)}
IGNORED = {f"s{number}.Dockerfile.dockerignore": f"s{number}\n*.md\n" for number in range(4)}
FOLDERS = {f"s{number}/x": 10**number for number in range(4)}


def loaded(analysis):
    """What a build loads of each named context."""
    loads = [(load.name, load.root, load.transfer.view.total) for load in analysis.plan.loads]
    return loads[1:]


@pytest.mark.parametrize("builder", ["buildkit", "podman"])
def test_each_folder_is_walked_once_and_told_as_alone(tmp_path, builder):
    tree = {
        **OWN, **IGNORED, **FOLDERS, "n/x": 5, "readme.md": 3, "named.Dockerfile": "FROM a\nCOPY --from=o x /\n", "other.Dockerfile": "FROM a\nCOPY --from=o x /\n",
        "compose.yaml": compose(
            named="{dockerfile: named.Dockerfile, additional_contexts: {o: ./n}}",
            other="{dockerfile: other.Dockerfile, additional_contexts: {o: ./n}}",
            **{f"s{number}": f"{{dockerfile: s{number}.Dockerfile}}" for number in range(4)},
        ),
    }  # fmt: skip
    roots = []

    def counted(root, *arguments):
        roots.append(root)
        return walk(root, *arguments)

    with (
        mock.patch.object(shared_walk, "walk", counted),
        mock.patch.object(analysis, "walk", counted),
        mock.patch.object(plan, "walk", counted),
    ):
        found = measured(tmp_path, tree, builder)
    assert roots == [str(tmp_path)]
    for shared in found.contexts:
        for _, declared, told in shared.builds:
            context = find_context(str(tmp_path), dockerfile=declared.dockerfile, builder=builder)
            alone = analyze(context, BuildRequest(build_contexts={"o": str(tmp_path / "n")}))
            assert told.sent.total == alone.sent.total
            assert loaded(told) == loaded(alone)
            assert set(told.tree.folders) == set(alone.tree.folders)


@pytest.mark.parametrize("pattern", ["a[", "[z-a]", "!"])
def test_a_pattern_that_fails_leaves_the_other_builds_of_the_folder(tmp_path, pattern):
    tree = {
        "compose.yaml": compose(bad="{dockerfile: B}", good="{dockerfile: G}"),
        "B": TAKES_ALL, "G": TAKES_ALL, "B.dockerignore": f"{pattern}\n", "x": 100,
    }  # fmt: skip
    found = measured(tmp_path, tree)
    assert [item.declared.name for item in found.unmeasured if item.is_wrong] == ["bad"]
    assert sizes(found)["good"] > 100


def test_what_is_not_measured_has_a_name_of_its_own_too(tmp_path):
    tree = {"compose.yaml": compose(a="./gone", b="./gone"), "o/compose.yaml": compose(a="./gone")}
    names = [item.name for item in measured(tmp_path, tree).unmeasured]
    assert names == ["a (compose.yaml:2)", "b", "a (o/compose.yaml:2)"]
