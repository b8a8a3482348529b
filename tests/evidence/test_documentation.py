"""Heavy folders of documentation: told where nothing of the build names them, and twice as much where something may."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.paths.contexts import MB
from tests.support.fixes import fix_of
from tests.support.judging import BROAD, NARROW, STAGED, facts_of, findings
from tests.support.repositories import git, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

PAGES = {"docs/images/a.png": 9 * MB, "docs/index.md": "# a\n"}
SITE = "FROM node AS b\nCOPY . .\nRUN npm run build\n"

UNREAD: list[tuple[dict[str, Any], str, list[str]]] = [
    (PAGES, BROAD, ["docs"]),
    (PAGES, STAGED, ["docs"]),
    ({**PAGES, "go.mod": "module a\n", "a.go": 'package a // see docs for more\nvar x = "a/docs/b"\n'}, BROAD, ["docs"]),
    ({**PAGES, "README.md": "![a](docs/images/a.png)\n"}, BROAD, ["docs"]),
    ({**PAGES, "web/README.html": '<a href="../docs/a.html">\n', ".ignore": "docs/old\n"}, BROAD, ["docs"]),
    ({**PAGES, ".prettierignore": "docs/\n", ".npmignore": "docs/\n"}, SITE, ["docs"]),
    ({**PAGES, "src/a.ts": 'const x = "https://example.org/docs/start";\nrouter.push("/docs/a");\n'}, SITE, ["docs"]),
    ({**PAGES, ".github/workflows/a.yml": "run: mkdocs build -d docs/\n"}, BROAD, ["docs"]),
    ({**PAGES, "package.json": '{"scripts": {"docs": "typedoc"}}'}, SITE, ["docs"]),
    ({**PAGES, "docs/conf.py": "x = 1\n", "docs/make.sh": "cp docs/a b\n"}, BROAD, ["docs"]),
    ({**PAGES, "go.mod": "module a\n", "docs/tools/extract.go": "// x\npackage main\n"}, BROAD, ["docs"]),
    ({**PAGES, "a_test.go": 'package a\nvar x = "docs/a"\n', "tests/a.py": "open('docs/a')\n"}, BROAD, ["docs"]),
    # What bots and build servers are told, and what comments send people to.
    ({**PAGES, ".coderabbit.yaml": "path: docs/**\n", ".codecov.yml": "ignore:\n  - docs\n"}, BROAD, ["docs"]),
    ({**PAGES, "src/a.ts": "/**\n * see `docs/index.md`\n */\nlet a = 1 // or docs\n"}, SITE, ["docs"]),
    ({**PAGES, "a.py": "# 'docs/index.md' says how\nx = 1\n", "b.sh": "  # docs/index.md\n"}, BROAD, ["docs"]),
    ({"documentation/a.pdf": 9 * MB}, BROAD, ["documentation"]),
    ({"doc/a.png": 9 * MB}, BROAD, ["doc"]),
    ({"screenshots/a.png": 9 * MB}, BROAD, ["screenshots"]),
    ({"web/screenshots/a.png": 9 * MB}, BROAD, ["web/screenshots"]),
]  # fmt: skip

READ: list[tuple[dict[str, Any], str]] = [
    # A step renders it, or names it.
    (PAGES, "FROM a\nCOPY . .\nRUN mkdocs build\n"),
    (PAGES, "FROM a\nCOPY . .\nRUN npm run docs:build\n"),
    (PAGES, "FROM a\nCOPY . .\nRUN cd docs && make html\n"),
    (PAGES, "FROM a\nCOPY . .\nRUN rm -rf docs\n"),
    (PAGES, "FROM a\nCOPY . .\nRUN make docs\n"),
    (PAGES, 'FROM a\nCOPY . .\nCMD ["serve", "docs"]\n'),
    (PAGES, "FROM a AS b\nCOPY . /a\nFROM a\nCOPY --from=b /a/docs /docs\n"),
    (PAGES, "FROM a\nCOPY docs /docs\nCOPY . .\n"),
    (PAGES, "FROM a\nCOPY . .\nWORKDIR /a/docs\n"),
    ({**PAGES, "site.Dockerfile": "FROM a\nCOPY . .\nRUN sphinx-build docs out\n"}, BROAD),
    (
        {**PAGES, "go.mod": "module a\n", "a_test.go": 'package a\nvar x = "docs/a"\n'},
        "FROM a\nCOPY . .\nRUN go test ./...\n",
    ),
    # A source, a manifest or a script names it.
    ({**PAGES, "a.py": 'open("docs/index.md")\n'}, BROAD),
    ({**PAGES, "a.py": "path = root / 'docs' / 'a'\n"}, BROAD),
    ({**PAGES, "src/a.ts": "/// <reference path='docs/a.d.ts' />\n"}, SITE),
    ({**PAGES, "a.c": '#include "docs/a.h"\n'}, BROAD),
    ({**PAGES, "a.c": '#embed "docs/a.md"\n'}, BROAD),
    ({**PAGES, "a.py": "open('docs/a')  # docs\n"}, BROAD),
    ({**PAGES, ".goreleaser.yml": "files:\n  - docs/*\n"}, BROAD),
    ({**PAGES, ".npmrc.yml": "cache: docs/a\n"}, BROAD),
    ({**PAGES, "a.go": "package a\n//go:embed all:docs\nvar x embed.FS\n"}, BROAD),
    ({**PAGES, "src/lib.rs": '#![doc = include_str!("../docs/index.md")]\n'}, BROAD),
    ({**PAGES, "web/a.tsx": 'import a from "../../docs/images/a.png";\n'}, SITE),
    ({**PAGES, "package.json": '{"workspaces": ["app", "docs"]}'}, SITE),
    ({**PAGES, "package.json": '{"files": ["docs/index.md"]}'}, SITE),
    ({**PAGES, "pnpm-workspace.yaml": "packages:\n  - app\n  - docs\n"}, SITE),
    ({**PAGES, "a.csproj": '<None Include="..\\docs\\images\\a.png" Pack="true" />'}, BROAD),
    ({**PAGES, "Makefile": "all:\n\tcp -r docs/index.md out\n"}, BROAD),
    ({**PAGES, "setup.cfg": "long_description = file: docs/index.md\n"}, BROAD),
    ({**PAGES, "CMakeLists.txt": "add_subdirectory(docs/a)\n"}, BROAD),
    ({**PAGES, "requirements.txt": "-r docs/requirements.txt\n"}, BROAD),
    ({**PAGES, "index.html": '<img src="docs/images/a.png">\n'}, BROAD),
    ({**PAGES, "readme.py": "open('docs/a')\n"}, BROAD),
    ({**PAGES, "help.html": '<a href="docs/a.html">\n'}, BROAD),
    ({**PAGES, "licensepage.html": '<a href="docs/a.html">\n'}, BROAD),
    ({**PAGES, "README.html.erb": "<%= render 'docs/a' %>\n"}, BROAD),
    (PAGES, "FROM nginx\nCOPY . /usr/share/nginx/html/\n"),
    (PAGES, "FROM php\nCOPY . /var/www/html\n"),
    (PAGES, "FROM php\nWORKDIR /var/www\nCOPY . .\n"),
    # It holds code that is imported by the name of its package.
    ({**PAGES, "docs/docs.go": "package docs\n"}, BROAD),
    ({**PAGES, "docs/__init__.py": ""}, BROAD),
    # The program shows it, or it may.
    ({"public/docs/a.png": 9 * MB}, BROAD),
    ({"app/docs/a.png": 9 * MB}, BROAD),
    ({"public/screenshots/a.png": 9 * MB}, BROAD),
    ({"src/assets/screenshots/a.png": 9 * MB}, BROAD),
    # It is another name, not heavy, or does not come along.
    ({"pictures/a.png": 4 * MB, "pictures/b.png": 4 * MB}, BROAD),
    ({"mydocs/a.md": MB}, BROAD),
    ({"docs/a.png": MB}, BROAD),
    (PAGES, NARROW),
    ({**PAGES, ".dockerignore": "docs\n"}, BROAD),
    ({**PAGES, ".dockerignore": "# ctxopt: keep docs\n"}, BROAD),
]


def told(folder, tree, dockerfile):
    found = findings("large-file", folder, tree, dockerfile, ignored="")
    return [edit.text for finding in found for edit in finding.edits]


@pytest.mark.parametrize(("tree", "dockerfile", "lines"), UNREAD)
def test_documentation_that_nothing_reads(tmp_path, tree, dockerfile, lines):
    assert told(tmp_path, tree, dockerfile) == lines


@pytest.mark.parametrize(("tree", "dockerfile"), READ)
def test_documentation_that_something_may_read(tmp_path, tree, dockerfile):
    assert told(tmp_path, tree, dockerfile) == []


def test_what_is_worse_in_it_is_told_instead(tmp_path):
    tree = {**PAGES, "docs/node_modules/a.js": 30 * MB}
    facts = facts_of(tmp_path, tree, BROAD, ignored="node_modules\n")
    heavy = [item.path for item in facts.candidates.found if item.bytes >= MB]
    assert "docs/node_modules" in heavy
    assert "docs" not in heavy


def test_what_is_worse_in_it_is_told_where_the_folder_stays(tmp_path):
    tree = {**PAGES, "docs/node_modules/a.js": 2 * MB, "Makefile": "a:\n\tls docs/a\n"}
    facts = facts_of(tmp_path, tree, BROAD, ignored="node_modules\n")
    assert "docs/node_modules" in [item.path for item in facts.candidates.found]


def test_without_git_nothing_says_whose_it_is(tmp_path):
    found = findings("large-file", tmp_path, PAGES, BROAD)
    assert not any(edit.text == "docs" for finding in found for edit in finding.edits)


def test_fix_writes_the_line_as_likely(tmp_path):
    init(lay(tmp_path, {**PAGES, "main.py": "x", "Dockerfile": BROAD, ".dockerignore": ".git\n"}))
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "x")
    (line,) = fix_of(tmp_path).lines
    assert (line.texts, line.confidence) == (("docs",), "likely")
    assert fix_of(tmp_path, least="proven").lines == ()
