"""What must stay, whoever says so: a need, the configuration, an exception, git, a source."""

from __future__ import annotations

import pytest

from ctxopt.config.load import Config
from ctxopt.evidence.needs import Need, Needs
from ctxopt.fix.safety import Safety, lost_sources
from ctxopt.fix.what_if import rewritten
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.rules.trial import try_edits
from ctxopt.tree.view import files_below
from tests.support.judging import BROAD, known_facts

TREE = {"web/a": 10, "web/b": 10, "gen/x": 10, ".git/HEAD": "x", "Dockerfile": BROAD}


def tried(facts, line):
    trial = try_edits(facts, (Edit(EditKind.ADD, None, line, "x"),))
    assert trial is not None
    return trial


def refusal(line, tree=None, **how):
    with known_facts(TREE | (tree or {}), **how) as facts:
        trial = tried(facts, line)
        lost = trial.difference.lost
        files = sorted(files_below(facts.view, lost))
        return Safety(facts).refusal(lost, files, trial.matcher)


READS_WEB = Needs(named=(Need("web/a", "package.json names it"),))
READS_GIT = Needs(git=("go build asks git",))
ASKS_FOR_COMMITS = READS_GIT._replace(compares=False)


@pytest.mark.parametrize(
    ("line", "how", "reason"),
    [
        ("web", {}, None),
        ("web", {"needs": READS_WEB}, "web/a: package.json names it"),
        ("web/b", {"needs": READS_WEB}, None),
        # What is not there yet is read all the same once a step has made it.
        ("dist", {"needs": Needs(named=(Need("dist/app", "RUN reads it"),))}, "dist/app: RUN reads it"),
        (".git", {}, None),
        (".git", {"needs": READS_GIT}, ".git: go build asks git"),
        ("web", {"needs": READS_GIT}, None),
        (
            "web",
            {"needs": READS_GIT, "tracked": ("web/a",)},
            "tracked files would be missing beside .git, which the build reads",
        ),
        ("gen", {"needs": READS_GIT, "tracked": ("web/a",)}, None),
        ("web", {"tracked": ("web/a",)}, None),
        # Commits are the same without it.
        ("web", {"needs": ASKS_FOR_COMMITS, "tracked": ("web/a",)}, None),
        (".git", {"needs": ASKS_FOR_COMMITS}, ".git: go build asks git"),
    ],
)  # fmt: skip
def test_what_a_build_reads(line, how, reason):
    assert refusal(line, **how) == reason


def test_what_people_keep():
    found = refusal("web", config=Config(keep=("web/b",)))
    assert found is not None
    assert found.startswith("web/b: ")


@pytest.mark.parametrize(
    ("ignore", "ignored", "is_kept"),
    [
        ("web/*\n!web/a\n", (), False),
        ("web/*\n!web/?\n", (), True),
        ("web/?\n!web/*\n", (), False),
        ("!web/?\n", (), False),
        # What git ignores was not meant by a shape.
        ("web/*\n!web/?\n", ("web",), False),
    ],
)
def test_what_an_exception_brings_back(ignore, ignored, is_kept):
    reason = refusal("web", {".dockerignore": ignore}, ignored=ignored)
    assert (reason is not None) is is_kept
    if is_kept:
        assert reason == "web/a: an exception in the ignore file brings it back"


@pytest.mark.parametrize(
    ("dockerfile", "line", "may_miss", "reason"),
    [
        ("COPY web/a /", "web/a", True, "COPY in line 2 would not find /web/a"),
        ("COPY web/a /", "web", True, "COPY in line 2 would not find /web/a"),
        ("COPY web/a /", "web/b", False, None),
        ("COPY web /", "web/b", False, None),
        ("COPY web/*.md /", "web/a", False, None),
        ("COPY web/? /", "web/a", True, None),
        ("COPY web/? /", "web", True, "COPY in line 2 would not find /web/?"),
        # It fails already, so no line is to blame.
        ("COPY none /", "web", False, None),
        ("COPY link/a /", "web", True, "COPY in line 2 would not find /link/a"),
    ],
)
def test_what_a_source_would_not_find(dockerfile, line, may_miss, reason):
    tree = TREE | {"Dockerfile": f"FROM a\n{dockerfile}\n", "link": {"link": "web"}}
    with known_facts(tree) as facts:
        trial = tried(facts, line)
        assert Safety(facts).meets_source(trial.difference.lost) is may_miss
        assert lost_sources(facts, rewritten(facts, trial)) == reason


def test_without_a_dockerfile_there_are_no_sources():
    with known_facts({"web/a": 1}) as facts:
        trial = tried(facts, "web")
        assert not Safety(facts).meets_source(trial.difference.lost)
        assert lost_sources(facts, rewritten(facts, trial)) is None


LINKED = {
    "real/one/a": 10,
    "src/one/a": 10,
    "src/two": {"link": "../real/one"},
    "big": {"link": "real"},
}


@pytest.mark.parametrize(
    ("source", "tree", "line", "may_miss"),
    [
        ("src/*/a", LINKED, "real", True),
        ("*/one/a", LINKED, "gen", True),
        ("src/*/a big/one", LINKED, "gen", True),
        ("big/one", LINKED, "real", True),
        ("src/two/a", LINKED, "gen", True),
        # Links that no source meets, and none at all.
        ("src/*/a", {"src/one/a": 10}, "gen", False),
        ("src/*/a", {"src/one/a": 10, "docs/l": {"link": "../gen"}}, "gen", False),
        ("src/*/a", {"src/one/a": 10}, "src/one", True),
        ("src/*/a", {"src/one/a": 10, "src/one/b": 10}, "src/one/b", False),
        ("web", {"docs/l": {"link": "../gen"}}, "gen", False),
        ("web/*", {"docs/l": {"link": "../gen"}}, "gen", False),
    ],
)  # fmt: skip
def test_sources_are_resolved_again_only_where_links_may_lead_them(source, tree, line, may_miss):
    dockerfile = f"FROM a\nCOPY {source} /x/\n"
    with known_facts({**TREE, **tree, "Dockerfile": dockerfile}) as facts:
        trial = tried(facts, line)
        safety = Safety(facts)
        assert safety.meets_source(trial.difference.lost) is may_miss
        if not may_miss:
            assert lost_sources(facts, rewritten(facts, trial)) is None
