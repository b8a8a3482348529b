"""Dockerfile text into instructions: what is read, and what is refused, with the line."""

from __future__ import annotations

import pytest

from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile import parse
from ctxopt.languages.dockerfile.directives import find_syntax
from ctxopt.languages.dockerfile.reference import familiar_name, parse_platform
from ctxopt.languages.dockerfile.syntax import read_script
from tests.support.work import grows_in_step

F = "FROM scratch\n"


@pytest.mark.parametrize(
    ("text", "instructions"),
    [
        ("FROM a", [("FROM", ("a",), 1, 1)]),
        ("from a as b", [("FROM", ("a", "as", "b"), 1, 1)]),
        ("\ufeffFROM a\r\n", [("FROM", ("a",), 1, 1)]),
        ("\n  \t\n# x\nFROM a", [("FROM", ("a",), 4, 4)]),
        ("  FROM   a  ", [("FROM", ("a",), 1, 1)]),
        ("RUN a \\\n  b", [("RUN", ("a   b",), 1, 2)]),
        ("RUN a \\ \t\n b", [("RUN", ("a  b",), 1, 2)]),
        ("RUN a \\\\\nRUN b", [("RUN", ("a \\\\",), 1, 1), ("RUN", ("b",), 2, 2)]),
        ("RUN a \\\n# c\n\n  # d\n b", [("RUN", ("a  b",), 1, 5)]),
        ("RUN a \\\n\nRUN b", [("RUN", ("a RUN b",), 1, 3)]),
        ("\\\nRUN a", [("RUN", ("a",), 1, 2)]),
        ("RUN a \\", [("RUN", ("a",), 1, 1)]),
        ("RUN a # b", [("RUN", ("a # b",), 1, 1)]),
        ("# escape=`\nRUN a `\n b", [("RUN", ("a  b",), 2, 3)]),
        ("# ESCAPE = ` \nRUN a \\\nRUN b", [("RUN", ("a \\",), 2, 2), ("RUN", ("b",), 3, 3)]),
        ("# x=y\n# escape=`\nRUN a `\nRUN b", [("RUN", ("a `",), 3, 3), ("RUN", ("b",), 4, 4)]),
        ("\n# escape=`\nRUN a `\nRUN b", [("RUN", ("a `",), 3, 3), ("RUN", ("b",), 4, 4)]),
        ("COPY a b c", [("COPY", ("a", "b", "c"), 1, 1)]),
        ('COPY ["a b", "c"]', [("COPY", ("a b", "c"), 1, 1)]),
        ('COPY ["a", "c"', [("COPY", ('["a",', '"c"'), 1, 1)]),
        ('COPY "a b" c', [("COPY", ('"a', 'b"', "c"), 1, 1)]),
        ("COPY [NaN] c", [("COPY", ("[NaN]", "c"), 1, 1)]),
        ('RUN ["a", "b"] c', [("RUN", ('["a", "b"] c',), 1, 1)]),
        ("ENV a=b c='d e'", [("ENV", ("a", "b", "c", "'d e'"), 1, 1)]),
        ("ENV a b c=d", [("ENV", ("a", "b c=d"), 1, 1)]),
        ("ARG a b=c\\ d", [("ARG", ("a", "b=c\\ d"), 1, 1)]),
        ("HEALTHCHECK CMD a b", [("HEALTHCHECK", ("CMD", "a b"), 1, 1)]),
        ("COPY n\udcff /", [("COPY", ("n\udcff", "/"), 1, 1)]),
    ],
)
def test_instructions(text, instructions):
    read = read_script(text).instructions
    assert [(i.keyword, i.args, i.line, i.end_line) for i in read] == instructions
    encoded = text.encode("utf-8", "surrogateescape")
    assert read_script(encoded).instructions == read


