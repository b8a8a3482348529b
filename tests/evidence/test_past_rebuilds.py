"""How many commits patterns would have saved, held against the count of ``rebuilds``, which looks every state up."""

from __future__ import annotations

import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.build.cache_key import key_sources
from ctxopt.build.later_steps import steps_after
from ctxopt.evidence import past_rebuilds
from ctxopt.evidence.past_rebuilds import PastRebuilds, read_past
from ctxopt.git.first_parents import first_parents
from ctxopt.git.tree_objects import TreeObjects
from ctxopt.guard.key_history import walk_commits
from ctxopt.languages.dockerfile import parse, resolve
from ctxopt.languages.ignore.matcher import read_matcher
from tests.support.judging import gathered
from tests.support.program import ctxopt
from tests.support.rebuilds import FIRST, NODE, fast_history, history
from tests.support.repositories import found, init, write
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

BROAD = "FROM a\nCOPY package.json .\nRUN npm ci\nCOPY . .\nRUN make\n"
STAGES = "FROM a AS one\nCOPY docs /d\nRUN make docs\nFROM a\nCOPY . .\nRUN make\nCOPY --from=one /o /o\n"


def saved(commits, lines, dockerfile=BROAD, ignored=()):
    build = resolve(parse(dockerfile))
    before = read_matcher((None, line) for line in ignored)
    after = read_matcher((None, line) for line in (*ignored, *lines))
    return sorted(PastRebuilds(commits, [build]).saved(before, after))


@pytest.mark.parametrize(
    ("commits", "lines", "expected"),
    [
        ([["README.md"]], ["README.md"], [0]),
        ([["README.md"], ["a"], ["README.md"]], ["README.md"], [0, 2]),
        ([["README.md", ".github/a"]], ["README.md", "**/.github"], [0]),
        ([["d/a", "d/b"]], ["d"], [0]),
        ([["d/a", "d/b"]], ["d/*"], [0]),
        # What another path of the commit changes all the same is not saved.
        ([["README.md", "src/a"]], ["README.md"], []),
        ([["README.md", ".github/a"]], ["README.md"], []),
        ([["src/a"]], ["README.md"], []),
        ([["d/README.md"]], ["README.md"], []),
        ([["package.json", "README.md"]], ["README.md"], []),
        ([[]], ["README.md"], []),
        ([], ["README.md"], []),
        ([["README.md"]], [], []),
    ],
)
def test_what_lines_save(commits, lines, expected):
    assert saved(commits, lines) == expected


@pytest.mark.parametrize(
    ("commits", "lines", "dockerfile", "ignored", "expected"),
    [
        # Only the later of two sources changes then: fewer steps run again.
        ([["docs/a", "src/b"]], ["docs"], STAGES, [], [0]),
        ([["docs/a"]], ["docs"], STAGES, [], [0]),
        ([["README.md"]], ["README.md"], STAGES, [], [0]),
        # What nothing takes, or what is hidden already, is saved already.
        ([["README.md"]], ["README.md"], "FROM a\nCOPY src .\n", [], []),
        ([["README.md"]], ["README.md"], BROAD, ["*.md"], []),
        ([["README.md", "a"]], ["README.md"], BROAD, ["a"], [0]),
        ([["d/a", "d/b"]], ["d/b"], BROAD, ["d", "!d/b"], [0]),
        ([["README.md"]], ["README.md"], "FROM a\nRUN make\n", [], []),
        ([["README.md"]], ["README.md"], "FROM a AS x\nCOPY . .\nFROM b\nRUN make\n", [], []),
        ([["a.md", "b.md"]], ["a.md"], "FROM a\nCOPY *.md /\n", [], []),
        ([["a.md", "b.txt"]], ["a.md"], "FROM a\nCOPY *.md /\n", [], [0]),
        ([["d/a.md"]], ["d"], "FROM a\nCOPY --exclude=*.md d /\n", [], []),
        ([["d/a.md"]], ["d"], "FROM a\nRUN --mount=type=bind,source=d,target=/d make\n", [], [0]),
    ],
)
def test_which_steps_count(commits, lines, dockerfile, ignored, expected):
    assert saved(commits, lines, dockerfile, ignored) == expected


@pytest.mark.parametrize(
    ("path", "places"), [("a", {0, 2}), ("d", {1}), ("d/b", {1}), ("", {0, 1, 2}), ("c", set())]
)
def test_which_commits_changed_a_path(path, places):
    past = PastRebuilds([["a"], ["d/b"], ["a", "ab"]], [])
    assert past.changing(path) == places


def test_which_commits_ran_an_instruction_again():
    build = resolve(parse(BROAD))
    past = PastRebuilds([["package.json"], ["README.md"], ["docs/a"]], [build])
    narrow, broad = build.sources
    hidden = read_matcher([(None, "docs")])
    assert past.running(narrow, hidden) == {0}
    assert past.running(broad, hidden) == {0, 1}
    # An instruction of another build is not known.
    assert past.running(resolve(parse(BROAD)).sources[0], hidden) == set()


