"""Which lines are written for the steps that they keep in the cache, and which files stay that a build may read."""

from __future__ import annotations

import json
import re

import pytest

from ctxopt.config.load import Config
from ctxopt.evidence import file_mentions
from ctxopt.fix import choose
from ctxopt.fix.cures import plan_cures
from ctxopt.git.word_search import files_with
from ctxopt.rules.registry import RULES
from ctxopt.rules.run import run_rules
from tests.support.fixes import fix_of
from tests.support.judging import gathered
from tests.support.program import ctxopt
from tests.support.rebuilds import history
from tests.support.repositories import commit, git, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

HEAD = "# Each edit of these would only make COPY and the steps after it run again"
BROAD = "FROM a\nWORKDIR /app\nCOPY . .\nRUN make\n"
FIRST = {
    "Dockerfile": BROAD, ".dockerignore": ".git\n", "src/a.c": "1", "README.md": "0", "CHANGELOG.md": "0",
    ".github/workflows/ci.yml": "0", "compose.yaml": "0", "CONTRIBUTING.md": "0",
}  # fmt: skip
README, CHANGES, WORKFLOW, COMPOSE = (
    "README.md",
    "CHANGELOG.md",
    ".github/workflows/ci.yml",
    "compose.yaml",
)


def edited(tmp_path, *commits, first=FIRST):
    """Make a history in which each of ``commits`` edits the files that it names."""
    steps = [
        {path: f"{first.get(path, '')}\n# {number}\n" for path in paths}
        for number, paths in enumerate(commits)
    ]
    return history(tmp_path / "r", steps, first)


def written(root, **options):
    lines = fix_of(root, **options).lines
    return {text: line.rebuilds for line in lines if not line.is_preventive for text in line.texts}


@pytest.mark.parametrize(
    ("commits", "expected"),
    [
        ([[README], [README]], {"README.md": 2}),
        ([[README], [CHANGES], [README], [CHANGES]], {"CHANGELOG.md": 2, "README.md": 2}),
        ([[WORKFLOW], [WORKFLOW], [WORKFLOW]], {"**/.github": 3}),
        ([[COMPOSE], [COMPOSE]], {"**/compose.yaml": 2}),
        ([["Dockerfile"], ["Dockerfile"]], {"**/Dockerfile": 2}),
        ([[".dockerignore"], [".dockerignore"]], {"**/.dockerignore": 2}),
        # What two lines save together only, both are written for.
        ([[README, CHANGES], [README, CHANGES]], {"CHANGELOG.md": 0, "README.md": 2}),
        ([[README], [README, CHANGES], [README, CHANGES]], {"CHANGELOG.md": 0, "README.md": 3}),
        # Two are a habit, one is none; and nor are two that a source would have made run anyway.
        ([[README]], {}),
        ([[README], [CHANGES]], {}),
        ([[README, CHANGES]], {}),
        ([[README], [README], [CHANGES]], {"README.md": 2}),
        ([[README], [README, CHANGES]], {}),
        ([[README, "src/a.c"], [README, "src/a.c"]], {}),
        ([[README], [README, "src/a.c"]], {}),
        ([["src/a.c"], ["src/a.c"]], {}),
        ([["src/README.md"], ["src/README.md"]], {}),
        ([[], []], {}),
        ([], {}),
    ],
)  # fmt: skip
def test_what_is_written_for_rebuilds(tmp_path, commits, expected):
    assert written(edited(tmp_path, *commits)) == expected


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        (BROAD, {"README.md": 2}),
        ("FROM a AS b\nCOPY . .\nRUN make\nFROM c\nCOPY --from=b /o /o\n", {"README.md": 2}),
        ("FROM a\nCOPY src /src\nRUN make\n", {}),
        ("FROM a\nCOPY README.md src ./\nRUN make\n", {}),
        ("FROM a\nCOPY *.md /\nCOPY . .\n", {}),
        ("FROM a AS b\nCOPY . .\nFROM c\nCOPY src /src\n", {}),
        ("FROM a\nRUN make\n", {}),
        ("FROM a\nCOPY . .\nRUN cat README.md\n", {}),
        ("FROM a\nCOPY . .\nRUN cp *.md /doc/\n", {}),
        ("FROM a\nCOPY . .\nRUN mkdocs build\n", {}),
        ("FROM a\nCOPY . .\nRUN npm pack\n", {}),
        ("FROM a\nCOPY . .\nRUN cargo package --list\n", {}),
        ("FROM a\nCOPY . .\nRUN npm run packs\n", {"README.md": 2}),
        ("FROM a\nCOPY . .\nRUN npm ci && webpack\n", {"README.md": 2}),
        ('FROM a\nCOPY . .\nCMD ["cat", "README.md"]\n', {}),
        ("FROM a\nENV D=README.md\nCOPY . .\nRUN cp $D /doc\n", {}),
        ("FROM a\nARG D=README.md\nCOPY . .\nRUN cp $D /doc\n", {}),
        ('FROM a\nCOPY . .\nRUN make\nCMD ["jekyll", "serve"]\n', {}),
        ("FROM a\nENV D=README.txt\nCOPY . .\nRUN make\n", {"README.md": 2}),
        ("FROM a AS b\nCOPY . /a\nRUN make\nFROM c\nCOPY --from=b /a/README.md /\n", {}),
        ("FROM a\nRUN --mount=type=bind,target=/s make\n", {}),
    ],
)
def test_which_builds_gain(tmp_path, dockerfile, expected):
    first = {**FIRST, "Dockerfile": dockerfile}
    assert written(edited(tmp_path, [README], [README], first=first)) == expected


