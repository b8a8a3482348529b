"""The rule ``hidden-need``: what a later step misses, and twice as much that it must not call missing."""

from __future__ import annotations

import pytest

from ctxopt.severity import Severity
from tests.support.judging import catches_not, find

_ALL = "FROM a AS b\nWORKDIR /w\nCOPY . .\n"
_HATCH = '[build-system]\nrequires=["hatchling"]\nbuild-backend="hatchling.build"\n'
_SETUPTOOLS = '[build-system]\nrequires=["setuptools"]\nbuild-backend="setuptools.build_meta"\n'
_README = '[project]\nname="p"\nversion="1"\nreadme="README.md"\n'
_CRATE = '[package]\nname="c"\nversion="1.0.0"\n'


def _tree(steps, ignore, **files):
    return {"Dockerfile": _ALL + steps, ".dockerignore": ignore, "keep.txt": 1, **files}


_NEEDS = {
    "a stage is asked for a script that it never got": (
        _tree("FROM b2\nCOPY --from=b /w/ops/run.sh /\n", "ops\n", **{"ops/run.sh": "x"}),
        ["!ops/run.sh"],
    ),
    "a stage is asked for a folder": (
        _tree("FROM b2\nCOPY --from=b /w/sql /sql\n", "sql\n", **{"sql/1.sql": "x"}),
        ["!sql"],
    ),
    "through a stage between": (
        _tree(
            "FROM c AS mid\nCOPY --from=b /w /m\nFROM d\nCOPY --from=b /w/sql /s\n",
            "**/*.sql\nsql\n",
            **{"sql/1.sql": "x"},
        ),
        ["!sql"],
    ),
    "a step runs a script": (
        _tree("RUN ./ci/build.sh\n", "ci\n", **{"ci/build.sh": "x"}),
        ["!ci/build.sh"],
    ),
    "an interpreter is given one, behind an assignment": (
        _tree("RUN A=1 python -u ci/gen.py --fast\n", "ci\n", **{"ci/gen.py": "x"}),
        ["!ci/gen.py"],
    ),
    "below the folder that the step enters": (
        _tree("RUN cd app && sh ./go.sh\n", "app/go.sh\n", **{"app/go.sh": "x", "app/a": "x"}),
        ["!app/go.sh"],
    ),
    "a step that works in the root of its image": (
        {
            "Dockerfile": "FROM a\nWORKDIR /\nCOPY . .\nRUN sh ci/a.sh\n",
            ".dockerignore": "ci\n",
            "keep.txt": 1,
            "ci/a.sh": "x",
        },
        ["!ci/a.sh"],
    ),
    "one that goes there": (
        _tree("RUN cd / && sh w/ci/a.sh\n", "ci\n", **{"ci/a.sh": "x"}),
        ["!ci/a.sh"],
    ),
    "a manifest in the root of the image": (
        {
            "Dockerfile": "FROM a\nWORKDIR /\nCOPY . .\nRUN pip install .\n",
            ".dockerignore": "*.md\n",
            "README.md": "x",
            "pyproject.toml": _README + _HATCH,
        },
        ["!README.md"],
    ),
    "pip is given a list": (
        _tree("RUN pip install -r reqs/base.txt\n", "reqs\n", **{"reqs/base.txt": "x"}),
        ["!reqs/base.txt"],
    ),
    "a file is copied within the stage": (
        _tree("RUN cp conf/a.ini /etc/a.ini\n", "conf\n", **{"conf/a.ini": "x"}),
        ["!conf/a.ini"],
    ),
    "a readme that hatchling reads": (
        _tree(
            "RUN pip install .\n",
            "*.md\n",
            **{"README.md": "x", "pyproject.toml": _README + _HATCH},
        ),
        ["!README.md"],
    ),
    "members of a crate's workspace": (
        _tree(
            "RUN cargo build --release\n",
            "examples\nbench\n",
            **{
                "Cargo.toml": '[workspace]\nmembers = ["lib", "examples/*", "bench"]\n',
                "lib/Cargo.toml": _CRATE,
                "examples/one/Cargo.toml": _CRATE,
                "bench/Cargo.toml": _CRATE,
            },
        ),
        ["!examples/one", "!bench"],
    ),
    "a dependency by path": (
        _tree(
            "RUN cargo build\n",
            "util\n",
            **{
                "Cargo.toml": _CRATE + '[dependencies]\nutil = { path = "util" }\n',
                "util/Cargo.toml": _CRATE,
            },
        ),
        ["!util"],
    ),
    "a text that is compiled in": (
        _tree(
            "RUN cargo build\n",
            "*.md\n",
            **{
                "Cargo.toml": _CRATE,
                "src/lib.rs": '#![doc = include_str!("../README.md")]\n',
                "README.md": "x",
            },
        ),
        ["!README.md"],
    ),
    "a Go module in the place of another": (
        _tree(
            "RUN go build ./...\n",
            "fork\n",
            **{
                "go.mod": "module m\nreplace example.com/x => ./fork\n",
                "fork/go.mod": "module x\n",
            },
        ),
        ["!fork"],
    ),
    "a module of Maven": (
        _tree(
            "RUN ./mvnw -q package\n",
            "it\n",
            **{
                "mvnw": "x",
                "pom.xml": "<modules><module>core</module><module>it</module></modules>",
                "core/pom.xml": "x",
                "it/pom.xml": "x",
            },
        ),
        ["!it"],
    ),
}


