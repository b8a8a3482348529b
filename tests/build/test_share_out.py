"""Each sent byte counted once: the shares of sources, against a sum file by file."""

from __future__ import annotations

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.build.share_out import ResolvedSource, Share, share_out
from ctxopt.build.sources import SourceUse
from ctxopt.languages.dockerfile import Source
from ctxopt.tree.view import View
from tests.support.trees import lay

FILES = {
    "src/a.py": 10,
    "src/b.log": 20,
    "src/deep/c.log": 300,
    "src/deep/d": 4_000,
    "docs/x": 50_000,
    "top": 600_000,
    "kept-back": 7_000_000,
}


def view_of(tmp_path) -> View:
    lay(tmp_path, FILES | {".dockerignore": "kept-back\n.dockerignore\nDockerfile\n"})
    return analyze(find_context(str(tmp_path))).permitted


def source(*roots, exclude=()):
    instruction = Source(
        instruction="COPY",
        line=1,
        stage=0,
        reachable=True,
        raw=roots,
        paths=(),
        dest="/",
        exclude=exclude,
    )
    return ResolvedSource(instruction, roots)


@pytest.mark.parametrize(
    ("sources", "taken", "only", "untaken"),
    [
        ([], [], [], 654_330),
        ([source("")], [654_330], [654_330], 0),
        ([source("src"), source("src/deep")], [4_330, 4_300], [30, 0], 650_000),
        ([source("src", "top"), source("docs")], [604_330, 50_000], [604_330, 50_000], 0),
        ([source(""), source("src/deep/d")], [654_330, 4_000], [650_330, 0], 0),
        ([source("src", exclude=("*.log",))], [4_310], [4_310], 650_020),
        ([source("", exclude=("**/*.log",)), source("src")], [654_010, 4_330], [650_000, 320], 0),
        ([source("src/b.log", exclude=("b.log",))], [20], [20], 654_310),
        ([source("src", exclude=("deep",))], [30], [30], 654_300),
        ([source("src", exclude=("[",))], [4_330], [4_330], 650_000),
        ([source("nowhere"), source("kept-back")], [0, 0], [0, 0], 654_330),
    ],
)
def test_shares(tmp_path, sources, taken, only, untaken):
    shares = share_out(view_of(tmp_path), sources)
    places = range(len(sources))
    assert [shares.taken_by([place]).bytes for place in places] == taken
    assert [shares.taken_only_by(place).bytes for place in places] == only
    assert shares.untaken().bytes == untaken
    assert shares.taken_by(places).bytes + untaken == 654_330


def test_files_are_counted(tmp_path):
    shares = share_out(view_of(tmp_path), [source("src"), source("docs")])
    assert (shares.taken_by([0, 1]), shares.untaken()) == (Share(5, 54_330), Share(1, 600_000))


def test_a_file_that_arrives_empty_has_no_bytes(tmp_path):
    lay(
        tmp_path,
        {"Dockerfile": "FROM scratch\nCOPY . /\n", "a/b": 10, ".dockerignore": "a\n!a/[b]\n"},
    )
    plan = analyze(find_context(str(tmp_path)), BuildRequest()).plan
    assert plan is not None
    use: SourceUse = plan.sources.uses[0]
    entries = list(plan.main.transfer.view.entries())
    assert use.bytes == sum(entry.size for entry in entries if entry.type == "file")
