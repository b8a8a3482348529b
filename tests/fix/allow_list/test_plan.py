"""``fix --allow-list``: what it writes, what it refuses, and that no build misses anything."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.builder import BuilderName
from ctxopt.config.load import Config
from ctxopt.errors import AllowListError, ContextError, CtxoptError, WriteError
from ctxopt.evidence.gather import gather_facts
from ctxopt.fix.allow_list.plan import plan_allow_list
from ctxopt.fix.options import FixOptions
from ctxopt.fix.plan import Fix, plan_fix
from ctxopt.fix.what_if import rewalked
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.rules.trial import try_edits
from tests.support.examples import examples
from tests.support.program import ctxopt
from tests.support.projects import NAMES, lay_project, load_project
from tests.support.recordings import listed, load
from tests.support.repositories import git, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

BOTH: tuple[BuilderName, ...] = ("buildkit", "classic")
FROM = "FROM scratch\n"
HEAD = "# Only what the build takes\n*\n"
WEB = {
    "Dockerfile": FROM + "COPY web /\n", "web/a": "1", "web/k.md": "1", "web/b.md": "1",
    "web/x/y": "1", "web/x/z": "1", "web/log": "1", "web/q.log": "1", "docs/d": "1", "README.md": "1",
}  # fmt: skip


def list_of(root, config=None, dockerfile=None, builder="buildkit", request=None, **options) -> Fix:
    request = request or BuildRequest()
    context = find_context(str(root), dockerfile=dockerfile, builder=builder)
    analysis = analyze(context, request, with_excluded=True)
    return plan_allow_list(analysis, config or Config(), request, FixOptions(**options))


def written(tmp_path, tree, **options) -> str | None:
    fix = list_of(lay(tmp_path / "c", tree), **options)
    return None if fix.new_content is None else os.fsdecode(fix.new_content)


def write(root, fix: Fix) -> None:
    if fix.new_content is not None:
        with open(os.path.join(root, fix.shown), "wb") as file:
            file.write(fix.new_content)


def measured(root, builder="buildkit", dockerfile=None):
    context = find_context(str(root), dockerfile=dockerfile, builder=builder)
    return analyze(context, BuildRequest())


def assert_foreseen(root, fix: Fix, builder="buildkit", dockerfile=None) -> None:
    """Hold that the file, once written, makes the context what was said."""
    write(root, fix)
    now = measured(root, builder, dockerfile)
    assert now.permitted_bytes == fix.foreseen.permitted_bytes
    assert files(now.permitted) == files(fix.foreseen.permitted)


def files(view) -> dict[str, int]:
    return {entry.path: entry.size for entry in view.entries() if entry.type != "dir"}


LISTS = [
    ("a file", "COPY a /", {"a": "1", "b": "2"}, "!a\n"),
    ("a folder, with a slash", "COPY ./web/ /", {"web/a": "1", "b": "2"}, "!web\n"),
    ("what is below another source", "COPY web web/src/a /", {"web/src/a": "1"}, "!web\n"),
    ("deep down", "COPY web/src /", {"web/src/a": "1", "web/b": "2"}, "!web/src\n"),
    ("a wildcard", "COPY p*.json /", {"p1.json": "1", "p2.json": "2"}, "!p*.json\n"),
    ("a name beside its wildcard", "COPY p*.json p1.json /", {"p1.json": "1"}, "!p*.json\n"),
    ("stars that mean one", "COPY **x.json /", {"ax.json": "1"}, "!*x.json\n"),
    ("a wildcard in a folder", "COPY src/*.py src /", {"src/a.py": "1"}, "!src\n"),
    (
        "a wildcard in the middle, spelled out for the classic client",
        "COPY p/*/m.json /",
        {"p/a/m.json": "1", "p/b/m.json": "2", "p/b/x": "3"},
        "!p/*/m.json\n!p/a/m.json\n!p/b/m.json\n",
    ),
    ("what is not there yet", "COPY dist gen*.txt /", {"src/a": "1"}, "!dist\n!gen*.txt\n"),
    ("every stage", "COPY a /\nFROM scratch\nCOPY b /", {"a": "1", "b": "2"}, "!a\n!b\n"),
    ("no other stage's files", "COPY a /\nFROM scratch\nCOPY --from=0 b /", {"a": "1"}, "!a\n"),
    ("a mount", "RUN --mount=source=m,target=/m x", {"m/a": "1", "b": "2"}, "!m\n"),
    ("a mount of nothing", "COPY a /\nRUN --mount=type=tmpfs,target=/m x", {"a": "1"}, "!a\n"),
    ("a cache", "COPY a /\nRUN --mount=type=cache,target=/m x", {"a": "1"}, "!a\n"),
    ("no address", "ADD https://example.org/x a /", {"a": "1"}, "!a\n"),
    ("no inline file", "COPY <<E a /\nx\nE", {"a": "1"}, "!a\n"),
    ("a default", "ARG D=src\nCOPY $D/a ${E:-b} /", {"src/a": "1", "b": "2"}, "!b\n!src/a\n"),
    (
        "platforms",
        "ARG TARGETARCH\nCOPY bin/$TARGETARCH /",
        {"bin/amd64/a": "1"},
        "!bin/amd64\n!bin/arm64\n",
    ),
    (
        "links and where they lead",
        "COPY now/app link /",
        {"now": {"link": "v/2"}, "v/2/app": "1", "v/2/x": "2", "link": {"link": "b"}, "b": "3"},
        "!b\n!link\n!now\n!v/2/app\n",
    ),
    (
        "a link that a wildcard meets",
        "COPY l* /",
        {"l1": {"link": "real/a"}, "real/a": "1", "real/b": "2"},
        "!l*\n!real/a\n",
    ),
    (
        "names like patterns",
        'COPY ["!a", "#b", "c d", "e|f", " g ", "/"]',
        {"!a": "1", "#b": "2", "c d": "3", "e|f": "4", " g ": "5", "h": "6"},
        "!!a\n!#b\n![ ]g[ ]\n!c d\n!e|f\n",
    ),
    (
        "a folder whose name is a pattern",
        'COPY ["d[[]x]/f", "/"]',
        {"d[x]/f": "1", "d[x]/g": "2"},
        "!d\\[x\\]\nd\\[x\\]/*\n!d\\[x\\]/f\n",
    ),
    (
        "nearly all of a folder",
        "".join(f"COPY f/{name} /\n" for name in "abcdefgh"),
        {f"f/{name}": "1" for name in "abcdefghz"},
        "!f\nf/z\n",
    ),
    (
        "half of a folder",
        "COPY f/a f/b f/c f/d f/e /",
        {f"f/{name}": "1" for name in "abcdevwxyz"},
        "!f/a\n!f/b\n!f/c\n!f/d\n!f/e\n",
    ),
    (
        "not what another source takes of it",
        "COPY f/a f/b f/c f/d f/e f/z/deep /",
        {**{f"f/{name}": "1" for name in "abcde"}, "f/z/deep": "1", "f/z/x": "2"},
        "!f/a\n!f/b\n!f/c\n!f/d\n!f/e\n!f/z/deep\n",
    ),
    ("nothing", "LABEL a=b", {"a": "1"}, ""),
]


@pytest.mark.parametrize(("what", "steps", "tree", "lines"), LISTS, ids=[row[0] for row in LISTS])
def test_lists(tmp_path, what, steps, tree, lines):
    root = lay(tmp_path / "c", {"Dockerfile": FROM + steps + "\n", **tree})
    fix = list_of(root)
    assert fix.new_content == os.fsencode(HEAD + lines)
    assert_foreseen(root, fix)


@pytest.mark.parametrize("builder", BOTH)
@pytest.mark.parametrize("old", [None, "", "web/log\n", "*\n!docs\n", "*\n!web\n", "*\n!web\nb\n"])
@pytest.mark.parametrize("more", ["", "COPY .dockerignore /\n"])
def test_the_file_counts_itself(tmp_path, builder, old, more):
    tree = WEB | {"web/node_modules/x": 3_000_000, "Dockerfile": WEB["Dockerfile"] + more}
    root = lay(tmp_path / "c", tree | ({".dockerignore": old} if old is not None else {}))
    assert_foreseen(root, list_of(root, builder=builder), builder)
    assert list_of(root, builder=builder).new_content is None


REFUSED = [
    ("COPY . .", "COPY takes the whole context"),
    ("COPY ./ /x/", "COPY takes the whole context"),
    ("COPY a/.. /x/", "COPY takes the whole context"),
    ("ADD . .", "ADD takes the whole context"),
    ("COPY --parents . /x/", "COPY takes the whole context"),
    ("COPY --parents ** /x/", r"COPY takes \*\*, all there is"),
    ("COPY --exclude=b . /x/", "COPY takes the whole context"),
    ("COPY * /x/", r"COPY takes \*, all there is"),
    ("COPY */* /x/", "all there is"),
    ("COPY ?* /x/", "all there is"),
    ("RUN --mount=target=/x true", "the mount takes the whole context"),
    ("RUN --mount=type=bind,source=.,target=/x true", "the mount takes the whole context"),
    ("COPY $NONE a /x/", "the whole context, as NONE is empty"),
    ("ARG NONE\nCOPY $NONE/a /x/", "depends on NONE, which has no value"),
    ("COPY ${NONE:?x} /\nFROM scratch\nCOPY a /", "a stage cannot be read"),
    ("COPY --parents d[/x a[ /x/\nFROM scratch\nCOPY b /", "no pattern that Docker can read"),
    ("COPY a /\nFROM scratch AS idle\nADD . .\nFROM scratch\nCOPY b /", "ADD takes the whole"),
    ("COPY root /x/", "is a link to the whole context"),
    ("FROM node:onbuild", "triggers of node:onbuild"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "reason"), REFUSED)
def test_refusals(tmp_path, steps, reason):
    tree = {"a": "1", "b": "2", "root": {"link": "."}, "Dockerfile": f"{FROM}{steps}\n"}
    root = lay(tmp_path / "c", tree)
    with pytest.raises(AllowListError, match=reason) as caught:
        list_of(root)
    assert caught.value.hint
    done = ctxopt("fix", "--allow-list", cwd=root)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 2
    assert not os.path.exists(f"{root}/.dockerignore")


def test_no_dockerfile_no_list(tmp_path):
    root = lay(tmp_path / "c", {"a": "1"})
    with pytest.raises(AllowListError, match="there is no Dockerfile"):
        list_of(root)


def test_a_link_that_leaves_the_context_is_not_followed(tmp_path):
    root = lay(tmp_path / "c", {"Dockerfile": LOCAL, "a": "1"})
    (tmp_path / "other").write_text("x\n")
    os.symlink(tmp_path / "other", f"{root}/.dockerignore")
    with pytest.raises(WriteError, match="link to something outside"):
        list_of(root)


def test_another_frontend_reads_what_it_likes(tmp_path):
    tree = {"Dockerfile": "# syntax=example/own:1\nFROM scratch\nCOPY a /\n", "a": "1"}
    with pytest.raises(AllowListError, match="what it takes is unknown"):
        written(tmp_path, tree)
    tree["Dockerfile"] = "# syntax=docker/dockerfile:1.7\nFROM scratch\nCOPY a /\n"
    assert written(tmp_path / "own", tree) == HEAD + "!a\n"


def test_arguments_are_those_given_and_the_defaults(tmp_path):
    steps = "ARG D=src\nARG E\nCOPY $D $E /\n"
    tree = {"Dockerfile": FROM + steps, "src/a": "1", "web/a": "2", "e": "3"}
    request = BuildRequest(build_args={"D": "web", "E": "e"})
    assert written(tmp_path, tree, request=request) == HEAD + "!e\n!web\n"
    steps = "ARG D=src\nCOPY $D /\n"
    tree["Dockerfile"] = FROM + steps
    fix = list_of(lay(tmp_path / "d", tree), request=request)
    assert fix.new_content == (HEAD + "!src\n!web\n").encode()
    assert {line.confidence for line in fix.lines} == {"likely"}
    reasons = {line.texts[0]: line.reason for line in fix.lines}
    assert reasons["!src"] == "COPY in line 3 without arguments"
    with pytest.raises(AllowListError, match=r"not proven: COPY in line 3 of Dockerfile"):
        list_of(tmp_path / "d", request=request, least="proven")


LOCAL = "FROM scratch\nCOPY a /\n"
OTHERS = [
    ("Dockerfile.dev", "COPY b /", {}, "!a\n!b\n"),
    ("dev.Dockerfile", "COPY . .", {}, None),
    ("Dockerfile.dev", "COPY $X /", {}, None),
    ("Dockerfile.dev", "COPY . .", {"Dockerfile.dev.dockerignore": ""}, "!a\n"),
    ("docker/Dockerfile", "COPY b /", {}, "!a\n!b\n"),
    ("docker/Dockerfile", "COPY . .", {}, None),
    ("docker/Dockerfile", "COPY b . /", {}, None),
    ("svc/Dockerfile", "COPY . .", {"svc/package.json": "{}"}, "!a\n"),
    ("svc/Dockerfile", "COPY main.go . /", {"svc/main.go": "x"}, "!a\n"),
    ("svc/Dockerfile", "COPY . .", {"svc/.dockerignore": "x"}, "!a\n"),
    ("build/Dockerfile", "COPY b /", {}, "!a\n!b\n"),
    ("node_modules/x/Dockerfile", "COPY . .", {}, "!a\n"),
    ("Dockerfile.md", "COPY . .", {}, "!a\n"),
]


@pytest.mark.parametrize(("path", "steps", "more", "lines"), OTHERS)
def test_other_dockerfiles(tmp_path, path, steps, more, lines):
    tree = {"Dockerfile": LOCAL, path: f"{FROM}{steps}\n", "a": "1", "b": "2", **more}
    if lines is None:
        with pytest.raises(AllowListError) as caught:
            written(tmp_path, tree)
        assert caught.value.path == path
        assert "--per-dockerfile" in (caught.value.hint or "")
        alone = list_of(tmp_path / "c", per_dockerfile=True)
        assert (alone.shown, alone.new_content) == (
            "Dockerfile.dockerignore",
            (HEAD + "!a\n").encode(),
        )
        with pytest.raises(AllowListError) as caught:
            list_of(tmp_path / "c", builder="classic")
        assert "without --allow-list" in (caught.value.hint or "")
    else:
        assert written(tmp_path, tree) == HEAD + lines


def test_what_cannot_be_read_is_said(tmp_path):
    tree = {"Dockerfile": LOCAL, "Dockerfile.bad": "NONSENSE\n", "svc/Dockerfile": LOCAL}
    root = lay(tmp_path / "c", tree | {"a": "1", "svc/a": "1", "svc/go.mod": "x"})
    fix = list_of(root)
    assert [item.text for item in fix.left_alone] == ["Dockerfile.bad"]
    with pytest.raises(AllowListError, match=r"Dockerfile\.bad cannot be read"):
        list_of(root, least="proven")


def test_an_ignore_file_of_its_own_serves_nobody_else(tmp_path):
    tree = {
        "Dockerfile": LOCAL,
        "Dockerfile.dockerignore": "x\n",
        "x.Dockerfile": FROM + "COPY . .",
    }
    root = lay(tmp_path / "c", {**tree, "a": "1", "b": "2"})
    fix = list_of(root)
    assert fix.shown == "Dockerfile.dockerignore"
    assert fix.new_content == (HEAD + "!a\n").encode()


NAMES_IT = "COPY web web/node_modules /"
HIDDEN = [
    ("COPY web/a /", "docker/Dockerfile", NAMES_IT, None),
    ("COPY web/a /", "a/b/c/ci.Dockerfile", NAMES_IT, None),
    ("COPY web/a /", "docker/Dockerfile", "COPY web /", "likely"),
    ("COPY web /", "docker/Dockerfile", "COPY docs /", "likely"),
    ("COPY web /", "docker/Dockerfile.md", NAMES_IT, "likely"),
    ("COPY web /", "node_modules/x/Dockerfile", NAMES_IT, "likely"),
    ("COPY web /", "docker/Dockerfile/x", NAMES_IT, "likely"),
]


@pytest.mark.parametrize(("own", "path", "steps", "confidence"), HIDDEN)
def test_a_dockerfile_that_the_list_leaves_out_is_heard(tmp_path, own, path, steps, confidence):
    tree = {"web/a": "1", "web/node_modules/x": 30_000_000, "docs/d": "1"}
    tree |= {path: f"{FROM}{steps}\n", "Dockerfile": f"{FROM}{own}\n"}
    root = lay(tmp_path / "c", tree)
    fix = list_of(root)
    found = {text: line.confidence for line in fix.lines for text in line.texts}
    assert found.get("**/node_modules") == confidence
    assert_foreseen(root, fix)
    assert plan_fix(measured(root), Config()).new_content is None


def test_what_is_kept_is_let_in(tmp_path):
    comments = "# ctxopt: keep docs/*\n\n# ctxopt: keep web/log\nREADME.md\n"
    root = lay(tmp_path / "c", WEB | {".dockerignore": comments, "web/node_modules/x": 3_000_000})
    fix = list_of(root, Config(keep=("more",)))
    assert fix.new_content is not None
    head, _, rest = fix.new_content.decode().partition("\n\n")
    assert head + "\n" == HEAD + "!docs/*\n!more\n!web" + "\n"
    assert rest.startswith("# ctxopt: keep docs/*\n\n# ctxopt: keep web/log\n")
    reasons = {line.texts: line.reason for line in fix.lines}
    assert reasons[("!docs/*",)] == "line 1 of .dockerignore keeps it"
    assert reasons[("!more",)] == "the configuration keeps it"
    assert_foreseen(root, fix)
    assert list_of(root, Config(keep=("more",))).new_content is None


@pytest.mark.parametrize("pattern", ["**", "*", "/*/*"])
def test_what_keeps_everything_leaves_no_list(tmp_path, pattern):
    root = lay(tmp_path / "c", WEB | {".dockerignore": f"x\n# ctxopt: keep {pattern}\n"})
    with pytest.raises(AllowListError, match=r"line 2 of \.dockerignore keeps everything"):
        list_of(root)


ALONE = [
    (None, "Dockerfile", HEAD + "!web\n"),
    ("web/log\nx\n", "Dockerfile", HEAD + "!web\n\nweb/log\n"),
    ("*\n!docs\n", "docker/a.Dockerfile", HEAD + "!web\n"),
    ("*\n!web\n", "Dockerfile", None),
]


@pytest.mark.parametrize(("old", "dockerfile", "new"), ALONE)
def test_a_list_for_one_dockerfile(tmp_path, old, dockerfile, new):
    tree = WEB | {"docker/a.Dockerfile": WEB["Dockerfile"], "b.Dockerfile": FROM + "COPY . /\n"}
    root = lay(tmp_path / "c", tree | ({".dockerignore": old} if old is not None else {}))
    named = ["-f", dockerfile]
    if old != "*\n!web\n":
        refused = ctxopt("fix", "--allow-list", *named, cwd=root)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "b.Dockerfile:2: " in refused.stderr
        assert "--per-dockerfile" in refused.stderr
    fix = list_of(root, dockerfile=f"{root}/{dockerfile}", per_dockerfile=True)
    assert fix.old_content is None
    done = ctxopt("fix", "--allow-list", "--per-dockerfile", *named, cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    if new is None:
        assert fix.new_content is None
        assert done.stdout.startswith("Nothing to do")
        assert not os.path.exists(f"{root}/{dockerfile}.dockerignore")
    else:
        assert f"Written to {dockerfile}.dockerignore" in done.stdout
        with open(f"{root}/{dockerfile}.dockerignore") as file:
            assert file.read() == new
        assert_foreseen(root, fix, dockerfile=f"{root}/{dockerfile}")
        for options in (["--per-dockerfile"], []):
            assert (
                ctxopt("fix", "--allow-list", "--check", *options, *named, cwd=root).returncode == 0
            )
    if old is None:
        assert not os.path.exists(f"{root}/.dockerignore")
    else:
        with open(f"{root}/.dockerignore") as file:
            assert file.read() == old


def test_no_list_of_its_own_for_the_classic_builder(tmp_path):
    root = lay(tmp_path / "c", WEB)
    with pytest.raises(ContextError, match="reads no ignore file but"):
        list_of(root, builder="classic", per_dockerfile=True)


def test_the_report_and_the_bandwidth(tmp_path):
    root = lay(tmp_path / "c", WEB | {"big": 30_000_000})
    options = ("fix", "--allow-list", "--dry-run", "--bandwidth", "10 Mbit/s")
    plain, coloured = (
        ctxopt(*options, "--color", on, cwd=root).stdout for on in ("never", "always")
    )
    assert "24 s at 10 Mbit/s for a build that takes everything" in plain
    assert "\x1b[32m+!web\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


TAKEN_OVER = [
    ("dead lines go", "README.md\nnode_modules\n", "!web\n"),
    ("their comments too", "# dependencies\nnode_modules\n", "!web\n"),
    ("others stay", "# Mine.\n\n# dependencies\nnode_modules\n", "!web\n\n# Mine.\n"),
    ("what may come stays", "**/.env\n**/dist\n", "!web\n\n**/.env\n**/dist\n"),
    ("lines inside stay", "web/tmp\nweb/*.log\n*/x\n", "!web\n\nweb/tmp\nweb/*.log\n*/x\n"),
    ("an exception inside stays", "web/x\n!web/x/y\n", "!web\n\nweb/x\n!web/x/y\n"),
    ("a late exception", "**/*.log\n!web\n", "!web\n\n**/*.log\n!web\n"),
    ("one that leaks goes", "**/*.md\n!**/k.md\n", "!web\n\n**/*.md\n!web/k.md\n"),
    ("an allow-list that lets in more", "*\n!web\n!docs\n", "!web\n"),
    ("an allow-list with lines in it", "*\n!docs\n!web\nweb/log\n", "!web\n\nweb/log\n"),
    ("what stands before everything", "**/.env\n*\n!web\n!docs\n", "!web\n"),
    ("suppressions", "# ctxopt: ignore[large-file] x\nREADME.md\n", "!web\n\n# ctxopt: ignore[large-file] x\n"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "old", "new"), TAKEN_OVER, ids=[row[0] for row in TAKEN_OVER])
def test_what_stays_of_an_ignore_file(tmp_path, what, old, new):
    root = lay(tmp_path / "c", WEB | {".dockerignore": old})
    before = {builder: files(measured(root, builder).permitted) for builder in BOTH}
    fix = list_of(root)
    assert fix.new_content == (HEAD + new).encode()
    write(root, fix)
    for builder in BOTH:
        own = ("Dockerfile", ".dockerignore")
        now = {p: s for p, s in files(measured(root, builder).permitted).items() if p not in own}
        assert now.items() <= before[builder].items()
        assert {p for p in before[builder] if p.startswith("web/")} == set(now)
    assert list_of(root).new_content is None


@pytest.mark.parametrize("old", ["*\n!web\n", "# mine\n**\n!/web/\n", "*\n!web/\n# x\nweb/log\n"])
def test_a_list_that_does_it_already_is_left_alone(tmp_path, old):
    root = lay(tmp_path / "c", WEB | {".dockerignore": old})
    assert list_of(root).new_content is None


def test_what_the_file_excludes_on_purpose_stays_out(tmp_path):
    tree = WEB | {".dockerignore": "web/log\n", "Dockerfile": FROM + "COPY web/log web/a /\n"}
    root = lay(tmp_path / "c", tree)
    fix = list_of(root)
    assert fix.new_content == (HEAD + "!web/a\n\nweb/log\n").encode()
    assert [(item.text, item.reason) for item in fix.left_alone] == [
        ("!web/log", "line 1 excludes it, though it is taken by COPY in line 2")
    ]
    write(root, fix)
    assert list_of(root).new_content is None


def test_a_new_source_is_let_in_by_an_old_list(tmp_path):
    root = lay(tmp_path / "c", WEB | {".dockerignore": HEAD + "!web\n!gone\n\n**/.env\n"})
    with open(f"{root}/Dockerfile", "a") as file:
        file.write("COPY docs /docs/\n")
    fix = list_of(root)
    assert fix.new_content == (HEAD + "!docs\n!web\n\n**/.env\n").encode()
    assert [(line.texts, line.replaces) for line in fix.lines] == [
        (("!docs",), ()), ((), ("!gone",)),
    ]  # fmt: skip


def test_bytes_of_the_file_stay(tmp_path):
    root = lay(tmp_path / "c", WEB)
    with open(f"{root}/.dockerignore", "wb") as file:
        file.write(b"\xef\xbb\xbf# mine \xff\r\n\r\nREADME.md\r\nweb/log")
    expected = b"# Only what the build takes\r\n*\r\n!web\r\n\r\n"
    after = list_of(root).new_content
    assert after == b"\xef\xbb\xbf" + expected + b"# mine \xff\r\n\r\nweb/log\r\n"


def test_what_is_heavy_inside_goes_out_again(tmp_path):
    tree = {
        "Dockerfile": FROM + "COPY web /\n",
        "web/a": "1",
        "web/node_modules/x.js": 30_000_000,
        "web/.env": "KEY=aaaaaaaaaaaaaaaaaaaa\n",
    }
    root = lay(tmp_path / "c", tree)
    fix = list_of(root)
    assert fix.new_content is not None
    assert fix.new_content.startswith((HEAD + "!web\n\n# ").encode())
    assert {"**/node_modules", "**/.env"} < set(fix.new_content.decode().split("\n"))
    assert fix.lines[-1].total_bytes == sum(line.bytes for line in fix.lines)
    assert set(files(fix.foreseen.permitted)) == {"web/a"}
    kept = list_of(root, Config(keep=("web/node_modules/x.js", "docs"))).new_content
    assert kept is not None
    assert b"node_modules" not in kept
    assert b"\n!docs\n!web\n" in kept
    with pytest.raises(AllowListError, match="keeps everything"):
        list_of(root, Config(keep=("**",)))


def test_a_line_inside_that_empties_a_file_is_not_taken(tmp_path, monkeypatch):
    def plan_with(analysis, config, *options, **more):
        edit = Edit(EditKind.ADD, None, "**/node_modules", "x")
        trial = try_edits(gather_facts(analysis, config), (edit,))
        assert trial is not None
        return dataclasses.replace(
            plan_fix(analysis, config, *options, **more),
            new_content=trial.file.render(),
            foreseen=rewalked(analysis, trial),
            tracked=("x",),
        )

    monkeypatch.setattr("ctxopt.fix.allow_list.plan.plan_fix", plan_with)
    tree = {"Dockerfile": FROM + "COPY node_modules/a web /\n", "node_modules/a/b": "1"}
    fix = list_of(lay(tmp_path / "c", tree | {"web/node_modules/x": "1"}))
    assert fix.new_content == (HEAD + "!node_modules/a\n!web\n").encode()
    assert fix.tracked == ()
    fix = list_of(lay(tmp_path / "d", {"Dockerfile": FROM + "COPY web /\n", "web/x/y": "1"}))
    assert fix.new_content == (HEAD + "!web\n**/node_modules\n").encode()


def test_only_proven_lines_inside(tmp_path):
    tree = {"Dockerfile": FROM + "COPY web /\n", "web/a": "1", "web/node_modules/x": 30_000_000}
    root = lay(tmp_path / "c", tree)
    assert list_of(root, least="proven").new_content == (HEAD + "!web\n").encode()


def test_the_command(tmp_path):
    tree = {"Dockerfile": FROM + "COPY a /\nCOPY a web/ /\n", "a": "1", "web/b": "2", "c": 9_000}
    root = lay(tmp_path / "c", tree)
    init(root)
    git(root, "add", "-A")
    patch = ctxopt("fix", "-q", "--allow-list", "--format", "diff", cwd=root).stdout
    assert ctxopt("fix", "-q", "--allow-list", "--check", cwd=root).returncode == 1
    shown = ctxopt("fix", "-q", "--allow-list", "--dry-run", cwd=root).stdout
    assert re.search(r"!a +proven  COPY in line 2; COPY in line 3\n", shown)
    assert not os.path.exists(f"{root}/.dockerignore")
    document = json.loads(ctxopt("fix", "-q", "--allow-list", "--format", "json", cwd=root).stdout)
    assert document["diff"] == patch
    assert document["tracked"] == ["Dockerfile", "c"]
    assert {line["rule"] for line in document["lines"]} == {"allow-list"}
    assert [(line["texts"], line["reason"]) for line in document["lines"]] == [
        (["*"], "no instruction takes the rest"),
        (["!a"], "COPY in line 2; COPY in line 3"),
        (["!web"], "COPY in line 3"),
    ]
    assert set(files(measured(root).permitted)) == {"a", "web/b"}
    again = ctxopt("fix", "-q", "--allow-list", "--check", cwd=root)
    assert (again.returncode, again.stdout[:13]) == (0, "Nothing to do")
    assert ctxopt("fix", "-q", "--check", cwd=root).returncode == 0
    for option in ("--prune-unused", "--interactive"):
        refused = ctxopt("fix", "--allow-list", option, cwd=root)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert f"--allow-list and {option} cannot be combined" in refused.stderr
        assert len(refused.stderr.splitlines()) == 2


def test_the_classic_builder(tmp_path):
    tree = {"Dockerfile": FROM + "COPY p/*/m /\n", "p/a/m": "1", "p/a/x": "2", "b": "3"}
    root = lay(tmp_path / "c", tree)
    fix = list_of(root, builder="classic")
    assert fix.new_content == (HEAD + "!p/*/m\n!p/a/m\n").encode()
    assert set(files(fix.foreseen.permitted)) == {".dockerignore", "Dockerfile", "p/a/m"}


@pytest.mark.parametrize("name", NAMES)
def test_projects(name, tmp_path):
    project = load_project(name)
    root = lay_project(project, str(tmp_path / "p"))
    dockerfile = os.path.join(root, project.dockerfile) if project.dockerfile else None
    before = measured(root, dockerfile=dockerfile)
    broad = before.plan and any(use.roots == ("",) for use in before.plan.sources.uses)
    if broad:
        with pytest.raises(AllowListError):
            list_of(root, dockerfile=dockerfile)
        return
    fix = list_of(root, dockerfile=dockerfile)
    assert_foreseen(root, fix, dockerfile=dockerfile)
    after = measured(root, dockerfile=dockerfile)
    assert before.plan
    assert after.plan
    old, new = before.plan.main.transfer.view, after.plan.main.transfer.view
    inside = [path for line in fix.lines if line.rule != "allow-list" for path in line.paths]
    lost = set(files(old)) - set(files(new))
    assert all(path.startswith(tuple(inside)) for path in lost)
    assert not lost & {*project.expect["reads"]}
    assert [use.roots for use in before.plan.sources.uses] == [
        use.roots for use in after.plan.sources.uses
    ]
    assert list_of(root, dockerfile=dockerfile).new_content is None


RECORDED = load("allowlists.jsonl")


@pytest.mark.parametrize("case", RECORDED, ids=[case["id"] for case in RECORDED])
@pytest.mark.usefixtures("plain_umask")
def test_docker_copies_the_same(case, tmp_path):
    root = str(tmp_path / "c")
    lay(root, case["tree"])
    dockerfile = case.get("dockerfile") and os.path.join(root, case["dockerfile"])
    fix = list_of(root, Config(select=("no-ignore-file",)), dockerfile)
    assert fix.new_content == case["list"].encode()
    assert case["before"]["buildkit"]["files"] == case["after"]["buildkit"]["files"]
    write(root, fix)
    plan = measured(root, dockerfile=dockerfile).plan
    assert plan is not None
    assert listed(plan.main.transfer.view.entries()) == case["after"]["buildkit"]["files"]
    classic = measured(root, "classic", dockerfile)
    assert classic.permitted_bytes == case["after"]["classic"]["tar_bytes"]
    folders = {e.path: "/" * (e.type == "dir") for e in classic.permitted.entries()}
    sent = {entry.partition(" -> ")[0] for entry in case["after"]["classic"]["entries"]}
    assert {path + slash for path, slash in folders.items()} == sent


PARTS = ["a", "b", "c.py", "web", "src", "x y", "[s]", "a|b", "!n", "#h"]
PATTERNS = [
    "*.md", "**/*.py", "web", "!web/src", "!**/*.py", "a", "a/*", "!a/b", "*", "!src", "!a", "**/b",
    "src/*", "web/*/a", "wide/a", "# c", "", "!b", "!**/b",
]  # fmt: skip
PATHS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map("/".join)
ENDS = st.sampled_from(["1", "22", {"link": "a"}, {"link": "../web/src"}])
GLOBS = st.tuples(
    st.lists(st.sampled_from([*PARTS, "a*", "*b*", "?", "[a-c]*"]), min_size=1, max_size=3),
    st.sampled_from(["", "./", "/"]),
).map(lambda pair: pair[1] + "/".join(pair[0]))
STEPS = st.lists(st.lists(st.one_of(PATHS, GLOBS), min_size=1, max_size=2), min_size=1, max_size=3)


@pytest.mark.slow
@settings(max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tree=st.dictionaries(PATHS, ENDS, min_size=2, max_size=9),
    steps=STEPS,
    old=st.none() | st.lists(st.sampled_from(PATTERNS), max_size=4),
    builder=st.sampled_from(BOTH),
    wide=st.sets(st.sampled_from("abcdefgh")),
    taken=st.sets(st.sampled_from("abcdefgh")).map(sorted),
)
def test_nothing_is_lost_nothing_grows_and_once_is_enough(
    tmp_path_factory, tree, steps, old, builder, wide, taken
):
    tree = {
        path: end
        for path, end in tree.items()
        if not any(other.startswith(path + "/") for other in tree)
    }
    tree |= {f"wide/{name}": "1" for name in wide}
    if taken:
        steps = [*steps, [f"wide/{name}" for name in taken]]
    tree["Dockerfile"] = FROM + "".join(f"COPY {json.dumps([*s, '/x/'])}\n" for s in steps)
    if old is not None:
        tree[".dockerignore"] = "".join(line + "\n" for line in old)
    root = lay(tmp_path_factory.mktemp("p"), tree)
    try:
        fix = list_of(root, builder=builder)
        before = measured(root)
    except CtxoptError:
        return
    assert fix.new_content == list_of(root, builder=builder).new_content
    sent = {each: files(measured(root, each).permitted) for each in BOTH}
    assert_foreseen(root, fix, builder)
    assert list_of(root, builder=builder).new_content is None
    assert before.plan
    inside = tuple(p for line in fix.lines if line.rule != "allow-list" for p in line.paths)
    has_list = "*" in (old or ())
    for each in BOTH:
        now = files(measured(root, each).permitted)
        for path in (".dockerignore", "Dockerfile"):
            now.pop(path, None)
        if not has_list:
            assert set(now) <= set(sent[each]) | set(sent[builder])
        for use in before.plan.sources.uses if each == builder else ():
            for path, size in sent[each].items():
                taken = any(path == root or path.startswith(root + "/") for root in use.roots)
                if taken and not path.startswith(inside or ("\0",)):
                    assert now[path] == size


OPERATORS = (
    "app/(site)/page.js",
    "lib/a+b.js",
    "lib/{x}",
    "lib/a|b",
    "lib/^c",
    "plain/p.js",
)


@pytest.mark.parametrize("path", OPERATORS)
@pytest.mark.parametrize("builders", [(), ("buildkit",), ("podman",), ("buildkit", "podman")])
def test_names_with_operators_for_every_builder(
    tmp_path: Path, path: str, builders: tuple[BuilderName, ...]
) -> None:
    tree = {
        "Dockerfile": FROM + f'COPY ["{path}", "/"]\n', path: "1", f"{path}x": "2", "docs/d": 9_000,
    }  # fmt: skip
    root = lay(tmp_path / "c", tree)
    mains = builders or BOTH
    config = Config(builder=mains[0], builders=builders)
    fix = list_of(root, config, builder=mains[0])
    assert fix.new_content is not None
    for builder in mains:
        write(root, fix)
        now = measured(root, builder)
        # The classic client sends all of it whatever the instructions take.
        assert now.plan is None or now.plan.sources.checks == ()
        always = {".dockerignore", "Dockerfile"} if builder == "classic" else set()
        assert set(files(now.permitted)) - always == {path}


def test_a_builder_that_is_not_named_refuses_no_list(tmp_path):
    """To Podman the name is an expression, and only Docker's two are asked about."""
    tree = {"Dockerfile": FROM + "COPY app/(site) /\n", "app/(site)/p": "1", "docs/d": 9_000}
    assert written(tmp_path, tree) == HEAD + "!app/(site)\n"
