"""Stages, variables and sources: what a build asks of its contexts."""

from __future__ import annotations

import pytest

from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile import Build, context_paths, parse, resolve
from tests.support.work import grows_in_step

F = "FROM scratch\n"


def build(text: str, **options: object) -> Build:
    return resolve(parse(text), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (F, None),
        (F + "RUN a", None),
        (F + "COPY a /", ("a",)),
        (F + "COPY b a /", ("a", "b")),
        (F + "COPY /a/../b/ ./c /", ("b", "c")),
        (F + "COPY ../../a /", ("a",)),
        (F + "COPY . /", ("/",)),
        (F + "COPY a/.. b /", ("/",)),
        (F + 'COPY ["", "/"]', ("/",)),
        (F + "COPY * /", ("*",)),
        (F + "COPY --parents a/./b /", ("a/b",)),
        (F + "COPY <<E /x\nE", None),
        (F + "COPY <<E a /x\nE", ("a",)),
        (F + "ADD https://x/y /", None),
        (F + "ADD https://x/y a /", ("a",)),
        (F + "ADD git@h:a/b /", None),
        (F + "ADD git@h:a/b c /", ("c", "git@h:a/b")),
        (F + "ADD ftp://x /", ("ftp:/x",)),
        (F + F + "COPY --from=0 a /\nCOPY b /", ("b",)),
        (F + "COPY --from=alpine a /", None),
        (F + "RUN --mount=target=/x a", ("/",)),
        (F + "RUN --mount=source=a,target=/x b", ("a",)),
        (F + "RUN --mount=type=tmpfs,target=/x b", None),
        (F + "COPY a /\nRUN --mount=type=tmpfs,target=/x b", ("/",)),
        (F + "RUN --mount=type=cache,target=/x b", None),
        (F + "RUN --mount=type=secret,id=x b", None),
        (F + "RUN --mount=type=ssh b", None),
        ("FROM a AS x\nCOPY a /\nFROM b\nCOPY b /", ("b",)),
        ("FROM a AS x\nCOPY a /\nFROM x\nCOPY b /", ("a", "b")),
        ("FROM a AS x\nCOPY a /\nFROM b\nCOPY --from=X c /", ("a",)),
        ("FROM a AS x\nCOPY a /\nFROM b\nCOPY --from=x <<E c /\nE", ("a",)),
        ("FROM a AS x\nCOPY a /\nFROM b\nCOPY --from=x <<E /\nE", None),
        ("FROM a AS x\nCOPY a /\nFROM b\nRUN --mount=from=x,target=/y c", ("a",)),
        ("FROM a AS x\nCOPY a /\nFROM b\nRUN --mount=type=tmpfs,from=x,target=/y c", None),
        ("FROM a AS x\nONBUILD COPY a /\nCOPY b /", ("b",)),
        ("FROM a AS x\nONBUILD COPY a /\nFROM x\nCOPY b /", ("a", "b")),
        ("FROM a AS x\nONBUILD COPY a /\nFROM x AS y\nFROM y", ("a",)),
        ("FROM a AS z\nCOPY c /\nFROM b AS x\nONBUILD COPY --from=z a /\nFROM x", ("c",)),
        ("FROM a AS x\nCOPY a /\nFROM b AS x\nCOPY b /\nFROM x", ("b",)),
    ],
)
def test_main_context(text, paths):
    assert context_paths(build(text)) == paths


