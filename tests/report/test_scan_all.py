"""The reports about all builds of a repository: whole screens as they are, and what each format says."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest

from ctxopt.report.scan_all_text import LINES
from tests.report.test_sarif import check_log
from tests.support.places import FIXTURES
from tests.support.program import ctxopt
from tests.support.screens import hold_screens, widest
from tests.support.several import TAKES_ALL, compose
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

MB = 1_000_000
FOLDER = FIXTURES / "screens"
TOKEN = "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYEX7QPLEKEY\n"
NPM = TAKES_ALL + "RUN npm ci\n"
INLINE = "  inline:\n    build:\n      context: api\n      dockerfile_inline: |\n        FROM a\n        COPY gone /\n"
FEW: dict[str, Any] = {
    "compose.yaml": compose(
        api="./api", web="{dockerfile: web.Dockerfile}", far="https://example.com/x.git", gone="./gone", wrong="./wrong"
    ) + INLINE,
    "api/Dockerfile": TAKES_ALL, "api/data.bin": 2 * MB, "api/.env": TOKEN,
    "web.Dockerfile": NPM, "package.json": "{}", "node_modules/a/a.js": 3 * MB,
    "wrong/Dockerfile": "FROM a\nCOPPY a b\n",
    "examples/compose.yaml": compose(demo="./demo"),
}  # fmt: skip
NAMES = [f"team/service-number-{number:02}" for number in range(14)]
TREES: dict[str, dict[str, Any]] = {
    "all-few": FEW,
    "all-many": {
        "docker-compose.yml": compose(**{f"the-service-called-{number:02}": f"./{name}" for number, name in enumerate(NAMES)}),
        **{f"{name}/Dockerfile": NPM for name in NAMES},
        **{f"{name}/package.json": "{}" for name in NAMES},
        **{f"{name}/.env": TOKEN for name in NAMES[:9]},
        **{f"{name}/node_modules/a.js": 2 * MB for name in NAMES[3:]},
    },
    "all-clean": {
        "compose.yaml": compose(api="./api"), "api/Dockerfile": TAKES_ALL, "api/.dockerignore": "Dockerfile\n.dockerignore\n", "api/x": "x" * 7000,
    },
    "all-far": {"compose.yaml": compose(far="https://example.com/x.git", gone="./gone")},
}  # fmt: skip


@pytest.mark.parametrize("name", TREES)
def test_the_screen_equals_the_golden_file(tmp_path, name, pytestconfig):
    root = lay(tmp_path, TREES[name])

    def draw(width, color):
        wanted = "FORCE_COLOR" if color else "NO_COLOR"
        more = {"COLUMNS": str(width), wanted: "1"}
        return ctxopt("scan", "--all", cwd=root, **more).stdout

    for width, text in hold_screens(FOLDER / name, draw, pytestconfig).items():
        assert widest(text) <= width
        assert len(text.splitlines()) <= LINES or width < 80


ALIKE = [
    "payment-service-worker-eu", "payment-service-worker-us", "payment-service-api-eu",
    "storefront-for-checkout-of-payment", "backoffice-for-checkout-of-payment",
]  # fmt: skip


def _alike(tmp_path, *names: str, dockerfile: str = "docker/Dockerfile.production") -> str:
    declared = {name: f"{{context: services/{name}, dockerfile: {dockerfile}}}" for name in names}
    return lay(tmp_path, {
        "compose.yaml": compose(**declared),
        **{f"services/{name}/{dockerfile}": NPM for name in names},
        **{f"services/{name}/node_modules/a.js": 2 * MB for name in names},
        **{f"services/{name}/package.json": "{}" for name in names},
    })  # fmt: skip


@pytest.mark.parametrize("width", [60, 70, 80, 100])
def test_names_that_are_alike_can_be_told_apart(tmp_path, width):
    said = ctxopt("scan", "--all", cwd=_alike(tmp_path, *ALIKE), COLUMNS=str(width)).stdout
    builds, findings = said.split("\n\n")[1:3]
    rows = builds.splitlines()[1:]
    assert len({row.split()[0] for row in rows}) == 5
    # Where the names have taken the room, they tell the rows apart.
    assert width < 70 or len({row.split()[1] for row in rows}) == 5
    rows = [row for row in findings.splitlines() if "no-ignore-file" in row]
    assert (
        len({row.split()[2] for row in rows}) == len({row.split()[-1] for row in rows}) == len(rows)
    )
    assert widest(said) <= width


@pytest.mark.parametrize(
    ("names", "width", "is_said"),
    [
        (ALIKE, 80, True),
        (ALIKE, 60, True),
        (ALIKE, 200, False),
        (ALIKE, 40, False),
        (ALIKE[:1], 60, False),
        (["a", "b"], 100, False),
    ],
)
def test_what_all_builds_have_alike_is_said_once_where_room_is_short(
    tmp_path, names, width, is_said
):
    said = ctxopt("scan", "--all", cwd=_alike(tmp_path, *names), COLUMNS=str(width)).stdout
    told = "Dockerfile of each: docker/Dockerfile.production; ignore file of each: none"
    assert (told in " ".join(said.split())) is is_said


def test_the_verbose_see_every_build_and_finding(tmp_path):
    root = lay(tmp_path, TREES["all-many"])
    said = ctxopt("scan", "--all", "-v", cwd=root, COLUMNS="200").stdout
    document = json.loads(ctxopt("scan", "--all", "--format", "json", cwd=root).stdout)
    assert [row["id"] for row in document["builds"] if row["id"] not in said] == []
    assert said.count("dependency-folder team/") == 11
    assert said.count("secret-file team/") == 9
    assert not re.search(r"and \d+ more", said)


def test_the_quiet_see_the_headline_alone(tmp_path):
    root = lay(tmp_path, FEW)
    whole = ctxopt("scan", "--all", cwd=root, COLUMNS="200").stdout
    assert (
        ctxopt("scan", "--all", "-q", cwd=root, COLUMNS="200").stdout
        == whole.splitlines()[0] + "\n"
    )


def test_what_the_steps_write_is_what_the_screen_says(tmp_path):
    root = lay(tmp_path, FEW)
    said = ctxopt("scan", "--all", "-v", cwd=root, COLUMNS="200").stdout
    document = json.loads(ctxopt("scan", "--all", "--format", "json", cwd=root).stdout)
    steps = re.findall(r"^(ctxopt fix.*?)  ", said, re.M)
    assert steps == ["ctxopt fix --all"]
    for step in steps:
        assert ctxopt(*shlex.split(step)[1:], "-q", cwd=root).returncode == 0
    after = json.loads(ctxopt("scan", "--all", "--format", "json", cwd=root).stdout)
    foreseen = {
        row["id"]: row["sent"]["bytes"] - row["could_be_saved_bytes"]
        for row in document["builds"]
        if row["sent"]
    }
    # What another step writes into the context is not foreseen.
    for row in after["builds"]:
        if row["sent"]:
            assert abs(row["sent"]["bytes"] - foreseen[row["id"]]) < 500
            assert row["could_be_saved_bytes"] == 0


def test_markdown(tmp_path):
    tree = {
        **FEW,
        "broken/compose.yaml": "services:\n  x:\n    build: [\n",
        "a|b/Dockerfile": TAKES_ALL,
        "a|b/`x`": 5000,
    }
    told = ctxopt("scan", "--all", "--format", "markdown", cwd=lay(tmp_path, tree)).stdout
    lines = told.splitlines()
    assert lines[0] == "## Docker builds"
    assert lines[2].startswith("4 builds send ")
    assert "without 1 build of examples and vendored files" in lines[4]
    rows = [line for line in lines if line.startswith("| ")]
    heads = [number for number, row in enumerate(rows) if row.startswith("| --- |")]
    for head, end in zip(heads, [*heads[1:], len(rows) + 1], strict=True):
        columns = {len(re.split(r"(?<!\\)\|", row)) for row in rows[head - 1 : end - 1]}
        assert len(columns) == 1
    [web] = [row for row in rows if row.startswith("| `web` ")]
    assert web == "| `web` | `.` | `web.Dockerfile` | `none` | 5 MB | 3 MB | error `secret-file` |"
    assert "| `a\\|b/Dockerfile` | `a\\|b` | `Dockerfile` | `none` |" in told
    assert "- `gone`: compose.yaml:5: there is no folder gone" in lines
    assert "- `wrong`: wrong/Dockerfile:2: unknown instruction: COPPY (did you mean COPY?)" in lines
    assert any(line.startswith("- broken/compose.yaml:") for line in lines)


# Part of a tree, and sections that its report has not.
ABSENT = [
    (TREES["all-clean"], ["### Findings", "### Not measured", "### Not read"]),
    (TREES["all-far"], ["### Findings", "### Not read", "| build |"]),
    (TREES["all-many"], ["### Not measured", "### Not read"]),
    (FEW, ["### Not read"]),
]


@pytest.mark.parametrize(("tree", "absent"), ABSENT)
def test_markdown_has_no_empty_section(tmp_path, tree, absent):
    told = ctxopt("scan", "--all", "--format", "markdown", cwd=lay(tmp_path, tree)).stdout
    assert [part for part in absent if part in told] == []


def results(root, *more):
    text = ctxopt("scan", "--all", "--format", "sarif", *more, cwd=root).stdout
    return check_log(text)["results"]


def places(found):
    return {
        (item["ruleId"], where["artifactLocation"]["uri"], where.get("region", {}).get("startLine"))
        for item in found
        for where in [item["locations"][0]["physicalLocation"]]
    }


PLACES = {
    ("secret-file", "api/.env", None),
    ("dependency-folder", "node_modules", None),
    # An inline Dockerfile is shown where it is declared.
    ("missing-source", "compose.yaml", 7),
    ("no-ignore-file", "web.Dockerfile", None),
    ("no-ignore-file", "api/Dockerfile", None),
}


def test_sarif_places_every_finding_in_the_repository(tmp_path):
    found = results(lay(tmp_path, FEW))
    assert places(found) >= PLACES
    names = [item["partialFingerprints"]["ctxopt/v1"] for item in found]
    assert len(set(names)) == len(names)
    [secret] = [item for item in found if item["ruleId"] == "secret-file"]
    assert "(builds: api, web)" in secret["message"]["text"]
    assert not any("fixes" in item for item in found)


def test_sarif_fixes_the_ignore_file_of_each_context(tmp_path):
    tree: dict[str, Any] = {"compose.yaml": compose(a="./a", b="./b")}
    for folder in "ab":
        tree |= {
            f"{folder}/Dockerfile": TAKES_ALL + "RUN npm ci\n",
            f"{folder}/.dockerignore": "x\n",
            f"{folder}/package.json": "{}",
            f"{folder}/node_modules/a.js": 3_000_000,
        }
    fixed = [item for item in results(lay(tmp_path, tree)) if "fixes" in item]
    changed = [
        change["artifactLocation"]["uri"]
        for item in fixed
        for fix in item["fixes"]
        for change in fix["artifactChanges"]
    ]
    assert sorted(set(changed)) == ["a/.dockerignore", "b/.dockerignore"]
    for item in fixed:
        folder = item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].split("/")[0]
        uri = item["fixes"][0]["artifactChanges"][0]["artifactLocation"]["uri"]
        assert uri.startswith(folder)


def test_sarif_below_the_top_of_a_repository(tmp_path):
    lay(tmp_path, {".git/HEAD": "ref: refs/heads/main\n", ".git/objects/": "", ".git/refs/": ""})
    lay(tmp_path / "sub", FEW)
    found = results(tmp_path / "sub")
    assert places(found) >= {(rule, f"sub/{file}", line) for rule, file, line in PLACES}


def test_annotations_are_one_line_each(tmp_path):
    root = lay(tmp_path, FEW)
    lines = ctxopt("scan", "--all", "--format", "github", cwd=root).stdout.splitlines()
    assert len(lines) == len(results(root))
    assert all(re.match(r"::(error|warning|notice) file=[^,:]+,", line) for line in lines)
    assert lines[0].startswith("::error file=api/.env,title=Secrets (secret-file)::")


def test_json_says_what_a_scan_of_each_build_says(tmp_path):
    root = lay(tmp_path, {**FEW, "examples/demo/Dockerfile": TAKES_ALL})
    document = json.loads(ctxopt("scan", "--all", "--format", "json", cwd=root).stdout)
    rows = {row["id"]: row for row in document["builds"]}
    for name, arguments in {"api": ["api"], "web": ["-f", "web.Dockerfile"]}.items():
        alone = json.loads(ctxopt("scan", "--format", "json", *arguments, cwd=root).stdout)
        sent = alone["transferred"]
        assert rows[name]["sent"] == {
            "files": sent["files"],
            "bytes": sent["bytes"],
            "context_bytes": sent["context_bytes"],
            "named_contexts_bytes": 0,
            "named_contexts": [],
        }
    assert (rows["far"]["sent"], rows["far"]["fails"]) == (None, False)
    assert (rows["gone"]["sent"], rows["gone"]["fails"]) == (None, True)
    assert rows["inline"]["worst"] == {"rule": "missing-source", "severity": "error"}
    assert document["apart"] == 1
    assert document["totals"]["builds"] == len(rows) == 6
    assert document["totals"]["bytes"] == sum(
        row["sent"]["bytes"] for row in rows.values() if row["sent"]
    )
