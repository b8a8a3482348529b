"""``fix`` on arbitrary trees, ignore files and Dockerfiles: what holds whatever they are."""

from __future__ import annotations

import dataclasses
import itertools
import random
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.build.analysis import Analysis, analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.builder import BUILDER_NAMES, BuilderName
from ctxopt.config.load import Config
from ctxopt.config.selection import Selection
from ctxopt.errors import CtxoptError
from ctxopt.evidence.gather import gather_facts
from ctxopt.fix.plan import plan_fix
from ctxopt.fix.proposal import propose
from ctxopt.languages.dockerfile import Source
from ctxopt.languages.golang.paths import has_meta
from ctxopt.paths import overlaps
from ctxopt.rules.registry import RULES
from ctxopt.rules.run import run_rules
from tests.support.examples import examples
from tests.support.trees import lay

FOLDERS = [
    "",
    "web/",
    "web/app/",
    "docs/",
    "src/node_modules/x/",
    "node_modules/y/",
    ".git/",
    "dist/",
    "target/",
]
NAMES = ["a.js", "b.md", ".env", "x.log", "README.md", "t.pyc", "big.iso", "Dockerfile.dev"]
LINES = [
    "node_modules", "web/node_modules", "*.md", "!README.md", "**/*.md", "!docs", "docs", "!docs/b.md", "*", "!web",
    "!src", "!web/app", "web", "dist/", "# note", "", "!**/README.md", "/dist", "*.log", "!*.log", "target/**",
    "!target/a.js", "web/*", "!web/a.js", "**", "x.log # why", "./docs", "!dist", "src/node_modules/",
    "# ctxopt: keep dist/a.js",
]  # fmt: skip
SOURCES = [
    ".",
    "web",
    "web/app docs",
    "dist",
    "dist/*.js",
    "*.md",
    "README.md",
    "src",
    "missing/x",
    "target/a.js",
]
GITIGNORE = ["node_modules", "dist", "*.log", "target", ".env", "!a.js", "/web/app"]
QUIET = Config(noise_floor=1)

files = st.sets(
    st.sampled_from(sorted(map("".join, itertools.product(FOLDERS, NAMES)))),
    min_size=1,
    max_size=14,
)
ignore_files = st.lists(st.sampled_from(LINES), max_size=6)
dockerfiles = st.lists(st.sampled_from(SOURCES), min_size=1, max_size=3, unique=True)
gitignores = st.lists(st.sampled_from(GITIGNORE), max_size=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> str:
    return str(tmp_path_factory.mktemp("p") / "c")


def build(folder: str, names, lines, sources, ignored) -> str:
    shutil.rmtree(folder, ignore_errors=True)
    copies = "".join(f"COPY {source} /{number}/\n" for number, source in enumerate(sources))
    tree: dict[str, int | str] = {name: 1000 + len(name) for name in sorted(names)}
    tree |= {"Dockerfile": f"FROM scratch AS one\n{copies}"}
    if lines:
        tree[".dockerignore"] = "".join(f"{line}\n" for line in lines)
    if ignored:
        tree[".gitignore"] = "".join(f"{line}\n" for line in ignored)
    return lay(folder, tree)


def measured(root: str, builder: BuilderName = "buildkit") -> Analysis:
    return analyze(find_context(root, builder=builder), BuildRequest())


def sent(analysis: Analysis) -> set[str]:
    return {entry.path for entry in analysis.permitted.entries()} - {".dockerignore"}


def literal_sources(analysis: Analysis) -> list[tuple[Source, str]]:
    return [
        (source, path.path.strip("/"))
        for source in (analysis.plan.build.sources if analysis.plan else ())
        for path in source.paths
        if path.path.strip("/") and not has_meta(path.path)
    ]


@settings(max_examples=examples(150))
@given(names=files, lines=ignore_files, sources=dockerfiles, ignored=gitignores)
@pytest.mark.slow
def test_what_holds_of_every_fix(folder, names, lines, sources, ignored):
    root = build(folder, names, lines, sources, ignored)
    before = {builder: measured(root, builder) for builder in BUILDER_NAMES}
    old = before["buildkit"]
    planned = plan_fix(old, QUIET)
    same = plan_fix(measured(root), QUIET)
    assert (planned.new_content, planned.lines) == (same.new_content, same.lines)
    if planned.new_content is None:
        return
    with open(planned.path, "wb") as file:
        file.write(planned.new_content)
    after = {builder: measured(root, builder) for builder in BUILDER_NAMES}
    new = after["buildkit"]
    assert new.plan
    assert old.plan
    # Only a source that the ignore file hides may come back, and with it what leads there.
    hidden = [path for check in old.plan.sources.checks if check.fails for path in check.paths]
    is_cure = any(text.startswith("!") for line in planned.lines for text in line.texts)
    for builder, was in before.items():
        grown = sent(after[builder]) - sent(was)
        assert is_cure or not grown, builder
        assert all(any(overlaps(path, one) for one in hidden) for path in grown), builder
    assert new.permitted_bytes == planned.foreseen.permitted_bytes
    fails = {(check.source.line, check.text) for check in old.plan.sources.checks if check.fails}
    still = {(check.source.line, check.text) for check in new.plan.sources.checks if check.fails}
    # What is let in may still have to be made before the build.
    assert still <= fails
    assert is_cure or still == fails
    for _, path in literal_sources(old):
        assert old.matcher.decide(path).excluded or not new.matcher.decide(path).excluded
    again = plan_fix(new, QUIET)
    assert again.new_content is None, again.new_content


@settings(max_examples=examples(60))
@given(names=files, lines=ignore_files, sources=dockerfiles, ignored=gitignores, seed=st.integers())
def test_the_order_of_the_walk_is_nothing(folder, names, lines, sources, ignored, seed):
    root = build(folder, names, lines, sources, ignored)
    analysis = measured(root)
    folders = list(analysis.tree.folders.items())
    random.Random(seed).shuffle(folders)
    tree = dataclasses.replace(analysis.tree, folders=dict(folders))
    other = dataclasses.replace(analysis, tree=tree)
    proposals = []
    for each in (analysis, other):
        facts = gather_facts(each, QUIET)
        proposals.append(propose(facts, run_rules(facts, RULES, Selection())))
    assert proposals[0] == proposals[1]


@pytest.mark.slow
def test_the_strategies_reach_what_they_are_for(folder):
    """Lines are proposed, files are refused by nobody, and exceptions stand among them."""
    found = 0
    for seed in range(40):
        pick = random.Random(seed)
        root = build(
            folder,
            pick.sample(sorted(map("".join, itertools.product(FOLDERS, NAMES))), 10),
            pick.sample(LINES, 4),
            pick.sample(SOURCES, 2),
            pick.sample(GITIGNORE, 2),
        )
        try:
            found += bool(plan_fix(measured(root), QUIET).lines)
        except CtxoptError:
            continue
    assert found > 20