@pytest.mark.parametrize(
    ("text", "args", "paths"),
    [
        ("ARG A=a\n" + F + "COPY x$A /", {}, ("x",)),
        ("ARG A=a\n" + F + "ARG A\nCOPY x$A /", {}, ("xa",)),
        ("ARG A=a\n" + F + "ARG A=b\nCOPY x$A /", {}, ("xb",)),
        ("ARG A=a\n" + F + "ARG A\nCOPY x$A /", {"A": "c"}, ("xc",)),
        (F + "COPY x$A /", {"A": "c"}, ("x",)),
        (F + "ARG A=a\nCOPY x$A /", {"A": None}, ("xa",)),
        (F + "ARG A=a\nCOPY x$A /", {"A": ""}, ("x",)),
        (F + "ENV A=a\nARG A=b\nCOPY x$A /", {}, ("xb",)),
        (F + "ARG A=b\nENV A=a\nCOPY x$A /", {"A": "c"}, ("xa",)),
        (F + "ENV A=a\nARG A\nCOPY x$A /", {}, ("xa",)),
        (F + "ENV A=a\nENV A=b B=$A\nCOPY x$B /", {}, ("xa",)),
        (F + "ARG A=a B=b$A\nCOPY x$B /", {}, ("xba",)),
        (F + "LABEL A=a\nCOPY x$A /", {}, ("x",)),
        (F + "ARG TARGETARCH\nCOPY x$TARGETARCH /", {}, ("xamd64",)),
        (F + "COPY x$TARGETARCH /", {}, ("x",)),
        (F + "ARG TARGETARCH\nCOPY x$TARGETARCH /", {"TARGETARCH": "c"}, ("xc",)),
        (F + "COPY x$HTTP_PROXY /", {"HTTP_PROXY": "c"}, ("x",)),
        (F + "COPY x${PATH:+y} /", {}, ("xy",)),
        ("FROM scratch AS a\nARG A=b\nFROM a\nCOPY x$A /", {}, ("xb",)),
        ("FROM scratch AS a\nENV A=b\nFROM a\nENV A=c\nFROM a\nCOPY x$A /", {}, ("xb",)),
        ("ARG B=one\nFROM scratch AS one\nCOPY a /\nFROM $B\nCOPY b /", {}, ("a", "b")),
        ("ARG B=one\nFROM scratch AS one\nCOPY a /\nFROM $B\nCOPY b /", {"B": "two"}, ("b",)),
        (F + "ARG A=a\nRUN --mount=source=$A,target=/x b", {}, ("a",)),
        (F + "ARG A=a\nCOPY '$A' \\$A \"$A\" /", {}, ("$A", "a")),
        (F + "ARG A=${B:?no}\nCOPY x$A /", {"A": "c"}, ("xc",)),
        ("FROM scratch AS a\nENV A=b\nONBUILD COPY x$A /\nFROM a\nENV A=c", {}, ("xb",)),
    ],
)
def test_variables(text, args, paths):
    assert context_paths(build(text, build_args=args)) == paths


@pytest.mark.parametrize(
    ("text", "target", "contexts", "context", "paths"),
    [
        ("FROM a AS x\nCOPY a /\nFROM b\nCOPY b /", "X", (), None, ("a",)),
        ("FROM a AS x\nCOPY a /\nFROM b\nCOPY b /", "", (), None, ("b",)),
        (F + "COPY --from=nc a b /", None, ("nc",), "nc", ("a", "b")),
        (F + "COPY --from=nc a /\nCOPY --from=nc b /", None, ("nc",), "nc", ("a", "b")),
        (F + "COPY --from=nc . /", None, ("nc",), "nc", ("/",)),
        (F + "COPY --from=nc:latest a /", None, ("nc",), "nc", ("a",)),
        (F + "COPY --from=nc a /", None, (), "nc", None),
        (F + "COPY --from=nc <<E /\nE", None, ("nc",), "nc", None),
        ("FROM nc", None, ("nc",), "nc", ("/",)),
        ("FROM nc AS x\nFROM scratch\nCOPY --from=x a /", None, ("nc",), "nc", ("a",)),
        ("FROM nc AS x\nRUN a\nFROM scratch\nCOPY --from=x a /", None, ("nc",), "nc", ("/",)),
        ("FROM nc AS x\nFROM x AS y\nFROM scratch\nCOPY --from=y a /", None, ("nc",), "nc", ("a",)),
        ("FROM a AS nc\nCOPY q /\n" + F + "COPY --from=nc a /", None, ("nc",), "nc", ("a",)),
        ("FROM a AS nc\nCOPY q /\n" + F + "COPY --from=nc a /", None, ("nc",), None, None),
        (F + "RUN --mount=from=nc,target=/x b", None, ("nc",), "nc", ("/",)),
        ("FROM nc AS nc2\n" + F, None, ("nc",), "nc", None),
    ],
)
def test_targets_and_named_contexts(text, target, contexts, context, paths):
    found = build(text, target=target, named_contexts=contexts)
    assert context_paths(found, context) == paths