SOURCES = {
    "pyproject.toml": '[project]\nname="x"\nreadme="README.md"\n',
    "setup.py": 'setup(long_description=open("README.md").read())',
    "MANIFEST.in": "include README.md\n",
    "Cargo.toml": '[package]\nname="x"\nreadme="README.md"\n',
    "x.gemspec": "s.files = %w[README.md LICENSE]\n",
    "y.gemspec": 's.files = Dir["lib/**/*", "README.md"]\n',
    "src/main.rs": '#![doc = include_str!("../README.md")]\n',
    "main.go": "package main\n//go:embed README.md\nvar r string\n",
    "all.go": "package main\n//go:embed *\nvar r embed.FS\n",
    "md.go": "package main\n//go:embed assets *.md\nvar r embed.FS\n",
    "src/b.ts": "import readme from '../README.md?raw'\n",
    "src/c.ts": "fs.readFileSync(`${root}/README.md`)\n",
    "src/d.ts": "import.meta.glob('../*.md')\n",
    "lib/a.ex": '@moduledoc File.read!("README.md")\n',
    "a.php": '<?php readfile(__DIR__."/README.md");\n',
    "CMakeLists.txt": "install(FILES README.md DESTINATION share/doc)\n",
    "meson.build": "install_data('README.md')\n",
    "x.cabal": "extra-source-files: README.md\n",
    "build.gradle": "jar { from 'README.md' }\n",
    "x.csproj": '<None Include="README.md" Pack="true"/>\n',
    "BUILD.bazel": 'exports_files(["README.md"])\n',
    "index.html": '<a href="README.md">x</a>',
    "Makefile": "all:\n\tcp README.md /doc\n",
    "site.yml": "pages:\n  - README.md\n",
    "start.go": "package main\n//go:embed assets README.*\nvar r embed.FS\n",
    "class.go": "package main\n//go:embed [A-Z]*.md\nvar r embed.FS\n",
    "src/e.ts": 'import.meta.glob("../*.{md,mdx}")\n',
    "src/f.js": 'require.context("..", false, /\\.md$/)\n',
    "glob.py": 'glob.glob("README*")[0]\n',
    "stem.py": 'read("README")\n',
    "src/g.rs": 'include_str!(concat!("../", "README", ".md"))\n',
    "GNUmakefile": "all: $(wildcard *.md)\n\tcat $^\n",
    "html.mk": "%.html: %.md\n\tpandoc $<\n",
    "pom.xml": "<resource><includes><include>README.md</include></includes></resource>\n",
    "nfpm.yaml": "contents:\n  - src: README.md\n    dst: /doc\n",
    "PKGBUILD": "package() {\n  install -Dm644 README.md x\n}\n",
    "debian/docs": "README.md\n",
    "dune": "(mdx (files README.md))\n",
    "split.go": 'package a\nvar r, _ = os.ReadFile("READ" + "ME.md")\n',
    "joined.go": 'package a\nvar r, _ = os.ReadFile(name + ".md")\n',
    "src/h.rs": 'include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/READ", "ME.md"))\n',
    "Rakefile": 'File.read("#{name}.md")\n',
    "words.rb": '%w[a b].each { |f| File.read(f + ".md") }\n',
    "b.php": '<?php echo file_get_contents(strtoupper("readme") . ".md");\n',
    "src/i.ts": "readFileSync(`${base}.md`)\n",
    "format.py": 'open("%s.md" % name)\n',
    "suffix.py": 'Path(name).with_suffix(".md").read_text()\n',
    "b.ex": 'File.read!(name <> ".md")\n',
    "c.lua": 'io.open(name .. ".md")\n',
    "D.kt": 'File("$name.md").readText()\n',
    "add.mk": "DOCS = $(addsuffix .md,$(NAMES))\n",
    "a/pom.xml": "<resource><directory>..</directory><includes><include>README*</include></includes></resource>\n",
    "b/pom.xml": "<resource>\n<directory>${project.basedir}</directory>\n<filtering>true</filtering></resource>\n",
    "assembly.xml": "<fileSet><directory>.</directory></fileSet>\n",
    "Directory.Build.props": '<None Include="$(MSBuildThisFileDirectory)README.md"/>\n',
}
"""Each names the README."""
OTHERS = {
    "src/b.ts": "// see README.md, and https://example.org/x/README.md\n",
    "src/c.ts": "open('docs/README.markdown')\nopen('MYREADME.md')\n",
    "package.json": '{"homepage": "https://example.org/x#readme", "scripts": {"lint": "markdownlint README.md"}}',
    "sub/main.go": "package sub\n//go:embed *\nvar r embed.FS\n",
    "x.json": '{"README.md": "a key"}',
    "Makefile": "all:\n\tcc a.c\ndoc:\n\tpandoc README.md\n",
    "CMakeLists.txt": "# README.md says how\n",
    ".github/a.py": 'open("README.md")\n',
    "docs/index.md": "[README](../README.md)\n",
    ".prettierignore": "README.md\n",
    "tests/a.test.ts": "readFileSync('README.md')\n",
    "src/glob.ts": "glob('src/*.txt')\n",
    "bin/format": '#! /bin/bash\nprettier --write "README.md"\n',
    "tool.sh": "#!/usr/bin/env sh\ncat 'README.md'\n",
    "src/h.ts": 'glob("../*.{js,css}")\n',
    "src/i.js": 'require.context("..", false, /\\.mdown$/)\n',
    "start.go": "package main\n//go:embed assets CHANGES.* read.*\nvar r embed.FS\n",
    "stem.py": 'read("READMES")\nopen("README.rst")\n',
    "key.json": '{"README": "a key"}',
    "html.mk": "# %.html: %.md\n%.o: %.c\n\tcc $<\n",
    "pom.xml": "<url>https://example.org/MYREADME.md</url>\n",
    "a/pom.xml": "<include>RELEASE*</include><include>**/*.properties</include><include>READ*.txt</include>\n",
    "b/pom.xml": "<directory>${basedir}</directory><filtering>true</filtering><includes><include>a.xml</include></includes>",
    "c/pom.xml": "<directory>${basedir}/src</directory>\n",
    "ends.ts": "if (path.endsWith('.md')) render(path)\n",
    "kinds.ts": 'const kinds = ["md", ".mdx"]; const size = "md"\n',
    "split.go": 'package a\nvar r = "READ" + "MORE.md"\n',
    "joined.go": 'package a\nvar r = name + ".txt"\n',
    "format.py": 'open("%s.rst" % name)\n',
    "suffix.py": 'Path(name).with_suffix(".json").read_text()\n',
    "has.go": 'package a\nvar r = strings.HasSuffix(name, ".md")\n',
    "b.php": '<?php echo $name . ".html";\n',
    "add.mk": "OBJS = $(addsuffix .o,$(NAMES))\n",
    "D.kt": 'File("$name.txt").readText()\n',
}
"""None of them reads it."""


