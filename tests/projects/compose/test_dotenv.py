"""``.env`` files: what a line says, and what is refused."""

from __future__ import annotations

import pytest

from ctxopt.errors import ProjectError
from ctxopt.projects.compose.dotenv import read_dotenv

OUTER = {"OUTER": "o", "X": "outer"}

LINES = {
    "A=1": {"A": "1"}, "A = 1 ": {"A": "1"}, "export A=1": {"A": "1"}, "A: b": {"A": "b"}, "A=": {"A": ""},
    "A=b # c": {"A": "b"}, "A=b#c": {"A": "b#c"}, "A=#c": {"A": ""}, "A='$X # y'": {"A": "$X # y"},
    'A="b\\nc"': {"A": "b\nc"}, 'A="b\nc"': {"A": "b\nc"}, 'A="\\$X"': {"A": "$X"}, "A=$X": {"A": "outer"},
    "X=own\nA=$X": {"X": "own", "A": "outer"}, "Y=own\nA=${Y}2": {"Y": "own", "A": "own2"}, "OUTER": {"OUTER": "o"},
    "UNKNOWN": {}, "# A=1": {}, "": {}, "A=1\r\nB=2\r\n": {"A": "1", "B": "2"}, "A=${Z:-d}": {"A": "d"},
    "A=x=y": {"A": "x=y"}, "A=1\n\n=x": {"A": "1"},
}  # fmt: skip
REFUSED = {
    "A B=1": 1, "A=1\n!=2": 2, 'A="x': 1, "A='x\nB=1": 1, "A=${": 1, "A=${B?no}": 1,
    "A0=" + "x" * 1000 + "\n" + "\n".join(f"A{n}=" + f"${{A{n - 1}}}" * 10 for n in range(1, 9)): 4,
}  # fmt: skip


@pytest.mark.parametrize("text", LINES)
def test_lines(text, tmp_path):
    (tmp_path / ".env").write_bytes(text.encode())
    assert read_dotenv(str(tmp_path / ".env"), OUTER.get, {}) == LINES[text]


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_refused_with_the_line(text, tmp_path):
    (tmp_path / ".env").write_text(text)
    with pytest.raises(ProjectError) as refusal:
        read_dotenv(str(tmp_path / ".env"), OUTER.get, {})
    assert refusal.value.line == REFUSED[text]
