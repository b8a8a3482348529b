"""Which steps run again after an instruction whose checksum has changed."""

from __future__ import annotations

import pytest

from ctxopt.build.later_steps import steps_after
from ctxopt.languages.dockerfile import parse, resolve

ONE = """FROM alpine
COPY package.json ./
RUN npm ci
COPY . .
RUN npm run build
"""
TWO = """FROM node AS build
COPY . .
RUN make
FROM alpine
RUN apk add curl
COPY --from=build /out /out
RUN setcap x /out
COPY conf /conf
"""
BASES = """FROM alpine AS base
COPY a /
FROM base AS other
COPY b /
FROM base
COPY c /
"""
MOUNTS = """FROM alpine
RUN --mount=type=bind,source=lock,target=/lock install
RUN two
"""
LINES = """FROM alpine AS one
RUN first
COPY a /
FROM scratch
COPY b /
RUN --mount=type=bind,from=one,target=/one third
"""


@pytest.mark.parametrize(
    ("dockerfile", "line", "certain", "possible"),
    [
        (ONE, 2, [2, 3, 4, 5], []),
        (ONE, 4, [4, 5], []),
        (TWO, 2, [2, 3], [6, 7, 8]),
        (TWO, 8, [8], []),
        (BASES, 2, [2, 6], []),
        (BASES, 6, [6], []),
        (MOUNTS, 2, [2, 3], []),
        (LINES, 3, [3], [6]),
        (LINES, 5, [5, 6], []),
    ],
)
def test_steps(dockerfile, line, certain, possible):
    build = resolve(parse(dockerfile))
    changed = [source for source in build.sources if source.line == line]
    steps = steps_after(build, changed)
    assert [step.line for step in steps if step.is_certain] == certain
    assert [step.line for step in steps if not step.is_certain] == possible


@pytest.mark.parametrize("dockerfile", [ONE, TWO, BASES, MOUNTS])
def test_nothing_changed(dockerfile):
    assert steps_after(resolve(parse(dockerfile)), []) == ()
