"""The first screen of ``scan``: whole screens as they are, and what holds for any repository."""

from __future__ import annotations

import json
import re

import pytest
from rich.cells import cell_len

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.cli.cures import PlanOfFix
from ctxopt.config.load import Config
from ctxopt.evidence.dockerfile_search import offered_dockerfiles
from ctxopt.report.scan_headline import render_headline
from ctxopt.report.scan_screen import LINES, NextSteps, render_screen
from ctxopt.report.terminal import Look
from ctxopt.rules.scan import judge_analysis
from ctxopt.tree.workers import ALONE
from tests.support.judging import BROAD
from tests.support.places import FIXTURES
from tests.support.program import ctxopt
from tests.support.projects import NAMES, lay_project, load_project
from tests.support.repositories import init
from tests.support.screens import STYLE, hold_screens, widest
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

MB = 1_000_000
FOLDER = FIXTURES / "screens"
KEPT = ".git\n"
"""Keeps back git's own files, which differ from machine to machine."""
TOKEN = "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYEX7QPLEKEY\n"
STAGES = "FROM node:22 AS b\nCOPY . .\nRUN npm run build\nFROM node:22\nCOPY --from=b /dist /app\n"

TREES: dict[str, dict[str, object]] = {
    "clean": {"Dockerfile": BROAD, ".dockerignore": ".git\nDockerfile\n.dockerignore\n", "src/main.py": "x" * 7000},
    "dirty": {
        "Dockerfile": STAGES,
        ".dockerignore": "node_modules\n.git\n",
        ".gitignore": "node_modules\n.env\ndist\n",
        "package.json": '{"scripts": {"build": "vite build"}}',
        ".env": TOKEN,
        "src/main.ts": "x" * 60_000,
        "public/logo.png": 412_000,
        "web/node_modules/vite/vite.js": 28 * MB,
        "tests/data/orders.csv": 11 * MB,
    },
    "many": {
        "Dockerfile": STAGES,
        ".gitignore": "*.key\n.env\n",
        ".dockerignore": "".join(f"a{number} # {number}\n" for number in range(30)),
        **{f"services/s{number:02}/.env": TOKEN for number in range(30)},
        **{f"apps/application-number-{number:02}/dump-{number}.sql": 9 * MB for number in range(30)},
    },
    "no-dockerfile": {"docker/Dockerfile": BROAD, "node_modules/a.js": 3 * MB, "a.js": "x" * 500},
    "nothing": {"Dockerfile": "FROM a\nRUN true\n", ".dockerignore": KEPT, "a.bin": 9 * MB},
    "stopped": {"Dockerfile": BROAD, ".dockerignore": "a\x01b\n", "node_modules/a.js": 3 * MB},
}  # fmt: skip
STEPS = NextSteps("ctxopt fix", "ctxopt scan --full")


def judged_of(root):
    """What a screen shows: the build, its findings, and the plan of the fix."""
    analysis = analyze(find_context(root), BuildRequest(), walker=ALONE)
    planned = PlanOfFix()
    judged, _ = judge_analysis(analysis, Config(), None, planned)
    return analysis, judged, planned


def shown(analysis, judged, planned, *, look):
    """The screen, which begins with the headline."""
    offered = []
    if not analysis.context.dockerfile.found:
        offered = offered_dockerfiles(analysis.tree, planned.evidence)
    steps = STEPS._replace(dockerfiles=offered)
    text = render_screen(
        analysis, judged, planned.plan, steps=steps, refusal=planned.refusal, look=look
    )
    assert text.startswith(render_headline(analysis, judged, planned.plan, look=look))
    return text


def screen(root, width, *, color=False, verbose=False):
    """The screen, the findings that it shows, and the plan of the fix."""
    analysis, judged, planned = judged_of(root)
    look = Look(width, color, verbose)
    return shown(analysis, judged, planned, look=look), judged, planned.plan


@pytest.mark.parametrize("name", TREES)
def test_the_screen_equals_the_golden_file(tmp_path, name, pytestconfig):
    built = judged_of(lay(tmp_path, TREES[name]))
    texts = hold_screens(
        FOLDER / name, lambda width, color: shown(*built, look=Look(width, color)), pytestconfig
    )
    for width, text in texts.items():
        assert widest(text) <= width
        assert len(text.splitlines()) <= LINES or width < 80


