"""Rules about the ignore file in force: each with what it must find and twice as much that it must not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ctxopt.languages.ignore.text import parse_ignore_file
from ctxopt.rules.ignore_file.invalid_pattern import invalid_patterns
from ctxopt.severity import Severity
from ctxopt.tree.model import Flag
from ctxopt.tree.view import View
from tests.support.judging import RULE_BY_ID, catches, catches_not, known_facts

MONOREPO = {
    "node_modules/a.js": 1000,
    "packages/web/node_modules/b.js": 3000,
    "packages/api/node_modules/c.js": 500,
    "packages/api/index.js": 10,
    "a.pyc": 5,
    "lib/b.pyc": 7,
    "lib/deep/c.pyc": 9,
}


def with_ignore(tree, text, **more):
    return {**tree, ".dockerignore": text, **more}


def test_root_only_folder_in_a_monorepo():
    found = catches(
        "root-only-pattern",
        with_ignore(MONOREPO, "# deps\nnode_modules\n"),
        line=2,
        paths=["packages/web/node_modules", "packages/api/node_modules"],
        edits=["**/node_modules"],
    )
    assert (found.size, found.entries) == (3500, 4)
    assert found.severity is Severity.WARNING
    assert found.paths[0] == "packages/web/node_modules"


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("*.pyc\n", "**/*.pyc"),
        ("*.py[co]\n", "**/*.py[co]"),
        ("node_modules/\n", "**/node_modules/"),
    ],
)
def test_root_only_forms(text, edit):
    catches("root-only-pattern", with_ignore(MONOREPO, text), line=1, edits=[edit])


def test_root_only_by_git():
    tree = {"tmpdata/x": 1, "src/tmpdata/y": 10, "src/a.py": 1}
    catches(
        "root-only-pattern",
        with_ignore(tree, "tmpdata\n"),
        line=1,
        paths=["src/tmpdata"],
        tracked=["src/a.py"],
        ignored=["tmpdata", "src/tmpdata"],
    )


@pytest.mark.parametrize(
    "text",
    [
        "**/node_modules\n",
        "/node_modules\n",
        "./node_modules\n",
        "packages/web/node_modules\n",
        "node_modules\n**/node_modules\n",
        "packages\nnode_modules\n",
        "!node_modules\n",
        "*\n",
        "**\n",
        "no_such_name\n",
        "index.js\n",
        "packages/*/node_modules\nnode_modules\n",
    ],
)
def test_root_only_is_silent(text):
    catches_not("root-only-pattern", with_ignore(MONOREPO, text))


def test_root_only_spares_sources_of_the_same_name():
    tree = {"build/x": 1, "src/build/plan.py": 10, "src/a.py": 1}
    catches_not("root-only-pattern", with_ignore(tree, "build\n"), tracked=["src/build/plan.py"])


def test_root_only_never_hides_what_is_copied():
    tree = {
        "Dockerfile": "FROM scratch\nCOPY vendor/x/node_modules /n\nCOPY . /\n",
        "node_modules/a": 5,
        "vendor/x/node_modules/b": 5,
    }
    catches_not("root-only-pattern", with_ignore(tree, "node_modules\n"))


DOCS = {"docs/a.md": 10, "docs/b/c.md": 20, "docs/d.txt": 1, "README.md": 3, "src/x.md": 4}


def test_exception_for_a_folder_that_is_not_excluded():
    found = catches(
        "exception-without-effect",
        with_ignore(DOCS, "**/*.md\n!docs\n"),
        line=2,
        paths=["docs/a.md", "docs/b/c.md"],
        edits=["!docs/**"],
    )
    assert found.severity is Severity.WARNING
    assert found.size == 30


def test_exception_above_its_pattern():
    catches(
        "exception-without-effect",
        with_ignore(DOCS, "!README.md\n*.md\n"),
        line=1,
        paths=["README.md"],
        edits=[None, "!README.md"],
    )
    catches(
        "exception-without-effect",
        with_ignore(DOCS, "src\n!README.md\n*.md\n"),
        line=2,
        paths=["README.md"],
        edits=[None, "!README.md"],
    )


def test_exception_for_logs():
    tree = {"logs/x.log": 5, "logs/y.log": 6, "z.log": 1}
    catches(
        "exception-without-effect",
        with_ignore(tree, "**/*.log\n!logs\n"),
        line=2,
        paths=["logs/x.log", "logs/y.log"],
        edits=["!logs/**"],
    )


def test_exception_without_a_slash_below():
    tree = {"pkg/KEEP.md": 5, "pkg/b.md": 6}
    catches(
        "exception-without-effect",
        with_ignore(tree, "**/*.md\n!KEEP.md\n"),
        line=2,
        paths=["pkg/KEEP.md"],
        edits=["!**/KEEP.md"],
    )


def test_exception_that_would_bring_back_waste_has_no_edit():
    tree = {"packages/a/node_modules/x.js": 50, "packages/a/i.js": 1}
    found = catches(
        "exception-without-effect",
        with_ignore(tree, "**/node_modules\n!packages\n"),
        line=2,
        edits=[],
        with_excluded=True,
    )
    assert found.severity is Severity.INFO


@pytest.mark.parametrize(
    "text",
    [
        "**/*.md\n!docs/**\n",
        "**/*.md\n!README.md\n",
        "*\n!docs\n",
        "*\n!docs\n!src\n",
        "*\n!**/*.md\n",
        "docs\n!docs/a.md\n",
        "dist\n!dist/keep\n",
        "**/*.md\n!no_such_folder\n",
        "*.md\n",
        "docs\n!src\n",
        "**/*.log\n!README.md\n",
        "",
        "# !docs\n**/*.md\n",
        "*\n!docs/*.md\n",
    ],
)
def test_exceptions_that_are_right(text):
    catches_not("exception-without-effect", with_ignore(DOCS, text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("docs\n# x\ndocs\n", 3),
        ("docs\ndocs/\n", 2),
        ("docs\n./docs\n", 2),
        ("**/docs\ndocs\n", 2),
        ("docs\n**/docs\n", 1),
        ("docs\ndocs/a.md\n", 2),
        ("**/b\ndocs/b/c.md\n", 2),
        ("src\n!src\n", 1),
        ("*\n!src\n!src\n", 3),
        ("*\ndocs\n!src\n", 2),
    ],
)
def test_redundant(text, line):
    found = catches("redundant-pattern", with_ignore(DOCS, text), line=line, edits=[None])
    assert found.severity is Severity.INFO


@pytest.mark.parametrize(
    "text",
    [
        "docs\nsrc\n",
        "docs\n**/*.md\n",
        "docs/a.md\ndocs/b\n",
        "docs\n!docs/a.md\n",
        "docs\n!docs/a.md\ndocs/b\n",
        "**/*.md\n!docs/**\n**/*.md\n",
        "**/*.md\n!docs\n!docs/a.md\n",
        "doc\ndocs\n",
        "docs\ndocs2\n",
        "dist\nbuild\n",
        "*\n!docs\n!src\n",
        "*.md\n**/x.md\n",
        "docs/*\n!docs/b\n!docs/a.md\n",
        "docs\n!docs/b\ndocs/b/c.md\n",
        "a/b\nb\n",
        "a\n**/b\n",
        "**/b\nab\n",
        "",
        "# docs\ndocs\n",
        "a|b\na\n",
    ],
)
def test_not_redundant(text):
    catches_not("redundant-pattern", with_ignore(DOCS, text))


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("..\n", None),
        ("../x\n", None),
        ("/\n", None),
        (".\n", None),
        ("./\n", None),
        ("a/../../x\n", None),
        ("a^b*\n", r"a\^b*"),
        ("*x^\n", r"*x\^"),
    ],
)
def test_never_matches(text, edit):
    catches("pattern-never-matches", with_ignore(DOCS, text), line=1, edits=[edit])


@pytest.mark.parametrize(
    "text",
    [
        "a^b\n",
        "^a*\n",
        "a\\^b*\n",
        "[^a]b\n",
        "**/^a*\n",
        "*^a\n",
        "a|b^c*\n",
        "...\n",
        "..x\n",
        ".git\n",
        "a/..b\n",
        "no_such\n",
        "*\n",
        "**\n",
        "a/../b\n",
        "",
    ],
)
def test_may_match(text):
    catches_not("pattern-never-matches", with_ignore(DOCS, text))


def test_matches_nothing():
    found = catches(
        "pattern-matches-nothing",
        with_ignore(DOCS, "docs\nsrc/old/module\nsrc/past/gone.py\n"),
        line=2,
        tracked=["src/x.md", "docs/a.md"],
        edits=[None, None],
    )
    assert "src/past/gone.py (line 3)" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "src/node_modules/x\n",
        "src/dist/x\n",
        "src/generated\n",
        "src\nsrc/old/module\n",
        "**/*.pyc\n",
        "src/x.md\n",
        "generated\n",
        ".idea\n",
        "src/.cache\n",
        "src/*.gen\n",
        "src/made/x\n",
    ],
)
def test_matches_something_or_may(text):
    catches_not(
        "pattern-matches-nothing",
        with_ignore(DOCS, text),
        tracked=["src/x.md"],
        ignored=["src/made"],
    )


def test_matches_nothing_needs_git():
    catches_not("pattern-matches-nothing", with_ignore(DOCS, "src/old/module\n"))


@pytest.mark.parametrize(
    ("text", "line", "edits"),
    [
        ("x\ndocs # not needed\n", 2, ["# not needed", "docs"]),
        ("docs\t# tab\n", 1, ["# tab", "docs"]),
        ("docs #\n", 1, ["docs"]),
        ("docs // old\n", 1, ["# old", "docs"]),
        ("\n  # indented\n", 2, ["# indented"]),
        ("// docs of git\nsrc\n", 1, ["# docs of git"]),
        ("//no such\n", 1, ["# no such"]),
    ],
)
def test_comment_traps(text, line, edits):
    catches("comment-trap", with_ignore(DOCS, text), line=line, edits=edits)


def test_inline_comment_counts_what_it_costs():
    found = catches("comment-trap", with_ignore(DOCS, "docs # old\n"), line=1)
    assert (found.paths, found.size) == (("docs",), 31)


@pytest.mark.parametrize(
    "text",
    [
        "# docs\n",
        "#docs\n",
        "\ufeff# docs\n",
        "docs\n",
        "a#b\n",
        "docs#old\n",
        "**/*#\n",
        "#*#\n",
        "\\#x\n",
        "a//b\n",
        "//docs\n",
        "docs//\n",
        "!docs\n",
        "",
    ],
)
def test_no_comment_traps(text):
    catches_not("comment-trap", with_ignore(DOCS, text))


def test_a_file_that_is_really_called_so():
    catches_not("comment-trap", {".dockerignore": "a # b\n", "a # b": 1})


WHISPER = {"build-xcframework.sh": 40, "build-em/x.o": 100, "src/build.rs": 3}


def test_trailing_slash_hides_a_script():
    found = catches(
        "trailing-slash",
        with_ignore(WHISPER, "*.o\nbuild*/\n"),
        line=2,
        paths=["build-xcframework.sh"],
        edits=["build*/**"],
    )
    assert (found.size, found.entries) == (40, 1)


def test_trailing_slash_with_a_literal():
    catches("trailing-slash", {".dockerignore": "tools/\n", "tools": 5}, line=1, paths=["tools"])


@pytest.mark.parametrize(
    "text",
    [
        "build*\n",
        "build-em/\n",
        "src/\n",
        "build*/**\n",
        "build*/\n!build-xcframework.sh\n",
        "**/*.sh\nbuild*/\n",
        "!build*/\n",
        "*/\n",
    ],
)
def test_trailing_slash_without_harm(text):
    catches_not("trailing-slash", with_ignore(WHISPER, text))


def test_trailing_slash_on_generated_files():
    catches_not(
        "trailing-slash",
        {".dockerignore": "out*/\n", "out.txt": 5},
        tracked=[],
        ignored=["out.txt"],
    )


SOURCES = {"a.js": 1, "b.ts": 2, "c.css": 3, "foobar": 4, "x.log": 5, "src/a.js": 6, "f1": 7}


@pytest.mark.parametrize(
    ("text", "edits", "paths"),
    [
        ("*.{js,ts}\n", ["*.js", "*.ts"], ["a.js", "b.ts"]),
        ("{a,b}.js\nx\n", ["a.js", "b.js"], ["a.js"]),
        ("{a,b}.{js,ts}\n", ["a.js", "a.ts", "b.js", "b.ts"], ["a.js", "b.ts"]),
        ("*.(js|ts)\n", ["*.js", "*.ts"], ["a.js", "b.ts"]),
        ("foo|*.log\n", ["foo", "*.log"], ["foobar"]),
        ("a.js|b.ts\n", ["a.js", "b.ts"], ["a.js", "b.ts"]),
        ("[!a].ts\n", ["[^a].ts"], ["b.ts"]),
        ("src\\a.js\n", ["src/a.js"], ["src/a.js"]),
        ("f\\d\n", ["f[0-9]"], []),
        ("^foo*\n", ["foo*"], []),
        ("*\n!*.{js,ts}\n", None, None),
    ],
)
def test_quirks(text, edits, paths):
    line = 2 if "!" in text and "[" not in text else 1
    catches("pattern-quirk", with_ignore(SOURCES, text), line=line, edits=edits, paths=paths)


def test_a_bang_behind_a_slash():
    found = catches("pattern-quirk", with_ignore(SOURCES, "*\n/!src\n"), line=2, edits=[])
    assert "exception" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "*.js\n",
        "[^a].ts\n",
        "[a-c].ts\n",
        "a?b\n",
        "\\!x\n",
        "\\#x\n",
        "a\\*b\n",
        "a\\|b\n",
        "\\{a,b\\}\n",
        "{a}\n",
        "!src\n",
        "*\n!src\n",
        "foo(1).txt\n",
        "a+b\n",
        "$x\n",
        "src/**\n",
        "**/*.py[cod]\n",
        "a-b_c.d\n",
        "docs # {a,b}\n",
        "a^b*\n",
        "**/.#*\n",
        "",
    ],
)
def test_no_quirks(text):
    catches_not("pattern-quirk", with_ignore(SOURCES, text))


@pytest.mark.parametrize("name", ["{a,b}.js", "a|b"])
def test_names_that_are_meant(name):
    catches_not("pattern-quirk", {".dockerignore": name + "\n", name: 5})


HEAVY = {
    **{f"node_modules/p{i}/f{j}.js": 1 for i in range(40) for j in range(30)},
    "node_modules/p1/LICENSE": 2,
    "docs/keep.md": 1,
    "README.md": 1,
}


def test_wildcard_exception_walks_everything():
    found = catches(
        "exception-stops-pruning",
        with_ignore(HEAVY, "node_modules\n*.md\n!R*.md\n"),
        line=3,
        edits=["!README.md"],
    )
    assert found.entries == 1241
    assert found.paths == ("node_modules",)


def test_wildcard_exception_with_too_many_hits():
    text = "node_modules\n**/*.md\n!**/*.md\n!node_modules/*/f1.js\n"
    catches("exception-stops-pruning", with_ignore(HEAVY, text), line=3, edits=[])


@pytest.mark.parametrize(
    "text",
    [
        "node_modules\n*.md\n!README.md\n",
        "node_modules\n!docs/**\n",
        "node_modules\n!docs/*\n",
        "node_modules\n*.md\n",
        "docs\n!R*.md\n",
        "!R*.md\n",
        "",
    ],
)
def test_pruning_stays(text):
    catches_not("exception-stops-pruning", with_ignore(HEAVY, text))


def test_file_arrives_empty():
    found = catches(
        "file-arrives-empty",
        {".dockerignore": "foo\n!foo/bar\nfoo\n", "foo/bar/x": 9, "foo/y": 1},
        line=3,
        paths=["foo/bar/x"],
        edits=[None],
    )
    assert found.size == 9


@pytest.mark.parametrize(
    "text",
    [
        "foo\n!foo/bar\n",
        "foo\nfoo\n!foo/bar\n",
        "!foo/bar\nfoo\n",
        "foo/*\n!foo/bar\n",
        "x\n!foo\nx\n",
    ],
)
def test_files_arrive_whole(text):
    catches_not("file-arrives-empty", {".dockerignore": text, "foo/bar/x": 9, "foo/y": 1})


@pytest.mark.parametrize(
    ("builder", "severity"), [("buildkit", Severity.WARNING), ("classic", Severity.ERROR)]
)
def test_unreadable_file(builder, severity):
    with known_facts({"a": 1, "b": 2}, builder=builder) as facts:
        folder = facts.analysis.tree.folders[""]._replace(flags=bytes([Flag.UNREADABLE, 0]))
        view = View(replace(facts.analysis.tree, folders={"": folder}, tallies={}))
        marked = replace(facts, analysis=replace(facts.analysis, permitted=view))
        (found,) = RULE_BY_ID["file-arrives-empty"].check(marked)
    assert (found.paths, found.severity) == (("a",), severity)


def test_builders_disagree():
    tree = {".dockerignore": "*\n!**/*.py\n", "a.py": 1, "src/b.py": 2, "src/c.txt": 3}
    found = catches("builders-disagree", tree, line=2, paths=["src/b.py"])
    assert found.subject == "BuildKit"
    assert (found.size, found.entries) == (2, 1)
    catches(
        "builders-disagree", tree, line=2, paths=["src/b.py"], builder="classic", with_excluded=True
    )


@pytest.mark.parametrize(
    "text",
    [
        "*\n!src\n",
        "*\n!src/*.py\n",
        "src\n!src/b.py\n",
        "**/*.txt\n!src/**\n",
        "src\n",
        "*\n!*.py\n",
    ],
)
def test_builders_agree(text):
    catches_not(
        "builders-disagree",
        {
            ".dockerignore": text,
            "Dockerfile": "FROM scratch\n",
            "a.py": 1,
            "src/b.py": 2,
            "src/c.txt": 3,
        },
    )


def test_ignore_file_in_a_subfolder():
    found = catches(
        "inactive-ignore-file",
        {"docker/Dockerfile": "FROM scratch\n", "docker/.dockerignore": "x\n"},
        dockerfile="docker/Dockerfile",
        line=None,
    )
    assert found.location.file == "docker/.dockerignore"
    assert "docker/Dockerfile.dockerignore" in found.help
    assert found.severity is Severity.WARNING


def test_ignore_file_that_is_replaced():
    tree = {
        "Dockerfile": "FROM scratch\n",
        "Dockerfile.dockerignore": "x\n",
        ".dockerignore": "y\n",
    }
    assert catches("inactive-ignore-file", tree, line=None).severity is Severity.INFO


@pytest.mark.parametrize(
    ("tree", "dockerfile"),
    [
        ({"Dockerfile": "FROM scratch\n", ".dockerignore": "x\n"}, None),
        ({"d/Dockerfile": "FROM scratch\n", ".dockerignore": "x\n"}, "d/Dockerfile"),
        ({"d/Dockerfile": "FROM scratch\n", "d/Dockerfile.dockerignore": "x\n"}, "d/Dockerfile"),
        ({"Dockerfile": "FROM scratch\n", "sub/.dockerignore": "x\n"}, None),
    ],
)
def test_ignore_files_in_force(tree, dockerfile):
    catches_not("inactive-ignore-file", tree, dockerfile=dockerfile)


def test_invalid_patterns_of_a_file():
    file = parse_ignore_file(b"ok\n[a\n!\na*[\n[z-a]\nfoo\\\n# [a\n", ".dockerignore")
    found = [(item.line, item.fails_at_once) for item in invalid_patterns(file)]
    assert found == [(2, True), (3, True), (4, False), (5, False), (6, True)]


def test_invalid_pattern_that_was_never_tried():
    catches("invalid-pattern", {".dockerignore": "a\n!a*[\n", "b": 1}, line=2, edits=["!a*\\["])


@pytest.mark.parametrize("text", ["a[b]\n", "[^a]\n", "\\[a\n", "# [a\n", "a|b*\n", ""])
def test_valid_patterns(text):
    catches_not("invalid-pattern", {".dockerignore": text, "b": 1})
