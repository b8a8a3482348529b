"""The rule ``builders-disagree``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import pytest

from tests.support.judging import catches, catches_not


def test_builders_disagree():
    tree = {".dockerignore": "*\n!**/*.py\n", "a.py": 1, "src/b.py": 2, "src/c.txt": 3}
    found = catches("builders-disagree", tree, line=2, paths=["src/b.py"])
    assert found.subject == "BuildKit"
    assert (found.size, found.entries) == (2, 1)
    catches(
        "builders-disagree", tree, line=2, paths=["src/b.py"], builder="classic", with_excluded=True
    )


@pytest.mark.parametrize(
    "text",
    [
        "*\n!src\n",
        "*\n!src/*.py\n",
        "src\n!src/b.py\n",
        "**/*.txt\n!src/**\n",
        "src\n",
        "*\n!*.py\n",
    ],
)
def test_builders_agree(text):
    catches_not(
        "builders-disagree",
        {
            ".dockerignore": text,
            "Dockerfile": "FROM scratch\n",
            "a.py": 1,
            "src/b.py": 2,
            "src/c.txt": 3,
        },
    )