def test_each_copy_from_a_named_context_is_a_load_of_its_own():
    text = F + "COPY --from=nc a /\nCOPY --from=nc b /\nCOPY --from=nc a /"
    loads = build(text, named_contexts=["nc"]).transfers
    assert [(load.context, load.paths) for load in loads] == [("nc", ("a",)), ("nc", ("b",))]


@pytest.mark.parametrize(
    ("text", "options", "reason", "line"),
    [
        (F, {"target": "x"}, 'target stage "x" could not be found', None),
        (F, {"target": "0"}, 'target stage "0" could not be found', None),
        (
            "FROM a AS build",
            {"target": "bild"},
            'target stage "bild" could not be found (did you mean build?)',
            None,
        ),
        ("FROM $X", {}, "base name ($X) should not be blank", 1),
        (
            "\nFROM ${X",
            {},
            'failed to process "${X": unsupported modifier (\ufffd) in substitution',
            2,
        ),
        ("ARG A=${B:?no}\nFROM a", {}, 'failed to process "${B:?no}": B: no', 1),
        (
            "FROM A::b\nFROM scratch",
            {},
            'failed to parse stage name "A::b": invalid reference format: repository name (library/A) must be lowercase',
            1,
        ),
        (
            "FROM a AS b-",
            {},
            "invalid context name b-: invalid reference format",
            1,
        ),
        (
            "FROM --platform=$NO a",
            {},
            "empty platform value from expression $NO",
            1,
        ),
        (F + "COPY --from=1 a /", {}, "invalid stage index 1", 2),
        (F + "COPY --from=-1 a /", {}, "invalid stage index -1", 2),
        (
            F + "COPY --from=$A a /",
            {},
            "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround",
            2,
        ),
        (
            "FROM a AS x\nCOPY --from=x a /",
            {},
            "circular dependency detected on stage: x",
            1,
        ),
        (
            "FROM a AS x\nCOPY --from=y a /\nFROM a AS y\nCOPY --from=x a /\nFROM b",
            {},
            "circular dependency detected on stage: x",
            1,
        ),
        (
            "FROM a AS x\nCOPY --from=y a /\nFROM a AS y\nFROM x",
            {},
            'cannot copy from stage "y", it needs to be defined before current stage "x"',
            2,
        ),
        (
            "FROM a AS x\nRUN --mount=from=y,target=/z a\nFROM a AS y\nFROM x",
            {},
            'cannot mount from stage "y" to "/z", stage needs to be defined before current command',
            2,
        ),
        (F + "RUN --mount=type=bind a", {}, 'invalid mount target "/"', 2),
        (F + "RUN --mount=type=x,target=/a b", {}, 'unsupported mount type "x"', 2),
        (F + "RUN --mount=a=b b", {}, "unexpected key 'a' in 'a=b' (did you mean id?)", 2),
        (F + "RUN --mount=target b", {}, "invalid field 'target' must be a key=value pair", 2),
        (
            F + "RUN --mount=type=bind,size=1 b",
            {},
            "unexpected key 'size' for mount type 'bind'",
            2,
        ),
        (
            F + "RUN --mount=type=bind,uid=1,target=/a b",
            {},
            'uid not allowed for "bind" type mounts',
            2,
        ),
        (
            F + "RUN --mount=type=secret b",
            {},
            "invalid secret mount. one of source, target required",
            2,
        ),
        (
            F + "RUN --mount=target=/a,sharing=locked b",
            {},
            "invalid cache sharing set for bind mount",
            2,
        ),
        (F + "COPY ${A:?no} /", {}, 'failed to process "${A:?no}": A: no', 2),
        (F + "LABEL a=${A:?no}", {}, 'failed to process "${A:?no}": A: no', 2),
        (F + "COPY <<E /\n${A:?no}\nE", {}, 'failed to process "${A:?no}\\n": A: no', 2),
        (F + "COPY https://x/y /", {}, "source can't be a URL for COPY", 2),
        (F + "COPY https://x/y.git /", {}, "source can't be a git ref for COPY", 2),
        (F + "ADD --checksum=x a b c", {}, "checksum can't be specified for multiple sources", 2),
        (F + "ADD --checksum=x a b", {}, "checksum requires HTTP(S) or Git sources", 2),
        (
            F + "COPY --chmod=99 a /",
            {},
            "invalid chmod parameter: '99'. it should be octal string and between 0 and 07777",
            2,
        ),
        (F + "STOPSIGNAL X", {}, "invalid signal: X", 2),
        (F + "EXPOSE a", {}, "invalid containerPort: a", 2),
        (F + "VOLUME $A", {}, "VOLUME specified can not be an empty string", 2),
        ("FROM a AS x\nONBUILD NOTHING\nFROM x", {}, "unknown instruction: NOTHING", 3),
        (
            "FROM a AS x\nONBUILD COPY ${A:?no} /\nFROM x",
            {},
            'failed to process "${A:?no}": A: no',
            3,
        ),
    ],
)
def test_refused(text, options, reason, line):
    with pytest.raises(DockerfileError) as raised:
        resolve(parse(text, path="D"), **options)
    assert (raised.value.reason, raised.value.line) == (reason, line)
    assert raised.value.path == "D"


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nCOPY ${A:?no} /\nFROM scratch",
        "FROM a AS x\nRUN --mount=type=bad,target=/y a\nFROM scratch",
        "FROM a AS x\nCOPY --from=y a /\nFROM a AS y\nFROM scratch",
        "FROM a AS x\nONBUILD NOTHING",
        "FROM a\nRUN --mount=source=b b",
        F + "STOPSIGNAL SIGRTMIN+3\nSTOPSIGNAL 9",
        F + "EXPOSE 80 80-90/udp 127.0.0.1:80:80 $X",
        F + "COPY --chmod=u+x,go=r a /",
        F + "ADD --checksum=sha256:0 https://x/y /",
        F + "COPY --from=scratch a /",
    ],
)
def test_accepted(text):
    build(text)


