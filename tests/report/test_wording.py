"""Sentences about how far bytes get: no "only" and no sum that a RUN step could make untrue."""

from __future__ import annotations

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.explanation import answer_paths
from ctxopt.build.plan import Plan
from ctxopt.build.request import BuildRequest
from ctxopt.report.explain_text import render_answers
from ctxopt.report.wording import describe_copied, reach
from tests.support.trees import lay

TREE = {"a": 10, "src/b": 200, ".dockerignore": "Dockerfile\n.dockerignore\n"}
BUILD = "FROM node AS build\nWORKDIR /app\nCOPY . .\n"


def plan_of(tmp_path, dockerfile: str) -> Plan:
    lay(tmp_path, {**TREE, "Dockerfile": dockerfile})
    plan = analyze(find_context(str(tmp_path)), BuildRequest()).plan
    assert plan is not None
    return plan


@pytest.mark.parametrize(
    ("dockerfile", "use", "copied"),
    [
        ("FROM a\nCOPY . .\nRUN x\n", "final image", "210 B copied into the final image"),
        (BUILD + "FROM b\n", "builder stage only", None),
        (BUILD + "FROM b\nCOPY a /\n", "final image", "10 B copied into the final image"),
        (BUILD + "FROM b\nCOPY --from=build /x /x\n", "builder stage only", "0 B copied into the final image"),
        (
            BUILD + "FROM b\nCOPY --from=build /app /app\n",
            "final image through COPY --from in line 5",
            "210 B copied into the final image (210 B through COPY --from)",
        ),
        (
            BUILD + "FROM b\nCOPY --from=build /app/src /x\n",
            "200 B of it in the final image through COPY --from in line 5",
            "200 B copied into the final image (200 B through COPY --from)",
        ),
        (
            BUILD + "FROM b AS c\nCOPY --from=build /app /y\nFROM b\nCOPY --from=c /y/src /x\nCOPY a /\n",
            "200 B of it in the final image through COPY --from in lines 5 and 7",
            "210 B copied into the final image (200 B through COPY --from)",
        ),
        (
            BUILD + "RUN make\nFROM b\nCOPY --from=build /app /app\n",
            "final image through COPY --from in line 6",
            "210 B copied into the final image (210 B through COPY --from, less what RUN steps remove)",
        ),
        (
            BUILD + "RUN make\nFROM b\nCOPY --from=build /app/src /x\nCOPY --from=build /bin/x /x\n",
            "200 B of it in the final image through COPY --from in line 6",
            "about 200 B copied into the final image (200 B through COPY --from, less what RUN steps remove)",
        ),
        (
            BUILD + "RUN make\nFROM b\nCOPY --from=build /bin/x /x\n",
            "builder stage",
            "none of it copied into the final image as it is",
        ),
        (
            BUILD + "RUN make\nFROM b\nCOPY --from=build /bin/x /x\nCOPY a /\n",
            "builder stage",
            "at least 10 B copied into the final image",
        ),
        ("FROM a\nRUN --mount=target=/src make\n", "mounted", "none of it copied into the final image as it is"),
    ],
)  # fmt: skip
def test_reach_and_sum(tmp_path, dockerfile, use, copied):
    plan = plan_of(tmp_path, dockerfile)
    if copied is not None:
        assert reach(plan.sources.uses[0], plan.image) == use
        assert describe_copied(plan.image) == copied
    else:
        # A stage that nothing asks for is not built.
        assert plan.sources.uses == ()


@pytest.mark.parametrize(
    ("last", "path", "expected"),
    [
        ("COPY --from=build /app /x", "a", ["COPY --from in line 5 takes it on into the final image"]),
        ("COPY --from=build /app/src /x", "src", ["COPY --from in line 5 takes it on into the final image"]),
        ("COPY --from=build /app/src/b /x", "src", ["COPY --from in line 5 takes only src/b of it on into the final image"]),
        ("COPY --from=build /app/src/b /app/src/c /x/", "src", ["COPY --from in line 5 takes only a part of it on into the final image"]),
        ("COPY --from=build /app/src/b /x", "src/b", ["COPY --from in line 5 takes it on into the final image"]),
        ("COPY --from=build /app/src /x", "src/b", ["COPY --from in line 5 takes it on into the final image"]),
        ("COPY --from=build /app/src/b /x", "src/c", []),
        ("COPY --from=build /app/src /x", "a", []),
        ("COPY --from=build /other /x", "a", []),
        ("COPY a /x", "src", []),
    ],
)  # fmt: skip
def test_explanation(tmp_path, last, path, expected):
    lay(tmp_path, {**TREE, "src/c": 5, "Dockerfile": BUILD + f"FROM b\n{last}\n"})
    context = find_context(str(tmp_path))
    text = render_answers(context, answer_paths(context, [path], BuildRequest()), 200)
    assert [line.strip() for line in text.splitlines() if "--from" in line] == expected


@pytest.mark.parametrize("width", [40, 80])
def test_an_explanation_fits_the_terminal(tmp_path, width):
    lay(tmp_path, {"src/a": 5, "Dockerfile": BUILD + "FROM b\nCOPY --from=build /app/src/a /x\n"})
    context = find_context(str(tmp_path))
    text = render_answers(context, answer_paths(context, ["src"], BuildRequest()), width)
    assert all(len(line) <= width for line in text.splitlines())
    assert " ".join(text.split()) == " ".join(
        render_answers(context, answer_paths(context, ["src"], BuildRequest()), 300).split()
    )
