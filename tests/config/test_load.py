"""Configuration: what is found, read, refused and preferred, and what the messages say of it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt.config.file import ConfigFile, find_config_file
from ctxopt.config.keys import CONTEXT, KEYS, nearest
from ctxopt.config.load import Config, check_format, check_rules, load_config
from ctxopt.errors import ConfigError
from ctxopt.severity import Severity
from tests.support.places import ROOT


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Config]:
    monkeypatch.chdir(tmp_path)

    def load(
        text: str | None = None, *, name: str = "ctxopt.toml", env: dict[str, str] | None = None, **more: Any
    ) -> Config:  # fmt: skip
        if text is not None:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_bytes(text.encode())
        return load_config(environ=env or {}, **more)

    return load


Load = Callable[..., Config]


def refusal(load: Load, text: str | None = None, **more: Any) -> tuple[str, str]:
    with pytest.raises(ConfigError) as caught:
        load(text, **more)
    assert "\n" not in caught.value.message
    return caught.value.message, caught.value.hint or ""


# --------------------------------------------------------------------------- reading


def test_nothing_is_configured(load: Load):
    config = load()
    assert config == Config()
    assert (config.large_file, config.noise_floor, config.bandwidth) == (5 * 10**6, 10**5, 10**8)
    assert (config.limits.growth_floor, config.fail_on, config.select) == (10**6, None, None)
    assert config.file is None
    assert config.origin("large-file") == "default"


EVERYTHING = """
dockerfile = "docker/Dockerfile"
target = "app"
builder = "classic"
format = "sarif"
select = ["one", "two", "one"]
ignore = ["three"]
fail-on = "warning"
keep = ["docs/*.md", "**/LICENSE"]
large-file = "2 MB"
noise-floor = 500
bandwidth = "1 Gbit/s"
max-size = "40 MB"
max-files = 1000
min-size = "1 kB"
min-files = 3
max-growth = "2.5%"
growth-floor = "10 kB"

[build-args]
VERSION = "3.10"

[severity]
one = "error"

[[context]]
path = "."

