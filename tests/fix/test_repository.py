"""All builds judged together: totals, what each could save, each finding once with the builds it touches."""

from __future__ import annotations

import pytest

from ctxopt.config.load import Config
from ctxopt.severity import Severity
from tests.support.several import TAKES_ALL, compose, judged

pytestmark = pytest.mark.usefixtures("clean")

ALL = len(TAKES_ALL)
KEY = "-----BEGIN RSA PRIVATE KEY-----\nabc\n"
MODULES = {"package.json": "{}", "node_modules/a/x.js": 3_000_000}


def below(folder, tree):
    return {f"{folder}/{path}": content for path, content in tree.items()}


def told(found):
    """Rule, telling path, and the builds of each finding that is more than a note."""
    return [
        (
            item.finding.rule,
            f"{item.folder}/{''.join(item.finding.paths[:1])}",
            *sorted(item.builds),
        )
        for item in found.findings
        if item.finding.severity > Severity.INFO
    ]


IGNORES_ITS_OWN = {".dockerignore": "**/Dockerfile*\n.dockerignore\ncompose.yaml\n*.D*\n"}
TWO = compose(a="./a", b="./b")

# Tree, bytes in all, bytes sent again, bytes to save.
TOTALS = {
    "one": ({"compose.yaml": compose(a="./a"), "a/Dockerfile": TAKES_ALL, "a/x": 100}, 100 + ALL, 0, 0),
    "two folders": ({"compose.yaml": TWO, "a/Dockerfile": TAKES_ALL, "b/Dockerfile": TAKES_ALL, "a/x": 100}, 100 + 2 * ALL, 0, 0),
    "one folder twice": (
        {"compose.yaml": compose(a="./a", b="{context: a, target: t}"), "a/Dockerfile": "FROM a AS t\nCOPY . .\n", "a/x": 100},
        2 * (100 + len("FROM a AS t\nCOPY . .\n")),
        100 + len("FROM a AS t\nCOPY . .\n"),
        0,
    ),
    "parts of one folder": (
        {"compose.yaml": compose(a="{dockerfile: A}", b="{dockerfile: B}"), "A": "FROM a\nCOPY x /\n", "B": "FROM a\nCOPY y /\n", "x": 100, "y": 30},
        130,
        0,
        0,
    ),
    "parts that overlap": (
        {"compose.yaml": compose(a="{dockerfile: A}", b="{dockerfile: B}"), "A": "FROM a\nCOPY x z /\n", "B": "FROM a\nCOPY y z /\n", "x": 100, "y": 30, "z": 7},
        144,
        7,
        0,
    ),
    "a named context is sent as well": (
        {"compose.yaml": compose(a="{context: a, additional_contexts: {o: ./o}}", b="./o"), "a/Dockerfile": "FROM a\nCOPY --from=o x /\n", "o/x": 100, "o/Dockerfile": "FROM a\nCOPY x /\n"},
        200,
        100,
        0,
    ),
    "what is ignored is not sent": (
        {"compose.yaml": compose(a="./a"), "a/Dockerfile": TAKES_ALL, "a/x": 100, "a/.dockerignore": "*\n!x\n"},
        100,
        0,
        0,
    ),
    "what could be saved is of each build that sends it": (
        {"compose.yaml": compose(a="{dockerfile: A}", b="{dockerfile: B}"), "A": TAKES_ALL + "RUN npm ci\n", "B": TAKES_ALL + "RUN npm ci\nRUN true\n", **MODULES},
        None,
        None,
        6_000_000,
    ),
    "a source that the lines let in saves nothing": (
        {"compose.yaml": compose(a="{dockerfile: A}"), "A": "FROM a\nCOPY x /\n", "x": 100, ".dockerignore": "x\n"},
        0,
        0,
        0,
    ),
    "and of none that does not": (
        {"compose.yaml": compose(a="{dockerfile: A}", b="{dockerfile: B}"), "A": TAKES_ALL + "RUN npm ci\n", "B": "FROM a\nCOPY package.json .\n", **MODULES},
        None,
        None,
        3_000_000,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOTALS)
def test_totals(tmp_path, name):
    tree, size, repeated, saved = TOTALS[name]
    found = judged(tmp_path, tree)
    if size is not None:
        assert (found.bytes, found.repeated) == (size, repeated)
    # The ignore file that is written is sent, too.
    assert abs(found.saved - saved) < 1000
    assert all(build.saved >= 0 for build in found.builds)
    assert found.bytes == sum(build.bytes for build in found.builds)


# Tree, and what is told of it.
FINDINGS = {
    "of one build": (
        {"compose.yaml": TWO, **below("a", MODULES | IGNORES_ITS_OWN), "a/Dockerfile": TAKES_ALL + "RUN npm ci\n", "b/Dockerfile": TAKES_ALL, **below("b", IGNORES_ITS_OWN), "b/x": 100},
        [("dependency-folder", "a/node_modules", "a")],
    ),
    "once for all that take it": (
        {"compose.yaml": compose(a="{dockerfile: A.D}", b="{dockerfile: B.D}"), "A.D": TAKES_ALL + "RUN npm ci\n", "B.D": TAKES_ALL + "RUN npm ci\nRUN true\n", **MODULES, **IGNORES_ITS_OWN},
        [("dependency-folder", "./node_modules", "a", "b")],
    ),
    "not for one that does not": (
        {"compose.yaml": compose(a="{dockerfile: A.D}", b="{dockerfile: B.D}"), "A.D": TAKES_ALL + "RUN npm ci\n", "B.D": "FROM a\nCOPY package.json .\n", **MODULES, **IGNORES_ITS_OWN},
        [("dependency-folder", "./node_modules", "a")],
    ),
    "once though two ignore files let it in": (
        {
            "compose.yaml": compose(a="{dockerfile: A.D}", b="{dockerfile: B.D}"), "A.D": TAKES_ALL + "RUN npm ci\n", "B.D": TAKES_ALL + "RUN npm ci\nRUN true\n",
            "B.D.dockerignore": IGNORES_ITS_OWN[".dockerignore"], **MODULES, **IGNORES_ITS_OWN,
        },
        [("dependency-folder", "./node_modules", "a", "b")],
    ),
    "once though it lies in two contexts": (
        {"compose.yaml": compose(a="./a", b="{dockerfile: B.D}"), "a/Dockerfile": TAKES_ALL, "B.D": TAKES_ALL, "a/id_rsa": KEY, ".dockerignore": "**/Dockerfile*\n**/.dockerignore\ncompose.yaml\n*.D*\n", **below("a", IGNORES_ITS_OWN)},
        [("secret-file", "./a/id_rsa", "a", "b")],
    ),
    "a source that one build lacks": (
        {"compose.yaml": compose(a="{dockerfile: A.D}", b="{dockerfile: B.D}"), "A.D": TAKES_ALL, "B.D": "FROM a\nCOPY gone /\n", **IGNORES_ITS_OWN},
        [("missing-source", "./gone", "b")],
    ),
    "a source that two lack, each in its own file": (
        {"compose.yaml": compose(a="{dockerfile: A.D}", b="{dockerfile: B.D}"), "A.D": "FROM a\nCOPY gone /\n", "B.D": "FROM a\nCOPY gone /\n", **IGNORES_ITS_OWN},
        [("missing-source", "./gone", "a"), ("missing-source", "./gone", "b")],
    ),
    "no ignore file, for all of the folder": (
        {"compose.yaml": compose(a="{dockerfile: A.D}", b="{dockerfile: B.D}"), "A.D": TAKES_ALL + "RUN npm ci\n", "B.D": TAKES_ALL + "RUN npm ci\nRUN true\n", **MODULES},
        [("no-ignore-file", "./", "a", "b"), ("dependency-folder", "./node_modules", "a", "b")],
    ),
    "no ignore file where a fix has no line for one": (
        {"compose.yaml": compose(a="{dockerfile: A.D}", b="{dockerfile: B.D}"), "A.D": TAKES_ALL, "B.D": TAKES_ALL, "big.bin": 2_000_000},
        [],
    ),
    "nothing of a clean one": ({"compose.yaml": TWO, "a/Dockerfile": TAKES_ALL, "a/x": 9, "b/Dockerfile": TAKES_ALL, **below("a", IGNORES_ITS_OWN), **below("b", IGNORES_ITS_OWN)}, []),
    "nothing of what all ignore": (
        {"compose.yaml": compose(a="{dockerfile: A.D}", b="{dockerfile: B.D}"), "A.D": TAKES_ALL, "B.D": TAKES_ALL, "id_rsa": KEY, **MODULES, ".dockerignore": IGNORES_ITS_OWN[".dockerignore"] + "node_modules\nid_rsa\n"},
        [],
    ),
    "nothing of folders that no build has": ({"compose.yaml": compose(a="./a"), "a/Dockerfile": TAKES_ALL, **below("a", IGNORES_ITS_OWN), **below("c", MODULES), "c/id_rsa": KEY}, []),
}  # fmt: skip


@pytest.mark.parametrize("name", FINDINGS)
def test_each_finding_is_told_once_with_its_builds(tmp_path, name):
    tree, wanted = FINDINGS[name]
    assert told(judged(tmp_path, tree)) == wanted


def test_the_worst_build_is_first(tmp_path):
    tree = {
        "compose.yaml": compose(heavy="./heavy", waste="./waste", secret="./secret", light="./light"),
        "heavy/Dockerfile": TAKES_ALL, "heavy/x": 20_000_000, "light/Dockerfile": TAKES_ALL, "light/x": 1,
        "waste/Dockerfile": TAKES_ALL + "RUN npm ci\n", **below("waste", MODULES), "secret/Dockerfile": TAKES_ALL, "secret/id_rsa": KEY,
        **{path: content for folder in ("heavy", "waste", "secret", "light") for path, content in below(folder, IGNORES_ITS_OWN).items()},
    }  # fmt: skip
    found = judged(tmp_path, tree)
    assert [build.name for build in found.builds] == ["secret", "waste", "heavy", "light"]
    assert [build.worst and build.worst.rule for build in found.builds][:2] == [
        "secret-file",
        "dependency-folder",
    ]


@pytest.mark.parametrize(
    ("tree", "names"),
    [
        ({"compose.yaml": TWO}, ["a", "b"]),
        ({"compose.yaml": TWO, "o/compose.yaml": compose(a="../a")}, ["a", "b"]),
        ({"compose.yaml": TWO, "o/compose.yaml": compose(a="{context: ../a, target: t}")}, ["a (compose.yaml:2)", "a (o/compose.yaml:2)", "b"]),
        ({"compose.yaml": TWO, "o/compose.yaml": compose(c="{context: ../a, target: t}")}, ["a", "b", "c"]),
    ],
)  # fmt: skip
def test_a_name_that_two_have_is_told_with_its_place(tmp_path, tree, names):
    text = "FROM a AS t\nCOPY . .\n"
    found = judged(tmp_path, {"a/Dockerfile": text, "b/Dockerfile": text, **tree})
    assert sorted(build.name for build in found.builds) == names


def test_each_context_is_known_to_a_baseline_by_itself(tmp_path):
    tree = {"compose.yaml": TWO}
    for folder in "ab":
        tree |= below(folder, MODULES | IGNORES_ITS_OWN)
        tree[f"{folder}/Dockerfile"] = TAKES_ALL + "RUN npm ci\n"
    entry = '{"context": "a", "rule": "dependency-folder", "subject": "**/node_modules"}'
    (tmp_path / "known.json").write_text(f'{{"version": 1, "findings": [{entry}]}}')
    config = Config(baseline=str(tmp_path / "known.json"))
    found = judged(tmp_path, tree, config)
    assert told(found) == [("dependency-folder", "b/node_modules", "b")]
    assert [build.worst and build.worst.rule for build in found.builds] == [
        "dependency-folder",
        "install-after-broad-copy",
    ]


NARROW = {
    "compose.yaml": compose(web="{dockerfile: web/Dockerfile}"),
    "web/Dockerfile": "FROM a\nCOPY web /w\n",
    "web/a": 10,
}


@pytest.mark.parametrize(
    ("more", "builds", "worst"),
    [
        ({"node_modules/a.js": 3_000_000, ".gitignore": "node_modules\n"}, NARROW, Severity.INFO),
        ({"api/.env": KEY}, NARROW, Severity.INFO),
        ({"web/.env": KEY}, NARROW, Severity.ERROR),
        ({"api/.env": KEY}, {**NARROW, "compose.yaml": compose(web="{dockerfile: web/Dockerfile}", all="."), "Dockerfile": TAKES_ALL}, Severity.ERROR),
    ],
)  # fmt: skip
def test_what_no_build_sends_is_a_note(tmp_path, more, builds, worst):
    found = judged(tmp_path, {**builds, **more})
    paths = [item.finding for item in found.findings if item.finding.paths]
    assert max(finding.severity for finding in paths) is worst


COPIES = "FROM a\nCOPY lib /lib\n"
LOGS = {".dockerignore": "*.log\n", "x.log": 2_000_000, "y": 1}
# Tree, and the ignore files that are told to be passed over, with the builds that pass them over.
PASSED_OVER = {
    "beside the Dockerfile of one": (
        {"compose.yaml": compose(web="{}", api="{dockerfile: api/Dockerfile}"), "Dockerfile": TAKES_ALL, "api/Dockerfile": COPIES, "lib/y": 1, "api/.dockerignore": "x\n"},
        {"./api/.dockerignore": ["api"]},
    ),
    "in a folder that one copies": (
        {"compose.yaml": compose(web="{}", job="{dockerfile: J.D}"), "Dockerfile": TAKES_ALL, "J.D": COPIES, **below("lib", LOGS)},
        {"./lib/.dockerignore": ["job"]},
    ),
    "in a folder that several copy": (
        {"compose.yaml": compose(a="{dockerfile: A.D}", b="{dockerfile: B.D}", c="{dockerfile: C.D}"), "A.D": COPIES, "B.D": COPIES + "RUN b\n", "C.D": TAKES_ALL, **below("lib", LOGS)},
        {"./lib/.dockerignore": ["a", "b"]},
    ),
    "of two builds, each its own": (
        {"compose.yaml": compose(a="{dockerfile: a/Dockerfile}", b="{dockerfile: b/Dockerfile}"), "a/Dockerfile": COPIES, "b/Dockerfile": COPIES, "lib/y": 1, "a/.dockerignore": "x\n", "b/.dockerignore": "x\n"},
        {"./a/.dockerignore": ["a"], "./b/.dockerignore": ["b"]},
    ),
    "but one that is there for another build": (
        {"compose.yaml": compose(whole="{dockerfile: api/Dockerfile}", api="./api"), "api/Dockerfile": "FROM a\nCOPY y /\n", "api/y": 1, "y": 1, "api/.dockerignore": "x\n"},
        {},
    ),
    "but the one in force": ({"compose.yaml": compose(a="./a", b="./b"), "a/Dockerfile": TAKES_ALL, "b/Dockerfile": TAKES_ALL, "a/.dockerignore": "x\n", "b/.dockerignore": "x\n"}, {}),
    "but one of a folder without a line that hides": (
        {"compose.yaml": compose(web="{}", job="{dockerfile: J.D}"), "Dockerfile": TAKES_ALL, "J.D": COPIES, "lib/y": 1, "lib/.dockerignore": "*.log\n"},
        {},
    ),
    "but one of a folder that is built by itself": (
        {"compose.yaml": compose(lib="./lib", job="{dockerfile: J.D}"), "lib/Dockerfile": TAKES_ALL, "J.D": COPIES, **below("lib", LOGS)},
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PASSED_OVER)
def test_ignore_files_that_a_build_passes_over(tmp_path, name):
    tree, wanted = PASSED_OVER[name]
    found = {
        f"{item.folder}/{item.finding.location.file}": sorted(item.builds)
        for item in judged(tmp_path, tree).findings
        if item.finding.rule == "inactive-ignore-file"
    }
    assert found == wanted


def members(*apps: str) -> dict[str, object]:
    """A workspace of npm with these applications, each with a Dockerfile of its own."""
    steps = {app: f"FROM node AS b\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build -w apps/{app}\nFROM nginx\nCOPY --from=b /app/apps/{app}/dist /srv\n" for app in apps}  # fmt: skip
    return {
        "compose.yaml": compose(**{app: f"{{dockerfile: {app}.D}}" for app in apps}),
        "package.json": '{"name": "root", "workspaces": ["apps/*"]}',
        **{f"{app}.D": text for app, text in steps.items()},
        **{
            f"apps/{app}/package.json": f'{{"name": "@acme/{app}", "scripts": {{"build": "node src/a.js"}}}}'
            for app in apps
        },
        **{f"apps/{app}/src/a.js": "1" for app in apps},
    }


# Tree, and the packages that are told to be no part of an image, with the builds.
OUTSIDE = {
    "that another image is made of": (members("web", "site") | {"apps/site/media/x": 2_000_000}, {"apps/site": ["web"]}),
    "that no image is made of": (
        members("web", "site") | {"apps/old/package.json": '{"name": "@acme/old"}', "apps/old/src/x": 2_000_000},
        {"apps/old": ["site", "web"]},
    ),
    "each that the other is made of": (
        members("web", "site") | {"apps/site/media/x": 2_000_000, "apps/web/media/x": 2_000_000},
        {"apps/site": ["web"], "apps/web": ["site"]},
    ),
    "of the only build": (members("web") | {"apps/old/package.json": '{"name": "@acme/old"}', "apps/old/src/x": 2_000_000}, {"apps/old": ["web"]}),
    "none that weighs": (members("web", "site") | {"apps/site/media/x": 10}, {}),
    "none that both are made of": (members("web", "site") | {"site.D": "FROM node\nCOPY . .\nRUN npm run build --workspaces\n", "web.D": "FROM node\nCOPY . .\nRUN npm run build --workspaces && a\n", "apps/site/media/x": 2_000_000}, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", OUTSIDE)
def test_packages_that_an_image_is_not_made_of(tmp_path, name):
    tree, wanted = OUTSIDE[name]
    found = {
        item.finding.subject: sorted(item.builds)
        for item in judged(tmp_path, tree).findings
        if item.finding.rule == "outside-package"
    }
    assert found == wanted