@pytest.mark.parametrize("path", SOURCES)
def test_what_a_source_names_stays(tmp_path, path):
    root = edited(tmp_path, [README], [README], first={**FIRST, path: SOURCES[path]})
    assert "README.md" not in written(root)


@pytest.mark.parametrize("path", OTHERS)
def test_what_nothing_reads_goes(tmp_path, path):
    root = edited(tmp_path, [README], [README], first={**FIRST, path: OTHERS[path]})
    assert written(root) == {"README.md": 2}


@pytest.mark.parametrize(
    ("path", "step", "files"),
    [
        (WORKFLOW, "actionlint", {}),
        (WORKFLOW, "pre-commit run -a", {}),
        (WORKFLOW, "python gen.py", {"gen.py": 'open(".github/workflows/ci.yml")'}),
        (WORKFLOW, ".github/build.sh", {".github/build.sh": "make"}),
        (WORKFLOW, "./build.sh", {"build.sh": "#!/bin/sh\nprettier '.github/*'\n"}),
        (README, "bin/format", {"bin/format": '#!/bin/bash\ncp "README.md" /doc\n'}),
        (README, "make", {"format.py": '#!/usr/bin/env python\nopen("README.md")\n'}),
        (WORKFLOW, "npm run lint", {"package.json": '{"scripts": {"lint": "yamllint ."}}'}),
        (WORKFLOW, "make", {"src/x.py": 'ROOT / ".github/workflows"'}),
        (COMPOSE, "go test ./...", {"a_test.go": 'package a\nvar c = load("compose.yaml")'}),
        (COMPOSE, "make", {"a.go": "package a\n//go:embed compose.yaml\nvar c string\n"}),
        (COMPOSE, "docker compose config -f compose.yaml", {}),
        ("Dockerfile", "hadolint Dockerfile", {}),
        ("Dockerfile", "make", {"a.go": "package a\n//go:embed Dockerfile\nvar c string\n"}),
        (CHANGES, "make", {"app.rb": 'File.read(Rails.root.join("CHANGELOG.md"))'}),
        (CHANGES, "make", {"app.py": '(BASE / "CHANGELOG.md").read_text()'}),
        (CHANGES, "npm run build", {"package.json": '{"scripts": {"build": "cp CHANGELOG.md d/"}}'}),
    ],
)  # fmt: skip
def test_files_of_tools_stay_where_they_are_read(tmp_path, path, step, files):
    first = {**FIRST, **files, "Dockerfile": f"FROM a\nCOPY . .\nRUN {step}\n"}
    assert written(edited(tmp_path, [path], [path], first=first)) == {}


