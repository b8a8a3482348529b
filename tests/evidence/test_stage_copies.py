"""What COPY --from and bind mounts name in a stage stays in the context, where it came from there."""

from __future__ import annotations

import pytest

from tests.support.judging import gathered
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

TREE = {
    "README.md": "x",
    "docs/a.md": "x",
    "tests/a.py": "x",
    "package.json": "{}",
    "dist/a.js": "x",
    "node_modules/a/a.js": "x",
}
FIRST = "FROM node AS b\nWORKDIR /a\nCOPY . .\n"
BUILT = f"{FIRST}RUN npm ci && npm run build\n"
LAST = "FROM scratch\n"


def needed(folder, dockerfile):
    facts = gathered(lay(folder, {**TREE, "Dockerfile": dockerfile}))
    return {need.path for need in facts.needs.needs if "--from=" in need.reason}


@pytest.mark.parametrize(
    ("dockerfile", "paths"),
    [
        (f"{BUILT}{LAST}COPY --from=b /a/README.md /\n", {"README.md"}),
        (f"{BUILT}{LAST}COPY --from=0 /a/README.md /a/docs /x/\n", {"README.md", "docs"}),
        (f"{BUILT}{LAST}COPY --from=b /a/*.md /\n", {"README.md"}),
        (f"{BUILT}{LAST}COPY --from=b /a/docs/a.md /\n", {"docs/a.md"}),
        (f"{BUILT}{LAST}COPY --from=b /a/tests /t\n", {"tests"}),
        (f"{BUILT}{LAST}COPY --from=b a/README.md /\n", {"README.md"}),
        (f"{FIRST}FROM b AS c\n{LAST}COPY --from=c /a/README.md /\n", {"README.md"}),
        (f"{FIRST}FROM x AS c\nCOPY --from=b /a/README.md /r/\n{LAST}COPY --from=c /r/README.md /\n", {"README.md"}),
        (f"{BUILT}FROM x\nRUN --mount=type=bind,from=b,source=/a/README.md,target=/r cat /r\n", {"README.md"}),
        (f"{FIRST}{LAST}COPY --from=b /a/node_modules /n\n", {"node_modules"}),
        (f"{FIRST}{LAST}COPY --from=b /a/dist /n\n", {"dist"}),
        (f"{BUILT}FROM x AS other\nCOPY --from=b /a/README.md /\n{LAST}COPY --from=b /a/docs /\n", {"README.md", "docs"}),
    ],
)  # fmt: skip
def test_what_is_named_stays(tmp_path, dockerfile, paths):
    assert needed(tmp_path, dockerfile) == paths


@pytest.mark.parametrize(
    "dockerfile",
    [
        FIRST,
        BUILT,
        f"{BUILT}{LAST}COPY --from=b /a /a\n",
        f"{BUILT}{LAST}COPY --from=b / /\n",
        f"{BUILT}{LAST}COPY --from=b /a/* /a/\n",
        f"{BUILT}{LAST}COPY --from=b /a/dist /d\n",
        f"{BUILT}{LAST}COPY --from=b /a/dist/a.js /d\n",
        f"{BUILT}{LAST}COPY --from=b /a/node_modules /n\n",
        f"{BUILT}{LAST}COPY --from=b /a/node_modules/a /n\n",
        f"{BUILT}{LAST}COPY --from=b /a/nope.md /\n",
        f"{BUILT}{LAST}COPY --from=b /b/README.md /\n",
        f"{BUILT}{LAST}COPY --from=b /README.md /\n",
        f"{BUILT}{LAST}COPY --from=b $NAME /\n",
        f"{BUILT}{LAST}COPY --from=nginx /a/README.md /\n",
        f"{BUILT}FROM x AS c\n{LAST}COPY --from=c /a/README.md /\n",
        f"FROM x AS b\nCOPY package.json /a/\n{LAST}COPY --from=b /a/README.md /\n",
        f"FROM x AS b\nADD https://example.com/README.md /a/\n{LAST}COPY --from=b /a/README.md /\n",
        f"{BUILT}{LAST}COPY README.md /\n",
        f"{BUILT}{LAST}RUN --mount=type=bind,from=b,target=/b ls /b\n",
        f"{BUILT}{LAST}RUN --mount=type=cache,from=b,source=/a,target=/b ls /b\n",
        f"{BUILT}{LAST}COPY --from=b /a/** /\n",
        f"FROM x AS b\nRUN true\n{LAST}COPY --from=b /a/README.md /\n",
        f"{BUILT}{LAST}COPY docs /docs\n",
        "FROM x\nCOPY README.md /\n",
    ],
)  # fmt: skip
def test_what_is_not_named(tmp_path, dockerfile):
    assert needed(tmp_path, dockerfile) == set()
