"""What of a context ends in the image: certain, possible by a RUN step, or not; without a Docker to ask."""

from __future__ import annotations

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.plan import Plan
from ctxopt.build.request import BuildRequest
from tests.support.trees import lay

TREE = {
    ".env": 1,
    "src/a.js": 10,
    "src/b.js": 100,
    "docs/x.md": 1_000,
    "dist/out.js": 10_000,
    ".dockerignore": "Dockerfile\n.dockerignore\n",
}
ALL = 11_111
FROM = "FROM node AS build\n"
LAST = "FROM nginx\n"


def plan_of(tmp_path, dockerfile: str, **request) -> Plan:
    lay(tmp_path, {**TREE, "Dockerfile": dockerfile})
    plan = analyze(find_context(str(tmp_path)), BuildRequest(**request)).plan
    assert plan is not None
    return plan


def staged(first: str, second: str) -> str:
    return FROM + first.replace(" ; ", "\n") + "\n" + LAST + second.replace(" ; ", "\n") + "\n"


# First stage, second stage -> bytes in the image, whether a RUN step may add to them or take from them.
IMAGES = [
    # Nothing runs: all is certain.
    ("WORKDIR /app ; COPY . .", "COPY --from=build /app /app", ALL, False, False),
    ("WORKDIR /app ; COPY . .", "COPY --from=build /app/dist /srv", 10_000, False, False),
    ("WORKDIR /app ; COPY . .", "COPY src /src", 110, False, False),
    ("WORKDIR /app ; COPY . .", "COPY --from=build /other /app", 0, False, False),
    ("WORKDIR /app ; COPY . .", "COPY --from=0 /app/src /app/docs /x/", 1_110, False, False),
    ("WORKDIR /app ; COPY . .", "COPY src /s ; COPY --from=build /app/src /x", 110, False, False),
    # What runs may remove what it finds, and bring it along in what it makes.
    ("WORKDIR /app ; COPY . . ; RUN npm ci", "COPY --from=build /app /app", ALL, False, True),
    ("WORKDIR /app ; COPY . . ; RUN make", "COPY --from=build /app/src /x", 110, True, True),
    ("WORKDIR /app ; COPY . . ; RUN go build -o /a", "COPY --from=build /a /a", 0, True, False),
    ("WORKDIR /app ; COPY . . ; RUN make", "COPY src /src", 110, False, False),
    ("WORKDIR /app ; COPY . .", "COPY --from=build /app/src /x ; RUN make", 110, False, False),
    # A step before the copy has seen none of it.
    ("WORKDIR /app ; RUN npm ci ; COPY . .", "COPY --from=build /app /app", ALL, False, False),
    ("COPY src /s ; RUN make ; COPY docs /d", "COPY --from=build /d /d", 1_000, True, False),
    # What a step names as removed did not stay.
    ("WORKDIR /app ; COPY . . ; RUN rm -rf src .env", "COPY --from=build /app /x", 11_000, True, True),
    ("WORKDIR /app ; COPY . . ; RUN rm -rf /app/docs", "COPY --from=build /app /x", 10_111, True, True),
    ("WORKDIR /app ; COPY . . ; RUN rm -rf /var/lib/x", "COPY --from=build /app /x", ALL, False, True),
    ("WORKDIR /app ; COPY . . ; RUN cd /app && rm -r s*", "COPY --from=build /app /x", 11_001, True, True),
    ("WORKDIR /app ; COPY . . ; RUN mv dist /dist", "COPY --from=build /app /x", 1_111, True, True),
    ("WORKDIR /app ; COPY . . ; RUN find . -name *.js -delete", "COPY --from=build /app /x", 1_001, True, True),
    # A bind mount places nothing, and what sees it may.
    ("RUN --mount=target=/src make", "COPY --from=build /out /out", 0, True, False),
    ("COPY docs /d", "RUN --mount=from=build,source=/d,target=/m cp -r /m /x", 0, True, False),
    ("COPY docs /d", "RUN --mount=type=cache,target=/m true", 0, False, False),
    # The base image decides where a relative path starts: only the whole stage has it for certain.
    ("COPY . .", "COPY --from=build /app /app", 0, True, False),
    ("COPY . .", "COPY --from=build / /", ALL, False, False),
    ("WORKDIR sub ; COPY . .", "COPY --from=build /sub /app", 0, True, False),
    ("WORKDIR $HOME_OF_IT ; COPY . .", "COPY --from=build /app /app", 0, True, False),
    ("COPY . $HOME_OF_IT/app", "COPY --from=build /app /app", 0, True, False),
    ("WORKDIR /app ; COPY . .", "COPY --from=build $HOME_OF_IT /app", 0, True, False),
    ("COPY . ../app", "COPY --from=build /app /app", 0, True, False),
    # A base image may have the folder that a file seems to be called after.
    ("COPY .env /etc/app", "COPY --from=build /etc/app /x", 1, False, False),
    ("COPY .env /etc/app", "COPY --from=build /etc/app/.env /x", 0, True, False),
    ("COPY .env /etc/app/", "COPY --from=build /etc/app/.env /x", 1, False, False),
    # Several files of one folder, pivots.
    ("COPY --parents src/a.js docs /p/", "COPY --from=build /p/src /x", 10, False, False),
    ("COPY --parents ./src/./a.js /p/", "COPY --from=build /p/a.js /x", 10, False, False),
    ("COPY . /p", "COPY --parents --from=build /p/**/*.js /x/", 10_110, False, False),
    ("COPY . /p", "COPY --parents --from=build /p/./src /x/ ; COPY docs /", 1_110, False, False),
    ("COPY . /p", "COPY --parents --exclude=**/b.js --from=build /p/src /x/", 10, False, False),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "size", "more", "less"), IMAGES)