def test_stages_say_what_they_are_built_on():
    text = "ARG I=alpine\nFROM $I AS one\nFROM one AS Two\nFROM scratch\nFROM nc\nFROM --platform=linux/x86_64 b\n"
    found = build(text, target="two", named_contexts=["nc"])
    assert [
        (s.index, s.name, s.base.kind, s.base.text, s.base.stage, s.line) for s in found.stages
    ] == [
        (0, "one", "image", "alpine", None, 2),
        (1, "two", "stage", "one", 0, 3),
        (2, None, "scratch", "scratch", None, 4),
        (3, None, "context", "nc", None, 5),
        (4, None, "image", "b", None, 6),
    ]
    assert [stage.reachable for stage in found.stages] == [True, True, False, False, False]
    assert found.target == 1
    assert found.stages[4].platform == "linux/amd64"


def test_sources_say_where_they_stand():
    text = (
        "FROM scratch AS a\n"
        "ARG D=d\n"
        "COPY --exclude=$D --exclude=*.md \\\n  $D/x <<EOF y$NO /dst/$D\nhi\nEOF\n"
        "FROM scratch\n"
        "COPY --parents --from=a / /x\n"
        "RUN --mount=type=bind,from=a,source=$NO/q,target=/t true\n"
    )
    copy, from_, mount = build(text).sources
    assert (copy.instruction, copy.line, copy.stage) == ("COPY", 3, 0)
    assert copy.raw == ("$D/x", "y$NO")
    assert [(path.text, path.path) for path in copy.paths] == [("d/x", "/d/x"), ("y", "/y")]
    assert copy.exclude == ("$D", "*.md")
    assert (copy.dest, copy.heredocs, copy.unset) == ("/dst/d", ("EOF",), ("NO",))
    assert copy.reachable
    assert copy.from_ is None
    assert from_.from_ is not None
    assert (from_.from_.kind, from_.from_.stage, from_.parents) == ("stage", 0, True)
    assert (mount.instruction, mount.mount, mount.dest) == ("RUN", "bind", "/t")
    assert (mount.paths[0].path, mount.unset) == ("/q", ("NO",))