@pytest.mark.parametrize("case", _NEEDS, ids=str)
def test_what_a_step_misses(case):
    tree, edits = _NEEDS[case]
    found = find("hidden-need", tree, tracked=set(tree))
    assert [edit.text for item in found for edit in item.edits] == edits
    assert all(item.severity is Severity.ERROR for item in found)
    assert all(item.location.file == ".dockerignore" for item in found)


def test_the_finding_names_the_line_and_who_asks():
    tree = _tree("FROM e\nCOPY --from=b /w/sql /s\n", "# none\nsql\n", **{"sql/1.sql": "x"})
    (found,) = find("hidden-need", tree, tracked=set(tree))
    assert found.location.line == 2
    assert "sql is excluded by .dockerignore:2 (sql)" in found.message
    assert "COPY --from=b in line 5 takes it from there" in found.message
    assert found.help == "add !sql at the end of .dockerignore"


_DOUBTFUL = {
    "git does not track it yet": (
        _tree("RUN sh ci/new.sh\n", "ci\n", **{"ci/new.sh": "x"}),
        {"Dockerfile"},
    ),
    "a member that another package of npm depends on": (
        _tree(
            "RUN npm ci\n",
            "pkg/b\n",
            **{
                "package.json": '{"workspaces": ["pkg/*"]}',
                "pkg/a/package.json": '{"name": "a", "dependencies": {"b": "*"}}',
                "pkg/b/package.json": '{"name": "b"}',
            },
        ),
        None,
    ),
    "a tracked file that a compiler may write": (
        _tree("RUN npm run build\nFROM x\nCOPY --from=b /w/js /\n", "js\n", **{"js/a": "x"})
        | {"Dockerfile": _ALL + "RUN npm run build\nFROM x\nCOPY --from=b /w/a.js /\n"}
        | {".dockerignore": "a.js\n", "a.js": "x"},
        None,
    ),
}


@pytest.mark.parametrize("case", _DOUBTFUL, ids=str)
def test_without_certainty_the_exception_is_only_told(case):
    tree, tracked = _DOUBTFUL[case]
    (found,) = find("hidden-need", tree, tracked=tracked or set(tree))
    assert found.severity is Severity.WARNING
    assert found.edits == ()
    assert "add !" in found.help


