"""What of a Dockerfile is built to hold ``rebuilds`` against Docker; without Docker."""

from __future__ import annotations

from scripts.recorder.hold_rebuilds import lay_commit, recipe_of
from tests.support.repositories import commit, git, init

DOCKERFILE = """\
FROM node:22 AS Base
WORKDIR /app
COPY --chown=node:node package.json ./
RUN npm ci
FROM base
ARG from=src
COPY $from .
ADD https://example.org/a /
COPY --from=base /app/b /b
COPY <<EOF /c
x
EOF
USER node
CMD ["a"]
"""


def test_what_takes_from_the_context_is_left():
    recipe = recipe_of(DOCKERFILE)
    assert recipe.text.splitlines() == [
        "FROM scratch AS s0",
        "WORKDIR /app",
        "COPY package.json ./",
        "FROM s0 AS s1",
        "ARG from=src",
        "COPY $from .",
        "FROM scratch AS last",
        "COPY --from=s0 / /s0/",
        "COPY --from=s1 / /s1/",
    ]
    assert recipe.steps == {("s0", 1): 2, ("s0", 2): 3, ("s1", 1): 6}
    assert recipe.compared == {3, 6}


def test_a_commit_is_laid_whole_and_alone(tmp_path):
    root = init(tmp_path / "r", {"a": "1", "d/b": "1"})
    first = git(root, "rev-parse", "HEAD").decode().strip()
    commit(root, {"a": "2", "c": "1"})
    folder = tmp_path / "laid"
    for name, expected in (("HEAD", {"a", "c", "d"}), (first, {"a", "d"})):
        lay_commit(root, name, str(folder))
        assert {path.name for path in folder.iterdir()} == expected
    assert (folder / "a").read_text() == "1"
    assert git(root, "status", "--porcelain") == b""
