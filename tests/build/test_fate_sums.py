"""What becomes of the bytes of each folder: sums that are those of the measured view."""

from __future__ import annotations

import pytest

from ctxopt.build.fate_sums import FateSums
from ctxopt.build.fates import FATES
from ctxopt.builder import BuilderName
from tests.support.explorers import exploration_at
from tests.support.pictures import JUNK, lay_junk
from tests.support.trees import lay

IGNORES = {"none": None, "some": "node_modules\n*.md\n!docs/README.md\n", "all": "*\n"}


def sums_at(root: str, builder: BuilderName = "buildkit") -> FateSums:
    return exploration_at(root, builder).start.sums


def by_fate(sums: FateSums, path: str) -> dict[str, int]:
    found = zip(FATES, sums.of(path).by_bytes, strict=True)
    return {fate: size for fate, size in found if size}


@pytest.mark.parametrize("builder", ["buildkit", "classic", "podman"])
@pytest.mark.parametrize("ignore", IGNORES)
def test_the_sums_are_those_of_the_views(tmp_path, ignore: str, builder: BuilderName) -> None:
    tree = dict(JUNK)
    if (lines := IGNORES[ignore]) is not None:
        tree[".dockerignore"] = lines
    now = exploration_at(lay_junk(tmp_path, tree), builder).start
    could, whole = now.facts.view.total, now.sums.of("")
    assert (whole.files - whole.kept_files, whole.bytes - whole.kept_bytes) == (
        could.files,
        could.bytes,
    )
    if now.facts.plan is not None and builder == "buildkit":
        assert whole.sent_bytes == now.facts.analysis.sent.total.bytes


def test_each_fate_has_its_bytes(tmp_path) -> None:
    root = lay(
        tmp_path,
        {
            "Dockerfile": "FROM a AS one\nCOPY lib /lib\nFROM b\nCOPY web /web\nCOPY missing* x /\n",
            ".dockerignore": "**/*.log\n",
            "lib/a": 30,
            "lib/b.log": 5,
            "web/a": 200,
            "x": 7,
            "other": 1_000,
        },
    )
    sums = sums_at(root)
    assert by_fate(sums, "web") == {"final": 200}
    # The first stage is none that the image is made of.
    assert by_fate(sums, "lib") == {"unasked": 30, "kept": 5}
    assert by_fate(sums, "")["final"] == 207
    assert sums.of("web").fates == ("final",)
    assert sums.of("lib").fates == ("unasked", "kept")


def test_the_largest_come_first_and_the_rest_adds_up(tmp_path) -> None:
    root = lay(tmp_path, {"a/x": 10, "a/y": 30, "b": 25, "c": 0, "d/": 0, "e": 40})
    sums = sums_at(root)
    largest = sums.largest("", 3)
    assert [(entry.path, entry.sum.bytes) for entry in largest] == [("a", 40), ("e", 40), ("b", 25)]
    rest = sums.of("").less(entry.sum for entry in largest)
    assert (rest.bytes, rest.files) == (0, 1)
    assert sums.number_in("") == 5


def test_what_was_not_read_has_nothing(tmp_path) -> None:
    sums = sums_at(lay(tmp_path, {"a": 1}))
    assert sums.of("a").bytes == sums.of("gone").files == sums.number_in("gone") == 0
    assert sums.largest("gone", 5) == []


def test_what_arrives_empty_weighs_nothing(tmp_path) -> None:
    root = lay(tmp_path, {"a/link": {"link": "b"}, "a/b": 9})
    sums = sums_at(root)
    assert (sums.of("a").files, sums.of("a").bytes) == (1, 9)
