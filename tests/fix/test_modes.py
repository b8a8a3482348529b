"""Steps that only may run, that make nothing, or that read what git ignores: none of them proves a line."""

from __future__ import annotations

import json

import pytest

from tests.fix.test_confidence import degrees

pytestmark = pytest.mark.usefixtures("clean")

HEAVY = 9_000_000
NEXT = "if [ -f yarn.lock ]; then yarn build; elif [ -f package-lock.json ]; then npm run build; else exit 1; fi"
TAKES_DIST = "FROM nginx\nCOPY --from=0 /app/dist /www\n"


def scripts(**commands):
    return json.dumps({"scripts": commands})


def app(step, package='{"scripts": {"build": "vite build"}}', before="", **files):
    dockerfile = f"FROM node\n{before}WORKDIR /app\nCOPY . .\nRUN {step}\n{TAKES_DIST}"
    ignored = "dist\nnode_modules\n.env\n.env.*\n"
    return {"Dockerfile": dockerfile, "package.json": package, ".gitignore": ignored, **files}


MADE = [
    app("npm ci && npm run build"),
    app(NEXT),
    app("if [ $X ]; then npm run build; else npm run build -- --mode x; fi", before="ARG X\n"),
    app("[ -d node_modules ] || npm ci && npm run build"),
    app("if [ $X ]; then echo; fi; npm run build", before="ARG X\n"),
    app("npm run build", scripts(build="tsc --noEmit && vite build")),
    app("npm run build", scripts(build="tsc -b && vite build"), **{"tsconfig.json": '{"noEmit": true}'}),
    app("npm run build", scripts(build="tsc")),
    app("npm run build", scripts(build="tsc"), **{"tsconfig.json": '{"noEmit": false}'}),
    app("npm run build", scripts(build="npm run bundle", bundle="node bundle.mjs")),
    app("npm run build", scripts(build="frobnicate src dist")),
    app("npm run build", '{"scripts": {}}'),
    app("make", Makefile="all: dist\ndist:\n\tfrobnicate\n"),
    app("npx tsc --noEmit && npx vite build"),
]  # fmt: skip

ON_A_CONDITION = [
    app('if [ "$PREBUILT" = false ]; then npm ci && npm run build; fi', before="ARG PREBUILT=false\n"),
    app('[ "$PREBUILT" = true ] || npm run build', before="ARG PREBUILT=false\n"),
    app('test "$PREBUILT" && npm run build || true', before="ARG PREBUILT=false\n"),
    app("if [ $X ]; then npm run build; else echo prebuilt; fi", before="ARG X\n"),
    app("case $X in y) npm run build;; esac", before="ARG X\n"),
    app("npm run build", scripts(build="[ $X ] || vite build"), before="ARG X\n"),
    app("make", Makefile="all:\n\t[ -n $(X) ] && frobnicate || true\n", before="ARG X\n"),
    app("[ -d dist ] || npm run build"),
]  # fmt: skip

MAKES_NOTHING = [
    app("npm run build", scripts(build="tsc --noEmit")),
    app("npm run build", scripts(build="vue-tsc -p . --noEmit")),
    app("npm run build", scripts(build="tsc"), **{"tsconfig.json": '{"compilerOptions": {"noEmit": true}}'}),
    app("npm run build", scripts(build="npm run types && npm run lint", types="npx tsc --noEmit", lint="eslint .")),
    app("npm run build", scripts(build="echo nothing to do")),
    app("npx tsc --noEmit"),
    app("npm ci && pnpm exec tsc --noEmit"),
    app("make", Makefile="all: lint\nlint:\n\teslint src\n"),
]  # fmt: skip


@pytest.mark.parametrize("tree", MADE)
def test_output_that_is_made_again_is_proven(tmp_path, tree):
    assert degrees(tmp_path, tree, {"dist/a.js": HEAVY}) == {"**/dist": "proven"}


@pytest.mark.parametrize("tree", [*ON_A_CONDITION, *MAKES_NOTHING])
def test_output_that_may_not_be_made_is_only_possible(tmp_path, tree):
    assert degrees(tmp_path, tree, {"dist/a.js": HEAVY}) == {"**/dist": "possible"}


def final(step):
    return {"Dockerfile": f"FROM node\nARG X\nWORKDIR /app\nCOPY . .\nRUN {step}\n", "package.json": "{}", ".gitignore": "node_modules\n"}  # fmt: skip


@pytest.mark.parametrize(
    ("step", "degree"),
    [
        ("npm ci", "proven"),
        ("npm ci || npm i", "proven"),
        ("if [ -f yarn.lock ]; then yarn install; else npm ci; fi", "proven"),
        ("if [ $X ]; then npm ci; fi", "possible"),
        ("[ $X ] || npm ci", "possible"),
        ("[ -d node_modules ] || yarn install --frozen-lockfile", "possible"),
    ],
)
def test_packages_that_a_step_may_not_install(tmp_path, step, degree):
    found = degrees(tmp_path, final(step), {"node_modules/a/x.js": HEAVY})
    assert found == {"**/node_modules": degree}


SECRET = "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIKEabMDENGabPxRfiCYEXAMPLEKEY1\n"
PUBLIC = f"{SECRET}VITE_API=https://api.example.org\n"

# The build, what is in the file, and how sure its line is.
ENV = [
    (app("npm run build"), PUBLIC, "possible"),
    (app("npx vite build"), PUBLIC, "possible"),
    (app("npm run build", scripts(build="vue-tsc && vite build --mode x")), PUBLIC, "possible"),
    (app("npm run build", scripts(build="next build")), f"{SECRET}NEXT_PUBLIC_A=1\n", "possible"),
    (app("npm run build", scripts(build="react-scripts build")), f"{SECRET}export REACT_APP_A=1\n", "possible"),
    (app("npm run build"), SECRET, "likely"),
    (app("npm run build", scripts(build="dotenv -- node build.js")), SECRET, "likely"),
    (app("node --env-file=.env build.js && npx tsc"), SECRET, "likely"),
    (app("npm run build", scripts(build="tsc", dev="vite build")), PUBLIC, "proven"),
    (app("npm run build", scripts(build="tsc", preview="vite")), PUBLIC, "proven"),
    (app("npm run build", scripts(build="node invite-build.js")), PUBLIC, "proven"),
    (app("npm ci && npx vite --version && npx tsc"), PUBLIC, "proven"),
    (app("go build"), PUBLIC, "proven"),
    (app("make"), SECRET, "proven"),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "content", "degree"), ENV)
def test_files_that_a_tool_reads_where_it_builds(tmp_path, tree, content, degree):
    assert degrees(tmp_path, tree, {".env": content}) == {"**/.env": degree}