@pytest.mark.parametrize("name", NAMES)
def test_every_project_fits_and_every_cure_is_planned(tmp_path, name):
    root = lay_project(load_project(name), str(tmp_path / "p"))
    text, judged, plan = screen(root, 80)
    assert len(text.splitlines()) <= LINES
    assert max(map(cell_len, text.splitlines())) <= 80
    written = set() if plan is None else {text for line in plan.lines for text in line.texts}
    shown = {edit.text for finding in judged.reported for edit in finding.edits if edit.text}
    assert shown <= written
    cures = re.findall(r"  [+~] (\S+)", text)
    assert set(cures) <= written


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_screen_and_the_machine_formats_show_the_same_cures(tmp_path, name):
    root = lay_project(load_project(name), str(tmp_path / "p"))
    _, judged, _ = screen(root, 80)
    document = json.loads(ctxopt("scan", "--format", "json", cwd=root).stdout)
    told = [[edit["text"] for edit in finding["edits"]] for finding in document["findings"]]
    assert told == [[edit.text for edit in finding.edits] for finding in judged.reported]


@pytest.mark.parametrize(
    ("options", "has", "has_not"),
    [
        ([], ["ctxopt fix -f Dockerfile  writes", "ctxopt scan --full"], ["Permitted", "By file type"]),
        (["-q"], ["Docker sends"], ["ctxopt", "Measured"]),
        (["--full"], ["What to do first", "By file type"], ["Measured with"]),
        (["--top", "1"], ["What to do first"], ["Measured with"]),
        (["--depth", "1"], ["What to do first"], ["Measured with"]),
        (["-v"], ["info"], ["By file type"]),
    ],
)  # fmt: skip
def test_how_much_is_said(tmp_path, options, has, has_not):
    root = lay(tmp_path, TREES["dirty"])
    said = ctxopt("scan", "-f", "Dockerfile", *options, cwd=root).stdout
    assert [part for part in has if part not in said] == []
    assert [part for part in has_not if part in said] == []


@pytest.mark.parametrize(
    ("environment", "is_colored"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"CLICOLOR_FORCE": "1"}, True),
        ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
    ],
)
def test_colour_adds_nothing_to_what_is_said(tmp_path, environment, is_colored):
    root = lay(tmp_path, TREES["dirty"])
    said = ctxopt("scan", cwd=root, **environment).stdout
    assert ("\x1b[" in said) is is_colored
    assert STYLE.sub("", said) == ctxopt("scan", cwd=root).stdout


def test_what_fix_writes_is_what_the_screen_says(tmp_path):
    root = lay(tmp_path, TREES["dirty"])
    before = ctxopt("scan", "-q", cwd=root).stdout
    assert before.startswith("Docker sends 39.5 MB. 28 MB of it is not needed (70.9 %)")
    last = ctxopt("scan", cwd=root).stdout.splitlines()[-2]
    saved = re.fullmatch(r"ctxopt fix  writes \d+ lines: 39.5 MB -> (.*)", last)
    assert saved
    assert ctxopt("fix", cwd=root).returncode == 0
    assert f"Docker sends {saved[1]}" in ctxopt("scan", "-q", cwd=root).stdout


@pytest.mark.parametrize(
    ("tree", "row"),
    [
        ({"Dockerfile": "FROM a\nCOPY a.txt none.txt /\n"}, "missing-source Dockerfile:2 none.txt"),
        ({"Dockerfile": "FROM a\nCOPY a.txt none.txt /\n", ".dockerignore": "b\n"}, "Dockerfile:2 none.txt"),
        ({"Dockerfile": "FROM a\nCOPY a.txt a\x1bb /\n"}, r"Dockerfile:2 $'a\eb'"),
    ],
)  # fmt: skip
def test_what_no_line_cures_is_named(tmp_path, tree, row):
    text, _, _ = screen(lay(tmp_path, {"a.txt": "a", **tree}), 80)
    assert re.search(rf"^error +(missing-source )?.*{re.escape(row)}$", text, re.MULTILINE), text


@pytest.mark.parametrize(
    ("tree", "row"),
    [
        ({".dockerignore": "node_modules\n", "web/node_modules/x": 3 * MB}, "root-only-pattern .dockerignore:1 "),
        ({".dockerignore": "# x\nnode_modules\n", "a/node_modules/x": 3 * MB}, "root-only-pattern .dockerignore:2 "),
        ({".dockerignore": "a.txt\n", "Dockerfile": "FROM a\nCOPY a.txt /\n"}, "ignored-source Dockerfile:2 "),
        ({"node_modules/x": 3 * MB, "package.json": "{}"}, "dependency-folder node_modules "),
        ({".env": TOKEN}, "secret-file .env "),
        ({".dockerignore": "b # c\n", "b": 3 * MB}, "comment-trap .dockerignore:1 "),
    ],
)  # fmt: skip
def test_a_cure_names_what_it_cures(tmp_path, tree, row):
    text, _, _ = screen(lay(tmp_path, {"Dockerfile": BROAD, "a.txt": "a", **tree}), 80)
    assert re.search(
        rf"^(error|warning) +{re.escape(row)} +(image|stage|\d|[+~])", text, re.MULTILINE
    ), text


