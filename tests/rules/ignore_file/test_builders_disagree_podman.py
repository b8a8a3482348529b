"""``builders-disagree`` about Podman, which is spoken of only where something shows that it is used."""

from __future__ import annotations

import pytest

from ctxopt.config.load import Config
from ctxopt.rules.lint import lint_file
from ctxopt.rules.rule import add_line
from ctxopt.rules.trial import harms_other_builder, other_readers, try_edits
from ctxopt.rules.written import line_of
from tests.support.judging import RULE_BY_ID, facts_of

RULE = RULE_BY_ID["builders-disagree"]
BOTH = Config(builders=("buildkit", "podman"))


def subjects(folder, tree, config=None, builder="buildkit"):
    facts = facts_of(
        folder, {"a": 1, "src/b.py": 2, "src/c.log": 3, **tree}, config=config, builder=builder
    )
    return [(found.subject, found.paths) for found in RULE.check(facts)]


@pytest.mark.parametrize(
    ("tree", "config", "expected"),
    [
        ({".dockerignore": "*\n!**/b.py\n"}, BOTH, [("BuildKit", ("src/b.py",)), ("BuildKit", ("src/b.py",))]),
        ({".dockerignore": "**.py\n"}, BOTH, [("Podman", ("main.py", "src/b.py"))]),
        ({".dockerignore": "x+y\n", "x+y": 4}, BOTH, [("Podman", ("x+y",))]),
        ({".dockerignore": "c++\n"}, BOTH, [("Podman", ())]),
        ({".dockerignore": "src\n", ".containerignore": "a\n"}, None, [("BuildKit", ("a",)), ("Podman", ("src",))]),
        ({".dockerignore": "**.py\n", "Containerfile": "FROM a\nCOPY . .\n"}, None, [("Podman", ("main.py", "src/b.py"))]),
    ],
)  # fmt: skip
def test_what_differs(tmp_path, tree, config, expected):
    assert sorted(subjects(tmp_path, tree, config)) == sorted(expected)


@pytest.mark.parametrize(
    ("tree", "config"),
    [
        ({".dockerignore": "**.py\n"}, None),
        ({".dockerignore": "c++\n"}, None),
        ({".dockerignore": "x+y\n", "x+y": 4}, None),
        ({".dockerignore": "src\n"}, BOTH),
        ({".dockerignore": "**/*.log\n!src/c.log\n"}, BOTH),
        ({".dockerignore": "*\n!src\n"}, BOTH),
        ({".dockerignore": r"x\+y" + "\n", "x+y": 4}, BOTH),
        ({".dockerignore": "/src\n"}, BOTH),
        ({}, BOTH),
        ({".containerignore": "", "Containerfile": "FROM a\nCOPY . .\n"}, None),
        ({".dockerignore": "src\n", ".containerignore": "src\n"}, None),
        ({".dockerignore": "**.py\n", "Containers.md": 1}, None),
    ],
)
def test_nothing_to_tell(tmp_path, tree, config):
    assert subjects(tmp_path, tree, config) == []


def test_podmans_own_file_concerns_no_other(tmp_path):
    assert subjects(tmp_path, {".containerignore": "c+x\n"}, builder="podman") == []


def test_the_place_is_the_file_that_podman_refuses(tmp_path):
    tree = {".dockerignore": "a\n", ".containerignore": "b\nc++\n"}
    (found,) = RULE.check(facts_of(tmp_path, tree, config=BOTH))
    assert found.location.file == ".containerignore"
    assert found.location.line == 2


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (Config(), "a+b (1)"),
        (Config(builder="classic"), "a+b (1)"),
        (Config(builders=("buildkit", "classic")), "a+b (1)"),
        (Config(builder="podman"), r"a\+b \(1\)"),
        (BOTH, r"a\+b \(1\)"),
    ],
)
def test_a_path_is_written_for_every_builder_that_is_named(tmp_path, config, line):
    facts = facts_of(tmp_path, {"a+b (1)": 4, ".dockerignore": ""}, config=config)
    assert line_of(facts, "a+b (1)") == line


@pytest.mark.parametrize(("builder", "brand"), [("buildkit", "Docker"), ("podman", "Podman")])
def test_who_refuses_a_line(tmp_path, builder, brand):
    path = tmp_path / ".dockerignore"
    path.write_text("a\n!\n")
    found = lint_file(
        str(path), None, Config(builder=builder), lambda *_: pytest.fail("no context is asked for")
    ).findings
    assert [item.message.split(" refuses")[0] for item in found] == [brand]


@pytest.mark.parametrize(
    ("builders", "path", "builder", "readers"),
    [
        ((), ".dockerignore", "buildkit", ["classic"]),
        ((), ".dockerignore", "classic", ["buildkit"]),
        ((), ".dockerignore", "podman", ["buildkit", "classic"]),
        ((), ".containerignore", "podman", []),
        (("buildkit",), ".dockerignore", "buildkit", []),
        (("buildkit", "podman"), ".dockerignore", "buildkit", ["podman"]),
        (("buildkit", "podman"), ".dockerignore", "podman", ["buildkit"]),
        (("podman", "classic"), "Dockerfile.dockerignore", "buildkit", ["podman"]),
    ],
)
def test_who_else_reads_the_file(tmp_path, builders, path, builder, readers):
    facts = facts_of(tmp_path, {path: "a\n"}, config=Config(builders=builders), builder=builder)
    assert [other.name for other in other_readers(facts.analysis, facts.config)] == readers


@pytest.mark.parametrize(
    ("line", "config", "harms"),
    [
        ("x+y", BOTH, True),
        ("xxy", BOTH, False),
        ("a(b", BOTH, True),
        ("**.log", BOTH, False),
        ("src", BOTH, False),
        ("a(b", None, False),
        ("x+y", None, False),
    ],
)
def test_lines_hold_for_every_builder_that_is_named(tmp_path, line, config, harms):
    tree = {"src/b": 1, "x+y": 2, "xxy": 3, "a(b": 4}
    facts = facts_of(tmp_path, tree, config=config)
    trial = try_edits(facts, [add_line(line, "")])
    assert trial is not None
    assert harms_other_builder(facts, trial) is harms
