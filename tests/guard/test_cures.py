"""The lines that would stop a grower: they exclude it, and nothing that did not grow."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.build.request import BuildRequest
from ctxopt.builder import PODMAN
from ctxopt.config.load import Config
from ctxopt.guard.check import run_check
from ctxopt.guard.cures import cures, extension, stopping_lines
from ctxopt.guard.growth import PathChange
from ctxopt.guard.request import CheckRequest
from ctxopt.languages.ignore.dialect import DOCKER, dialect_of
from ctxopt.languages.ignore.escape import escape_pattern
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.languages.ignore.text import parse_ignore_file
from tests.support.examples import examples
from tests.support.repositories import git, init, write

KB = 10**3
MB = 10**6


def line_for(path, growers=(), others=(), dialect=DOCKER):
    """The line for ``path``, where the files ``growers`` grew and ``others`` are sent besides."""
    inside = tuple(other for other in growers if other.startswith(path + "/"))
    change = PathChange(path, 0, 1, inside or (path,), is_folder=bool(inside))
    rest = [PathChange(other, 0, 1, (other,)) for other in growers if other not in change.files]
    return stopping_lines([change, *rest], [path, *growers, *others], dialect=dialect)[path]


ESCAPES = [
    "plain", "a/b c/d", "[slug]", "a*b", "what?", "back\\slash", "{x}", "a|b", "^x", "[x]{y}", "#top", "!bang",
    "a/#b", "a/!b", " lead", "trail ", " ", "tab\t", "\tx", "new\nline", "cr\r", "dot.+()$", "ünï", "[ünï]",
    "raw\udcff", "[raw\udcff]", "a]b", "-dash", "~", "a\u00a0", "\u3000[x]", "**", "a/**/b", "\ufeffx", "x\\", "$[a]",
]  # fmt: skip


@pytest.mark.parametrize("dialect", [DOCKER, dialect_of(PODMAN)], ids=["docker", "podman"])
@pytest.mark.parametrize("path", ESCAPES)
def test_a_line_stops_its_path(path, dialect):
    line = line_for(path, dialect=dialect)
    assert line is not None
    file = parse_ignore_file(line.encode("utf-8", "surrogateescape"), "x", dialect)
    matcher = read_matcher(file.patterns(), dialect=dialect)
    assert len(file.lines) == 1
    assert matcher.decide(path).excluded
    for other in (
        "x",
        "zz",
        path + "x",
        "x" + path,
        path.replace("*", "xx"),
        path.replace("{", ""),
    ):
        if other != path:
            assert not matcher.decide(other).excluded, other


@settings(max_examples=examples(300))
@given(
    st.lists(
        st.text(st.sampled_from("ab*?[]{}|^\\!# .-+()$\n\t\u00a0é\udcff"), min_size=1, max_size=6),
        min_size=1,
        max_size=3,
    )
)
def test_a_line_stops_its_path_property(parts):
    if any(part in (".", "..") for part in parts):
        return
    path = "/".join(parts)
    line = line_for(path)
    assert line is not None
    file = parse_ignore_file(line.encode("utf-8", "surrogateescape"), "x")
    assert read_matcher(file.patterns()).decide(path).excluded


LINES_FOR = [
    # path, growers, sent besides, line
    ("a/b.bin", [], [], "a/b.bin"),
    ("a/1.bin", ["a/1.bin", "a/2.bin"], [], "a/1.bin"),
    ("a/1.bin", ["a/1.bin", "a/2.bin", "b/3.bin"], ["a/x.txt"], "**/*.bin"),
    ("a/1.bin", ["a/1.bin", "a/2.bin", "b/3.bin"], ["c/kept.bin"], "a/1.bin"),
    ("a/1.bin", ["a/1.bin", "a/2.css", "a/3.js"], ["b"], "a"),
    ("a/1.bin", ["a/1.bin", "a/2.css", "a/3.js"], ["a/kept"], "a/1.bin"),
    ("a/1", ["a/1", "a/2", "a/3"], ["b"], "a"),
    ("x/a/1.c", ["x/a/1.c", "x/a/2.c", "x/b/3.c"], ["y.h"], "x"),
    ("[x]/1.b", ["[x]/1.b", "[x]/2.c", "[x]/3.d"], ["b"], "\\[x\\]"),
    ("a/x.{b", ["a/x.{b", "b/y.{b", "z.{b"], ["k"], "**/*.\\{b"),
    ("d", ["d/1", "d/2"], ["e"], "d"),
    ("d", ["d/1.x", "d/s/2.x"], ["d/kept"], "d/**/*.x"),
    ("d", ["d/1.x", "d/s/2.x"], ["d/kept.x"], None),
    ("d", ["d/1.x", "d/s/2.y"], ["d/kept"], None),
    ("d", ["d/1", "d/2"], ["d/kept"], None),
]


@pytest.mark.parametrize(("path", "growers", "others", "line"), LINES_FOR)
def test_lines(path, growers, others, line):
    assert line_for(path, growers, others) == line


def test_every_grower_gets_its_line_in_order():
    growers = [
        PathChange("data", 0, 900, tuple(f"data/{n}.bin" for n in range(9)), is_folder=True),
        PathChange("src/[id].py", 0, 5, ("src/[id].py",)),
    ]
    sent = [path for change in growers for path in change.files] + ["src/k.py"]
    assert stopping_lines(growers, sent) == {"data": "data", "src/[id].py": "src/\\[id\\].py"}
    assert list(stopping_lines(growers, sent, 1)) == ["data"]


@pytest.mark.parametrize(("path", "ending"), [("a.b", ".b"), ("x.y/a", ""), (".env", ""), (".env.x", ".x"), ("a.tar.gz", ".gz"), ("a.", "."), ("..a", "")])  # fmt: skip
def test_extensions(path, ending):
    assert extension(path) == ending


def test_plain_paths_stay_as_they_are():
    assert escape_pattern("a/b-c_d.e+f (1)") == "a/b-c_d.e+f (1)"


DOCKERFILE = {"Dockerfile": "FROM x\nCOPY . .\n"}


def told(root, config):
    """The growers of what is staged at ``root``, with the line for each."""
    question = CheckRequest(root=root, config=config, request=BuildRequest())
    [context] = run_check(question).contexts
    return cures(context, 10)


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize(
    ("config", "lines"),
    [
        (Config(), {"large": "large", "middle": None, "small": None}),
        (Config(noise_floor=KB), {"large": "large", "middle": "middle", "small": None}),
        (Config(noise_floor=0), {"large": "large", "middle": "middle", "small": "small"}),
        (Config(noise_floor=MB), {"large": None, "middle": None, "small": None}),
    ],
)
def test_growth_below_the_noise_floor_gets_no_line(config, lines, tmp_path):
    root = init(tmp_path / "r", DOCKERFILE)
    write(root, {"large": "l" * 200 * KB, "middle": "m" * 60 * KB, "small": "s" * 999})
    git(root, "add", "-A")
    assert told(root, config) == lines


@pytest.mark.usefixtures("clean")
def test_what_an_instruction_names_gets_no_line(tmp_path):
    root = init(tmp_path / "r", {"Dockerfile": "FROM x\nCOPY named one/* folder /\n"})
    write(root, dict.fromkeys(("named", "one/a", "folder/b", "other"), "x" * MB))
    git(root, "add", "-A")
    assert told(root, Config()) == {
        "named": None, "one/a": None, "folder/b": "folder/b", "other": "other",
    }  # fmt: skip


@pytest.mark.usefixtures("clean")
def test_nothing_is_told_where_nothing_grew(tmp_path):
    assert told(init(tmp_path / "r", DOCKERFILE), Config()) == {}
