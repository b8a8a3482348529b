"""Which rows are shown: folders open when asked to, the largest first, and not all of a large one at once."""

from __future__ import annotations

import pytest

from ctxopt.report.explorer.outline import MOST, Outline
from ctxopt.report.explorer.search import PathSearch
from ctxopt.tree.model import FILE
from tests.support.explorers import exploration_at
from tests.support.trees import lay

TREE = {"a/b/c": 50, "a/b/d": 10, "a/e": 70, "f": 100, "g/": 0, "Über/Groß.txt": 5}


@pytest.fixture
def outline(tmp_path) -> Outline:
    return Outline(exploration_at(lay(tmp_path, TREE)).start.sums)


def shown(outline: Outline) -> list[str]:
    return ["  " * row.depth + (row.path or "…") for row in outline.rows]


def test_the_largest_are_first(outline) -> None:
    assert shown(outline) == ["a", "f", "Über", "g"]
    assert outline.largest == 130


def test_folders_open_and_close(outline) -> None:
    outline.open(0)
    assert shown(outline)[:4] == ["a", "  a/e", "  a/b", "f"]
    outline.open(2)
    assert shown(outline)[:6] == ["a", "  a/e", "  a/b", "    a/b/c", "    a/b/d", "f"]
    outline.close(0)
    assert shown(outline) == ["a", "f", "Über", "g"]
    outline.open(0)
    # What was open in it still is.
    assert "    a/b/c" in shown(outline)


@pytest.mark.parametrize("index", [1, 3])
def test_what_holds_nothing_does_not_grow(outline, index: int) -> None:
    outline.open(index)
    assert len(outline.rows) == 4
    outline.close(index)
    assert len(outline.rows) == 4


def test_rows_know_what_they_lie_in(outline) -> None:
    place = outline.reveal("a/b/c")
    assert outline.rows[place].path == "a/b/c"
    above = outline.above(place)
    assert above is not None
    assert outline.rows[above].path == "a/b"
    assert outline.above(0) is None
    assert outline.place_of("gone") is None


def test_a_large_folder_is_shown_in_parts(tmp_path) -> None:
    root = lay(tmp_path, {f"many/{number:04}": 1 + number for number in range(1_200)})
    outline = Outline(exploration_at(root).start.sums)
    outline.open(0)
    rest = outline.rows[-1]
    assert len(outline.rows) == 1 + MOST + 1
    assert (rest.entry, rest.more, rest.sum.files) == (None, 1_200 - MOST, 1_200 - MOST)
    assert sum(row.sum.bytes for row in outline.rows[1:]) == outline.largest
    outline.open(len(outline.rows) - 1)
    assert len(outline.rows) == 1 + 2 * MOST + 1
    # The least of all is found wherever it is.
    place = outline.reveal("many/0000")
    assert outline.rows[place].path == "many/0000"


def test_words_are_found_in_paths(tmp_path) -> None:
    start = exploration_at(lay(tmp_path, TREE)).start
    search = PathSearch(start.facts.analysis.tree.folders)

    def found(text: str) -> list[str]:
        return search.find(text, start.sums)

    assert found("e") == ["a/e", "Über"]
    assert found("a d") == ["a/b/d"]
    assert found("A/B") == []
    assert found("A B C") == ["a/b/c"]
    assert found("groß ÜBER") == ["Über/Groß.txt"]
    assert found("") == found("  ") == found("nothing") == []


def test_special_files_are_rows(tmp_path) -> None:
    root = lay(tmp_path, {"l": {"link": "f"}, "f": 1})
    outline = Outline(exploration_at(root).start.sums)
    kinds = {row.path: row.entry and row.entry.kind for row in outline.rows}
    assert kinds["f"] == FILE
    assert kinds["l"] != FILE