def test_what_people_keep_stays(tmp_path):
    root = edited(tmp_path, [README], [README])
    assert fix_of(root, Config(keep=("README.md",))).lines == ()


def test_where_git_is_asked_whether_files_are_missing_nothing_goes(tmp_path):
    first = {**FIRST, "Dockerfile": "FROM a\nCOPY . .\nRUN git describe --dirty\n"}
    first[".dockerignore"] = "x\n"
    assert "README.md" not in written(edited(tmp_path, [README], [README], first=first))


def test_where_there_are_too_many_sources_all_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(choose, "_MOST_FILES", 5)
    root = edited(tmp_path, [README], [README])
    assert written(root) == {}
    left = {item.text: item.reason for item in fix_of(root).left_alone}
    assert left["README.md"] == "there are too many sources to search for its name"


def test_sources_are_searched_once_and_only_for_a_line(tmp_path, monkeypatch):
    asked = []

    def search(_, words, without):
        asked.append((words, without))
        return frozenset()

    monkeypatch.setattr(file_mentions, "files_with", search)
    root = edited(tmp_path, [README], [README], [WORKFLOW], [WORKFLOW])
    assert written(root) == {"README.md": 2, "**/.github": 2}
    assert len(asked) == 1
    asked.clear()
    assert written(edited(tmp_path / "2", [README])) == {}
    assert asked == []


def test_git_is_not_made_to_read_what_is_too_large_for_a_source(tmp_path, monkeypatch):
    monkeypatch.setattr(file_mentions, "_MOST_BYTES", 5_000)
    first = {**FIRST, "data/[a] b.bin": "x" * 9_000, "small.c": "1"}
    root = edited(tmp_path, [README], [README], first=first)
    lay(root, {"dump.sql": 9_000, "late.py": 'open("README.md")'})
    asked = []

    def watched(found, words, without):
        asked.append(set(without))
        return files_with(found, words, without)

    monkeypatch.setattr(file_mentions, "files_with", watched)
    left = {item.text: item.reason for item in fix_of(root).left_alone}
    assert left["README.md"] == "README.md: late.py names it"
    assert {"data/[a] b.bin", "dump.sql"} <= asked[0]
    assert not {"late.py", "small.c", "README.md"} & asked[0]


def test_the_reason_is_told(tmp_path):
    root = edited(tmp_path, [README], [README], first={**FIRST, "a.php": '<?php "README.md";'})
    left = {item.text: item.reason for item in fix_of(root).left_alone}
    assert left["README.md"] == "README.md: a.php names it"


def test_they_stand_under_a_reason_of_their_own(tmp_path):
    root = edited(tmp_path, [README], [README], [WORKFLOW], [WORKFLOW])
    content = fix_of(root).new_content
    assert content is not None
    assert content.decode() == f".git\n\n{HEAD}\n**/.github\nREADME.md\n"