@pytest.mark.parametrize(
    ("line", "why", "names"),
    [
        ("COPY . /", "explicit", ()),
        ("COPY a/.. /", "explicit", ()),
        ("COPY $NO /", "empty-variable", ("NO",)),
        ("COPY $EMPTY/ /", "empty-variable", ("EMPTY",)),
        ("COPY $DOT /", "explicit", ()),
        ("COPY a /", None, ()),
        ("COPY $NO/a /", None, ("NO",)),
        ("RUN --mount=target=/x a", "mount-without-source", ()),
        ("RUN --mount=source=.,target=/x a", "explicit", ()),
        ("RUN --mount=source=$NO,target=/x a", "empty-variable", ("NO",)),
        ("RUN --mount=type=tmpfs,target=/x a", "tmpfs-mount", ()),
    ],
)
def test_why_the_whole_context_is_asked_for(line, why, names):
    (source,) = build(f"{F}ARG EMPTY= DOT=.\n{line}").sources
    (path,) = source.paths
    assert (path.widens, path.empty) == (why, names)


def test_triggers_name_both_lines():
    found = build("FROM scratch AS a\nENV A=a\nONBUILD COPY \\\n  x /\nONBUILD RUN b\n\nFROM a\n")
    (source,) = found.sources
    assert (source.line, source.onbuild, source.stage) == (3, 7, 1)
    assert (found.runs[0].line, found.runs[0].onbuild) == (5, 7)


def test_runs():
    text = (
        F + 'RUN --mount=type=cache,target=/c a \\\n  && b\nRUN ["c", "d"]\nRUN <<E\ne\nE\n'
        "RUN cat <<E >x\nf\nE\n"
    )
    assert [(run.shell, run.line, run.is_json) for run in build(text).runs] == [
        ("a   && b", 2, False),
        ("c d", 4, True),
        ("e\n", 5, False),
        ("cat <<E >x\nf\nE", 8, False),
    ]


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("FROM alpine", ("base-onbuild", "alpine", 1)),
        ("FROM alpine\nCOPY a$X /", ("base-env", "X", 2)),
        ("FROM alpine AS a\nFROM a\nCOPY a$X /", ("base-env", "X", 3)),
        ("FROM alpine\nCOPY a$PATH /", ("base-env", "PATH", 2)),
        ("FROM alpine\nENV A=$X B=c\nARG C=$A\nCOPY a$C /", ("base-env", "X", 4)),
        ("# syntax=docker/dockerfile:1 x\nFROM scratch", ("frontend", "docker/dockerfile:1", 1)),
        ("FROM alpine\nRUN --mount=target=x a", ("base-workdir", "alpine", 2)),
        (
            "FROM scratch\nCOPY ${A:?no} /\nFROM scratch",
            ("unread", 'failed to process "${A:?no}": A: no', 2),
        ),
    ],
)
def test_what_no_dockerfile_tells(text, unknown):
    assert unknown in [(u.kind, u.text, u.line) for u in build(text).unknowns]


@pytest.mark.parametrize(
    "text",
    [F + "COPY a$X /", "FROM alpine AS a\nFROM scratch", "FROM scratch AS a\nFROM a\nCOPY $PATH /"],
)
def test_what_is_known(text):
    assert build(text).unknowns == ()


def test_platforms():
    text = "FROM scratch\nARG TARGETPLATFORM\nARG BUILDPLATFORM\nARG TARGETVARIANT\nCOPY $TARGETPLATFORM $BUILDPLATFORM a$TARGETVARIANT /"
    assert context_paths(build(text, platform="linux/arm/v6", build_platform="linux/arm64")) == (
        "av6",
        "linux/arm/v6",
        "linux/arm64",
    )