@pytest.mark.parametrize(
    ("text", "flags", "args"),
    [
        ("COPY --from=x a b", ("--from=x",), ("a", "b")),
        ("COPY --a --b=c a b", ("--a", "--b=c"), ("a", "b")),
        ("COPY --a='b c' a b", ("--a=b c",), ("a", "b")),
        ("COPY --a=b\\ c a b", ("--a=b c",), ("a", "b")),
        ("COPY -- --a b", (), ("--a", "b")),
        ("COPY --from=x -- --a b", ("--from=x",), ("--a", "b")),
        ("COPY a --link b", (), ("a", "--link", "b")),
        ('COPY "--a" b', (), ('"--a"', "b")),
        ("COPY --a=é b c", ("--a=Ã©",), ("b", "c")),
        ("COPY -a b", (), ("-a", "b")),
        ("RUN --mount=type=bind,target=/x a", ("--mount=type=bind,target=/x",), ("a",)),
    ],
)
def test_flags(text, flags, args):
    (instruction,) = read_script(text).instructions
    assert (instruction.flags, instruction.args) == (flags, args)


@pytest.mark.parametrize(
    ("text", "heredocs"),
    [
        ("RUN <<EOF\na\nEOF\n", [("EOF", True, "a\n")]),
        ("RUN <<'EOF'\n$a\nEOF", [("EOF", False, "$a\n")]),
        ("RUN <<-EOF\n\ta\n\tEOF", [("EOF", True, "a\n")]),
        ("COPY <<a <<b /x\n1\na\n2\nb\n", [("a", True, "1\n"), ("b", True, "2\n")]),
        ("RUN 3<<EOF\nEOF", [("EOF", True, "")]),
        ("RUN << EOF\na\nEOF", [("EOF", True, "a\n")]),
        ("ONBUILD COPY <<EOF /x\na\nEOF", [("EOF", True, "a\n")]),
        ("RUN <<EOF\r\na\r\nEOF\r\n", [("EOF", True, "a\r\n")]),
        ("RUN echo $((1<<2))", []),
        ('RUN ["<<EOF"]', []),
        ("RUN cat <<<x", []),
        ('RUN echo "a <<EOF', []),
        ("LABEL a=<<EOF", []),
        ("CMD <<EOF", []),
    ],
)
def test_heredocs(text, heredocs):
    script = read_script(text)
    assert len(script.instructions) == 1
    found = [(h.name, h.expand, h.text) for h in script.instructions[0].heredocs]
    assert found == heredocs
    assert script.instructions[0].end_line == text.rstrip("\n").count("\n") + 1


