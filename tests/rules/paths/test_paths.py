"""What holds of every rule about paths."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rules import ignore_file, paths
from tests.rules.paths.contexts import CERTIFICATE, KEY, MB
from tests.support.examples import examples
from tests.support.judging import BROAD, NARROW, STAGED, every_finding, facts_of, findings

pytestmark = pytest.mark.usefixtures("clean")

NODE = {"package.json": "{}"}
NAMES = [
    "node_modules",
    "dist",
    "tests",
    "src",
    ".env",
    "a.pyc",
    "b.csv",
    "__pycache__",
    ".git",
    "x",
]


@pytest.mark.parametrize(
    ("rule", "tree", "ignored", "lines"),
    [
        ("dependency-folder", {"a/node_modules/x": MB}, None, ["**/node_modules"]),
        # The name alone would hide sources.
        ("build-output", {**NODE, "dist/x": MB, "a/dist": "x"}, None, ["dist"]),
        ("build-output", {"dist/x": MB, "a/dist/x.js": "x"}, "/dist", ["dist"]),
        ("build-output", {"dist/x": MB, "a/dist/x.js": MB}, "dist", ["**/dist"]),
        ("secret-file", {"a.pem": KEY, "b.pem": CERTIFICATE}, None, ["a.pem"]),
        ("secret-file", {"a.pem": KEY, "x/b.pem": KEY}, None, ["**/*.pem"]),
        ("git-ignored", {"[x]/y": MB, "z/{a}": MB}, "y\n{a}", [r"\[x\]/y", "z/{a}"]),
        ("volatile-file", {"README.md": "x", "a/README.md": "x"}, None, ["**/Dockerfile", "README.md"]),
    ],
)  # fmt: skip
def test_lines_hide_no_more_than_they_should(tmp_path, rule, tree, ignored, lines):
    found = findings(rule, tmp_path, tree, ignored=ignored)
    assert [edit.text for finding in found for edit in finding.edits] == lines


def test_there_are_twice_as_many_that_are_left_alone():
    modules = [
        importlib.import_module(f"{room.__name__}.{module.name}")
        for room in (paths, ignore_file)
        for module in pkgutil.iter_modules(room.__path__)
    ]
    caught = sum(len(getattr(module, "CATCHES", ())) for module in modules)
    assert caught
    assert sum(len(getattr(module, "CATCHES_NOT", ())) for module in modules) >= 2 * caught


@settings(max_examples=examples(60), suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(
        st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join),
        st.sampled_from([0, 1, 200_000, 6 * MB]),
        max_size=12,
    ),
    st.sampled_from([BROAD, STAGED, NARROW, None]),
)
def test_no_byte_is_told_twice(tmp_path_factory, tree, dockerfile):
    tree = {
        path: size
        for path, size in tree.items()
        if not any(other.startswith(path + "/") for other in tree)
    }
    facts = facts_of(tmp_path_factory.mktemp("t"), tree, dockerfile)
    claimed = [item.path for item in facts.candidates.found]
    assert len(set(claimed)) == len(claimed)
    assert not any(b.startswith(a + "/") for a in claimed for b in claimed)
    entries = list(facts.analysis.permitted.entries())
    for item in facts.candidates.found:
        below = [e for e in entries if e.path == item.path or e.path.startswith(item.path + "/")]
        assert (item.bytes, item.entries) == (sum(e.size for e in below), len(below))
    told = [finding for finding in every_finding(facts) if finding.paths]
    paths = [path for finding in told for path in finding.paths]
    assert len(set(paths)) == len(paths)
    sizes = {item.path: item.bytes for item in facts.candidates.found}
    for finding in told:
        if finding.rule == "broad-copy":
            assert not sizes.keys() & set(finding.paths)
            continue
        assert finding.size == sum(sizes[path] for path in finding.paths)
        assert finding.message == finding.message.strip().rstrip(".")
    assert sum(finding.size for finding in told) <= facts.analysis.permitted.total.bytes
