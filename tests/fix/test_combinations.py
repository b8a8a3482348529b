"""When files are kept back, by switches that add up and switches that do not."""

from __future__ import annotations

import pytest

from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.build.survey import survey
from ctxopt.fix.combinations import (
    KEPT_BACK,
    SENT,
    SENT_EMPTY,
    Combinations,
    Condition,
    TooEntangledError,
)
from ctxopt.fix.switches import Segment, SwitchedFile
from ctxopt.languages.ignore.dialect import DOCKER
from ctxopt.languages.ignore.text import parse_ignore_file
from tests.support.pictures import combinations as sets
from tests.support.pictures import lay_junk, picture_at, totals
from tests.support.trees import lay

OUTCOMES = [
    (Condition(), (), SENT),
    (Condition(), (0, 1), SENT),
    (Condition(always=KEPT_BACK), (0,), KEPT_BACK),
    (Condition(always=SENT_EMPTY), (), SENT_EMPTY),
    (Condition(hidden_by=(1,)), (), SENT),
    (Condition(hidden_by=(1,)), (0,), KEPT_BACK),
    (Condition(hidden_by=(1,)), (1,), SENT),
    (Condition(hidden_by=(1, 3)), (2,), KEPT_BACK),
    (Condition(hidden_by=(-1,)), (), KEPT_BACK),
    (Condition(hidden_by=(-1,)), (0,), SENT),
    (Condition(hidden_by=(-1, 2)), (0, 1), KEPT_BACK),
    (Condition(switches=(1, 4), outcomes=(0, 1, 2, 0)), (), SENT),
    (Condition(switches=(1, 4), outcomes=(0, 1, 2, 0)), (1,), KEPT_BACK),
    (Condition(switches=(1, 4), outcomes=(0, 1, 2, 0)), (4,), SENT_EMPTY),
    (Condition(switches=(1, 4), outcomes=(0, 1, 2, 0)), (1, 4, 7), SENT),
]


@pytest.mark.parametrize(("condition", "on", "expected"), OUTCOMES)
def test_outcome(condition: Condition, on: tuple[int, ...], expected: int) -> None:
    assert condition.outcome(frozenset(on)) == expected


LINES = ("a", "a*", "*a", "**/a", "?", "[a]", "**/a*")


def told(root: str, always: str, switched: tuple[str, ...]) -> Condition:
    """Return the condition of the file ``a`` with lines that stand there always, then one a switch."""
    found = survey(find_context(root), BuildRequest())
    text = always + "".join(f"{line}\n" for line in switched)
    lines = parse_ignore_file(text.encode(), "i").lines
    fixed = len(lines) - len(switched)
    segments = [Segment(line) for line in lines[:fixed]]
    segments += [Segment(line, on=(place,)) for place, line in enumerate(lines[fixed:])]
    file = SwitchedFile("i", DOCKER, (), tuple(segments), "\n", True)
    combined = Combinations(found.whole, found.analysis.context, file)
    folder = found.whole.tree.folders[""]
    touching = combined.root().touching_each(folder.names)
    index = folder.names.index("a")
    return combined.of(folder, index, touching[index])


def test_any_number_of_lines_add_up_without_an_exception(tmp_path) -> None:
    root = lay(tmp_path, {"a": 1, "b": 2})
    assert told(root, "# none\nb\n", LINES) == Condition(hidden_by=(1, 2, 3, 4, 5, 6, 7))
    assert told(root, "!b\n", LINES) == Condition(hidden_by=(1, 2, 3, 4, 5, 6, 7))


def test_lines_after_an_exception_are_tried_together(tmp_path) -> None:
    root = lay(tmp_path, {"a": 1, ".dockerignore": "!a\n"})
    assert told(root, "!a\n", LINES[:2]) == Condition(switches=(0, 1), outcomes=(0, 1, 1, 1))
    assert told(root, "", ("a", "!a")) == Condition(switches=(0, 1), outcomes=(0, 1, 0, 0))


def test_too_many_of_them_are_refused(tmp_path) -> None:
    root = lay(tmp_path, {"a": 1, ".dockerignore": "!a\n"})
    with pytest.raises(TooEntangledError):
        told(root, "!a\n", LINES)


def test_lines_that_nothing_switches_leave_it_as_it_is(tmp_path) -> None:
    root = lay(tmp_path, {"a": 1, ".dockerignore": "a\n"})
    assert told(root, "a\n", ("b", "c")) == Condition(always=KEPT_BACK)


def test_a_picture_of_too_many_has_one_switch_and_is_exact(tmp_path, monkeypatch) -> None:
    tried = Combinations._tried

    def refuse_several(self, *args):
        if len(self._switched.switches) > 1:
            raise TooEntangledError
        return tried(self, *args)

    monkeypatch.setattr(Combinations, "_tried", refuse_several)
    tree = {
        "Dockerfile": "FROM a AS one\nCOPY . .\nRUN make\nFROM b\nCOPY --from=one /out /out\n",
        ".dockerignore": "*.txt\n!node_modules/a\n",
        "node_modules/a/debug.log": 400_000,
        "node_modules/b.js": 300_000,
        "server.log": 500_000,
    }
    picture, fix = picture_at(lay_junk(tmp_path, tree))
    assert len(picture.switched.switches) == 1 < len(fix.lines)
    before, after = fix.measured.permitted.total, fix.foreseen.permitted.total
    found = [totals(picture, on) for on in sets(1)]
    assert found == [(before.files, before.bytes), (after.files, after.bytes)]