NOTED = {
    "Dockerfile": BROAD,
    ".dockerignore": ".git\nDockerfile\n.dockerignore\nfoo\n",
    "README.md": "a",
}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--fail-on", "info"], "exit code 1: 1 finding of level info or worse (fail-on, set by --fail-on)\n"),
        (["--fail-on", "info", "--format", "json"], "exit code 1: 1 finding of level info or worse"),
        (["--fail-on", "info", "--full"], "exit code 1: 1 finding of level info or worse"),
    ],
)  # fmt: skip
def test_what_makes_the_exit_code_is_said(tmp_path, options, said):
    done = ctxopt("scan", *options, cwd=lay(tmp_path, NOTED))
    assert done.returncode == 1
    assert done.stderr.startswith(said)
    if len(options) == 2:
        assert re.search(r"^info +volatile-file Dockerfile:2 README.md ", done.stdout, re.MULTILINE)
        assert "with -v" not in done.stdout


@pytest.mark.parametrize(
    ("tree", "options", "code"),
    [
        (NOTED, [], 0),
        (NOTED, ["--fail-on", "warning"], 0),
        (NOTED, ["--fail-on", "error"], 0),
        (NOTED, ["--fail-on", "info", "-q"], 1),
        (NOTED, ["--fail-on", "info", "--ignore", "volatile-file"], 0),
        (NOTED | {"README.md": None}, ["--fail-on", "info"], 0),
    ],
)
def test_nothing_is_said_of_other_exit_codes(tmp_path, tree, options, code):
    laid = {path: content for path, content in tree.items() if content is not None}
    done = ctxopt("scan", *options, cwd=lay(tmp_path, laid))
    assert (done.returncode, done.stderr) == (code, "")
    assert "info " not in done.stdout


WEB = "FROM a\nCOPY turbo.json package.json ./\nCOPY apps/web apps/web\n"
MONOREPO = {"turbo.json": "{}", "package.json": "{}", "apps/web/Dockerfile": WEB, "apps/web/x": "x"}


@pytest.mark.parametrize(
    ("arguments", "folder", "command"),
    [
        ([], "apps/web", "ctxopt scan -f Dockerfile ../.."),
        (["apps/web"], ".", "ctxopt scan -f apps/web/Dockerfile ."),
        (["-f", "apps/web/Dockerfile", "apps/web"], ".", "ctxopt scan -f apps/web/Dockerfile ."),
    ],
)
def test_a_context_that_is_one_level_off_is_told(tmp_path, arguments, folder, command):
    root = init(lay(tmp_path, MONOREPO))
    done = ctxopt("scan", *arguments, cwd=f"{root}/{folder}")
    (line,) = re.findall(r"^Is this the context\?\s+all .*: (.*)$", done.stdout, re.MULTILINE)
    assert line == command
    done = ctxopt(*command.split()[1:], cwd=f"{root}/{folder}")
    assert "missing-source" not in done.stdout


@pytest.mark.parametrize(
    ("tree", "arguments"),
    [
        (MONOREPO, ["-f", "apps/web/Dockerfile"]),
        (MONOREPO, ["-f", "apps/web/Dockerfile", "-q", "apps/web"]),
        ({"Dockerfile": WEB, "turbo.json": "{}", "package.json": "{}"}, []),
        ({"Dockerfile": BROAD}, []),
        ({"Dockerfile": "FROM a\nCOPY x none y z /\n", "x": "x", "y": "y", "z": "z"}, []),
        ({"web/Dockerfile": WEB}, ["web", "--ignore", "missing-source"]),
    ],
)
def test_no_other_context_is_told(tmp_path, tree, arguments):
    done = ctxopt("scan", *arguments, cwd=init(lay(tmp_path, tree)))
    assert "Is this the context?" not in done.stdout