_CARGO = {
    "Cargo.toml": '[workspace]\nmembers = ["lib", "examples/*"]\n',
    "lib/Cargo.toml": _CRATE,
    "examples/one/Cargo.toml": _CRATE,
    "examples/two/Cargo.toml": _CRATE,
}
_FINE = {
    "the script is sent": _tree("RUN sh ci/a.sh\n", "docs\n", **{"ci/a.sh": "x"}),
    "brought back": _tree("RUN sh ci/a.sh\n", "ci\n!ci/a.sh\n", **{"ci/a.sh": "x"}),
    "it is not there": _tree("RUN sh ci/a.sh\n", "ci\n"),
    "the step asks first": _tree(
        "RUN if [ -f ci/a.sh ]; then sh ci/a.sh; fi\n", "ci\n", **{"ci/a.sh": "x"}
    ),
    "a test before it": _tree("RUN [ -f ci/a.sh ] && sh ci/a.sh\n", "ci\n", **{"ci/a.sh": "x"}),
    "failure is forgiven": _tree("RUN sh ci/a.sh || true\n", "ci\n", **{"ci/a.sh": "x"}),
    "a step writes it": _tree(
        "RUN curl -o ci/a.sh https://e.com/a.sh\nRUN sh ci/a.sh\n", "ci\n", **{"ci/a.sh": "x"}
    ),
    "a step writes it by a redirection": _tree(
        "RUN echo x > ci/a.sh && sh ci/a.sh\n", "ci\n", **{"ci/a.sh": "x"}
    ),
    "another image has it": _tree(
        "COPY --from=tools /ci /w/ci\nRUN sh ci/a.sh\n", "ci\n", **{"ci/a.sh": "x"}
    ),
    "an inline file": _tree(
        "COPY <<E /w/ci/a.sh\nx\nE\nRUN sh ci/a.sh\n", "ci\n", **{"ci/a.sh": "x"}
    ),
    "a name with a variable": _tree("RUN sh ci/$X.sh\n", "ci\n", **{"ci/$X.sh": "x"}),
    "outside of what was copied": _tree("RUN sh /opt/ci/a.sh\n", "ci\n", **{"ci/a.sh": "x"}),
    "an option is no script": _tree("RUN sh -c 'ci/a'\n", "ci\n", **{"ci/a": "x"}),
    "a word of echo": _tree("RUN echo see docs/a.md\n", "docs\n", **{"docs/a.md": "x"}),
    "what is removed": _tree("RUN rm -rf docs/a.md\n", "docs\n", **{"docs/a.md": "x"}),
    "generated, and copied from the stage": _tree(
        "RUN npm run build\nFROM n\nCOPY --from=b /w/dist /x\n", "dist\n", **{"dist/a.js": "x"}
    ),
    "installed, and copied from the stage": _tree(
        "RUN npm ci\nFROM n\nCOPY --from=b /w/node_modules /x\n",
        "node_modules\n",
        **{"node_modules/a/i.js": "x"},
    ),
    "made in the stage": _tree(
        "RUN mkdir -p /w/log\nFROM n\nCOPY --from=b /w/log /x\n", "log\n", **{"log/a": "x"}
    ),
    "part of it is sent": _tree(
        "FROM n\nCOPY --from=b /w/sql /s\n", "sql/b\n", **{"sql/a": "x", "sql/b": "x"}
    ),
    "the stage is not reached": _tree(
        "FROM n AS other\nCOPY --from=b /w/sql /s\nFROM b\n", "sql\n", **{"sql/a": "x"}
    ),
    "from another image": _tree("COPY --from=img /w/sql /s\n", "sql\n", **{"sql/a": "x"}),
    "a readme that no manifest names": _tree(
        "RUN pip install .\n",
        "*.md\n",
        **{"README.md": "x", "pyproject.toml": '[project]\nname="p"\n' + _HATCH},
    ),
    "a readme that setuptools only warns about": _tree(
        "RUN pip install .\n",
        "*.md\n",
        **{"README.md": "x", "pyproject.toml": _README + _SETUPTOOLS},
    ),
    "a package that no step installs": _tree(
        "RUN pip install -r keep.txt\n",
        "*.md\n",
        **{"README.md": "x", "pyproject.toml": _README + _HATCH},
    ),
    "dependencies alone": _tree(
        "RUN uv sync --frozen --no-install-project\n",
        "*.md\n",
        **{"README.md": "x", "pyproject.toml": _README + _HATCH},
    ),
    "some members of a pattern": _tree("RUN cargo build\n", "examples/two\n", **_CARGO),
    "no step calls Cargo": _tree("RUN make\n", "examples\n", **_CARGO),
    "documentation under a feature": _tree(
        "RUN cargo build\n",
        "*.md\n",
        **{
            "Cargo.toml": _CRATE,
            "src/lib.rs": '#![cfg_attr(docsrs, doc = include_str!("../README.md"))]\n',
            "README.md": "x",
        },
    ),
    "a module of a profile": _tree(
        "RUN mvn package\n",
        "it\n",
        **{
            "pom.xml": "<profiles><profile><module>it</module></profile></profiles>",
            "it/pom.xml": "x",
        },
    ),
    "a Go module from elsewhere": _tree(
        "RUN go build ./...\n",
        "fork\n",
        **{"go.mod": "module m\n// replace x => ./fork\n", "fork/go.mod": "module x\n"},
    ),
    "a member of npm that nothing depends on": _tree(
        "RUN npm ci\n",
        "pkg/b\n",
        **{
            "package.json": '{"workspaces": ["pkg/*"]}',
            "pkg/a/package.json": '{"name": "a"}',
            "pkg/b/package.json": '{"name": "b"}',
        },
    ),
    "from the root another folder is meant": _tree(
        "RUN cd / && sh ci/a.sh\n", "ci\n", **{"ci/a.sh": "x"}
    ),
    "in a folder that a variable names": _tree(
        "RUN cd $D && sh ci/a.sh\n", "ci\n", **{"ci/a.sh": "x"}
    ),
    "the root leads further than what was copied": _tree(
        "RUN cd / && cd opt && sh ci/a.sh\n", "ci\n", **{"ci/a.sh": "x"}
    ),
    "a step in the root of an image that has it": {
        "Dockerfile": "FROM a\nWORKDIR /\nCOPY --from=t /ci /ci\nCOPY . .\nRUN sh ci/a.sh\n",
        ".dockerignore": "ci\n",
        "keep.txt": 1,
        "ci/a.sh": "x",
    },
    "nothing is hidden": _tree("RUN sh ci/a.sh\n", "", **{"ci/a.sh": "x"}),
}


