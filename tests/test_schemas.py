"""The published schemas: every report fits, every key is in them, and files that are wrong do not fit."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from ctxopt.config.keys import CONTEXT, KEYS
from ctxopt.config.load import load_config
from ctxopt.errors import ConfigError
from scripts.schemas.configuration import CONFIGURATION
from scripts.schemas.files import CONFIGURATION_PAGE, FOLDER, schema_texts, with_keys
from scripts.schemas.reports import REPORTS
from tests.support.judging import BROAD
from tests.support.program import ctxopt
from tests.support.projects import NAMES, lay_project, load_project
from tests.support.repositories import commit, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

MB = 1_000_000
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str, "boolean": bool, "integer": int, "number": (int, float), "array": list, "object": dict,
    "null": type(None),
}  # fmt: skip


def is_of(value: Any, wanted: str) -> bool:
    if isinstance(value, bool) and wanted != "boolean":
        return False
    return isinstance(value, _TYPES[wanted])


def faults(value: Any, schema: dict[str, Any], place: str = "") -> Iterator[str]:
    """Yield where a value does not fit; keys that a schema does not name are faults as well."""
    if "anyOf" in schema:
        found = [list(faults(value, each, place)) for each in schema["anyOf"]]
        if all(found):
            yield from found[0]
        return
    if "oneOf" in schema and sum(not any(faults(value, each)) for each in schema["oneOf"]) != 1:
        yield f"{place}: {value!r} is not one of several"
    if "not" in schema and not any(faults(value, schema["not"])):
        yield f"{place}: {value!r} is what it must not be"
    if "const" in schema and value != schema["const"]:
        yield f"{place}: {value!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is none of {schema['enum']}"
    wanted = schema.get("type", [])
    names = [wanted] if isinstance(wanted, str) else wanted
    if names and not any(is_of(value, name) for name in names):
        yield f"{place}: {value!r} is no {wanted}"
        return
    if isinstance(value, int | float) and value < schema.get("minimum", value):
        yield f"{place}: {value!r} is too small"
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield f"{place}: too few"
        for item in value:
            yield from faults(item, schema.get("items", {}), f"{place}[]")
    if isinstance(value, dict):
        yield from faults_of_keys(value, schema, place)


def faults_of_keys(value: dict[str, Any], schema: dict[str, Any], place: str) -> Iterator[str]:
    for key in schema.get("required", ()):
        if key not in value:
            yield f"{place}.{key} is missing"
    named, others = schema.get("properties"), schema.get("additionalProperties")
    for key, item in value.items():
        yield from faults(key, schema.get("propertyNames", {}), f"{place}.{key}")
        if named and key in named:
            yield from faults(item, named[key], f"{place}.{key}")
        elif isinstance(others, dict):
            yield from faults(item, others, f"{place}.{key}")
        elif named:
            yield f"{place}.{key} is not named"


def report(schema: str, *arguments: str, cwd: object) -> dict[str, Any]:
    """Return a report that fits its schema."""
    done = ctxopt(*arguments, "--format", "json", cwd=cwd)
    assert done.stdout, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    assert list(faults(document, REPORTS[schema])) == []
    return document


@pytest.mark.parametrize("name", schema_texts())
def test_the_files_are_the_schemas(name):
    text = (FOLDER / name).read_text("utf-8")
    assert text == schema_texts()[name], "run python -m scripts.schemas"


def test_no_other_file_is_there():
    assert {path.name for path in FOLDER.iterdir()} == set(schema_texts())


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_reports_about_projects_fit(name, tmp_path):
    project = load_project(name)
    root = lay_project(project, str(tmp_path / "p"))
    named = ["-f", project.dockerfile] if project.dockerfile else []
    report("scan", "scan", *named, cwd=root)
    report("scan-all", "scan", "--all", cwd=root)
    report("fix", "fix", "--dry-run", "--possible", *named, cwd=root)
    report("fix-all", "fix", "--all", "--dry-run", cwd=root)
    report(
        "check",
        "check",
        "--working-tree",
        "--max-size",
        "1MB",
        "--fail-on",
        "info",
        *named,
        cwd=root,
    )
    report("builds", "builds", cwd=root)
    for view in ("permitted", "transferred", "excluded"):
        report("ls", "ls", f"--{view}", *named, cwd=root)
    report("explain", "explain", "src", "none", "node_modules", *named, cwd=root)


def test_reports_about_what_changes_fit(tmp_path):
    root = init(
        tmp_path, {"Dockerfile": BROAD + "RUN make\n", "a.bin": "a" * 5000, "README.md": "a"}
    )
    commit(root, {"README.md": "b", "b/big.bin": "x" * 3 * MB})
    commit(root, {"a.bin": None, "c.bin": "a" * 5000})
    growth = report("check", "check", "--against", "HEAD~2..HEAD", "--max-growth", "10%", cwd=root)
    changes = growth["contexts"][0]["changes"]
    assert changes["growers"]
    assert changes["renames"]
    assert report("rebuilds", "rebuilds", cwd=root)["instructions"]
    lay(root, {"node_modules/x": 2 * MB, ".gitignore": "node_modules\n"})
    assert report("fix", "fix", cwd=root)["can_be_undone"] is True
    commit(root, {".dockerignore": "[\n"})
    history = report("check-history", "check", "--history", "9", cwd=root)
    assert [bool(item["problem"]) for item in history["commits"]] == [True, False, False, False]


@pytest.mark.parametrize("builder", ["classic", "podman"])
def test_reports_about_other_builders_fit(tmp_path, builder):
    root = lay(
        tmp_path, {"Dockerfile": BROAD, "node_modules/x": 2 * MB, ".dockerignore": "b # c\n"}
    )
    report("scan", "scan", "--builder", builder, cwd=root)
    report("fix", "fix", "--dry-run", "--builder", builder, cwd=root)
    report("ls", "ls", "--builder", builder, cwd=root)


def test_known_findings_fit(tmp_path):
    root = lay(tmp_path, {"Dockerfile": BROAD, ".env": "KEY=aaaaaaaaaaaaa\n", "old.log": 3 * MB})
    ctxopt("check", "--baseline", "b.json", "--write-baseline", cwd=root)
    os.remove(os.path.join(root, "old.log"))
    assert report("check", "check", "--baseline", "b.json", cwd=root)["findings"]["gone"]


@pytest.mark.parametrize(
    ("schema", "change"),
    [
        ("ls", {"files": -1}),
        ("ls", {"files": True}),
        ("ls", {"files": 1.5}),
        ("ls", {"view": "all"}),
        ("ls", {"version": 2}),
        ("ls", {"entries": {}}),
        ("ls", {"entries": [{"path": "a", "type": "file"}]}),
        ("ls", {"entries": [{"path": "a", "type": "door", "size": 1}]}),
        ("ls", {"more": 1}),
        ("ls", {"root": None}),
    ],
)
def test_what_is_no_report_does_not_fit(tmp_path, schema, change):
    root = lay(tmp_path, {"Dockerfile": BROAD, "a": "a"})
    document = report(schema, "ls", cwd=root)
    assert list(faults(document | change, REPORTS[schema]))


# --------------------------------------------------------------------------- the configuration


def test_every_key_is_in_the_schema():
    assert set(CONFIGURATION["properties"]) == {*KEYS, "context"}
    assert set(CONFIGURATION["properties"]["context"]["items"]["properties"]) == set(CONTEXT)


def test_the_page_lists_every_key():
    page = CONFIGURATION_PAGE.read_text("utf-8")
    assert with_keys(page) == page, "run python -m scripts.schemas"
    assert all(f"| `{key}` |" in page for key in KEYS)


def judged(tmp_path, text: str) -> tuple[bool, bool]:
    """Whether the schema and the program take a configuration."""
    fits = not list(faults(tomllib.loads(text), CONFIGURATION))
    root = lay(tmp_path, {"ctxopt.toml": text})
    try:
        load_config(root)
    except ConfigError:
        return fits, False
    return fits, True


@pytest.mark.parametrize(
    "text",
    [
        "",
        'target = "app"\nbuilder = "classic"\n',
        'max-size = "40 MB"\nmin-size = 5\nmax-files = 2\nmax-growth = "5%"\n',
        'select = ["secret-file"]\nseverity = { large-file = "error" }\nfail-on = "never"\n',
        'builders = ["podman", "buildkit"]\nkeep = ["vendor"]\nbuild-args = { A = "1" }\n',
        '[[context]]\npath = "a"\nview = "transferred"\nmax-size = "5 MB"\n',
        '[[context]]\nservice = "web"\nbuilder = "podman"\nmax-files = 5\n',
        '[[context]]\npath = "a"\ndockerfile = "a/D"\ntarget = "b"\n',
        'bandwidth = "10 Mbit/s"\nbaseline = "b.json"\nlarge-file = "1 MB"\nnoise-floor = 0\n',
    ],
)
def test_what_the_program_takes_fits(tmp_path, text):
    assert judged(tmp_path, text) == (True, True)


@pytest.mark.parametrize(
    "text",
    [
        "unknown = 1\n",
        "target = 1\n",
        'builder = "docker"\n',
        "builders = []\n",
        'builders = ["docker"]\n',
        "max-files = -1\n",
        'max-files = "many"\n',
        "max-files = true\n",
        "max-growth = 5\n",
        "select = []\n",
        'fail-on = "often"\n',
        'severity = { large-file = "bad" }\n',
        "build-args = { A = 1 }\n",
        'keep = "vendor"\n',
        '[[context]]\nview = "transferred"\n',
        '[[context]]\npath = "a"\nview = "all"\n',
        '[[context]]\npath = "a"\nservice = "b"\n',
        '[[context]]\nservice = "b"\ntarget = "c"\n',
        '[[context]]\nservice = "b"\ndockerfile = "c"\n',
        '[[context]]\npath = "a"\nfile = "b"\n',
    ],
)
def test_what_the_program_refuses_does_not_fit(tmp_path, text):
    assert judged(tmp_path, text) == (False, False)