def chained(count):
    return "".join(f"FROM s{n} AS s{n + 1}\nENV V{n}=a\n" for n in range(count))


def declared(count):
    return "".join(f"ARG A{n}=a\nCOPY a$A{n} /\n" for n in range(count))


def copied(count):
    return F + "".join(f"COPY --from=s0 a{n} /\n" for n in range(count))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "count"), [(chained, 10_000), (declared, 20_000), (copied, 30_000)]
)
def test_long_files_are_read(body, count):
    build("FROM scratch AS s0\n" + body(count))


@pytest.mark.parametrize("body", [chained, declared, copied])
def test_the_work_of_a_file_grows_with_it(body):
    assert grows_in_step(lambda size: build("FROM scratch AS s0\n" + body(size)), 300)


@pytest.mark.parametrize(
    "text",
    [
        "FROM alpine\nENV PATH=/x:$PATH\nCOPY a /",
        "FROM alpine\nCOPY --chown=$U a /$D",
        "FROM alpine\nLABEL a=$X\nCOPY a /",
        "FROM alpine\nENV X=a\nCOPY $X /",
    ],
)
def test_only_what_a_source_depends_on_is_unknown(text):
    assert {unknown.kind for unknown in build(text).unknowns} == {"base-onbuild"}


def test_a_named_context_takes_a_stages_place():
    text = "FROM scratch AS s\nCOPY a /\nFROM alpine AS nc\nCOPY --from=s q /\nCOPY b /\nFROM nc\nCOPY c /\n"
    found = build(text, named_contexts=["nc"])
    assert (found.stages[1].base.kind, found.stages[1].replaced_by) == ("context", "nc")
    assert [source.stage for source in found.sources] == [0, 2]
    # What the replaced stage copies from stays reachable, though nothing of it is built.
    assert context_paths(found) == ("a", "c")
    assert context_paths(found, "nc") == ("/",)
    mount = build("FROM scratch AS nc\nFROM nc\nRUN --mount=source=a b", named_contexts=["nc"])
    assert "base-workdir" in [unknown.kind for unknown in mount.unknowns]


def test_an_unknown_base_of_a_replaced_stage_is_still_read():
    with pytest.raises(DockerfileError, match="invalid reference format"):
        build("FROM a::b AS nc\nFROM scratch", named_contexts=["nc"])


_OTHER_FRONTEND = "the file asks for the frontend x/y:1, which may accept what Docker's own refuses"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("ARG BASE\nFROM ${BASE}", "pass --build-arg BASE=..."),
        (
            "FROM ${BASE}",
            "write ARG BASE before the first FROM, and pass --build-arg BASE=...",
        ),
        ("ARG A\nARG B\nFROM $A$B", "pass --build-arg A=... --build-arg B=..."),
        (
            "ARG A\nFROM $A$B",
            "write ARG B before the first FROM, and pass --build-arg A=... --build-arg B=...",
        ),
        (
            "ARG TAG\nARG SHA\nFROM alpine:${TAG}@sha256:${SHA}",
            "pass --build-arg TAG=... --build-arg SHA=...",
        ),
        ("ARG TAG\nFROM alpine:$TAG", "pass --build-arg TAG=..."),
        ("ARG TAG\nFROM alpine:$TAG AS a\nFROM scratch", "pass --build-arg TAG=..."),
        ("ARG P\nFROM --platform=$P alpine", "pass --build-arg P=..."),
        ("# syntax=docker/dockerfile:1\nARG BASE\nFROM ${BASE}", "pass --build-arg BASE=..."),
        ("# syntax=x/y:1\nARG TAG\nFROM alpine:$TAG", "pass --build-arg TAG=..."),
        ('FROM ""', None),
        ("ARG A=\nFROM $A", None),
        ("# syntax=x/y:1\nFROM a::b", _OTHER_FRONTEND),
        ("# syntax=x/y:1\nARG A=\nFROM $A", _OTHER_FRONTEND),
        ("ARG TAG=A:b\nFROM alpine:$TAG", None),
        ("FROM a::b", None),
        ("ARG P=\nFROM --platform=$P alpine", None),
    ],
)
def test_a_base_that_cannot_be_read_says_what_to_give(text, hint):
    with pytest.raises(DockerfileError) as raised:
        build(text)
    assert raised.value.hint == hint


