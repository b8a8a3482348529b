"""The rule ``outside-package``: what the image is not made of, and twice as much that it must not call so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ctxopt.severity import Severity
from tests.rules.paths.contexts import MB
from tests.support.fixes import fix_of, sizes
from tests.support.judging import RULE_BY_ID, facts_of, findings
from tests.support.recordings import load
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")
RULE = "outside-package"

ONE = "npm run build -w apps/web"
OUTSIDE = ["apps/mobile/*/**", "packages/tools/*/**"]


def package(name: str, needs: str = "", **more: Any) -> str:
    """Return a manifest that asks for the members ``needs``."""
    wanted = dict.fromkeys(needs.split(), "workspace:*")
    scripts = {"build": "node src/a.js"}
    return json.dumps({"name": name, "dependencies": wanted, "scripts": scripts, **more})


def workspace(root: Any = None, **more: Any) -> dict[str, Any]:
    """Return a workspace of npm: web asks for ui, mobile for ui and tools."""
    manifest = {"name": "root", "workspaces": ["apps/*", "packages/*"], **(root or {})}
    return {
        "package.json": json.dumps(manifest),
        "apps/web/package.json": package("@acme/web", "@acme/ui"),
        "apps/web/src/a.js": "1",
        "packages/ui/package.json": package("@acme/ui"),
        "packages/ui/src/a.js": MB,
        "apps/mobile/package.json": package("@acme/mobile", "@acme/ui @acme/tools"),
        "apps/mobile/src/a.js": 2 * MB,
        "packages/tools/package.json": package("@acme/tools"),
        "packages/tools/bin/t.js": MB,
        **more,
    }


PNPM = {"pnpm-workspace.yaml": "packages:\n  - 'apps/*'\n  - packages/*\n"}


def staged(*steps: str, copy: str = "COPY . .") -> str:
    """Return a Dockerfile that builds in a stage, and takes one folder of that."""
    runs = [f"RUN {step}" for step in steps]
    lines = ["FROM node AS build", "WORKDIR /app", copy, *runs, "FROM nginx"]
    return "\n".join((*lines, "COPY --from=build /app/apps/web/dist /srv", ""))


VERDICTS = load("packages.jsonl")


@pytest.mark.parametrize(
    "verdict",
    [item for item in VERDICTS if item["tool"] not in ("cargo", "uv", "go")],
    ids=lambda item: item["id"],
)
def test_offers_what_the_tools_do_without(tmp_path, verdict):
    """Each step of a package manager that was run without what the lines hide."""
    assert verdict["without"] == 0
    tree = workspace(**(PNPM if verdict["tool"] == "pnpm" else {}))
    step = verdict["step"]
    if "install" in step or " ci" in step or step.endswith("frozen-lockfile"):
        step += " && npx turbo run build --filter=@acme/web"
    facts = facts_of(tmp_path, tree, staged(step), ignored="")
    assert [edit.text for item in _found(facts) for edit in item.edits] == OUTSIDE


def _found(facts: Any) -> list[Any]:
    return list(RULE_BY_ID[RULE].check(facts))


CATCHES: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "a script of the root": (
        workspace({"scripts": {"build": "turbo run build --filter=@acme/web"}}),
        staged("npm ci && npm run build"),
        OUTSIDE,
    ),
    "a folder": (workspace(), staged("cd apps/web && npm run build"), OUTSIDE),
    "a folder in brackets": (workspace(), staged("(cd apps/web && vite build)"), OUTSIDE),
    "WORKDIR": (
        workspace(),
        ("FROM node AS build\nCOPY . /app\nWORKDIR /app/apps/web\nRUN vite build\nFROM nginx\n"
        "COPY --from=build /app/apps/web/dist /srv\n"),
        OUTSIDE,
    ),
    "an option": (workspace(), staged("pnpm -C apps/web build"), OUTSIDE),
    "npm in a folder": (workspace(), staged("npm --prefix apps/web run build"), OUTSIDE),
    "a filter by folder": (workspace(), staged("pnpm --filter ./apps/web build"), OUTSIDE),
    "Bun in a folder": (workspace(), staged("cd apps/web && bun run build"), OUTSIDE),
    "a script of the root that Bun runs": (
        workspace({"scripts": {"web": "bun --filter @acme/web build"}}), staged("bun ci && bun run web"), OUTSIDE,
    ),
    "what Bun starts": (workspace(), staged("bunx turbo build --filter=@acme/web"), OUTSIDE),
    "a bundle that Bun makes": (workspace(), staged("bun build apps/web/src/a.js --outdir out"), OUTSIDE),
    "a filter of a shape": (workspace(), staged("pnpm --filter '@acme/w*' build"), OUTSIDE),
    "prune and all of that": (
        workspace(),
        ("FROM node AS prune\nWORKDIR /app\nCOPY . .\nRUN npx turbo prune @acme/web --docker\n"
        "FROM node AS build\nWORKDIR /app\nCOPY --from=prune /app/out/full .\nRUN npx turbo build\n"
        "FROM nginx\nCOPY --from=build /app/apps/web/dist /srv\n"),
        OUTSIDE,
    ),
    "manifests first": (
        workspace(),
        ("FROM node AS build\nWORKDIR /app\nCOPY package.json ./\nCOPY apps/web/package.json apps/web/\n"
        "RUN npm ci\nCOPY . .\nRUN npm run build -w apps/web\nFROM nginx\n"
        "COPY --from=build /app/apps/web/dist /srv\n"),
        OUTSIDE,
    ),
    "hooks of git": (
        workspace({"scripts": {"prepare": "husky"}}),
        staged("npm ci", "npm run build -w apps/web"),
        OUTSIDE,
    ),
    "tools that are set up": (
        workspace({"scripts": {"postinstall": "patch-package"}}),
        staged("yarn global add turbo && turbo telemetry disable && corepack enable", "npm ci", ONE),
        OUTSIDE,
    ),
    "folders by name": (
        workspace(),
        ("FROM node AS build\nWORKDIR /app\nCOPY package.json ./\nCOPY packages packages\n"
        "COPY apps/web apps/web\nRUN npm run build -w apps/web\nFROM nginx\n"
        "COPY --from=build /app/apps/web/dist /srv\n"),
        ["packages/tools/*/**"],
    ),
    "a test that is not for builds": (
        workspace(
            **{"apps/web/package.json": package("@acme/web", "@acme/ui", scripts={"dev": "pnpm -r dev", "build": "vite"})}
        ),
        staged("npm run build -w apps/web"),
        OUTSIDE,
    ),
    "a comment": (
        workspace(**{"apps/web/src/b.ts": "// as in `packages/tools/bin` and @acme/tools\n * '../../../packages/tools'\n"}),
        staged(ONE),
        OUTSIDE,
    ),
    "a joined path to another": (
        workspace(**{"apps/web/src/b.ts": 'join(__dirname, "..", "..", "..", "packages",\n  "ui",\n "src")'}),
        staged(ONE),
        OUTSIDE,
    ),
    "a list in one line": (
        workspace({"workspaces": None}, **{"pnpm-workspace.yaml": "packages: ['apps/**', \"packages/*\"]\n"}),
        staged("pnpm --filter @acme/web build"),
        OUTSIDE,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile", "lines"), CATCHES.values(), ids=CATCHES)
def test_catches(tmp_path, tree, dockerfile, lines):
    facts = facts_of(tmp_path, tree, dockerfile, ignored="")
    assert [edit.text for item in _found(facts) for edit in item.edits] == lines
    plan = fix_of(tmp_path)
    assert set(lines) <= {text for line in plan.lines for text in line.texts}


STAYS: dict[str, tuple[dict[str, Any], str]] = {
    "built by all": (workspace(), staged("pnpm -r build")),
    "built by turbo": (workspace(), staged("npx turbo run build")),
    "built by a script of the root": (
        workspace({"scripts": {"build": "turbo run build"}}), staged("npm run build"),
    ),
    "built at the installation": (
        workspace({"scripts": {"postinstall": "turbo run build"}}), staged("npm ci", ONE),
    ),
    "workspaces foreach": (workspace(), staged("yarn workspaces foreach -A run build")),
    "npm for all": (workspace(), staged("npm run build --workspaces")),
    "lerna": (workspace(), staged("npx lerna run build")),
    "a variable": (workspace(), staged("pnpm --filter=$APP build")),
    "Bun for all": (workspace(), staged("bun run --workspaces build")),
    "Bun with a shape that means all": (workspace(), staged("bun --filter '*' build")),
    "Bun with a variable": (workspace(), staged("bun run --filter=$APP build")),
    "Bun and all but one": (workspace(), staged("bun --filter '!@acme/web' build")),
    "a script of the root with Bun": (
        workspace({"scripts": {"build": "bun --filter '*' build"}}), staged("bun run build"),
    ),
    "what Bun starts for all": (workspace(), staged("bunx turbo run build")),
    "dependents": (workspace(), staged("pnpm --filter ...@acme/ui build")),
    "changed since": (workspace(), staged("npx turbo build --filter=[HEAD^1]")),
    "all but one": (workspace(), staged("pnpm --filter '!@acme/web' build")),
    "no workspace": (workspace({"workspaces": None}), staged(ONE)),
    "no part built": (workspace(), "FROM node\nCOPY . .\n"),
    "not taken": (workspace(), "FROM node\nCOPY apps/web .\nRUN npm run build\n"),
    "no Dockerfile of this": (workspace(), "FROM node\nRUN npm --version\n"),
    "light": (
        workspace(**{"apps/mobile/src/a.js": "1", "packages/tools/bin/t.js": "1"}), staged(ONE),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("tree", "dockerfile"), STAYS.values(), ids=STAYS)
def test_says_nothing(tmp_path, tree, dockerfile):
    assert findings(RULE, tmp_path, tree, dockerfile, ignored="") == []


def source(path: str, text: str) -> dict[str, Any]:
    """Return the workspace with a file of this text."""
    return workspace(**{path: text})


MOBILE = ["apps/mobile/*/**"]
TOOLS_NEEDED: dict[str, dict[str, Any]] = {
    "imported by name": source("apps/web/src/b.ts", "import { t } from '@acme/tools/bin/t'"),
    "required": source("packages/ui/src/b.js", "require('@acme/tools')"),
    "a relative import": source("apps/web/src/b.ts", "import '../../../packages/tools/bin/t'"),
    "a path from its folder": source("apps/web/vite.config.ts", "cp('../../packages/tools/bin')"),
    "a joined path": source(
        "apps/web/next.config.js", 'path.join(__dirname, "..", "..", "packages", "tools")'
    ),
    "a glob of all": source(
        "apps/web/tailwind.config.js", "content: ['../../packages/*/bin/**/*.js', '../mobile']"
    ),
    "a path from the root": source("apps/web/project.json", '{"a": "packages/tools/bin"}'),
    "extends": source("apps/web/tsconfig.json", '{"extends": "@acme/tools/tsconfig.json"}'),
    "extends by path": source("apps/web/tsconfig.json", '{"extends": "../../packages/tools/a"}'),
    "references": source("apps/web/tsconfig.json", '{"references": [{"path": "../../packages/tools"}]}'),
    "an alias": workspace(
        **{
            "tsconfig.base.json": '{"compilerOptions": {"paths": {"~kit/*": ["packages/tools/bin/*"]}}}',
            "apps/web/src/b.ts": "import x from '~kit/t'",
        }
    ),
    "a style sheet": source("apps/web/src/a.css", '@import "@acme/tools/a.css";'),
    "a dependency of the root": workspace({"devDependencies": {"@acme/tools": "*"}}),
    "an override": workspace({"pnpm": {"overrides": {"x": "workspace:@acme/tools@*"}}}),
    "a development dependency": source(
        "packages/ui/package.json", json.dumps({"name": "@acme/ui", "devDependencies": {"@acme/tools": "*"}})
    ),
    "by path": source(
        "packages/ui/package.json", json.dumps({"name": "@acme/ui", "dependencies": {"x": "file:../tools"}})
    ),
    "a task of turbo": source(
        "turbo.json", '{"tasks": {"build": {"dependsOn": ["@acme/tools#build"]}}}'
    ),
    "a script of a package": source(
        "apps/web/package.json",
        package("@acme/web", "@acme/ui", scripts={"prebuild": "pnpm --filter @acme/tools build"}),
    ),
    "a script beside the packages": workspace(
        **{
            "scripts/gen.js": "read('../packages/tools/bin/t.js')",
            "apps/web/package.json": package("@acme/web", "@acme/ui", scripts={"build": "node ../../scripts/gen.js"}),
        }
    ),
    "through a small one": workspace(
        **{
            "packages/small/package.json": package("@acme/small", "@acme/tools"),
            "apps/web/src/b.ts": "import '@acme/small'",
        }
    ),
    "its own installation": source(
        "packages/tools/package.json", package("@acme/tools", scripts={"prepare": "tsc"})
    ),
}  # fmt: skip


@pytest.mark.parametrize("tree", TOOLS_NEEDED.values(), ids=TOOLS_NEEDED)
def test_keeps_what_is_asked_for(tmp_path, tree):
    facts = facts_of(tmp_path, tree, staged("npm ci", ONE), ignored="")
    lines = [edit.text for item in _found(facts) for edit in item.edits]
    assert "packages/tools/*/**" not in lines
    assert set(lines) <= set(MOBILE)


NAMED: dict[str, str] = {
    "by a step": staged(ONE, "cp -r packages/tools/bin /out"),
    "by COPY": staged(ONE, copy="COPY . .\nCOPY packages/tools/bin /t"),
    "out of a stage": staged(ONE) + "COPY --from=build /app/packages/tools/bin /t\n",
    "by a mount": staged(ONE + " && x", copy="COPY . .\nRUN --mount=type=bind,source=packages/tools,target=/t ls /t"),
    "by its folder": staged(ONE, "cd packages/tools && node bin/t.js"),
    "by two filters": staged("pnpm --filter @acme/web --filter @acme/tools build"),
}  # fmt: skip


@pytest.mark.parametrize("dockerfile", NAMED.values(), ids=NAMED)
def test_keeps_what_instructions_name(tmp_path, dockerfile):
    facts = facts_of(tmp_path, workspace(), dockerfile, ignored="")
    assert [edit.text for item in _found(facts) for edit in item.edits] == MOBILE


UNSURE: dict[str, tuple[str, str]] = {
    "tests that Bun runs": (staged("bun --filter @acme/web build && bun test"), "bun test may read any package"),
    "a program that Bun starts": (staged("bun --filter @acme/web build", "bunx knip"), "knip may read any package"),
    "a file that Bun runs": (staged("bun --filter @acme/web build", "bun run scripts/all.ts"), "scripts/all.ts may read any package"),
    "Nx": (staged(ONE, "npx nx build @acme/web"), "nx build @acme/web may read any package"),
    "an unknown command": (staged(ONE, "make all"), "make all may read any package"),
    "the final image": ("FROM node\nWORKDIR /app\nCOPY . .\nRUN " + ONE + "\n", "the final image takes it"),
    "copies of all": (staged(ONE, "cp -r packages /out"), "takes more than one package"),
    "a folder by a variable": (staged("cd $APP && npm run build", ONE), "cd $APP"),
    "a stage for development": (
        "FROM node AS dev\nWORKDIR /app\nCOPY . .\nCMD npm run dev\n" + staged(ONE),
        "a stage that no other one takes from",
    ),
    "a filter of nothing": (staged(ONE, "pnpm --filter nope build"), "nope names no package"),
}  # fmt: skip


@pytest.mark.parametrize(("dockerfile", "doubt"), UNSURE.values(), ids=UNSURE)
def test_is_only_possible(tmp_path, dockerfile, doubt):
    facts_of(tmp_path, workspace(), dockerfile, ignored="")
    plan = fix_of(tmp_path)
    assert not {text for line in plan.lines for text in line.texts} & set(OUTSIDE)
    possible = {text: line.reason for line in plan.possible for text in line.texts}
    assert doubt in possible["apps/mobile/*/**"]


@pytest.mark.parametrize(("dockerfile", "doubt"), UNSURE.values(), ids=UNSURE)
def test_what_is_local_in_a_package_goes_whatever_is_sure_of_that(tmp_path, dockerfile, doubt):
    local = {
        "apps/mobile/.venv/pyvenv.cfg": 3 * MB,
        "apps/mobile/.mypy_cache/a.json": MB,
        "apps/mobile/notes.bin": MB,
    }
    facts_of(tmp_path, workspace(), dockerfile, ignored="")
    lay(tmp_path, local)
    plan = fix_of(tmp_path)
    written = {text for line in plan.lines for text in line.texts}
    assert {"**/.venv", "**/.mypy_cache"} <= written
    assert not any("notes" in text for text in written)


CATCHES_NOT = [*STAYS, *TOOLS_NEEDED, *NAMED, *UNSURE]
"""All that the rule leaves alone, or does not call certain."""


def test_another_dockerfile_needs_them(tmp_path):
    """What one Dockerfile of two does without is told, with the file of its own that hides it."""
    tree = workspace(**{"mobile.Dockerfile": staged("npm run build -w apps/mobile")})
    facts = facts_of(tmp_path, tree, staged(ONE), ignored="")
    found = _found(facts)
    assert [finding.paths for finding in found] == [("apps/mobile", "packages/tools")]
    assert not found[0].edits
    assert "--per-dockerfile" in found[0].help
    plan = fix_of(tmp_path, per_dockerfile=True)
    assert set(OUTSIDE) <= {text for line in plan.lines for text in line.texts}


def test_both_dockerfiles_do_without(tmp_path):
    tree = workspace(**{"b.Dockerfile": staged("npm run build -w packages/ui")})
    facts = facts_of(tmp_path, tree, staged(ONE), ignored="")
    assert [edit.text for item in _found(facts) for edit in item.edits] == OUTSIDE


def test_severity_is_of_weight(tmp_path):
    tree = workspace(**{"apps/mobile/src/b.bin": 12 * MB})
    found = findings(RULE, tmp_path, tree, staged(ONE), ignored="")
    assert [finding.severity for finding in found] == [Severity.WARNING]


def test_a_second_fix_changes_nothing(tmp_path):
    facts_of(tmp_path, workspace(), staged(ONE), ignored="")
    plan = fix_of(tmp_path)
    assert plan.new_content is not None
    (tmp_path / ".dockerignore").write_bytes(plan.new_content)
    assert fix_of(tmp_path).new_content is None
    assert "apps/mobile/package.json" in sizes(plan.foreseen.permitted)