[[context]]
path = "services/api"
view = "transferred"
max-size = "5 MB"
"""


@pytest.mark.parametrize("shared", [False, True])
def test_every_key_is_read(load: Load, shared: bool):
    text = EVERYTHING
    if shared:
        text = text.replace("[[context]]", "[[tool.ctxopt.context]]")
        text = text.replace("[build-args]", "[tool.ctxopt.build-args]")
        text = text.replace("[severity]", "[tool.ctxopt.severity]")
        text = "[tool.ctxopt]\n" + text
    name = "pyproject.toml" if shared else "ctxopt.toml"
    config = load(text, name=name)
    assert config.file == name
    assert config.dockerfile == "docker/Dockerfile"
    assert (config.target, config.builder, config.format) == ("app", "classic", "sarif")
    assert dict(config.build_args) == {"VERSION": "3.10"}
    assert (config.select, config.ignore) == (("one", "two"), ("three",))
    assert config.fail_on is Severity.WARNING
    assert dict(config.severity) == {"one": Severity.ERROR}
    assert config.keep == ("docs/*.md", "**/LICENSE")
    assert (config.large_file, config.noise_floor, config.bandwidth) == (2_000_000, 500, 10**9)
    limits = config.limits
    assert (limits.max_size, limits.max_files, limits.min_size) == (40_000_000, 1000, 1000)
    assert (limits.min_files, limits.max_growth, limits.growth_floor) == (3, 25_000, 10_000)
    here, api = config.contexts
    assert (here.path, here.view, here.limits) == (".", "permitted", limits)
    assert (api.path, api.view, api.limits.max_size) == ("services/api", "transferred", 5_000_000)
    assert api.limits.max_files == 1000
    assert config.origin("max-size") == limits.origin("max-size") == f"set in {name}"


def test_every_key_has_a_field_and_every_field_a_key():
    fields = set(Config.__dataclass_fields__) | set(Config().limits.__dataclass_fields__)
    assert {key.replace("-", "_") for key in KEYS} <= fields
    keys = {key.replace("-", "_") for key in KEYS}
    assert fields - keys == {"limits", "contexts", "file", "origins"}


def test_a_configuration_cannot_be_changed(load: Load):
    config = load("build-args = { A = '1' }")
    with pytest.raises(AttributeError):
        config.target = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        config.build_args["A"] = "2"  # type: ignore[index]
    assert hash(config) == hash(load())


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "\ufeffmax-size = 1", "max-size = 1\r\nmax-files = 2\r\n", "fail-on = 'never'"],
)  # fmt: skip
def test_harmless_files(load: Load, text: str):
    assert load(text).fail_on is None


# --------------------------------------------------------------------------- finding


def test_a_shared_file_about_other_things_is_no_configuration(load: Load):
    assert load("[tool.other]\nx = 1\n", name="pyproject.toml").file is None
    assert load("[project]\nname = 'ctxopt-plugin'\n", name="pyproject.toml").file is None


def test_a_shared_file_about_other_things_is_not_even_parsed(load: Load):
    assert load("this is not TOML", name="pyproject.toml").file is None


def test_two_configurations_are_refused(load: Load):
    Path("ctxopt.toml").write_text("max-size = 1")
    message, hint = refusal(load, "[tool.ctxopt]\n", name="pyproject.toml")
    assert message == "two configurations: ctxopt.toml and [tool.ctxopt] in pyproject.toml"
    assert hint == "keep one of them"


def test_an_own_file_beside_a_shared_one_without_a_table(load: Load):
    Path("pyproject.toml").write_text("[project]\nname = 'ctxopt'")
    assert load("max-size = 1").file == "ctxopt.toml"


def test_the_file_is_that_of_the_context(load: Load):
    load("max-size = 1")
    config = load("max-size = 2\ndockerfile = 'Dockerfile'", name="app/ctxopt.toml", root="app")
    assert (config.file, config.limits.max_size) == ("app/ctxopt.toml", 2)
    assert config.dockerfile == "app/Dockerfile"
    assert config.origin("max-size") == "set in ctxopt.toml"
    assert load(root="other").file is None


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_a_named_file_replaces_what_is_found(load: Load, how: str):
    Path("ctxopt.toml").write_text("max-size = 1")
    Path("pyproject.toml").write_text("[tool.ctxopt]\nmax-size = 1")
    text = "max-files = 2\ndockerfile = 'a/Dockerfile'\ncontext = [{ path = '../x' }]"
    more: dict[str, Any] = (
        {"config_file": "ci/budget.toml"}
        if how == "argument"
        else {"env": {"CTXOPT_CONFIG": "ci/budget.toml"}}
    )
    config = load(text, name="ci/budget.toml", **more)
    assert (config.limits.max_size, config.limits.max_files) == (None, 2)
    assert config.dockerfile == "ci/a/Dockerfile"
    assert (config.contexts[0].name, config.contexts[0].path) == ("../x", "ci/../x")
    assert config.limits.origin("max-files") == "set in ci/budget.toml"


def test_the_argument_outranks_the_environment(load: Load):
    config = load("max-size = 3", name="a.toml", config_file="a.toml", env={"CTXOPT_CONFIG": "b"})
    assert config.file == "a.toml"


def test_an_absolute_path_stays(load: Load):
    assert load("dockerfile = '/srv/Dockerfile'").dockerfile == "/srv/Dockerfile"


@pytest.mark.parametrize("path", ["none.toml", "folder", "a\0b", "x" * 5000])
def test_a_named_file_that_cannot_be_read(load: Load, path: str):
    Path("folder").mkdir()
    assert refusal(load, config_file=path)[0].startswith("configuration ")


def test_a_named_shared_file_needs_its_table(load: Load):
    message, _ = refusal(load, "[project]\n", name="pyproject.toml", config_file="pyproject.toml")
    assert message == "pyproject.toml: there is no [tool.ctxopt]"


@pytest.mark.parametrize("kind", ["folder", "fifo", "broken link", "link loop"])
def test_an_own_file_that_is_none(load: Load, kind: str):
    match kind:
        case "folder":
            Path("ctxopt.toml").mkdir()
        case "fifo":
            os.mkfifo("ctxopt.toml")
        case "broken link":
            Path("ctxopt.toml").symlink_to("nothing")
        case _:
            Path("ctxopt.toml").symlink_to("ctxopt.toml")
    assert "ctxopt.toml" in refusal(load)[0]


def test_a_shared_name_that_is_no_file_is_passed_over(load: Load):
    os.mkfifo("pyproject.toml")
    assert load().file is None


# --------------------------------------------------------------------------- refusing


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max-size = 1\nmax-size", "ctxopt.toml:2: expected '=' after a key in a key/value pair"),
        ("\n\nx = [1,\n\n", "ctxopt.toml:3: "),
        ("a = 1\na = 2\n", "ctxopt.toml:"),
        ("a = 1 b", "ctxopt.toml:1: expected newline or end of document after a statement"),
        ("a = 2020-13-01", "ctxopt.toml"),
        ("a = " + "[" * 5000, "ctxopt.toml: values are nested too deeply"),
        ("a = " + "9" * 5000, "ctxopt.toml: "),
    ],
)
def test_broken_toml(load: Load, text: str, message: str):
    assert refusal(load, text)[0].startswith(message)


def test_broken_toml_in_a_shared_file(load: Load):
    message, hint = refusal(load, "[tool.ctxopt]\nmax-size 3\n", name="pyproject.toml")
    assert message.startswith("pyproject.toml:2: ")
    assert hint == "the file has to be TOML"


@pytest.mark.parametrize("name", ["ctxopt.toml", "pyproject.toml"])
def test_a_file_that_is_far_too_large(load: Load, tmp_path: Path, name: str):
    with (tmp_path / name).open("wb") as file:
        file.truncate(5_000_000)
    assert refusal(load)[0] == f"configuration '{name}' has 5 MB, over the 4 MB that are read"


def test_text_that_is_not_utf8(load: Load, tmp_path: Path):
    (tmp_path / "ctxopt.toml").write_bytes(b"# a\n# b\xff\n")
    assert refusal(load)[0] == "ctxopt.toml:2: the text is not UTF-8"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("max-sise = 1", "ctxopt.toml:1: unknown key 'max-sise'", "did you mean 'max-size'?"),
        ("\nmax_size = 1", "ctxopt.toml:2: unknown key 'max_size'", "did you mean 'max-size'?"),
        ("Max-Size = 1", "ctxopt.toml:1: unknown key 'Max-Size'", "did you mean 'max-size'?"),
        ("contexts = []", "ctxopt.toml:1: unknown key 'contexts'", "did you mean 'context'?"),
        ("debug = true", "ctxopt.toml:1: unknown key 'debug'", "known: "),
        ("config = 'x'", "ctxopt.toml:1: unknown key 'config'", "known: "),
        ("[tool.ctxopt]", "ctxopt.toml:1: unknown key 'tool'", "this file needs no [tool.ctxopt]"),
        ("[tool.other]", "ctxopt.toml:1: unknown key 'tool'", "this file needs no [tool.ctxopt]"),
        ("view = 'permitted'", "ctxopt.toml:1: unknown key 'view'", "known: "),
        ("[limits]\nmax-size = 1", "ctxopt.toml:1: unknown key 'limits'", "known: "),
        ("[[context]]\npath='a'\nmax-sise=1", "ctxopt.toml:3: unknown key 'max-sise'", "did you mean 'max-size'?"),
        ("[[context]]\npath='a'\nformat='b'", "ctxopt.toml:3: unknown key 'format'", "known: "),
        ("'a\\nb' = 1", "ctxopt.toml", "known: "),
    ],
)  # fmt: skip
def test_unknown_keys(load: Load, text: str, message: str, hint: str):
    found = refusal(load, text)
    assert found[0].startswith(message)
    assert found[1].startswith(hint)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dockerfile = 3", "dockerfile: expected a text, found 3"),
        ("dockerfile = ''", "dockerfile: expected a text with something in it, found ''"),
        ('dockerfile = "a\\u0000"', "dockerfile: expected a text with something in it"),
        ("target = ['a']", "target: expected a text, found a list"),
        ("builder = 'kaniko'", "builder: expected \"buildkit\", \"classic\" or \"podman\", found 'kaniko'"),
        ("builder = true", 'builder: expected "buildkit", "classic" or "podman", found true'),
        ("build-args = ['A=1']", 'build-args: expected a table such as { VERSION = "3" }, found a list'),
        ("build-args = { A = 3.1 }", "build-args: A: expected a text in quotes, found 3.1"),
        ("build-args = { A = { B = '' } }", "build-args: A: expected a text in quotes, found a table"),
        ("format = 1", "format: expected a text, found 1"),
        ("select = 'a'", "select: expected a list of texts, found 'a'"),
        ("select = []", "select: expected at least one rule, found an empty list"),
        ("ignore = [1]", "ignore: expected a list of texts, found a list"),
        ("ignore = ['']", "ignore: expected a text with something in it, found ''"),
        ("fail-on = 'high'", "fail-on: not a severity: 'high'"),
        ("fail-on = false", 'fail-on: expected "info", "warning" or "error", found false'),
        ("severity = 'error'", 'severity: expected a table such as { rule = "error" }, found \'error\''),
        ("severity = { a = 'bad' }", "severity: a: not a severity: 'bad'"),
        ("severity = { a = 'never' }", "severity: a: not a severity: 'never'"),
        ("keep = 'docs'", "keep: expected a list of texts, found 'docs'"),
        ("keep = ['!docs']", "keep: not a pattern to keep: '!docs'"),
        ("keep = ['  ']", "keep: not a pattern to keep: '  '"),
        ('keep = ["a\\nb"]', "keep: not a pattern to keep: 'a\\nb'"),
        ("keep = ['a[']", "keep: Docker refuses the pattern 'a['"),
        ("keep = ['!']", "keep: Docker refuses the pattern '!'"),
        ("large-file = 1.5", "large-file: expected a size such as \"40 MB\", found 1.5"),
        ("large-file = -1", 'large-file: expected a size such as "40 MB", found -1'),
        ("large-file = true", 'large-file: expected a size such as "40 MB", found true'),
        ("noise-floor = 'tiny'", "noise-floor: not a size: 'tiny'"),
        ("bandwidth = 100", 'bandwidth: expected a bandwidth such as "100 Mbit/s", found 100'),
        ("bandwidth = '0 bit/s'", "bandwidth: not a bandwidth: '0 bit/s'"),
        ("max-size = 2020-01-01", 'max-size: expected a size such as "40 MB", found a date or time'),
        ("max-size = inf", 'max-size: expected a size such as "40 MB", found inf'),
        ("max-files = '3'", "max-files: expected a whole number of 0 or more, found '3'"),
        ("max-files = 1e3", "max-files: expected a whole number of 0 or more, found 1000.0"),
        ("max-files = 0x" + "f" * 4000, "max-files: expected at most 1,000,000,000,000,000,000, found a huge number"),
        ("min-files = false", "min-files: expected a whole number of 0 or more, found false"),
        ("max-growth = 10", 'max-growth: expected a percentage such as "10%", found 10'),
        ("max-growth = '10'", "max-growth: not a percentage: '10'"),
        ("growth-floor = '10%'", "growth-floor: not a size: '10%'"),
    ],
)  # fmt: skip
def test_wrong_values(load: Load, text: str, message: str):
    assert refusal(load, text)[0].startswith(f"ctxopt.toml:1: {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("context = 3", "ctxopt.toml:1: context: expected an array of tables, found 3"),
        ("context = ['a']", "ctxopt.toml:1: context: expected an array of tables, found a list"),
        ("[context]\npath = 'a'", "ctxopt.toml:1: context: expected an array of tables, found a table"),
        ("[[context]]\nmax-size = 1", "ctxopt.toml:1: a [[context]] without a path"),
        ("[[context]]\nservice = 'a'\npath = 'b'", "ctxopt.toml:1: a [[context]] with a service and path"),
        ("[[context]]\nservice = 'a'\ndockerfile = 'b'", "ctxopt.toml:1: a [[context]] with a service and dockerfile"),
        ("[[context]]\nservice = 'a'\ntarget = 'b'", "ctxopt.toml:1: a [[context]] with a service and target"),
        ("[[context]]\nservice = 'a'\n[[context]]\nservice = 'a'", "ctxopt.toml: two [[context]] with the service 'a'"),
        ("[[context]]\npath = 'a'\ntarget = 't'\n[[context]]\npath = './a'\ntarget = 't'", "ctxopt.toml: two [[context]] with the path"),
        ("[[context]]\ndockerfile = 'a'", "ctxopt.toml:1: a [[context]] without a path"),
        ("[[context]]\nservice = 1", "ctxopt.toml:2: service: expected a text, found 1"),
        ("[[context]]\npath = 'a'\nbuilder = 'kaniko'", "ctxopt.toml:3: builder: expected "),
        ("[[context]]\npath = 1", "ctxopt.toml:2: path: expected a text, found 1"),
        ("[[context]]\npath = 'a'\nview = 'excluded'", 'ctxopt.toml:3: view: expected "permitted" or "transferred"'),
        ("[[context]]\npath = 'a'\n[[context]]\npath = './a/'", "ctxopt.toml: two [[context]] with the path './a/'"),
        ("min-size = 5\nmax-size = 4", "min-size 5 B (set in ctxopt.toml) is more than max-size 4 B (set in ctxopt.toml)"),
        ("min-files = 5\nmax-files = 4", "min-files 5 (set in ctxopt.toml) is more than max-files 4"),
        ("min-size = 5\n[[context]]\npath = 'a'\nmax-size = 4", "min-size 5 B (set in ctxopt.toml) is more than"),
    ],
)  # fmt: skip
def test_wrong_tables(load: Load, text: str, message: str):
    assert refusal(load, text)[0].startswith(message)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[[context]]\npath = 'a'\n[[context]]\npath = 'a'\ntarget = 't'", ["a", "a (t)"]),
        ("[[context]]\npath = 'a'\ndockerfile = 'x/D'\nbuilder = 'podman'", ["a (x/D, podman)"]),
        ("[[context]]\nservice = 'a'\n[[context]]\npath = 'a'", ["a", "a"]),
        (
            "[[context]]\nservice = 'a'\n[[context]]\nservice = 'a'\nview = 'transferred'",
            ["a", "a"],
        ),
    ],
)
def test_builds_of_one_context_are_told_apart(load: Load, text: str, names: list[str]):
    assert [context.name for context in load(text).contexts] == names


def test_a_dockerfile_of_a_context_is_relative_to_the_file(load: Load, tmp_path: Path):
    [context] = load("[[context]]\npath = 'a'\ndockerfile = 'x/D'", root=str(tmp_path)).contexts
    assert context.dockerfile == str(tmp_path / "x/D")


def test_the_table_of_a_shared_file_is_a_table(load: Load):
    message, _ = refusal(load, "[tool]\nctxopt = 1", name="pyproject.toml")
    assert message == "pyproject.toml: tool.ctxopt has to be a table"


# --------------------------------------------------------------------------- places


def test_a_line_is_looked_for_where_it_counts(load: Load):
    text = "[tool.other]\ntarget = 1\n\n[tool.ctxopt]\ntarget = 1\n[tool.after]\ntarget = 2\n"
    assert refusal(load, text, name="pyproject.toml")[0].startswith("pyproject.toml:5: target")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = 1\nkey = 2", "f:2"),
        ("  'key' = 2", "f:1"),
        ("[key]\nb = 1", "f:1"),
        ("[[ key ]]", "f:1"),
        ("key.b = 1", "f:1"),
        ("# key = 1", "f"),
        ("key = 1\nkey = 2", "f"),
        ("keys = 1", "f"),
        ("a-key = 1", "f"),
        ("", "f"),
    ],
)
def test_places(text: str, place: str):
    assert ConfigFile("f", "f", {}, text).place("key") == place


# --------------------------------------------------------------------------- preferring


def test_the_command_line_outranks_environment_and_file(load: Load):
    text = "format = 'json'\ntarget = 'a'\nmax-files = 3"
    env = {"CTXOPT_FORMAT": "sarif", "CTXOPT_TARGET": "no", "CTXOPT_MAX_SIZE": "1"}  # fmt: skip
    config = load(text, env=env)
    assert (config.format, config.target, config.limits.max_size) == ("sarif", "a", None)
    assert config.origin("format") == "set by CTXOPT_FORMAT"
    given = {"format": "github", "target": None, "max-files": 9, "fail-on": "error"}
    config = load(env=env, overrides=given)
    assert (config.format, config.target, config.limits.max_files) == ("github", "a", 9)
    assert config.fail_on == Severity.ERROR
    assert config.origin("format") == "set by --format"
    assert config.origin("target") == "set in ctxopt.toml"
    assert config.limits.origin("max-files") == "set by --max-files"


def test_an_empty_variable_is_no_value(load: Load):
    config = load(env={"CTXOPT_FORMAT": "", "CTXOPT_CONFIG": ""})
    assert (config.format, config.file, config.is_set("format")) == ("text", None, False)


@pytest.mark.parametrize(
    ("text", "rule", "runs"),
    [
        ("", "a", True),
        ("select = ['a']", "a", True),
        ("select = ['a']", "b", False),
        ("select = ['a']", "aa", False),
        ("ignore = ['a']", "a", False),
        ("ignore = ['a']", "b", True),
        ("select = ['a', 'b']\nignore = ['a']", "a", False),
        ("select = ['a', 'b']\nignore = ['a']", "b", True),
        ("severity = { a = 'error' }", "b", True),
    ],
)
def test_the_selection_says_which_rules_run(load: Load, text: str, rule: str, runs: bool):
    assert load(text).selection.runs(rule) is runs


def test_build_arguments_are_merged(load: Load):
    given = {"build-args": {"B": "3", "C": "4"}}
    config = load("build-args = { A = '1', B = '2' }", overrides=given)
    assert dict(config.build_args) == {"A": "1", "B": "3", "C": "4"}
    assert config.origin("build-args") == "set by --build-arg"


def test_a_dockerfile_of_the_command_line_is_relative_to_the_working_directory(load: Load):
    text = "dockerfile = 'a'"
    config = load(text, name="x/ctxopt.toml", root="x", overrides={"dockerfile": "b"})
    assert config.dockerfile == "b"
    assert config.origin("dockerfile") == "set by --file"


def test_the_command_line_outranks_the_limits_of_a_context(load: Load):
    text = "max-files = 1\n[[context]]\npath = 'a'\nmax-size = 5\nmax-files = 2"
    [context] = load(text, overrides={"max-size": "7kB"}).contexts
    assert (context.limits.max_size, context.limits.max_files) == (7000, 2)
    assert context.limits.origin("max-size") == "set by --max-size"
    assert context.limits.origin("max-files") == "set in ctxopt.toml"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"max-size": "big"}, "--max-size: not a size: 'big'"),
        ({"build-args": {"A": 1}}, "--build-arg: A: expected a text in quotes, found 1"),
        ({"dockerfile": ""}, "--file: expected a text with something in it, found ''"),
        ({"select": ()}, "--select: expected at least one rule, found an empty list"),
        ({"max-growth": "a lot"}, "--max-growth: not a percentage: 'a lot'"),
    ],
)
def test_wrong_values_on_the_command_line(load: Load, given: dict[str, object], message: str):
    assert refusal(load, overrides=given)[0] == message


def test_a_minimum_in_the_file_and_a_maximum_on_the_command_line(load: Load):
    message, _ = refusal(load, "min-size = '1 MB'", overrides={"max-size": "2 kB"})
    assert message == (
        "min-size 1 MB (set in ctxopt.toml) is more than max-size 2 kB (set by --max-size)"
    )


# --------------------------------------------------------------------------- rules and formats

RULES = ("dependency-folder", "git-history", "large-file")


@pytest.mark.parametrize(
    "text",
    ["", "select = ['git-history']", "ignore = ['large-file']", "severity = { git-history = 'info' }"],
)  # fmt: skip
def test_known_rules(load: Load, text: str):
    check_rules(load(text), RULES)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("select = ['git_history']", "select (set in ctxopt.toml): unknown rule 'git_history'", "did you mean 'git-history'?"),
        ("ignore = ['large-files']", "ignore (set in ctxopt.toml): unknown rule 'large-files'", "did you mean 'large-file'?"),
        ("severity = { zzz = 'info' }", "severity (set in ctxopt.toml): unknown rule 'zzz'", "known: dependency-folder, git-history, large-file"),
    ],
)  # fmt: skip
def test_unknown_rules(load: Load, text: str, message: str, hint: str):
    config = load(text)
    with pytest.raises(ConfigError) as caught:
        check_rules(config, RULES)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_formats(load: Load):
    check_format(load(), ("text", "json"))
    config = load(env={"CTXOPT_FORMAT": "jsn"})
    with pytest.raises(ConfigError) as caught:
        check_format(config, ("text", "json"))
    assert caught.value.message == "format (set by CTXOPT_FORMAT): unknown format 'jsn'"
    assert caught.value.hint == "did you mean 'json'?"


# --------------------------------------------------------------------------- anything

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from([*KEYS.values(), *CONTEXT.values()]), values)
def test_any_value_is_read_or_refused(reader: Callable[[object], object], value: object):
    with contextlib.suppress(ConfigError):
        reader(value)


@given(st.text())
def test_the_nearest_key_of_any_text(name: str):
    assert nearest(name, KEYS) in {*KEYS, None}


@given(st.binary(max_size=60))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    (folder / "ctxopt.toml").write_bytes(content)
    try:
        assert find_config_file(str(folder)) is not None
    except ConfigError as error:
        assert str(folder) in error.message  # noqa: PT017


def test_an_unconfigured_run_loads_no_parser(tmp_path: Path):
    code = (
        "import sys; from ctxopt.guard import budget; from ctxopt import atomic_write; from ctxopt.config import load; load.load_config();"
        "print({'tomllib', 'difflib', 'hashlib', 'fractions', 'decimal'} & set(sys.modules))"
    )
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=tmp_path, env=environ, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.stdout == "set()\n"
