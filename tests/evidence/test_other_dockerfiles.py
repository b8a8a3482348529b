"""Other Dockerfiles of a context: which they are, and which of them the ignore file serves."""

from __future__ import annotations

import pytest

from ctxopt.build.context import find_context
from ctxopt.evidence.catalog import load_catalog
from ctxopt.evidence.dockerfile_search import find_dockerfiles, find_hidden, offered_dockerfiles
from ctxopt.evidence.other_dockerfiles import find_other_dockerfiles, read_siblings
from ctxopt.languages.dockerfile.file_name import is_dockerfile_name
from ctxopt.languages.ignore.matcher import read_matcher
from tests.support.judging import known_facts
from tests.support.trees import lay

NAMES = [
    "Dockerfile",
    "dockerfile",
    "Containerfile",
    "Dockerfile.dev",
    "Dockerfile-ci",
    "Dockerfile_x",
    "web.Dockerfile",
    "web.containerfile",
]

OTHER_NAMES = [
    "Dockerfiles",
    "MyDockerfile",
    "Dockerfile~",
    "Dockerfile.dockerignore",
    "Dockerfile.md",
    "Dockerfile.j2",
    "Dockerfile.TMPL",
    "Dockerfile.tpl",
    "Dockerfile.template",
    "web.Dockerfile.jinja2",
    "Dockerfile.map",
    "dockerfile.go",
    "dockerfile_test.py",
    "dockerfile.ex",
    "dockerfile_test.exs",
    "dockerfile_build_test.dart",
    "dockerfile.json",
    "dockerfile.yaml",
    "x.dockerfile.ts",
    ".dockerignore",
    "docker-compose.yml",
    "web.Dockerfile.dev",
    "file",
    "",
    "Dockerfile\n",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_a_dockerfile(name):
    assert is_dockerfile_name(name)


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_another_name(name):
    assert not is_dockerfile_name(name)


def test_those_near_the_root_come_first():
    tree = {
        "b/Dockerfile": "x",
        "a.Dockerfile": "x",
        "Dockerfile": "FROM a\n",
        "Dockerfile.d/x": "x",
        "c/Dockerfile": {"link": "x"},
    }
    with known_facts(tree, dockerfile="Dockerfile") as facts:
        found = find_dockerfiles(facts.analysis.tree, ["z/Dockerfile", "z/x"])
        assert found == ["Dockerfile", "a.Dockerfile", "b/Dockerfile", "z/Dockerfile"]
        assert find_dockerfiles(facts.analysis.tree, folders=["b"]) == ["b/Dockerfile"]
        assert find_dockerfiles(facts.analysis.tree, folders=[]) == []


USUAL = "FROM a\nCOPY . .\n"


@pytest.mark.parametrize(
    "content",
    [
        USUAL,
        "# {{ no }} {% template %}\nFROM a\n",
        "FROM a\nRUN docker inspect -f '{{.Id}}' x\n",
        'FROM a\nLABEL x="<% y %>"\nENV A={{b}}\n',
    ],
)
def test_what_docker_reads_is_offered(content):
    with known_facts({"docker/Dockerfile": content}) as facts:
        assert offered_dockerfiles(facts.analysis.tree, facts.evidence) == ["docker/Dockerfile"]


@pytest.mark.parametrize(
    ("tree", "ignored"),
    [
        ({"docker/Dockerfile": "FROM {{ image }}\n"}, ()),
        ({"docker/Dockerfile": "from {{.Image}} as b\n"}, ()),
        ({"docker/Dockerfile": "ARG A\n  FROM --platform=x <%= a %>\n"}, ()),
        ({"docker/Dockerfile": "{% if a %}\nFROM a\n{% endif %}\n"}, ()),
        ({"docker/Dockerfile": "FROM a\n{{- range .B }}\nRUN b\n{{ end }}\n"}, ()),
        ({"docker/Dockerfile.tpl": USUAL}, ()),
        ({"node_modules/a/Dockerfile": USUAL}, ()),
        ({"a/.venv/lib/Dockerfile": USUAL}, ()),
        ({"out/Dockerfile": USUAL}, ("out",)),
        ({"Dockerfile.mine": USUAL}, ("Dockerfile.mine",)),
    ],
)
def test_what_is_not_offered(tree, ignored):
    with known_facts(tree, ignored=ignored) as facts:
        assert offered_dockerfiles(facts.analysis.tree, facts.evidence) == []


def test_those_in_folders_that_the_walk_passed_by():
    tree = {
        ".dockerignore": "ci\nnode_modules\na/b/c/d\n",
        "ci/x/Dockerfile": "x",
        "ci/node_modules/Dockerfile": "x",
        "node_modules/Dockerfile": "x",
        "a/b/c/d/Dockerfile": "x",
        "web/Dockerfile": "x",
    }
    with known_facts(tree) as facts:
        # The walk has met web/Dockerfile; the others are too deep, or of others.
        assert find_hidden(facts.analysis.tree, load_catalog()) == ["ci/x/Dockerfile"]


ALL = "FROM a\nCOPY . .\n"
NOTHING_EXCLUDED = read_matcher([])

# Path and text of a Dockerfile, what else there is, and the folders that may be its context; None: not served.
SERVED = [
    ("Dockerfile.b", ALL, {}, ("",)),
    ("Dockerfile.b", "FROM a\nARG X\nCOPY $X .\n", {}, ("",)),
    ("b/Dockerfile", ALL, {}, ("", "b")),
    ("b/Dockerfile", "FROM a\nCOPY docs /\n", {"docs/a": "x"}, ("",)),
    ("b/Dockerfile", "FROM a\nCOPY docs /\n", {"docs/a": "x", "b/docs/a": "x"}, ("", "b")),
    ("b/Dockerfile", "FROM a\nRUN true\n", {"b/package.json": "{}"}, ("", "b")),
    ("b/Dockerfile", "FROM a\nCOPY docs x /\n", {"docs/a": "x", "b/package.json": "{}"}, ("",)),
    ("b/Dockerfile", "FROM a\nCOPY docs /\n", {"b/docs/a": "x"}, None),
    ("b/Dockerfile", ALL, {"b/package.json": "{}"}, None),
    # It speaks of its own folder as who stands at the root does.
    (
        "apps/b/Dockerfile",
        "FROM a\nWORKDIR /src/apps/b\nCOPY . /src\n",
        {"apps/b/package.json": "{}"},
        ("", "apps/b"),
    ),
    (
        "apps/b/Dockerfile",
        "# docker build -f apps/b/Dockerfile .\n" + ALL,
        {"apps/b/package.json": "{}"},
        ("", "apps/b"),
    ),
    (
        "apps/b/Dockerfile",
        "FROM a\nCOPY . .\nRUN make -C apps/b/\n",
        {"apps/b/go.mod": "x"},
        ("", "apps/b"),
    ),
    ("apps/b/Dockerfile", ALL, {"apps/b/package.json": "{}"}, None),
    (
        "apps/b/Dockerfile",
        "FROM a\nWORKDIR /src/b\nCOPY . .\n",
        {"apps/b/package.json": "{}"},
        None,
    ),
    (
        "apps/b/Dockerfile",
        "FROM a\nWORKDIR /apps/bc\nCOPY . .\n",
        {"apps/b/package.json": "{}"},
        None,
    ),
    (
        "apps/b/Dockerfile",
        "FROM a\nWORKDIR /my-apps/b\nCOPY . .\n",
        {"apps/b/package.json": "{}"},
        None,
    ),
    (
        "apps/b/Dockerfile",
        "FROM a\nWORKDIR /src/apps/b\nCOPY gone .\n",
        {"apps/b/package.json": "{}"},
        None,
    ),
    ("b/Dockerfile", "FROM a\nWORKDIR /src/b\nCOPY . .\n", {"b/package.json": "{}"}, None),
    ("b/Dockerfile", ALL, {"b/.dockerignore": "x"}, None),
    ("b/Dockerfile", "FROM a\nCOPY gone /\n", {"b/go.mod": "x"}, None),
    ("Dockerfile.b", ALL, {"Dockerfile.b.dockerignore": "x"}, None),
    ("Dockerfile.b", ALL, {"Dockerfile.dockerignore": "x"}, None),
    ("Dockerfile.b", "nonsense\n", {}, None),
    ("a/b/c/d/e/f/g/Dockerfile", ALL, {}, None),
]


@pytest.mark.parametrize(("path", "text", "tree", "bases"), SERVED)
def test_whom_the_ignore_file_serves(tmp_path, path, text, tree, bases):
    root = lay(tmp_path, {"main.py": "x", "Dockerfile": ALL, path: text, **tree})
    found = read_siblings(
        find_context(root), [path], lambda asked: (tmp_path / asked).exists(), NOTHING_EXCLUDED
    )
    assert [other.bases for other in found.served] == ([bases] if bases else [])


WORKTREE = "gitdir: /r/.git/worktrees/x\n"
SUBMODULE = "gitdir: ../.git/modules/x\n"
DATA = "FROM a\nCOPY data /d\nCOPY tools /t\n"
JVM = "FROM a\nCOPY target/quarkus-app/lib/ /lib/\n"

# Path and text of a Dockerfile, what else there is, and what the ignore file leaves out.
ASIDE = [
    # One of two sources is not at this root: it is built somewhere else.
    ("bench/x/Dockerfile", DATA, {"data/a": "x"}, "bench"),
    ("tests/docker/contexts/missing/Dockerfile", DATA, {"data/a": "x"}, ""),
    ("vendor/lib/Dockerfile", DATA, {"data/a": "x"}, ""),
    ("third_party/lib/Dockerfile", DATA, {"tools/a": "x"}, ""),
    # A module makes what its Dockerfile names, and that is not here.
    ("api/src/main/docker/Dockerfile.jvm", JVM, {"api/pom.xml": "x"}, ""),
    ("api/src/main/docker/Dockerfile.jvm", JVM, {"api/target/quarkus-app/lib/a.jar": "x"}, ""),
    # Another checkout is built from its own root, though its sources have the same names.
    ("wt/Dockerfile", "FROM a\nCOPY main.py .\n", {"wt/.git": WORKTREE, "wt/main.py": "x"}, ""),
    ("wt/Dockerfile", "FROM a\nCOPY main.py .\n", {"wt/.git": WORKTREE}, ""),
    ("wt/Dockerfile", ALL, {"wt/.git": WORKTREE}, "wt"),
    ("wt/docker/Dockerfile", ALL, {"wt/.git": WORKTREE}, ""),
    ("sub/Dockerfile", "FROM a\nCOPY main.py .\n", {"sub/.git": SUBMODULE, "sub/main.py": "x"}, ""),
    ("sub/Dockerfile", ALL, {"sub/.git": SUBMODULE}, ""),
    ("sub/Dockerfile", DATA, {"sub/.git": SUBMODULE, "data/a": "x"}, ""),
    ("clone/Dockerfile", "FROM a\nCOPY main.py .\n", {"clone/.git/HEAD": "x", "clone/main.py": "x"}, ""),
    ("packages/box/Dockerfile", "FROM a\nCOPY dist ./dist\n", {"packages/box/package.json": "{}"}, ""),
]  # fmt: skip

FOR_THIS_ROOT = [
    ("bench/x/Dockerfile", DATA, {"data/a": "x", "tools/a": "x"}, "bench"),
    ("docker/Dockerfile", ALL, {}, "docker"),
    ("docker/Dockerfile", "FROM a\nCOPY main.py .\n", {}, "docker"),
    ("docker/Dockerfile", "FROM a\nRUN true\n", {}, "docker"),
    ("docker/Dockerfile", "FROM a\nCOPY main.* .\nCOPY . .\n", {"main.*": "x"}, "docker"),
    ("tests/Dockerfile", "FROM a\nCOPY main.py tests /t/\n", {}, ""),
    ("e2e/Dockerfile", ALL, {}, ""),
    ("vendor/lib/Dockerfile", "FROM a\nCOPY vendor /v\n", {}, ""),
    ("sub/Dockerfile", "FROM a\nCOPY main.py .\n", {"sub/.git": SUBMODULE}, ""),
    ("clone/Dockerfile", "FROM a\nCOPY main.py .\n", {"clone/.git/HEAD": "x"}, ""),
    ("sub/Dockerfile", "FROM a\nCOPY main.py .\n", {".git/HEAD": "x", "sub/main.py": "x"}, ""),
    ("sub/Dockerfile", ALL, {"sub/.gitmodules": "x", ".git": WORKTREE}, ""),
    # In a folder like any other one source is enough.
    ("bench/x/Dockerfile", DATA, {"data/a": "x"}, ""),
    ("bench/x/Dockerfile", DATA, {"data/a": "x"}, "bench/x/Dockerfile"),
    ("latest/Dockerfile", DATA, {"data/a": "x"}, ""),
    ("api/src/main/docker/Dockerfile.jvm", JVM, {"target/quarkus-app/lib/a.jar": "x", "api/pom.xml": "x"}, ""),
    ("api/src/main/docker/Dockerfile.jvm", JVM, {}, ""),
    ("api/src/main/docker/Dockerfile.jvm", ALL, {"api/pom.xml": "x"}, ""),
]  # fmt: skip


def is_served(folder, path, text, tree, excluded):
    root = lay(folder, {"main.py": "x", "Dockerfile": ALL, path: text, **tree})
    matcher = read_matcher([(1, excluded)] if excluded else [])
    found = read_siblings(
        find_context(root), [path], lambda asked: (folder / asked).exists(), matcher
    )
    return bool(found.served)


@pytest.mark.parametrize(("path", "text", "tree", "excluded"), ASIDE)
def test_one_that_is_built_elsewhere(tmp_path, path, text, tree, excluded):
    assert not is_served(tmp_path, path, text, tree, excluded)


@pytest.mark.parametrize(("path", "text", "tree", "excluded"), FOR_THIS_ROOT)
def test_one_that_this_root_serves(tmp_path, path, text, tree, excluded):
    assert is_served(tmp_path, path, text, tree, excluded)


def test_those_that_docker_refuses_are_told(tmp_path):
    root = lay(tmp_path, {"Dockerfile": ALL, "x.Dockerfile": "nonsense\n"})
    found = read_siblings(
        find_context(root), ["x.Dockerfile", "gone"], lambda _: False, NOTHING_EXCLUDED
    )
    ((path, reason),) = found.unread
    assert path == "x.Dockerfile"
    assert "nonsense" in reason.lower()


def test_the_paths_that_sources_mean(tmp_path):
    steps = "FROM a\nCOPY x /\nCOPY --from=b /y /\n"
    root = lay(tmp_path, {"Dockerfile": ALL, "b/Dockerfile": steps})
    found = read_siblings(find_context(root), ["b/Dockerfile"], lambda _: True, NOTHING_EXCLUDED)
    (other,) = found.served
    assert [meant for _, meant in other.sources()] == [("x", "b/x")]


def test_those_of_the_project_alone_are_read():
    tree = {
        "Dockerfile": ALL,
        "a.Dockerfile": ALL,
        "old.Dockerfile": ALL,
        "node_modules/x/Dockerfile": ALL,
        "gone/Dockerfile": {"link": "x"},
    }
    how = {"tracked": ["main.py"], "ignored": ["old.Dockerfile"]}
    with known_facts(tree, dockerfile="Dockerfile", **how) as facts:
        found = find_other_dockerfiles(facts.analysis, facts.view, facts.evidence)
        assert [other.path for other in found.served] == ["a.Dockerfile"]
