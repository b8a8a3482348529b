"""How sure it is that a build makes output, as its steps and the tasks they call tell."""

from __future__ import annotations

import pytest

from ctxopt.evidence.called_texts import ReachedTasks
from ctxopt.evidence.git_history import BuildTakings
from ctxopt.evidence.made_output import fetching_of, making_of
from ctxopt.languages.dockerfile import parse, resolve


def taken(step, **scripts):
    build = resolve(parse(f"FROM a\nRUN {step}\n".encode()))
    tasks = []
    if scripts:
        text = "\n".join(scripts.values())
        tasks = [ReachedTasks("package.json", "", text, frozenset(scripts))]
    return BuildTakings(build, (), tasks)


MAKING = [
    ("npm run build", {}, "always"),
    ("npm run build", {"build": "frobnicate"}, "always"),
    ("npm ci && npm run build", {"build": "vite build", "postinstall": "patch-package"}, "always"),
    ("make", {}, "always"),
    ("npx vite build", {"build": "eslint ."}, "always"),
    ("[ $X ] || npm run build", {}, "sometimes"),
    ("[ $X ] || npm run build", {"build": "frobnicate"}, "sometimes"),
    ("npm run build", {"build": "[ $X ] || frobnicate"}, "sometimes"),
    ("npm run build", {"build": "tsc --noEmit"}, "never"),
    ("npm run build", {"build": "npx eslint ."}, "never"),
    ("npm run build", {"build": "npm run types", "types": "tsc --noEmit"}, "never"),
    ("npm run build", {"build": "rm -rf dist && echo"}, "never"),
    ("npm ci", {}, "never"),
    ("npm ci", {"postinstall": "patch-package"}, "never"),
    ("npx tsc --noEmit", {}, "never"),
    ("frobnicate", {}, "never"),
    ("apt-get install -y make", {}, "never"),
    ("/root/.cargo/bin/cargo build -p app && cp target/debug/app /bin", {}, "always"),
    ("$HOME/.cargo/bin/cargo build", {}, "always"),
    ("deno bundle a.ts -o b.js && deno compile --output app b.js", {}, "always"),
    ("cp /root/.cargo/bin/cargo /x", {}, "never"),
    ("strip /usr/local/bin/cargo", {}, "never"),
    ("/opt/cargo/start app", {}, "never"),
    ("/usr/bin/deno run a.ts", {}, "never"),
    ("deno cache a.ts", {}, "never"),
    ("$HOME/cargo", {}, "never"),
]


@pytest.mark.parametrize(("step", "scripts", "expected"), MAKING)
def test_making(step, scripts, expected):
    assert making_of(taken(step, **scripts)) == expected


FETCHING = [
    ("npm ci", "always"),
    ("NODE_ENV=x npm ci && npm run build", "always"),
    ("[ $X ] || npm ci", "sometimes"),
    ("if [ $X ]; then pip install -r r.txt; fi", "sometimes"),
    ("npm run build", "never"),
    ("pip install .", "never"),
    ("[ $X ] || npm run build", "never"),
    ("true", "never"),
]


@pytest.mark.parametrize(("step", "expected"), FETCHING)
def test_fetching(step, expected):
    assert fetching_of(taken(step)) == expected