@pytest.mark.parametrize(
    "text",
    [
        "ARG TAG\nFROM alpine:1$TAG",
        "ARG A\nFROM ${A:-alpine}",
        "ARG P\nFROM --platform=${P:-linux/amd64} a",
    ],
)
def test_a_base_that_needs_no_value_can_be_read(text):
    assert len(build(text).stages) == 1


@pytest.mark.parametrize(
    "line",
    [
        "VOLUME $DATA",
        'VOLUME ["/a", "$DATA"]',
        "STOPSIGNAL $SIGNAL",
        "STOPSIGNAL SIG$SIGNAL",
        "EXPOSE $PORT/tcp",
        "COPY --chmod=0$MODE a /",
        "ENV A=$DATA\nVOLUME $A",
        "ARG DATA\nVOLUME $DATA",
    ],
)
def test_what_a_base_image_may_set_is_no_error(line):
    build(f"FROM alpine\n{line}")
    build(f"FROM alpine AS a\nFROM a\n{line}")


@pytest.mark.parametrize(
    "text",
    [
        F + "VOLUME $DATA",
        F + "STOPSIGNAL $SIGNAL",
        F + "EXPOSE $PORT/tcp",
        "FROM scratch AS a\nFROM a\nVOLUME $DATA",
        "FROM alpine\nENV DATA=\nVOLUME $DATA",
        "FROM alpine\nARG DATA=\nVOLUME $DATA",
        "FROM alpine\nENV S=X\nSTOPSIGNAL $S",
        "FROM alpine\nSTOPSIGNAL X",
        'FROM alpine\nVOLUME ["$DATA", ""]',
        "FROM alpine\nEXPOSE a $PORT",
        "FROM alpine\nCOPY --chmod=99 $A /",
    ],
)
def test_values_that_no_base_image_gives_are_errors(text):
    with pytest.raises(DockerfileError):
        build(text)


WORKDIRS = [
    ("FROM a\nRUN true\n", ""),
    ("FROM scratch\nRUN true\n", ""),
    ("FROM a\nWORKDIR /app\nRUN true\n", "/app"),
    ("FROM a\nWORKDIR docs\nRUN true\n", "docs"),
    ("FROM a\nWORKDIR /app\nWORKDIR docs/../web\nRUN true\n", "/app/web"),
    ("FROM a\nENV HOME=/app\nWORKDIR $HOME/docs\nRUN true\n", "/app/docs"),
    ("FROM a AS b\nWORKDIR /app\nFROM b\nWORKDIR docs\nRUN true\n", "/app/docs"),
    ("FROM a AS b\nWORKDIR /app\nFROM a\nRUN true\n", ""),
    ("FROM a\nRUN true\nWORKDIR /app\n", ""),
]


@pytest.mark.parametrize(("dockerfile", "expected"), WORKDIRS)
def test_the_working_directory_of_a_step(dockerfile, expected):
    assert resolve(parse(dockerfile.encode())).runs[-1].workdir == expected


@pytest.mark.parametrize(
    ("text", "target", "hint"),
    [
        ("FROM a AS build\nFROM b AS Run", "nothing-like-it", "it has build, run"),
        ("FROM a AS build\nFROM b AS Run", "bild", None),
        ("FROM a\nFROM b", "x", "no stage of this Dockerfile has a name"),
        ("\n".join(f"FROM a AS stage-{n}" for n in range(10)), "x", "and 2 more"),
    ],
)
def test_the_stages_are_the_hint_where_none_is_near(text, target, hint):
    with pytest.raises(DockerfileError) as refused:
        build(text, target=target)
    assert (hint is None and refused.value.hint is None) or hint in str(refused.value.hint)