def test_what_is_asked_of_some_commits_alone():
    build = resolve(parse(BROAD))
    past = PastRebuilds([["README.md"]] * 3, [build])
    plain, other = read_matcher([]), read_matcher([(None, "README.md")])
    assert past.saved(plain, other, frozenset({2})) == {2}
    assert past.saved(plain, other, frozenset()) == frozenset()


def test_a_pattern_that_fails_on_a_path_of_the_past():
    before = read_matcher([(None, "a/[b-a]"), (None, "b")])
    after = before.with_pattern("README.md")
    build = resolve(parse(BROAD))
    assert PastRebuilds([["README.md"], ["a/b"]], [build]).saved(before, after) == {0}


@pytest.mark.parametrize("case", ["classic", "no repository", "no Dockerfile", "no commit"])
def test_where_nothing_is_known(tmp_path, case):
    root = str(tmp_path / "r")
    if case == "no repository":
        facts = gathered(lay(tmp_path / "r", dict(FIRST)))
    elif case == "no commit":
        root = init(tmp_path / "r")
        write(root, FIRST)
        facts = gathered(root)
    else:
        first = dict(FIRST)
        if case == "no Dockerfile":
            del first["Dockerfile"]
        root = history(tmp_path / "r", [{"README.md": "2"}], first)
        facts = gathered(root, builder="classic" if case == "classic" else "buildkit")
    assert facts.rebuilds is None
    # Asked once, whatever the answer.
    assert facts.asked.past == [None]


@pytest.mark.parametrize(
    "words", [("scan",), ("scan", "--full"), ("scan", "--format", "json"), ("fix", "--dry-run")]
)
def test_history_is_read_once_a_run(tmp_path, monkeypatch, words):
    asked = []

    def answer(*args):
        asked.append(args)
        return [("README.md",)] * 3

    monkeypatch.setattr(past_rebuilds, "recent_changes", answer)
    root = history(tmp_path / "r", [{"README.md": "2"}])
    done = ctxopt(*words, cwd=root)
    assert done.returncode == 0, done.stderr
    assert len(asked) == 1


NAMES = (
    "README.md",
    "docs/a.md",
    "docs/b/c",
    "src/a",
    "src/b.md",
    "package.json",
    ".github/ci",
    "a",
)
LINES = ("README.md", "docs", "docs/b", "**/*.md", ".github", "src/b.md", "a", "**")
DOCKERFILES = (
    BROAD, STAGES, NODE, "FROM a\nCOPY docs /x\nCOPY src /y\nRUN make\n",
    "FROM a\nCOPY *.md /\nCOPY docs/* /d/\nRUN make\nCOPY . /all\n", "FROM a\nCOPY --exclude=docs . /\nRUN make\n",
)  # fmt: skip


@given(
    states=st.lists(
        # Contents of their own: a file that moves is another one.
        st.dictionaries(st.sampled_from(NAMES), st.sampled_from("12"), min_size=5),
        min_size=2,
        max_size=6,
    ),
    lines=st.lists(st.sampled_from(LINES), min_size=1, max_size=4, unique=True),
    ignored=st.lists(st.sampled_from(LINES[:-1]), max_size=1),
    dockerfile=st.sampled_from(DOCKERFILES),
)
@settings(max_examples=30, deadline=None)
@pytest.mark.slow
def test_the_count_is_that_of_the_trees(states, lines, ignored, dockerfile):
    with tempfile.TemporaryDirectory() as folder:
        # A file in every folder, which so never goes, and names as contents, which so tell files apart.
        stay = {"docs/stays": "", "docs/b/stays": "", "src/stays": "", ".github/stays": ""}
        own = {"Dockerfile": dockerfile, ".dockerignore": "\n".join((".git", *ignored)), **stay}
        trees = [{**own, **{path: path + text for path, text in state.items()}} for state in states]
        root = fast_history(folder, trees)
        facts = gathered(root)
        assert facts.plan is not None
        past = read_past(facts.analysis, facts.evidence, [facts.plan.build])
        assert past is not None
        after = facts.matcher
        for line in lines:
            after = after.with_pattern(line)
        assert past.saved(facts.matcher, after) == saved_by_trees(root, facts, after)


def saved_by_trees(root, facts, after):
    """Return the commits in which fewer steps run again, told by whole states of git's trees."""
    build = facts.plan.build
    sources = key_sources(build)
    places = set()
    with TreeObjects(found(root)) as objects:
        commits = first_parents(found(root))
        for place, step in enumerate(walk_commits(objects, commits, "", sources, has_git=True)):
            was, now = (
                [change.source for change in step.changes(sources, matcher)]
                for matcher in (facts.matcher, after)
            )
            if len(steps_after(build, now)) < len(steps_after(build, was)):
                places.add(place)
    return places
