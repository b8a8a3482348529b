"""The report of ``fix`` for people: whole reports as they are, and what holds for any."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.config.load import Config
from ctxopt.fix.plan import plan_fix
from ctxopt.fix.proposal import LeftAlone, ProposedLine
from ctxopt.fix.run import Outcome
from ctxopt.report.fix_text import render_text
from ctxopt.report.terminal import Look
from tests.support.examples import examples
from tests.support.fixes import fix_of
from tests.support.judging import BROAD, STAGED
from tests.support.program import ctxopt
from tests.support.projects import FOLDER, analyze_project, lay_project, load_project
from tests.support.repositories import init
from tests.support.screens import STYLE, hold_screens, widest
from tests.support.trees import lay

MB = 1_000_000
pytestmark = pytest.mark.usefixtures("clean")

# Projects whose ignore files keep .git back: git's own files differ from machine to machine.
GOLDEN = ("go", "monorepo")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    found = {}
    for name in GOLDEN:
        project = load_project(name)
        root = lay_project(project, str(tmp_path_factory.mktemp(name)))
        analysis = analyze_project(project, root)
        planned = plan_fix(analysis, Config())
        found[name] = Outcome(planned, planned.foreseen, 100_000_000, planned.shown, True)
    return found


@pytest.mark.parametrize("name", GOLDEN)
def test_the_report_equals_the_golden_file(outcomes, name, pytestconfig):
    texts = hold_screens(
        FOLDER / f"{name}.fix",
        lambda width, color: render_text(outcomes[name], Look(width, color)),
        pytestconfig,
    )
    for width, text in texts.items():
        # The lines of a diff stay as they are, whatever the width.
        assert widest(text.partition("\n\n   saves  ")[2]) <= width


NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
LINE = st.builds(
    ProposedLine,
    st.lists(NAME, max_size=2).map(tuple),
    st.lists(NAME, min_size=1, max_size=2).map(tuple),
    st.just("git-ignored"),
    st.sampled_from(["proven", "likely", "possible"]),
    st.text(min_size=1, max_size=90),
    *[st.integers(-MB, 10**12)] * 4,
    st.just(()),
)


@settings(max_examples=examples(80))
@given(
    lines=st.lists(LINE, min_size=1, max_size=4),
    left=st.lists(st.builds(LeftAlone, NAME, NAME), max_size=3),
    width=st.sampled_from([1, 40, 80, 200]),
    color=st.booleans(),
)
def test_any_line_is_there_and_harmless(outcomes, lines, left, width, color):
    base = outcomes["go"]
    outcome = base._replace(
        fix=dataclasses.replace(base.fix, lines=tuple(lines), left_alone=tuple(left))
    )
    text = render_text(outcome, Look(width, color))
    plain = STYLE.sub("", text)
    assert all(char.isprintable() for char in plain.replace("\n", ""))
    assert "\x1b" in text if color else "\x1b" not in text
    for line in lines:
        for word in (*line.texts, *line.replaces):
            assert not word.isprintable() or word in plain


@pytest.mark.parametrize(
    ("dockerfile", "options", "said"),
    [
        (BROAD, [], r"5\.00MB -> \d+B"),
        (STAGED, ["--builder", "classic"], r"5\.00\d*MB -> [\d.]+kB"),
        (None, [], r"up to 5\.00MB -> up to \d+B"),
        ("FROM a\n", [], "nothing, as before"),
        ("FROM a\nCOPY main.py /\n", [], r"\d+B, as before"),
    ],
)
def test_what_docker_will_print(tmp_path, dockerfile, options, said):
    tree = {"main.py": "x", "node_modules/x.js": 3 * MB, "web/node_modules/y.js": 2 * MB}
    root = lay(tmp_path / "c", tree | ({"Dockerfile": dockerfile} if dockerfile else {}))
    done = ctxopt("fix", "--dry-run", *options, cwd=root)
    assert done.returncode == 0
    assert re.search(rf"\nDocker prints  {said}\n", done.stdout), done.stdout


WITHOUT = {"docker/Dockerfile": BROAD, ".gitignore": "node_modules\n", "node_modules/a": 3 * MB}
NO_DOCKERFILE = "No Dockerfile here: the figures are those of a build that takes everything\n"


@pytest.mark.parametrize(
    ("tree", "options", "next_step"),
    [
        (WITHOUT, [], "-f names a Dockerfile:  docker/Dockerfile\n"),
        ({"node_modules/a": 3 * MB, ".gitignore": "node_modules\n"}, [], "-f names a Dockerfile  that lies elsewhere\n"),
        ({"a": "1"}, [], "-f names a Dockerfile  that lies elsewhere\n"),
        (WITHOUT, ["-f", "docker/Dockerfile"], None),
        ({**WITHOUT, "Dockerfile": BROAD}, [], None),
        (WITHOUT, ["--builder", "classic", "-f", "docker/Dockerfile"], None),
    ],
)  # fmt: skip
def test_whose_figures_they_are_where_there_is_no_dockerfile(tmp_path, tree, options, next_step):
    said = ctxopt("fix", "--dry-run", *options, cwd=init(lay(tmp_path, tree))).stdout
    assert (NO_DOCKERFILE in said) is (next_step is not None)
    assert ("for a build that takes everything" in said) is (
        next_step is not None and "a" not in tree
    )
    if next_step is not None:
        assert NO_DOCKERFILE + next_step in said


def test_tracked_files_are_named_up_to_a_number(tmp_path):
    planned = fix_of(lay(tmp_path / "c", {"Dockerfile": BROAD, "node_modules/x": 3 * MB}))
    fix = dataclasses.replace(planned, tracked=tuple(f"f{number:02}" for number in range(23)))
    outcome = Outcome(fix, fix.foreseen, 1, fix.shown, False)
    assert "it: 23 files; -v names them\n" in render_text(outcome, Look(80, False))
    text = render_text(outcome, Look(80, False, verbose=True))
    assert "No longer sent though git tracks it: 23 files\n  f00\n" in text
    assert "  f19\n  and 3 more\n" in text
    assert "f20" not in text
    assert text.endswith("\nNot written: .dockerignore\n")


@pytest.mark.parametrize(
    ("options", "more", "is_colored"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--color", "always", "-o", "r"], {}, False),
        (["--color", "always", "--format", "diff"], {}, False),
        (["--color", "always", "--format", "json"], {}, False),
    ],
)
def test_colour(tmp_path, options, more, is_colored):
    root = lay(tmp_path / "c", {"Dockerfile": BROAD, "node_modules/x": 3 * MB})
    done = ctxopt("fix", "--dry-run", *options, cwd=root, **more)
    assert done.returncode == 0
    assert ("\x1b[" in done.stdout) is is_colored
    if "-o" in options:
        assert "\x1b" not in (tmp_path / "c" / "r").read_text()


MISSING = "FROM a\nCOPY main.py other.py /\nCOPY none.txt /\n"
MORE = "".join(f"COPY n{n} e{n} /\n" for n in range(7))


@pytest.mark.parametrize(
    ("tree", "options", "said"),
    [
        ({"Dockerfile": MISSING}, ["--check"], "  error  Dockerfile:3: /none.txt does not exist, so the build fails\n"),
        ({"Dockerfile": MISSING, "node_modules/x": 3 * MB}, [], "  error  Dockerfile:3: /none.txt does not exist, "),
        ({"Dockerfile": MISSING}, [], "         correct the source, or make the file first\n"),
        ({"Dockerfile": MISSING + MORE, **{f"e{n}": "e" for n in range(7)}}, [], " and 3 more\n"),
    ],
)  # fmt: skip
def test_errors_that_no_line_cures_are_told(tmp_path, tree, options, said):
    root = lay(tmp_path / "c", {"main.py": "x", "other.py": "y", **tree})
    done = ctxopt("fix", *options, cwd=root)
    assert "\nErrors that stay\n" in done.stdout
    assert said in done.stdout


@pytest.mark.parametrize(
    "tree",
    [
        {"Dockerfile": BROAD},
        {"Dockerfile": BROAD, "node_modules/x": 3 * MB},
        {"Dockerfile": BROAD, ".env": "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYEX7QPLEKEY\n"},
        {"Dockerfile": "FROM a\nCOPY main.py /\n", ".dockerignore": "main.py\n"},
        {"Dockerfile": BROAD, ".dockerignore": "node_modules\n", "a/node_modules/x": 3 * MB},
        {"Dockerfile": MISSING, ".dockerignore": "# ctxopt: ignore[missing-source] later\n"},
    ],
)  # fmt: skip
def test_no_other_errors_are_told(tmp_path, tree):
    root = lay(tmp_path / "c", {"main.py": "x", "other.py": "y", **tree})
    assert "Errors that stay" not in ctxopt("fix", cwd=root).stdout
