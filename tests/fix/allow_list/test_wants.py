"""What builds want of their context, as paths and patterns, and the sources for which there is no list."""

from __future__ import annotations

import pytest

from ctxopt.build.request import BuildRequest
from ctxopt.errors import AllowListError
from ctxopt.evidence.keep import read_keep_list
from ctxopt.fix.allow_list.wants import (
    depends_on_arguments,
    is_broad,
    keep_wants,
    read_variants,
    read_wants,
)
from ctxopt.languages.dockerfile import parse, resolve


def build_of(text, **arguments):
    return resolve(parse(f"FROM scratch\n{text}\n", path="Dockerfile"), build_args=arguments)


def wants_of(text, **arguments):
    return [(want.kind, want.text) for want in read_wants(build_of(text, **arguments))]


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("COPY a /b/ /", [("path", "a"), ("path", "b")]),
        ("COPY *.md /", [("glob", "*.md")]),
        ("COPY --parents src/**/x /", [("pattern", "src/**/x")]),
        ("COPY --parents src/x /", [("path", "src/x")]),
        # A mount reads no wildcards: its source is a path, whatever stands in it.
        ("RUN --mount=source=a*,target=/a x", [("path", "a*")]),
        ("RUN --mount=type=cache,target=/a x", []),
        ("COPY --from=other a /", []),
        ("ADD https://example.org/x /", []),
        ("ARG D=src\nCOPY $D /", [("path", "src")]),
        ("COPY ${D:-src} /", [("path", "src")]),
    ],
)
def test_what_sources_want(text, wants):
    assert wants_of(text.replace("--from=other", "--from=scratch")) == wants


def test_a_reason_names_the_instruction_and_another_dockerfile():
    build = build_of("COPY a /")
    assert [want.reason for want in read_wants(build)] == ["COPY in line 2"]
    others = read_wants(build, others=True, case=" on linux/arm64")
    assert [want.reason for want in others] == ["COPY in line 2 of Dockerfile on linux/arm64"]


@pytest.mark.parametrize(
    ("text", "reason", "hint"),
    [
        ("COPY . /", "COPY takes the whole context", "name the files and folders"),
        ("COPY ** /", "COPY takes **, all there is", "name the files and folders"),
        ("RUN --mount=target=/a x", "the mount takes the whole context", "name the files"),
        ("ARG D\nCOPY $D/a /", "COPY depends on D, which has no value", "--build-arg D=VALUE"),
        ("ARG D=\nCOPY $D /", "COPY takes the whole context, as D is empty", "--build-arg D=VALUE"),
        ("COPY [a /", "[a is no pattern that Docker can read", "correct the source"),
    ],
)
def test_what_is_refused(text, reason, hint):
    with pytest.raises(AllowListError) as caught:
        read_wants(build_of(text))
    assert caught.value.message.startswith(f"Dockerfile:{text.count(chr(10)) + 2}: {reason}")
    assert hint in (caught.value.hint or "")


def test_the_next_step_for_another_dockerfile_is_its_own():
    build = build_of("ARG D\nCOPY $D/a /")
    with pytest.raises(AllowListError) as caught:
        read_wants(build, others=True, cure="do that")
    assert caught.value.hint == "do that"
    with pytest.raises(AllowListError) as caught:
        read_wants(build, others=True)
    assert "--build-arg" not in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# syntax=example.org/own\nFROM a\n", "the frontend example.org/own reads this file"),
        ("# syntax=docker/dockerfile:1\nFROM a\n", None),
    ],
)
def test_a_frontend_of_someone_else(text, reason):
    build = resolve(parse(text, path="Dockerfile"))
    if reason is None:
        assert read_wants(build) == []
        return
    with pytest.raises(AllowListError, match="so what it takes is unknown") as caught:
        read_wants(build)
    assert reason in caught.value.message


@pytest.mark.parametrize(
    ("inside", "broad"),
    [("*", True), ("**", True), ("*/*", True), ("?*", True), ("?", False), ("*.py", False), ("a", False)],
)  # fmt: skip
def test_what_takes_whatever_there_is(inside, broad):
    assert is_broad(inside) is broad


def test_what_people_keep():
    wants = keep_wants(read_keep_list(["docs", "*.md", r"a\b"], None))
    assert [(want.kind, want.text) for want in wants] == [
        ("path", "docs"),
        ("pattern", "*.md"),
        ("pattern", r"a\b"),
    ]
    with pytest.raises(AllowListError, match="keeps everything"):
        keep_wants(read_keep_list(["**"], None))


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("COPY a /", []),
        (
            "ARG TARGETARCH\nCOPY bin/$TARGETARCH /",
            {"bin/amd64": "linux/amd64", "bin/arm64": "linux/arm64"},
        ),
    ],
)
def test_the_same_dockerfile_elsewhere(text, wants):
    build = build_of(text)
    found = {want.text: want.reason for want in read_variants(build, BuildRequest(), None)}
    known = {want.text for want in read_wants(build)}
    assert set(found) == set(wants) - known
    assert all(found[path].endswith(f" on {wants[path]}") for path in found)


def test_without_the_arguments_of_this_build():
    build = build_of("ARG D=src\nCOPY $D /", D="lib")
    found = list(read_variants(build, BuildRequest(build_args={"D": "lib"}), None))
    assert [(want.text, want.reason) for want in found] == [
        ("src", "COPY in line 3 without arguments")
    ]
    assert depends_on_arguments(build) is not None
    assert depends_on_arguments(build_of("COPY a /")) is None
