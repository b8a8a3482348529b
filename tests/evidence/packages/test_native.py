"""Workspaces of Cargo, uv and Go: what the rule about packages that are not built says of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.paths.contexts import MB
from tests.support.fixes import fix_of
from tests.support.judging import findings
from tests.support.recordings import load

pytestmark = pytest.mark.usefixtures("clean")
RULE = "outside-package"
VERDICTS = load("packages.jsonl")


def lines_of(folder: Any, tree: dict[str, Any], dockerfile: str) -> list[str]:
    """Return the lines that the rule offers, sorted."""
    found = findings(RULE, folder, tree, dockerfile, ignored="")
    return sorted(edit.text or "" for item in found for edit in item.edits)


def crate(name: str, *needs: str, more: str = "") -> str:
    """Return a Cargo.toml that depends on crates beside it."""
    wanted = "".join(f'{need} = {{ path = "../{need}" }}\n' for need in needs)
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\n{more}\n[dependencies]\n{wanted}'


def crates(top: str = "", **more: Any) -> dict[str, Any]:
    """Return a workspace of Cargo: web depends on ui, mob on tools."""
    bench = '[[bench]]\nname = "speed"\nharness = false\n'
    return {
        "Cargo.toml": f'[workspace]\nmembers = ["crates/*"]\n{top}',
        "crates/web/Cargo.toml": crate("web", "ui"),
        "crates/web/src/main.rs": "fn main() {}",
        "crates/ui/Cargo.toml": crate("ui"),
        "crates/ui/src/lib.rs": "",
        "crates/ui/assets/a.bin": MB,
        "crates/mob/Cargo.toml": crate("mob", "tools") + bench,
        "crates/mob/src/main.rs": "fn main() {}",
        "crates/mob/src/parts/a.rs": MB,
        "crates/mob/benches/speed.rs": "",
        "crates/mob/benches/data/a.bin": MB,
        "crates/tools/Cargo.toml": crate("tools"),
        "crates/tools/src/lib.rs": "",
        "crates/tools/assets/a.bin": 2 * MB,
        **more,
    }


MOB = ["crates/mob/benches/*/**", "crates/mob/src/*/**"]
CRATES = [*MOB, "crates/tools/assets"]


def projects(
    root: str = '[project]\nname = "root"\ndependencies = []\n', **more: Any
) -> dict[str, Any]:
    """Return a workspace of uv: web depends on ui."""
    return {
        "pyproject.toml": f'{root}[tool.uv.workspace]\nmembers = ["apps/*", "libs/*"]\n',
        "apps/web/pyproject.toml": '[project]\nname = "web"\ndependencies = ["UI>=1", "iniconfig"]\n',
        "apps/web/src/web/__init__.py": "import ui",
        "libs/ui/pyproject.toml": '[project]\nname = "ui"\n',
        "libs/ui/src/ui/a.bin": MB,
        "apps/mob/pyproject.toml": '[project]\nname = "mob"\ndependencies = ["my-tools"]\n',
        "apps/mob/src/mob/a.bin": 2 * MB,
        "libs/tools/pyproject.toml": '[project]\nname = "my-tools"\n',
        "libs/tools/src/my_tools/a.bin": MB,
        **more,
    }


PROJECTS = ["apps/mob/*/**", "libs/tools/*/**"]


def modules(**more: Any) -> dict[str, Any]:
    """Return a workspace of Go: web imports lib."""
    return {
        "go.work": "go 1.22\n\nuse (\n\t./web\n\t./lib\n\t./mob // the other one\n)\n",
        "web/go.mod": "module ex.com/web\n",
        "web/cmd/web/main.go": 'package main\nimport "ex.com/lib/ui"\n',
        "lib/go.mod": "module ex.com/lib\n",
        "lib/ui/ui.go": MB,
        "mob/go.mod": "module ex.com/mob\n",
        "mob/pkg/a.bin": MB,
        **more,
    }


def native(*steps: str) -> str:
    """Return a Dockerfile that builds in a stage, and takes one file of that."""
    runs = [f"RUN {step}" for step in steps]
    lines = ["FROM tools AS build", "WORKDIR /src", "COPY . .", *runs, "FROM base"]
    return "\n".join((*lines, "COPY --from=build /out /out", ""))


TREES = {"cargo": (crates(), CRATES), "uv": (projects(), PROJECTS), "go": (modules(), ["mob/*/**"])}
ONE_OF = {
    "cargo": "cargo build --release -p web",
    "uv": "uv sync --frozen --package web",
    "go": "go build -o /out ./web/cmd/web",
}


@pytest.mark.parametrize(
    "verdict", [item for item in VERDICTS if item["tool"] in TREES], ids=lambda item: item["id"]
)
def test_offers_what_native_tools_do_without(tmp_path, verdict):
    tree, lines = TREES[verdict["tool"]]
    dockerfile = native(verdict["step"], ONE_OF[verdict["tool"]])
    assert lines_of(tmp_path, tree, dockerfile) == sorted(lines)


NATIVE: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "a toolchain": (crates(), "cargo +nightly build --release -p web", CRATES),
    "a dependency of the workspace": (
        crates('[workspace.dependencies]\ntools = { path = "crates/tools" }\n', **{"crates/web/Cargo.toml": crate("web", "ui") + "tools.workspace = true\n"}),
        "cargo build -p web",
        MOB,
    ),
    "the root's own": (
        crates(crate("root", more="").replace("[dependencies]", '[dependencies]\nui = { path = "crates/ui" }'), **{"src/main.rs": ""}),
        "cargo build --release",
        CRATES,
    ),
    "the root of uv": (
        projects('[project]\nname = "root"\ndependencies = ["web"]\n'), "uv sync --frozen --no-dev", PROJECTS,
    ),
    "a module by its folder": (modules(), "cd web && go build ./...", ["mob/*/**"]),
    "with flags": (modules(), "CGO_ENABLED=0 go build -trimpath -ldflags=-s -o /out ./web/cmd/web", ["mob/*/**"]),
}  # fmt: skip


@pytest.mark.parametrize(("tree", "step", "lines"), NATIVE.values(), ids=NATIVE)
def test_catches_native(tmp_path, tree, step, lines):
    assert lines_of(tmp_path, tree, native(step)) == sorted(lines)
    plan = fix_of(tmp_path)
    assert set(lines) <= {text for line in plan.lines for text in line.texts}


NATIVE_STAYS: dict[str, tuple[dict[str, Any], str]] = {
    "cargo of all": (crates(), "cargo build --release"),
    "cargo --workspace": (crates(), "cargo build --workspace"),
    "a variable": (crates(), "cargo build -p $APP"),
    "an unknown program": (crates(), "cargo build --bin nope"),
    "no workspace": ({**crates(), "Cargo.toml": crate("web")}, "cargo build -p web"),
    "uv of all": (projects(), "uv sync --frozen --all-packages"),
    "a virtual root": (projects(""), "uv sync --frozen"),
    "go of all": (modules(), "go build ./..."),
    "go of a variable": (modules(), "go build ./$APP"),
    "a module elsewhere": (modules(**{"go.work": "use ./web\nuse ../mob\n"}), "go build ./web"),
}


@pytest.mark.parametrize(("tree", "step"), NATIVE_STAYS.values(), ids=NATIVE_STAYS)
def test_says_nothing_of_native(tmp_path, tree, step):
    assert findings(RULE, tmp_path, tree, native(step), ignored="") == []


NATIVE_NEEDS: dict[str, tuple[dict[str, Any], str, str]] = {
    "included": (
        crates(**{"crates/web/src/main.rs": 'include_bytes!("../../tools/assets/a.bin")'}),
        ONE_OF["cargo"],
        "crates/tools/assets",
    ),
    "patched": (
        crates('[patch.crates-io]\nx = { path = "crates/tools" }\n'), ONE_OF["cargo"], "crates/tools/assets",
    ),
    "for its tests": (
        crates(**{"crates/ui/Cargo.toml": crate("ui") + '[dev-dependencies]\ntools = { path = "../tools" }\n'}),
        ONE_OF["cargo"],
        "crates/tools/assets",
    ),
    "on one platform": (
        crates(**{"crates/ui/Cargo.toml": crate("ui") + '[target."cfg(unix)".dependencies]\ntools = { path = "../tools" }\n'}),
        ONE_OF["cargo"],
        "crates/tools/assets",
    ),
    "named by a step": (crates(), ONE_OF["cargo"] + " && cp crates/tools/assets/a.bin /out", "crates/tools/assets"),
    "two of them": (crates(), "cargo build -p web -p tools", "crates/tools/assets"),
    "imported": (projects(**{"apps/web/src/web/b.py": "from my_tools import a"}), ONE_OF["uv"], "libs/tools/*/**"),
    "a group": (
        projects(**{"libs/ui/pyproject.toml": '[project]\nname = "ui"\n[dependency-groups]\ndev = ["My_Tools"]\n'}),
        ONE_OF["uv"],
        "libs/tools/*/**",
    ),
    "a path of uv": (
        projects(**{"libs/ui/pyproject.toml": '[project]\nname = "ui"\n[tool.uv.sources]\nx = { path = "../tools" }\n'}),
        ONE_OF["uv"],
        "libs/tools/*/**",
    ),
    "packed": (
        projects(**{"libs/ui/pyproject.toml": '[project]\nname = "ui"\n[tool.hatch.build.targets.wheel.force-include]\n"../tools/src" = "x"\n'}),
        ONE_OF["uv"],
        "libs/tools/*/**",
    ),
    "required": (modules(**{"lib/go.mod": "module ex.com/lib\nrequire ex.com/mob v0.0.0\n"}), ONE_OF["go"], "mob/*/**"),
    "replaced": (modules(**{"lib/go.mod": "module ex.com/lib\nreplace x => ../mob\n"}), ONE_OF["go"], "mob/*/**"),
    "an import": (modules(**{"lib/ui/b.go": 'import "ex.com/mob/pkg"'}), ONE_OF["go"], "mob/*/**"),
}  # fmt: skip


@pytest.mark.parametrize(("tree", "step", "line"), NATIVE_NEEDS.values(), ids=NATIVE_NEEDS)
def test_keeps_what_native_packages_ask_for(tmp_path, tree, step, line):
    assert line not in lines_of(tmp_path, tree, native(step))


NATIVE_UNSURE = {
    "cargo chef": (crates(), ONE_OF["cargo"] + " && cargo chef cook", "crates/tools/assets"),
    "make": (modules(), ONE_OF["go"] + " && make", "mob/*/**"),
    "generate": (modules(), "go generate && " + ONE_OF["go"], "mob/*/**"),
    "a program": (projects(), ONE_OF["uv"] + " && uv run python gen.py", "libs/tools/*/**"),
}


@pytest.mark.parametrize(("tree", "step", "line"), NATIVE_UNSURE.values(), ids=NATIVE_UNSURE)
def test_native_is_only_possible(tmp_path, tree, step, line):
    assert line in lines_of(tmp_path, tree, native(step))
    plan = fix_of(tmp_path)
    assert line not in {text for item in plan.lines for text in item.texts}
    assert line in {text for item in plan.possible for text in item.texts}
