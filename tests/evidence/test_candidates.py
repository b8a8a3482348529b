"""What becomes a candidate: the judgement kind by kind, and the pass that asks it."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt.config.load import Config
from ctxopt.evidence.catalog import CatalogEntry, CatalogKind, load_catalog
from ctxopt.evidence.entry_choice import (
    BACKING,
    KnownPath,
    choose_entry,
    evidence_backs,
    is_backed,
    manifest_agrees,
    manifest_allows,
    topic_of,
)
from ctxopt.evidence.git_status import GitStatus
from ctxopt.evidence.needs import Need, Needs
from tests.support.judging import known_facts


def entry(kind: CatalogKind, confidence="low", manifests=(), pattern="**/x") -> CatalogEntry:
    return CatalogEntry(pattern, kind, "any", "s", confidence, "R.", "l", "", manifests)


def known(words: str, nearby=("package.json", "x")) -> KnownPath:
    """``ignored file large deep`` and the like; what is not said is unknown to git, a folder, small, at the root."""
    said = set(words.split())
    assert said <= {*get_args(GitStatus), "file", "dir", "large", "small", "deep", "worktree"}
    states: list[GitStatus] = [state for state in get_args(GitStatus) if state in said]
    return KnownPath(
        path="a/x" if "deep" in said else "x",
        is_dir="file" not in said,
        is_large="large" in said,
        state=states[0] if states else "unknown",
        nearby=lambda: nearby,
        is_worktree="worktree" in said,
    )


THERE, GONE = ("package.json",), ("Cargo.toml",)

# kind, confidence, manifests that it asks for, and what is known of the path.
BACKED: list[tuple[CatalogKind, str, tuple[str, ...], str]] = [
    ("dependencies", "high", (), "tracked dir"),
    ("dependencies", "low", THERE, "unknown dir"),
    ("build-output", "high", (), "unknown file"),
    ("build-output", "low", GONE, "ignored dir"),
    ("cache", "low", (), "untracked dir"),
    ("test-report", "low", THERE, "untracked file"),
    ("log", "low", (), "ignored file deep"),
    ("dump", "low", (), "tracked file large"),
    ("dump", "high", (), "untracked file small"),
    ("data", "low", (), "tracked file large"),
    ("data", "low", GONE, "ignored dir small"),
    ("model", "high", (), "tracked file small"),
    ("model", "low", (), "untracked dir large"),
    ("media", "low", (), "unknown file large"),
    ("archive", "high", (), "unknown dir large"),
    ("docs", "low", (), "tracked file"),
    ("version-control", "high", (), "unknown dir deep"),
    ("secret", "low", (), "tracked file deep"),
    ("secret", "high", GONE, "tracked file"),
    ("test-data", "low", THERE, "tracked dir deep"),
    ("infrastructure-state", "low", (), "ignored file"),
    ("editor", "high", (), "tracked dir"),
    ("os", "low", (), "untracked file"),
    ("container", "low", THERE, "unknown file"),
    ("ci", "low", (), "ignored dir"),
]

NOT_BACKED: list[tuple[CatalogKind, str, tuple[str, ...], str]] = [
    # What people committed is theirs, and what git says nothing of needs a manifest.
    ("dependencies", "low", THERE, "tracked dir"),
    ("dependencies", "high", (), "tracked file"),
    ("dependencies", "low", (), "unknown dir"),
    ("dependencies", "low", GONE, "untracked dir"),
    ("build-output", "low", (), "tracked dir large"),
    ("build-output", "high", (), "tracked file large"),
    ("build-output", "low", GONE, "unknown dir large"),
    ("build-output", "low", GONE, "untracked file"),
    ("cache", "low", (), "tracked dir"),
    ("cache", "low", (), "unknown dir"),
    ("cache", "high", (), "tracked file"),
    ("test-report", "low", THERE, "tracked file"),
    ("test-report", "low", (), "unknown file"),
    ("test-report", "low", GONE, "untracked dir"),
    ("log", "low", (), "tracked file large"),
    ("log", "high", (), "tracked file"),
    ("log", "low", (), "unknown file"),
    # Of data the size decides, and a small folder is not worth a word as a whole.
    ("dump", "high", (), "tracked file large"),
    ("dump", "low", THERE, "untracked file small"),
    ("dump", "low", (), "tracked dir large"),
    ("data", "low", THERE, "untracked file small"),
    ("data", "high", (), "untracked dir small"),
    ("data", "low", THERE, "tracked dir large"),
    ("data", "low", GONE, "untracked dir large"),
    ("model", "low", (), "tracked file small"),
    ("model", "high", (), "tracked dir small"),
    ("model", "low", (), "unknown dir large"),
    ("media", "low", (), "untracked file small"),
    ("media", "low", (), "tracked dir large"),
    ("media", "high", (), "unknown dir small"),
    ("archive", "low", THERE, "unknown file small"),
    ("archive", "low", GONE, "unknown dir large"),
    ("archive", "low", (), "tracked dir large"),
    # A page is one at the root, and a repository a folder.
    ("docs", "high", (), "tracked file deep"),
    ("docs", "high", (), "ignored dir"),
    ("docs", "low", THERE, "untracked dir large"),
    ("version-control", "high", (), "unknown file"),
    ("version-control", "low", (), "ignored file"),
    ("version-control", "low", THERE, "untracked file large"),
    # Rules look into these themselves: only a missing manifest clears them.
    ("secret", "low", GONE, "tracked file"),
    ("secret", "low", GONE, "ignored file"),
    ("test-data", "low", GONE, "tracked dir"),
    ("test-data", "low", GONE, "ignored dir large"),
    ("infrastructure-state", "low", (), "tracked file"),
    ("infrastructure-state", "low", (), "unknown file"),
    ("editor", "low", (), "tracked dir"),
    ("editor", "low", GONE, "untracked dir"),
    ("os", "low", (), "tracked file"),
    ("os", "low", (), "unknown file large"),
    ("container", "low", THERE, "tracked file"),
    ("container", "low", GONE, "unknown file"),
    ("container", "low", (), "unknown dir large"),
    ("ci", "low", (), "tracked dir"),
    ("ci", "low", (), "unknown dir"),
]


def test_every_kind_has_its_row():
    kinds = set(get_args(CatalogKind))
    assert set(BACKING) == kinds
    assert {row[0] for row in BACKED} == kinds == {row[0] for row in NOT_BACKED}
    assert len(NOT_BACKED) >= 2 * len(BACKED)
    assert min(Counter(row[0] for row in NOT_BACKED).values()) >= 2


@pytest.mark.parametrize(("kind", "confidence", "manifests", "words"), BACKED)
def test_backed(kind, confidence, manifests, words):
    assert is_backed(entry(kind, confidence, manifests), known(words))


@pytest.mark.parametrize(("kind", "confidence", "manifests", "words"), NOT_BACKED)
def test_not_backed(kind, confidence, manifests, words):
    assert not is_backed(entry(kind, confidence, manifests), known(words))


@pytest.mark.parametrize(
    ("manifests", "allows", "agrees"),
    [((), True, False), (THERE, True, True), (GONE, False, False)],
)
def test_a_manifest_allows_or_agrees(manifests, allows, agrees):
    asked = entry("cache", manifests=manifests)
    assert manifest_allows(asked, known("")) is allows
    assert manifest_agrees(asked, known("")) is agrees


def test_names_are_collected_only_where_a_manifest_counts():
    def nearby():
        raise AssertionError("asked")

    path = KnownPath(path="x", is_dir=True, is_large=True, state="untracked", nearby=nearby)
    assert evidence_backs(entry("cache"), path)
    assert choose_entry([entry("cache", "high", THERE)], path)


SURE = entry("dependencies", "high", pattern="**/sure")
PLAIN = entry("build-output", pattern="**/plain")
MANIFEST = entry("build-output", manifests=THERE, pattern="**/manifest")
OTHER = entry("build-output", manifests=GONE, pattern="**/other")
CHOSEN = [
    ([], "ignored", None),
    ([PLAIN], "ignored", PLAIN),
    ([PLAIN], "tracked", None),
    ([PLAIN, SURE], "ignored", SURE),
    ([MANIFEST, SURE], "unknown", SURE),
    ([SURE, entry("cache", "high")], "unknown", SURE),
    ([PLAIN, MANIFEST], "ignored", MANIFEST),
    ([OTHER, MANIFEST], "ignored", MANIFEST),
    ([OTHER, PLAIN], "ignored", OTHER),
    ([OTHER, PLAIN], "untracked", PLAIN),
    ([MANIFEST, OTHER, PLAIN], "ignored", MANIFEST),
    ([PLAIN, OTHER], "unknown", None),
]


@pytest.mark.parametrize(("entries", "state", "chosen"), CHOSEN)
def test_the_entry_chosen(entries, state, chosen):
    assert choose_entry(entries, known(state)) == chosen


@pytest.mark.parametrize(
    ("manifests", "inside", "stack"),
    [
        (("CMakeLists.txt", "pyproject.toml"), ("CMakeCache.txt", "a.o"), "cpp"),
        (("pyproject.toml",), ("CMakeCache.txt",), "cpp"),
        (("pyproject.toml", "package.json"), ("meson-info",), "cpp"),
        (("pyproject.toml",), ("lib", "bdist.linux"), "python"),
        (("pyproject.toml",), ("cmakecache.txt",), "python"),
        (("package.json",), (), "node"),
        (("build.gradle",), ("classes", "libs"), "jvm"),
    ],
)
def test_who_made_a_folder_is_told_by_what_is_in_it(manifests, inside, stack):
    path = KnownPath(
        path="build",
        is_dir=True,
        is_large=True,
        state="ignored",
        nearby=lambda: manifests,
        inside=lambda: inside,
    )
    chosen = choose_entry(load_catalog().match_path("build", True), path)
    assert chosen is not None
    assert chosen.stack == stack


KINDS = st.sampled_from(get_args(CatalogKind))
ENTRIES = st.builds(
    entry, KINDS, st.sampled_from(["high", "low"]), st.sampled_from([(), THERE, GONE])
)
PATHS = st.lists(st.sampled_from([*get_args(GitStatus), "file", "large", "deep"])).map(
    lambda said: known(" ".join(said))
)


@given(st.lists(ENTRIES, max_size=4), PATHS)
def test_what_is_chosen_is_backed_and_nothing_surer_is_passed_over(entries, path):
    chosen = choose_entry(entries, path)
    backed = [item for item in entries if is_backed(item, path)]
    assert (chosen is None) == (not backed)
    if chosen is not None:
        assert is_backed(chosen, path)
        assert chosen.confidence == "high" or all(item.confidence == "low" for item in backed)


TOPICS = [
    (PLAIN, "tracked", "build-output"),
    (None, "ignored file", "ignored"),
    (None, "ignored dir large", "ignored"),
    (None, "tracked file large", "large"),
    (None, "unknown file large", "large"),
    (None, "untracked dir large", "large"),
    (None, "tracked dir large", None),
    (None, "unknown dir large", None),
    (None, "untracked dir small", None),
    (None, "untracked file small", None),
    (None, "untracked dir small worktree", "worktree"),
    (None, "ignored dir small worktree", "ignored"),
    (PLAIN, "untracked dir worktree", "build-output"),
    (None, "tracked dir small worktree", None),
    (None, "unknown dir large worktree", None),
]


@pytest.mark.parametrize(("chosen", "words", "topic"), TOPICS)
def test_the_topic_of_a_path(chosen, words, topic):
    assert topic_of(chosen, known(words)) == topic


# --------------------------------------------------------------------------- the pass

BIG = Config().large_file
COPY_ALL = {"Dockerfile": "FROM a\nCOPY . .\nRUN make\n"}


def found(tree, **how):
    """What the pass finds in a tree: path -> topic."""
    with known_facts({"main.py": "x", **tree}, **how) as facts:
        return {candidate.path: candidate.topic for candidate in facts.candidates.found}


FOUND = [
    ({"node_modules/a/x": 10}, {}, {"node_modules": "dependencies"}),
    ({"a/b/__pycache__/x": 10}, {}, {"a/b/__pycache__": "cache"}),
    # Nothing below a candidate is told twice.
    ({"node_modules/a/node_modules/x": BIG}, {}, {"node_modules": "dependencies"}),
    ({"x.bin": BIG}, {}, {"x.bin": "large"}),
    ({"attic/x": 1}, {"tracked": ["main.py"], "ignored": ["attic"]}, {"attic": "ignored"}),
    ({"attic/x": BIG}, {"tracked": ["main.py"]}, {"attic": "large"}),
    # Git tracks something in it, so that only the file is new.
    ({"out/x": BIG, "out/y": "x"}, {"tracked": ["main.py", "out/y"]}, {"out/x": "large"}),
    # Most of the bytes among the tests are something else.
    ({"tests/a": 9, "tests/node_modules/b": BIG}, {"tracked": ["tests/a"]}, {"tests/node_modules": "dependencies"}),
    ({"tests/a": BIG, "tests/node_modules/b": 9}, {"tracked": ["tests/a"]}, {"tests": "test-data"}),
]  # fmt: skip

NOTHING_FOUND = [
    ({}, {}),
    ({"src/a.py": 10}, {"tracked": ["src/a.py", "main.py"]}),
    ({"src/a.py": BIG - 1}, {"tracked": ["src/a.py"]}),
    ({"build/x": 10}, {}),
    ({"build/x": 10, "package.json": "{}"}, {"tracked": ["build/x"]}),
    # What the ignore file leaves out is no matter any more.
    ({"node_modules/x": BIG, ".dockerignore": "node_modules"}, {}),
    ({"x.bin": BIG, ".dockerignore": "*.bin"}, {}),
    # An ignored root tells nothing of what is in it, and an empty repository nothing at all.
    ({"out/x": 10}, {"tracked": [], "ignored": [""]}),
    ({"out/x": 10}, {"tracked": []}),
    # Links cost nothing.
    ({"node_modules": {"link": "main.py"}}, {}),
]


@pytest.mark.parametrize(("tree", "how", "expected"), FOUND)
def test_found(tree, how, expected):
    assert found(tree, **how) == expected


@pytest.mark.parametrize(("tree", "how"), NOTHING_FOUND)
def test_nothing_found(tree, how):
    assert not set(found(tree, **how)) - {".dockerignore", "Dockerfile"}


def test_what_is_kept_is_no_candidate():
    tree = {".dockerignore": "# ctxopt: keep node_modules/a\n", "node_modules/a/x": 9, "b/x.pyc": 9}
    with known_facts(tree) as facts:
        paths = [candidate.path for candidate in facts.candidates.found]
        assert "node_modules" not in paths
        assert "**/node_modules" in facts.candidates.unsafe


def test_a_candidate_says_what_is_permitted_of_it():
    tree = COPY_ALL | {"node_modules/a/x": 10, "node_modules/y": 5, ".dockerignore": "**/y\n"}
    with known_facts(tree) as facts:
        (candidate,) = facts.candidates.about("dependencies")
        assert (candidate.bytes, candidate.entries) == (10, 3)
        assert (candidate.reach, candidate.root, candidate.nearest) == ("final", "", "")
        assert candidate.use is not None


def test_what_a_build_needs_is_said_and_its_pattern_is_unsafe():
    needs = Needs((Need("node_modules/a", "somewhere"),))
    with known_facts({"node_modules/a/x": 10}, needs=needs) as facts:
        (candidate,) = facts.candidates.found
        assert candidate.needed_because == "somewhere"
        assert facts.candidates.unsafe == {"**/node_modules"}


MADE = [
    ("node_modules", "RUN true\n", "no step of this build installs it"),
    ("node_modules", "RUN npm ci\n", None),
    ("node_modules", "", None),
    ("target", "RUN true\n", "no step of this build makes it"),
    ("target", "RUN cargo build\n", None),
]


@pytest.mark.parametrize(("folder", "step", "reason"), MADE)
def test_what_no_step_makes_again_is_needed(folder, step, reason):
    tree = {"Dockerfile": f"FROM a\nCOPY . .\n{step}", "Cargo.toml": "", f"{folder}/x": 10}
    with known_facts(tree) as facts:
        assert [item.needed_because for item in facts.candidates.found if item.is_dir] == [reason]


def test_the_heaviest_come_first():
    with known_facts(
        {"a/node_modules/x": 1, "b/node_modules/x": 3, "c/node_modules/x": 1}
    ) as facts:
        paths = [candidate.path[0] for candidate in facts.candidates.about("dependencies")]
        assert paths == ["b", "a", "c"]
