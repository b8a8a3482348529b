"""The right answer to what people asked about, tree by tree: what is shown and how it is graded, what is written, the exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.field_cases import CASES, answers, lay_case

pytestmark = pytest.mark.usefixtures("clean")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_answer_is_right(open_path: Path, case: dict[str, Any]) -> None:
    cwd = lay_case(open_path, case)
    for command, answer in answers(case, cwd).items():
        expected = case[command]
        why = f"{command}: {case['right']}"
        assert answer["exit"] == expected["exit"], why
        for name in ("sent", "final", "stops", "writes", "builds", "errors", "says"):
            if name in expected:
                assert answer[name] == expected[name], why
        assert_words(answer["printed"], expected)
        assert_shown(answer.get("shown", []), expected.get("shown", []))
        assert_noted(answer.get("notes", []), expected.get("notes", []))


def assert_words(printed: str, expected: dict[str, Any]) -> None:
    """Hold what a message or finding has to say."""
    missing = [words for words in expected.get("words", []) if words not in printed]
    assert not missing, printed


def assert_shown(shown: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    """Hold all that is shown by default, in its order: too much is as wrong as too little."""
    assert [item["head"] for item in shown] == [item["head"] for item in expected]
    for finding, right in zip(shown, expected, strict=True):
        assert finding["reach"] == right.get("reach")
        assert finding["cures"] == right.get("cures", [])
        assert_words(finding["words"], right)


def assert_noted(notes: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    """Hold the notes that are part of the answer; others may come and go."""
    by_head = {note["head"]: note for note in notes}
    for right in expected:
        assert right["head"] in by_head, list(by_head)
        note = by_head[right["head"]]
        assert note["reach"] == right.get("reach")
        assert_words(note["words"], right)