BROKEN = "FROM a\nCOPY src /s\nCOPY docker/nope.ts /s\n"
BROKEN_TREES: dict[str, tuple[dict[str, object], str]] = {
    "nothing else is wrong": ({"Dockerfile": BROKEN, "src/a": 100}, "Docker sends 100 B, and the build fails at Dockerfile:3. 1 error."),
    "a source that is ignored": (
        {"Dockerfile": "FROM a\nCOPY src /s\nCOPY key /k\n", ".dockerignore": "key\n", "src/a": 100, "key": 9},
        "Docker sends 100 B, and the build fails at Dockerfile:3. ",
    ),
    "more is wrong": (
        {"Dockerfile": BROKEN + "COPY . .\n", ".gitignore": "node_modules\n", "node_modules/a.js": 3 * MB, "src/a": 100},
        ", and the build fails at Dockerfile:3. 3 MB of it is not needed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN_TREES)
def test_the_headline_says_that_a_build_fails(tmp_path, name):
    tree, said = BROKEN_TREES[name]
    text, _, _ = screen(lay(tmp_path, tree), 200)
    assert said in text.splitlines()[0]


NODE = "FROM a\nCOPY src /s\nCOPY dist /d\n"


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        (
            {"Dockerfile": NODE},
            "Docker sends 100 B, and the build asks for dist, to be made first.",
        ),
        ({"Dockerfile": NODE + "COPY build/a /b\n"}, "asks for dist and 1 more, to be made first."),
        ({"Dockerfile": NODE, "dist/x": 9}, "Nothing to do: "),
        ({"Dockerfile": NODE, ".dockerignore": "dist\n"}, "the build fails at Dockerfile:3"),
        ({"Dockerfile": "FROM a\nCOPY src /s\nCOPY gone /d\n"}, "the build fails at Dockerfile:3"),
        ({"Dockerfile": "FROM a\nCOPY src/*.none src /s\n"}, "Nothing to do: "),
        ({"Dockerfile": "FROM a AS b\nCOPY dist /\nFROM a\nCOPY src /s\n"}, "Nothing to do: "),
    ],
)
def test_the_headline_says_what_has_to_be_made_first(tmp_path, tree, said):
    text, _, _ = screen(lay(tmp_path, {"src/a": 100, **tree}), 200)
    assert said in text.splitlines()[0]


@pytest.mark.parametrize("name", ["Dockerfile", "other.Dockerfile"])
def test_the_headline_says_which_build_asks_for_what_is_kept_back(tmp_path, name):
    tree = {
        "Dockerfile": "FROM a\nCOPY . .\n",
        "other.Dockerfile": "FROM a\nCOPY target/app /app\n",
        ".dockerignore": ".git\ntarget\n",
        "target/app": 3 * MB,
        "src/a": 100,
    }
    told = ctxopt("scan", "-f", name, cwd=lay(tmp_path, tree)).stdout.splitlines()
    text = " ".join(line.strip() for line in told[:2])
    asks = {"Dockerfile": "another build with the ignore file", "other.Dockerfile": "the build"}
    assert f"3 MB that {asks[name]} asks for are kept back" in text


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM a\nCOPY src /s\n",
        "FROM a\nCOPY sr[c] /s\nCOPY *.none src /s\n",
        "FROM a AS b\nCOPY nope /\nFROM a\nCOPY src /s\n",
        "FROM b AS b\nFROM a\nCOPY --from=b /nope /\nCOPY src /s\n",
        "FROM a\nADD https://example.com/nope /\nCOPY src /s\n",
    ],
)
def test_no_headline_breaks_a_build_that_works(tmp_path, dockerfile):
    text, _, _ = screen(lay(tmp_path, {"Dockerfile": dockerfile, "src/a": 100}), 200)
    assert "fails" not in text.splitlines()[0]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_row_without_figures_has_the_whole_line(tmp_path, width):
    tree = {
        "Dockerfile": BROKEN + "COPY . .\n",
        ".gitignore": "node_modules\n",
        "node_modules/a.js": 3 * MB,
        "src/a": 100,
    }
    text, _, _ = screen(lay(tmp_path, tree), width)
    lines = text.splitlines()
    assert "error    missing-source Dockerfile:3 docker/nope.ts" in lines
    table = lines[lines.index("") + 1 : lines.index("", lines.index("") + 1)]
    assert all(line.strip() for line in table)


def test_no_line_is_a_cure_where_none_can_be_written(tmp_path):
    tree: dict[str, object] = {
        "Dockerfile": BROAD, ".gitignore": "node_modules\n.env\n", ".env": TOKEN, "node_modules/a.js": 3 * MB,
        ".dockerignore": {"link": ".gitignore"}, "deep/node_modules/b.js": 3 * MB, "deep/.env.local": TOKEN,
    }  # fmt: skip
    text, judged, plan = screen(lay(tmp_path, tree), 80)
    assert plan is None
    assert "fix writes nothing:" in text
    assert not any(finding.edits for finding in judged.reported)
    assert "+ " not in text