def test_a_second_run_changes_nothing(tmp_path):
    root = edited(tmp_path, [README], [README], [WORKFLOW], [WORKFLOW], [CHANGES], [COMPOSE])
    assert ctxopt("fix", root, cwd=tmp_path).returncode == 0
    assert fix_of(root).new_content is None
    # And neither does a later one, as long as nothing else is edited often.
    commit(root)
    commit(root, {"src/a.c": "3"})
    assert fix_of(root).new_content is None


def test_git_s_own_folder_goes_first(tmp_path):
    # Every commit changes what takes it: alone, neither line keeps a step.
    first = {**FIRST, ".dockerignore": "x\n", "big": "1" * 200_000}
    found = written(edited(tmp_path, [README], [README], first=first))
    assert found.keys() == {"**/.git", "README.md"}
    assert sum(found.values()) == 2


def test_lines_for_tomorrow_do_not_come_along(tmp_path):
    first = {**FIRST, "package.json": "{}", ".gitignore": "node_modules\n"}
    assert not any(
        line.is_preventive for line in fix_of(edited(tmp_path, [README], [README], first=first)).lines
    )  # fmt: skip


@pytest.mark.parametrize("case", ["no repository", "classic", "one commit", "empty repository"])
def test_where_no_history_tells_nothing_is_written(tmp_path, case):
    if case == "no repository":
        root = lay(tmp_path / "r", dict(FIRST))
    elif case == "empty repository":
        root = lay(tmp_path / "r", dict(FIRST))
        git(root, "init", "-q")
    elif case == "one commit":
        root = init(tmp_path / "r", FIRST)
    else:
        root = edited(tmp_path, [README], [README])
    builder = "classic" if case == "classic" else "buildkit"
    done = ctxopt("fix", "--dry-run", "--format", "json", "--builder", builder, root, cwd=tmp_path)
    document = json.loads(done.stdout)
    assert document["lines"] == []
    assert document["history"] is None


def test_a_context_in_a_folder_of_the_repository(tmp_path):
    first = {f"app/{path}": text for path, text in FIRST.items()}
    root = edited(tmp_path, ["app/README.md"], ["README.md"], ["app/README.md"], first=first)
    assert written(f"{root}/app") == {"README.md": 2}


def test_lines_that_weigh_something_tell_their_rebuilds(tmp_path):
    first = {**FIRST, "tests/data.bin": "1" * 300_000, "tests/a_test.c": "0"}
    root = edited(tmp_path, ["tests/data.bin"], ["src/a.c"], [README], [README], first=first)
    assert written(root) == {"**/tests": 1, "README.md": 2}


def test_findings_tell_what_their_lines_save(tmp_path):
    root = edited(tmp_path, [README], [README])
    facts = gathered(root)
    config = Config()
    planned = plan_cures(facts, run_rules(facts, RULES, config.selection), config)
    found = {item.rule: (item.rebuilds, bool(item.edits)) for item in planned.results.reported}
    assert found["volatile-file"] == (2, True)
    assert all(number is None for number, has_edits in found.values() if not has_edits)


def test_the_report_tells_them(tmp_path):
    root = edited(tmp_path, [README], [README], [WORKFLOW], [WORKFLOW], [WORKFLOW])
    done = ctxopt("fix", "--dry-run", cwd=root)
    assert "  saves  rebuilds  line\n" in done.stdout
    assert "    6 B         3  **/.github" in done.stdout
    assert (
        "Rebuilds       5 of the last 5 commits would have kept steps in the cache\n" in done.stdout
    )
    shown = ctxopt("scan", cwd=root).stdout
    assert "ctxopt fix would have kept steps cached in 5 of the last 5 commits." in " ".join(
        shown.split()
    )
    assert "writes 2 lines: 5 fewer rebuilds in 5 commits\n" in shown
    # The note whose lines save them stands on the screen.
    assert re.search(
        r"^info +volatile-file Dockerfile:\d+ +image +\d+ B +5\n +\+ ", shown, re.MULTILINE
    )
    assert ", 5 rebuilds)" in ctxopt("scan", "--full", "-v", root, cwd=tmp_path).stdout
    document = json.loads(ctxopt("fix", "--dry-run", "--format", "json", root, cwd=tmp_path).stdout)
    assert document["history"] == {"commits": 5, "rebuilds": 5}
    assert all(len(line) <= 80 for line in (done.stdout + shown).splitlines())
