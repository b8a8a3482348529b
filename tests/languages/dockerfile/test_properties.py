"""Whatever the text: a value or a DockerfileError, the same one every time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile import context_paths, parse, resolve

WORDS = st.sampled_from(
    ["FROM", "scratch", "a", "AS", "COPY", "ADD", "RUN", "ARG", "ENV", "ONBUILD", "--from=", "--from=a", "--mount=",
     "--exclude=b", "--link", "type=tmpfs", "target=/x", "source=b", "<<EOF", "EOF", "<<-'E'", "$A", "${A:-b}", "${A",
     "A=b", "=", ",", "'", '"', '["a", "/"]', "[", "\\", "`", "# escape=`", "#", "//", "0", "1", "-1", ".", "/", "*",
     "https://h/x", "git@h:a", "\udcff", "é", "\x00", "\ufeff", "WORKDIR", "EXPOSE", "USER", "HEALTHCHECK", "CMD",
     "LABEL", "SHELL", "VOLUME", "STOPSIGNAL", "MAINTAINER", "--platform=$A", "--interval=1s"]
)  # fmt: skip
GAPS = st.sampled_from(
    [" ", "\n", " \\\n", "", "\t", "\r\n", "\n\n", "\nCOPY ", "\nRUN ", "\nFROM ", "\u00a0"]
)
DOCKERFILES = st.lists(st.tuples(WORDS, GAPS), max_size=30).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)


FIRST = "FROM scratch AS first\nCOPY b /\nFROM scratch AS second\n"


def outcome(text: str | bytes) -> object:
    try:
        build = resolve(parse(text), build_args={"A": "b"}, named_contexts=["nc", "a"])
    except DockerfileError as error:
        return error.reason, error.line
    paths = context_paths(build)
    assert (
        paths is None or paths == ("/",) or not any(path.startswith(("/", "..")) for path in paths)
    )
    assert build.stages[build.target].reachable
    return build


def agrees_with_itself(text: str | bytes) -> object:
    first = outcome(text)
    assert outcome(text) == first
    return first


@given(st.text() | st.binary())
def test_any_text(text: str | bytes) -> None:
    agrees_with_itself(text)


@given(DOCKERFILES)
def test_anything_like_a_dockerfile(text: str) -> None:
    agrees_with_itself(text)
    agrees_with_itself("FROM scratch AS a\n" + text)


@given(DOCKERFILES)
def test_stages_the_target_does_not_need_change_nothing(text: str) -> None:
    try:
        build = resolve(parse(FIRST + text), target="first")
    except DockerfileError:
        return
    assert context_paths(build) == ("b",)