REFUSED = [
    ("", "the Dockerfile cannot be empty", None),
    ("\n", "file with no instructions", 1),
    ("# a\n\n", "file with no instructions", 2),
    ("\ufeff", "file with no instructions", None),
    ("ARG a", "dockerfile contains no stages to build", None),
    ("COPY a b", "no build stage in current context", 1),
    ("ARG a\nRUN b\nFROM c", "no build stage in current context", 2),
    ("# escape=x\nFROM a", "invalid escape token 'x' does not match ` or \\", 1),
    ("# escape= \nFROM a", "invalid escape token ' ' does not match ` or \\", 1),
    ("# escape=`\n# escape=`\n", "only one escape parser directive can be used", 2),
    (F + "COPY <<E /x\na", "unterminated heredoc", 2),
    (F + "RUN <<A <<B\nA\n", "unterminated heredoc", 2),
    (F + "RUN [1]", "when using JSON array syntax, arrays must be comprised of strings only", 2),
    (
        F + 'COPY ["a", null]',
        "when using JSON array syntax, arrays must be comprised of strings only",
        2,
    ),
    (F + "ENV a", "ENV must have two arguments", 2),
    (F + "LABEL a", "LABEL must have two arguments", 2),
    (F + "ENV a=b c", 'Syntax error - can\'t find = in "c". Must be of the form: name=value', 2),
    (F + "ENV", "ENV requires at least one argument", 2),
    (F + "ENV =a", "ENV names can not be blank", 2),
    (F + "ARG", "ARG requires at least one argument", 2),
    (F + "ARG =a", "ARG names can not be blank", 2),
    (F + "\nCOPYY a b", "unknown instruction: COPYY (did you mean COPY?)", 3),
    (F + "copyy a b", "unknown instruction: copyy (did you mean copy?)", 2),
    (F + "Copyy a b", "unknown instruction: Copyy (did you mean copy?)", 2),
    (F + "NOTHING", "unknown instruction: NOTHING", 2),
    (F + "\\\n", "unknown instruction: ", 2),
    (F + "COPY --form=a b c", "unknown flag: --form (did you mean from?)", 2),
    (F + "ADD --from=a b c", "unknown flag: --from", 2),
    (F + "RUN --mounts=a b", "unknown flag: --mounts (did you mean mount?)", 2),
    (F + "WORKDIR --a b", "unknown flag: --a", 2),
    (F + "COPY --chown=1 --chown=2 a b", "duplicate flag specified: --chown", 2),
    (F + "COPY --chown a b", "missing a value on flag: --chown", 2),
    (F + "COPY --exclude a b", "missing a value on flag: --exclude", 2),
    (F + "COPY --link= a b", "missing a value on flag: --link", 2),
    (F + "COPY --link=1 a b", "expecting boolean value for flag --link, not: 1", 2),
    (F + "COPY a <<E\nE", "COPY cannot accept a heredoc as a destination", 2),
    (
        F + "ADD a",
        "ADD requires at least two arguments, but only one was provided. Destination could not be determined",
        2,
    ),
    ("FROM", "FROM requires either one or three arguments", 1),
    ("FROM a b", "FROM requires either one or three arguments", 1),
    ("FROM a of b", "FROM requires either one or three arguments", 1),
    (
        "FROM a AS 1b",
        'invalid name for build stage: "1b", name can\'t start with a number or contain symbols',
        1,
    ),
    (F + "WORKDIR", "WORKDIR requires exactly one argument", 2),
    (F + "USER", "USER requires exactly one argument", 2),
    (F + "MAINTAINER", "MAINTAINER requires exactly one argument", 2),
    (F + "STOPSIGNAL", "STOPSIGNAL requires exactly one argument", 2),
    (F + "EXPOSE", "EXPOSE requires at least one argument", 2),
    (F + "VOLUME", "VOLUME requires at least one argument", 2),
    (F + 'VOLUME [" "]', "VOLUME specified can not be an empty string", 2),
    (F + "SHELL sh -c", "SHELL requires the arguments to be in JSON form", 2),
    (F + "SHELL []", "SHELL requires at least one argument", 2),
    (F + "HEALTHCHECK", "HEALTHCHECK requires at least one argument", 2),
    (F + "HEALTHCHECK x", 'Unknown type "X" in HEALTHCHECK (try CMD)', 2),
    (F + "HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD", 2),
    (F + "HEALTHCHECK NONE x", "HEALTHCHECK NONE takes no arguments", 2),
    (F + "HEALTHCHECK --interval=1 CMD x", 'time: missing unit in duration "1"', 2),
    (F + "HEALTHCHECK --interval=1x CMD x", 'time: unknown unit "x" in duration "1x"', 2),
    (F + "HEALTHCHECK --interval=x CMD x", 'time: invalid duration "x"', 2),
    (F + "HEALTHCHECK --timeout=1us CMD x", 'Interval "timeout" cannot be less than 1ms', 2),
    (F + "HEALTHCHECK --retries=-1 CMD x", "--retries cannot be negative (-1)", 2),
    (F + "ONBUILD", "ONBUILD requires at least one argument", 2),
    (F + "ONBUILD ONBUILD RUN a", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", 2),
    (F + "ONBUILD from a", "FROM isn't allowed as an ONBUILD trigger", 2),
    (F + "RUN --network=x a", 'invalid network mode "x"', 2),
    (F + "RUN --security=x a", 'security "x" is not valid', 2),
    (
        F + "RUN --mount=from=$a,target=/b c",
        "'from' doesn't support variable expansion, define alias stage instead",
        2,
    ),
    (F + "RUN --mount= c", "failed to parse csv mounts: EOF", 2),
    (
        F + 'RUN --mount=a\\"b c',
        'failed to parse csv mounts: parse error on line 1, column 2: bare " in non-quoted-field',
        2,
    ),
    ("# check=a\nFROM a", 'failed to parse check options: invalid check option "a"', 1),
    ("# check=a=b\nFROM a", 'failed to parse check options: invalid check option "a"', 1),
    (F + "RUN a\n#" + "x" * 65_535, "dockerfile line greater than max allowed size of 65535", 3),
    ("#" + "x" * 65_535 + "\n" + F, "file with no instructions", None),
    (F + "RUN <<E\n" + "x" * 65_536 + "\nE\n", "unterminated heredoc", 2),
]


@pytest.mark.parametrize(("text", "reason", "line"), REFUSED)
def test_refused(text, reason, line):
    with pytest.raises(DockerfileError) as raised:
        parse(text, path="D")
    assert (raised.value.reason, raised.value.line) == (reason, line)
    assert raised.value.path == "D"


def test_an_external_frontend_may_know_better():
    with pytest.raises(DockerfileError) as raised:
        parse("# syntax=docker/dockerfile:2-labs\nFROM a\nCOPY --new a b")
    assert raised.value.hint is not None
    assert "docker/dockerfile:2-labs" in raised.value.hint


@pytest.mark.parametrize(
    "text",
    [
        F + "RUN",
        F + "CMD []",
        F + "RUN a\n#" + "x" * 65_534 + "\n",
        F + "COPY [] b",
        F + "ONBUILD NOTHING x",
        F + "HEALTHCHECK --interval=1h2m3.5s --retries=3 CMD x",
        F + "COPY --link=FALSE --parents --exclude=a --exclude=b c d",
        F + "ADD --keep-git-dir=true --unpack --checksum=x a b",
        F + "RUN --mount=type=$x,target=/y --network=none --device=a b",
        "# check=skip=all;error=true\n" + F,
    ],
)
def test_accepted(text):
    parse(text)


@pytest.mark.parametrize(
    ("text", "value", "line"),
    [
        ("# syntax=docker/dockerfile:1\nFROM a", "docker/dockerfile:1", 1),
        ("# check=skip=all\n#syntax = a b\nFROM a", "a b", 2),
        ("#!/usr/bin/x\n# syntax=a\n", "a", 2),
        ("// syntax=a\n", "a", 1),
        ('{"syntax": "a"}', "a", 1),
        ("\ufeff# syntax=a\r\n", "a", 1),
    ],
)
def test_external_frontend(text, value, line):
    found = find_syntax(text)
    assert found is not None
    assert (found.value, found.line) == (value, line)


@pytest.mark.parametrize(
    "text", ["# x\n# syntax=a", "\n# syntax=a", "# syntax=", "{", '{"syntax": 1}', "FROM a"]
)
def test_no_external_frontend(text):
    assert find_syntax(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("alpine", "alpine"),
        ("alpine:latest", "alpine"),
        ("docker.io/library/alpine", "alpine"),
        ("index.docker.io/a", "a"),
        ("a/b:1", "a/b:1"),
        ("localhost/a", "localhost/a"),
        ("r.io:5000/a/b", "r.io:5000/a/b"),
        ("a@sha256:" + "0" * 64, "a@sha256:" + "0" * 64),
    ],
)
def test_references(text, name):
    assert familiar_name(text) == name