def test_image(tmp_path, first, second, size, more, less):
    image = plan_of(tmp_path, staged(first, second)).image
    assert (image.total.bytes, image.may_hold_more, image.may_hold_less) == (size, more, less)


def test_chain(tmp_path):
    """The lines of the way, in its order."""
    plan = plan_of(
        tmp_path,
        FROM
        + "COPY . /a\nRUN make\nFROM scratch AS two\nCOPY --from=build /a/src /b\n"
        + LAST
        + "COPY --from=two /b/a.js /c\n",
    )
    way = plan.image.way_of("src/a.js")
    assert way is not None
    assert (way.via, way.at, way.ran) == ((5, 7), "c", True)
    assert plan.image.way_of("src/b.js") is None
    assert plan.image.way_of("src") == way
    assert plan.image.way_of("docs/x.md") is None
    use = plan.sources.uses[0]
    assert plan.image.lines_of(use) == (5, 7)
    assert (plan.image.share_of(use).bytes, plan.image.through_stages.bytes) == (10, 10)


def test_target(tmp_path):
    dockerfile = staged("COPY . /a", "COPY --from=build /a/src /b")
    assert plan_of(tmp_path, dockerfile, target="build").image.total.bytes == ALL
    assert plan_of(tmp_path, dockerfile).image.total.bytes == 110


def test_of_several_ways_the_certain_and_short_one_is_named(tmp_path):
    plan = plan_of(
        tmp_path,
        FROM
        + "COPY src /a\nRUN make\nFROM scratch AS two\nCOPY src /b\n"
        + LAST
        + "COPY --from=build /a /a\nCOPY --from=two /b /b\n",
    )
    way = plan.image.way_of("src/a.js")
    assert way is not None
    assert (way.via, way.ran) == ((8,), False)


def test_one_stage_is_not_simulated(tmp_path, monkeypatch):
    monkeypatch.setattr("ctxopt.build.image_steps.ImageSteps.stage", None)
    image = plan_of(tmp_path, "FROM node\nCOPY . .\nRUN make\n").image
    assert (image.total.bytes, image.may_hold_more, image.may_hold_less) == (ALL, False, False)
