"""An ignore file beside one Dockerfile: where it pays, for whom, and where one file for all is better."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.config.load import Config
from ctxopt.fix.repository import judge_repository
from ctxopt.fix.run_all import fix_repository
from tests.support.several import TAKES_ALL, compose, measured_at
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

NPM = TAKES_ALL + "RUN npm ci && npm run build\n"
TWO = compose(web="{dockerfile: web.D}", site="{dockerfile: site.D}")
MB = 1_000_000
# The site takes what somebody's machine has built; the web image builds it again.
PREBUILT: dict[str, Any] = {
    "compose.yaml": TWO, "web.D": NPM, "site.D": "FROM nginx\nCOPY dist /usr/share/nginx/html\n",
    "package.json": '{"scripts": {"build": "vite build"}}', "src/a.js": 1000, "dist/a.js": 40 * MB, ".gitignore": "dist\nnode_modules\n",
}  # fmt: skip
HISTORY: dict[str, Any] = {
    "compose.yaml": TWO, "web.D": TAKES_ALL + "RUN make\n", "site.D": TAKES_ALL + "RUN git describe --tags\n",
    "src/a.c": 1000, ".git/HEAD": "ref: refs/heads/main\n", ".git/objects/pack/p.pack": 50 * MB, ".git/refs/heads/main": "",
}  # fmt: skip


def judged_at(root, **config):
    return judge_repository(measured_at(root), root, lambda _: Config(**config))


def own_files(judged):
    """The Dockerfiles that get a file of their own, with the bytes that it saves."""
    return {own.dockerfile: own.saved for context in judged.contexts for own in context.split.own}


def declined(judged):
    return {each.dockerfile for context in judged.contexts for each in context.split.declined}


# Each image is made of one application of a workspace; the files of one of them weigh.
APPLICATIONS: dict[str, Any] = {
    "compose.yaml": TWO, "package.json": '{"name": "root", "workspaces": ["apps/*"]}', "package-lock.json": "{}",
    **{f"{app}.D": f"FROM node AS b\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build -w apps/{app}\nFROM nginx\nCOPY --from=b /app/apps/{app}/dist /srv\n" for app in ("web", "site")},
    **{f"apps/{app}/package.json": f'{{"name": "@acme/{app}", "scripts": {{"build": "node src/a.js"}}}}' for app in ("web", "site")},
    "apps/web/src/a.js": "1", "apps/site/src/a.js": "1", **{f"apps/site/src/part{n}.js": MB for n in range(40)},
}  # fmt: skip

# Tree, and the Dockerfile that gets its own file.
PAYS: dict[str, tuple[dict[str, Any], str]] = {
    "what only the other one takes": (PREBUILT, "web.D"),
    "the history that only the other one asks": (HISTORY, "web.D"),
    "two targets of one Dockerfile go together": (
        PREBUILT | {"compose.yaml": compose(web="{dockerfile: web.D, target: a}", dev="{dockerfile: web.D, target: b}", site="{dockerfile: site.D}"), "web.D": NPM.replace("FROM a", "FROM n AS a") + NPM.replace("FROM a", "FROM n AS b")},
        "web.D",
    ),
    "beside an ignore file that is there": (PREBUILT | {".dockerignore": "*.log\nnode_modules\n"}, "web.D"),
    "the package that only the other one builds": (APPLICATIONS, "web.D"),
    "the package of three": (
        APPLICATIONS | {"compose.yaml": compose(web="{dockerfile: web.D}", site="{dockerfile: site.D}", all="{dockerfile: all.D}"), "all.D": TAKES_ALL + "RUN npm ci && npm run build --workspaces\n"},
        "web.D",
    ),
    "a Dockerfile in a folder": (
        PREBUILT | {"compose.yaml": compose(web="{dockerfile: docker/web.D}", site="{dockerfile: site.D}"), "docker/web.D": NPM, "web.D": ""},
        "docker/web.D",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PAYS)
def test_it_pays(tmp_path, name):
    tree, dockerfile = PAYS[name]
    root = lay(tmp_path, tree)
    judged = judged_at(root)
    assert list(own_files(judged)) == [dockerfile]
    [context] = [context for context in judged.contexts if context.split.own]
    assert all(
        build.declared.dockerfile.endswith(dockerfile)
        for own in context.split.own
        for build in own.builds
    )
    fixed = fix_repository(judged, lambda _: Config(), lambda: measured_at(root))
    assert not fixed.failed
    # What was foretold is what is measured then, but for the ignore files themselves.
    for build in judged.builds:
        assert abs(fixed.after[build.name] - build.after) < 3000
    again = judged_at(root)
    assert [plan for context in again.contexts for plan in context.plans] == []
    assert own_files(again) == {}
    text = (tmp_path / f"{dockerfile}.dockerignore").read_text()
    for line in str(tree.get(".dockerignore", "")).splitlines():
        assert line.strip("*/") in text


def with_size(tree, path, size):
    return tree | {path: size}


ONE_FILE: dict[str, dict[str, Any]] = {
    "less than a second": with_size(PREBUILT, "dist/a.js", 12 * MB),
    "less than a fifth": PREBUILT | {"src/data.bin": 400 * MB},
    "both need it": PREBUILT | {"web.D": "FROM nginx\nCOPY dist /d\nCOPY . /all\n"},
    "neither needs it": PREBUILT | {"site.D": NPM + "RUN true\n"},
    "the other one sends little of it": PREBUILT | {"web.D": "FROM node\nCOPY src package.json ./\nRUN npm run build\n"},
    "there is but one": PREBUILT | {"compose.yaml": compose(web="{dockerfile: web.D}"), "site.D": "# none\n"},
    "two builds of one Dockerfile": PREBUILT | {
        "compose.yaml": compose(web="{dockerfile: web.D, target: w}", site="{dockerfile: web.D, target: s}"), "site.D": "# none\n",
        "web.D": NPM.replace("FROM a", "FROM a AS w") + "FROM nginx AS s\nCOPY dist /d\n",
    },
    "both build the package": APPLICATIONS | {"web.D": APPLICATIONS["site.D"] + "RUN true\n"},
    "the package is asked for": APPLICATIONS | {"apps/web/package.json": '{"name": "@acme/web", "dependencies": {"@acme/site": "*"}, "scripts": {"build": "node src/a.js"}}'},
    "a source of one names the package": APPLICATIONS | {"apps/web/src/a.js": "import '../../site/src/a.js'\n"},
    "no step says which package": APPLICATIONS | {"web.D": APPLICATIONS["web.D"].replace("npm run build -w apps/web", "npm run build")},
    "the package weighs less than a second": APPLICATIONS | {f"apps/site/src/part{n}.js": 1000 for n in range(30)},
    "the files are beside the manifest": {path.replace("src/part", "part"): size for path, size in APPLICATIONS.items()},
    "it is inline": PREBUILT | {"compose.yaml": compose(web='{dockerfile_inline: "FROM a\\nCOPY . .\\nRUN npm ci && npm run build\\n"}', site="{dockerfile: site.D}"), "web.D": "# none\n"},
    "it has its own": PREBUILT | {"web.D.dockerignore": "dist\n"},
    "another folder is built with it": PREBUILT | {
        "compose.yaml": compose(web="{dockerfile: web.D}", site="{dockerfile: site.D}", more="{context: more, dockerfile: ../web.D}"), "more/package.json": "{}",
    },
    "a devcontainer is built with it": PREBUILT | {".devcontainer/devcontainer.json": '{"build": {"dockerfile": "../web.D", "context": ".."}}'},
    "the file in force cannot be edited": PREBUILT | {".dockerignore": {"link": "rules"}, "rules": "*.log\n", "node_modules/a.js": 3 * MB},
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_FILE)
def test_one_file_for_all_is_better(tmp_path, name):
    judged = judged_at(lay(tmp_path, ONE_FILE[name]))
    assert own_files(judged) == {}


def test_the_classic_builder_reads_none(tmp_path):
    root = lay(tmp_path, PREBUILT)
    judged = judge_repository(
        measured_at(root, "classic"), root, lambda _: Config(builder="classic")
    )
    assert own_files(judged) == {}


def test_what_would_save_too_little_is_named(tmp_path):
    judged = judged_at(lay(tmp_path, PREBUILT | {"src/data.bin": 400 * MB}))
    assert declined(judged) == {"web.D"}


def test_the_bandwidth_decides_what_a_second_is(tmp_path):
    root = lay(tmp_path, PREBUILT)
    assert own_files(judged_at(root, bandwidth=1_000_000_000)) == {}
    assert list(own_files(judged_at(root, bandwidth=10_000_000))) == ["web.D"]


def test_the_last_dockerfile_keeps_the_shared_file(tmp_path):
    tree = PREBUILT | {
        "compose.yaml": compose(web="{dockerfile: web.D}", site="{dockerfile: site.D}", old="{dockerfile: old.D}"),
        "old.D": "FROM a\nCOPY . .\nRUN git describe\n", ".git/HEAD": "ref: refs/heads/main\n", ".git/objects/p": 60 * MB,
    }  # fmt: skip
    root = lay(tmp_path, tree)
    judged = judged_at(root)
    assert 1 <= len(own_files(judged)) <= 2
    fix_repository(judged, lambda _: Config(), lambda: measured_at(root))
    assert [plan for context in judged_at(root).contexts for plan in context.plans] == []