@pytest.mark.parametrize(
    "text", ["", "A", "a::b", "a-", "-a", "a b", "0" * 64, "a/B", "a@sha256:0", "a:"]
)
def test_no_references(text):
    with pytest.raises(DockerfileError):
        familiar_name(text)


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("linux/amd64", "linux/amd64"),
        ("linux/x86_64", "linux/amd64"),
        ("linux/arm64/v8", "linux/arm64"),
        ("linux/arm", "linux/arm"),
        ("linux/arm/v7", "linux/arm/v7"),
        ("linux", "linux/amd64"),
        ("aarch64", "linux/arm64"),
    ],
)
def test_platforms(text, platform):
    assert str(parse_platform(text)) == platform


LONG = {
    "continued": (lambda size: "RUN echo a && \\\n  b\n" * size, 32_500),
    "variables": (lambda size: 'ENV A=b C="d e"\n' * size, 65_000),
    "copies": (lambda size: "COPY a b c\n" * size, 65_000),
    "one command": (lambda size: "RUN a \\\n" + " b \\\n" * size, 65_000),
    "heredocs": (lambda size: "RUN <<E\nx\nE\n" * size, 21_000),
    "one heredoc": (lambda size: "RUN <<E\n" + "x\n" * size + "E\n", 65_000),
    "one line": (lambda size: "RUN a\\\n" + "$" * size, 65_000),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_long_files_are_read(name):
    body, size = LONG[name]
    read_script(F + body(size))


@pytest.mark.parametrize("name", LONG)
def test_the_work_of_a_file_grows_with_it(name):
    body, _ = LONG[name]
    assert grows_in_step(lambda size: read_script(F + body(size)), 500)