@pytest.mark.parametrize("case", _FINE, ids=str)
def test_what_is_not_missed(case):
    tree = _FINE[case]
    catches_not("hidden-need", tree, tracked=set(tree))


def test_what_git_ignores_is_made_by_something():
    tree = _tree("RUN sh gen/a.sh\n", "gen\n", **{"gen/a.sh": "x"})
    catches_not("hidden-need", tree, tracked={"Dockerfile"}, ignored={"gen"})


_SCM = '[build-system]\nrequires=["setuptools", "setuptools_scm>=8"]\n[project]\nname="p"\ndynamic=["version"]\n'
_VCS = _SCM.replace('"setuptools", "setuptools_scm>=8"', '"hatchling", "hatch-vcs"')
_HISTORY = {".git/HEAD": "x", "p/__init__.py": ""}


@pytest.mark.parametrize(
    ("steps", "ignore", "project"),
    [
        ("RUN pip install .\n", ".git\n", _SCM),
        ("RUN pip install .[full]\n", "**/.git\n", _SCM),
        ("RUN pip install /w\n", ".git*\n", _SCM),
        ("RUN cd /w && python -m build\n", ".git\n", _VCS),
        ("RUN uv sync --frozen\n", "*\n!p\n!pyproject.toml\n", _VCS),
    ],
)
def test_a_version_that_comes_from_a_hidden_history(steps, ignore, project):
    tree = _tree(steps, ignore, **{"pyproject.toml": project}, **_HISTORY)
    (found,) = find("hidden-need", tree)
    assert found.severity is Severity.WARNING
    assert (found.paths, found.edits) == ((".git",), ())
    assert "takes the version from git" in found.message
    assert "SETUPTOOLS_SCM_PRETEND_VERSION" in found.help


@pytest.mark.parametrize(
    ("steps", "ignore", "project"),
    [
        ("RUN pip install .\n", "docs\n", _SCM),
        ("RUN pip install -r requirements.txt\n", ".git\n", _SCM),
        ("RUN pip install /wheels/a.whl\n", ".git\n", _SCM),
        ("RUN uv sync --no-install-project\n", ".git\n", _SCM),
        ("RUN SETUPTOOLS_SCM_PRETEND_VERSION=1.0 pip install .\n", ".git\n", _SCM),
        ("ARG V\nENV SETUPTOOLS_SCM_PRETEND_VERSION_FOR_P=$V\nRUN pip install .\n", ".git\n", _SCM),
        ("RUN pip install .\n", ".git\n", _SCM + '[tool.setuptools_scm]\nfallback_version="0"\n'),
        ("RUN uv sync\n", ".git\n", _SCM + "[tool.uv]\npackage = false\n"),
        ("RUN pip install .\n", ".git\n", _SCM.replace("dynamic", "version='1'\nkeywords")),
        ("RUN pip install .\n", ".git\n", _SETUPTOOLS + _README),
        ("RUN make\n", ".git\n", _SCM),
    ],
)
def test_no_version_comes_from_a_hidden_history(steps, ignore, project):
    catches_not("hidden-need", _tree(steps, ignore, **{"pyproject.toml": project}, **_HISTORY))


def test_without_a_history_none_is_hidden():
    tree = _tree("RUN pip install .\n", ".git\n", **{"pyproject.toml": _SCM, "p/a.py": ""})
    catches_not("hidden-need", tree)
