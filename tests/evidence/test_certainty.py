"""How sure it is that a script runs a command."""

from __future__ import annotations

import time

import pytest

from ctxopt.evidence.certainty import certainty_of, surest

NEXT = (
    "if [ -f yarn.lock ]; then yarn run build; \\\n"
    "  elif [ -f package-lock.json ]; then npm run build; \\\n"
    "  else echo 'Lockfile not found.' && exit 1; \\\n"
    "  fi"
)

ALWAYS = [
    "build",
    "npm ci && npm run build",
    "npm ci || npm i && npm run build",
    "npm run build || exit 1",
    "set -e; cd x\nnpm run build",
    "npm ci && \\\n  npm run build",
    "(cd x && build)",
    "{ build; }",
    "! build",
    "for x in a b; do build $x; done",
    "if true; then build a; else build b; fi",
    "if [ -n $X ]; then build a; elif [ $Y ]; then build b; else exit 1; fi",
    "if ! build; then exit 1; fi",
    "if [ $X ]; then echo; fi; build",
    "if [ $X ]; then echo\nfi\nbuild",
    "[ $X ] && build a || build b",
    "[ $X ] && echo; build",
    "[ $X ] && echo || true\nbuild",
    "[ -d x ] || mkdir x && build",
    "# if x; then\nbuild",
    NEXT,
    "command -v x >/dev/null || npm i -g x\nbuild",
    "if [ $X ]; then build; else build; fi && echo",
]

SOMETIMES = [
    'if [ "$PREBUILT" = false ]; then npm ci && npm run build; fi',
    "if [ $X ]; then build; else echo; fi",
    "if [ $X ]; then build; elif [ $Y ]; then build; fi",
    "if [ $X ]; then echo; else build; fi",
    "if [ $X ]\nthen\n  build\nfi",
    "[ $X ] && build",
    "[[ -n $X ]] && npm ci && build",
    "test -n $X && build",
    "[ -n $X ] || build",
    "test -d dist || npm run build",
    "true || build",
    "npm ci || build",
    "[ $X ] && build || true",
    "[ $X ] && build || echo",
    "while [ $X ]; do build; done",
    "until x; do build; done",
    "case $X in prod) build;; *) echo;; esac",
    "npm ci && if [ $X ]; then build; fi",
    "if [ $X ]; then if [ $Y ]; then build; else build; fi; fi",
    "for x in a; do [ $x ] && build; done",
    "command -v x && build",
    "${SKIP:+true} && build",
    "grep -q x y && build",
]

NEVER = [
    "",
    "echo",
    "# build",
    "if [ $X ]; then echo; fi",
    "npm ci && echo",
    "fi then done esac",
    "&& || ;; do",
    "if",
    "if if if",
    "for",
    "case",
    "while true; do",
]


def found(script):
    return certainty_of(script, lambda command: "build" in command)


@pytest.mark.parametrize("script", ALWAYS)
def test_always(script):
    assert found(script) == "always"


@pytest.mark.parametrize("script", SOMETIMES)
def test_sometimes(script):
    assert found(script) == "sometimes"


@pytest.mark.parametrize("script", NEVER)
def test_never(script):
    assert found(script) == "never"


@pytest.mark.parametrize(
    "script",
    ["build && " * 30_000, "if " * 50_000, "if x; then " * 900, "for x; do " * 900, "[ " * 100_000],
)
def test_hostile_scripts_are_read_at_once(script):
    start = time.process_time()
    found(script)
    assert (
        time.process_time() - start < 30
    )  # what does not end takes minutes; no machine is that slow


@pytest.mark.parametrize(
    ("several", "expected"),
    [
        ((), "never"),
        (("never", "sometimes"), "sometimes"),
        (("sometimes", "always", "never"), "always"),
    ],
)
def test_the_surest(several, expected):
    assert surest(several) == expected
