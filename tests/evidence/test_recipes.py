"""Files of tasks taken apart, and files that are none."""

from __future__ import annotations

import pytest

from ctxopt.evidence.recipes import program_of, read_recipes

PROGRAMS = [
    ("Makefile", "make"),
    ("a/GNUmakefile", "make"),
    ("mk/a.mk", "make"),
    ("Justfile", "just"),
    ("Taskfile.yaml", "task"),
    ("Rakefile", "rake"),
    ("lib/tasks/a.rake", "rake"),
    ("magefile.go", "mage"),
    ("magefile_linux.go", "mage"),
    ("web/package.json", "npm"),
    ("Makefile.am", None),
    ("makefile.txt", None),
    ("magefile.txt", None),
    ("main.go", None),
    ("mage.py", None),
    ("tasks.py", None),
    ("package-lock.json", None),
    ("package.json.md", None),
    ("rake", None),
    ("", None),
]


@pytest.mark.parametrize(("path", "program"), PROGRAMS)
def test_the_program_of_a_file(path, program):
    assert program_of(path) == program


# The path, the text, the names with what each runs with it, and the default.
TAKEN_APART = [
    ("Makefile", "a: b c\n\tx\nb:\n\ty\n", {"a": ("b", "c"), "b": ()}, "a"),
    ("Makefile", "a b: c\n", {"a": ("c",), "b": ("c",)}, "a"),
    ("Makefile", "a:: c\na:: d\n", {"a": ("c", "d")}, "a"),
    ("Makefile", "a: c ; x\n", {"a": ("c",)}, "a"),
    ("Makefile", "a: c # d\n", {"a": ("c",)}, "a"),
    ("Makefile", "a: b \\\n  c\n", {"a": ("b", "c")}, "a"),
    ("Makefile", "A = b\na: $(A)\n", {"a": ("b",)}, "a"),
    ("Makefile", "ifdef X\nA = b\nelse\nA = c\nendif\na: $(A)\n", {"a": ("b", "c")}, "a"),
    ("Makefile", "T := x\n$(T): b\n", {"x": ("b",)}, "x"),
    ("Makefile", ".PHONY: a\na:\n", {".PHONY": ("a",), "a": ()}, "a"),
    ("Makefile", ".DEFAULT_GOAL := b\na:\nb:\n", {"a": (), "b": ()}, "b"),
    ("Makefile", "%.o: %.c\n", {"%.o": ("%.c",)}, "%.o"),
    ("Makefile", "A := b\nB ?= c\nC += d\n", {}, None),
    ("Makefile", "\tx\n", {}, None),
    ("Makefile", "A = $(A)\n$(A): b\n", {"$(A)": ("b",)}, "$(A)"),
    ("Makefile", "", {}, None),
    ("a.mk", "a: b\n", {"a": ("b",)}, None),
    ("justfile", "a: b\n  x\nb:\n  y\n", {"a": ("b", "x"), "b": ("y",)}, "a"),
    ("justfile", "v := 'a'\n@a x='1' *y: b\n", {"a": ("b",)}, "a"),
    ("justfile", "# a: b\nset shell := ['a']\n", {}, None),
    ("justfile", "v := 'x'\n", {}, None),
    ("Taskfile.yml", "tasks:\n  a:\n    deps: [b]\n  b: x\n", {"a": ("a:", "deps:", "b"), "b": ("b:", "x")}, "default"),
    ("Taskfile.yml", "version: 3\nvars:\n  a: x\n", {}, "default"),
    ("Taskfile.yml", "", {}, "default"),
    ("Rakefile", "task :a => :b do\n  x\nend\n", {"a": ("b", "do", "x", "end")}, "default"),
    ("Rakefile", "task a: [:b]\n", {"a": ("b",)}, "default"),
    ("Rakefile", "namespace :n do\n  task 'a' do\n  end\nend\n", {"a": ("do", "end", "end")}, "default"),
    ("Rakefile", "desc 'task a'\nputs 1\n", {}, "default"),
    ("a.rake", "task :a\n", {"a": ()}, None),
    ("magefile.go", "func Pack() error {\n\treturn copyTo()\n}\n", {"pack": ("error", "return", "copyto")}, None),
    ("magefile.go", "var Default = Build\nfunc Build() {}\n", {"build": ()}, "build"),
    ("magefile.go", "func (N) Pack() {}\n", {"pack": ()}, None),
    ("magefile.go", "// func Pack() {}\nvar x = 1\n", {}, None),
    ("package.json", '{"scripts": {"a": "b", "c": "d"}}', {"a": (), "c": ()}, None),
    ("package.json", '{"scripts": {"a": 1}}', {}, None),
    ("package.json", '{"scripts": ["a"]}', {}, None),
    ("package.json", '["a"]', {}, None),
    ("package.json", '{"scripts"', {}, None),
    ("package.json", "", {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "names", "default"), TAKEN_APART)
def test_a_file_is_taken_apart(path, text, names, default):
    recipes = read_recipes(path, text)
    assert recipes is not None
    assert {key: tuple(recipe.needs) for key, recipe in recipes.by_name.items()} == names
    assert recipes.default == default


@pytest.mark.parametrize("path", ["tasks.py", "README.md", "Makefile.am", "build.sh"])
def test_other_files_name_no_tasks(path):
    assert read_recipes(path, "a: b\n") is None


# What is read in any case, and what only one name stands for.
ALWAYS = [
    ("Makefile", "A = x\na:\n\tb\n", "A = x", "b"),
    ("Makefile", "A = x # b\na:\n\t@-c\n", "A = x ", "c"),
    ("Makefile", "A = x\na:\n\tb $(A)\n", "A = x", "b  x"),
    ("Makefile", "a:\n\t$(MAKE) c\n", "", "make c"),
    ("justfile", "v := `x`\na:\n  @b\n", "v := `x`", "b"),
    ("package.json", '{"dependencies": {"x": "1"}, "scripts": {"a": "b"}, "c": "d"}', "x", "b"),
    ("package.json", '{"devDependencies": {"@semantic-release/git": "1", "genversion": "1"}, "scripts": {"a": "b"}}', "", "b"),
    ("package.json", '{"dependencies": ["x"], "scripts": {"a": "b"}}', "", "b"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "always", "command"), ALWAYS)
def test_what_is_read_in_any_case(path, text, always, command):
    recipes = read_recipes(path, text)
    assert recipes is not None
    assert recipes.always == always
    assert recipes.by_name["a"].text.strip() == command


@pytest.mark.parametrize(
    "path", ["Makefile", "justfile", "Taskfile.yml", "Rakefile", "magefile.go", "package.json"]
)
@pytest.mark.parametrize(
    "text",
    ["a" * 200_000, "a:" * 100_000, " " * 200_000, "A=$(B)\nB=$(A)\na: $(A)\n" * 2000, "task " * 40_000, "{" * 100_000],
)  # fmt: skip
def test_hostile_text_is_read_at_once(path, text):
    read_recipes(path, text)
