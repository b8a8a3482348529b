"""What ARCHITECTURE.md says of the rooms is so."""

from __future__ import annotations

import re
import tomllib

from tests.support.places import ROOT

TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
PACKAGE = ROOT / "ctxopt"
ROWS = re.findall(r"^\| (\d) \| `(\w+)/` \|", TEXT, re.MULTILINE)


def layers():
    """The rows of the contract, the lowest first."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    contracts = {item["id"]: item for item in tools["importlinter"]["contracts"]}
    rows = [re.findall(r"\w+", row) for row in contracts["layers"]["layers"]]
    return list(reversed(rows))


def test_every_folder_has_a_row():
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert {folder for _, folder in ROWS} == folders


def test_every_module_of_the_root_is_named():
    modules = {path.name for path in PACKAGE.glob("*.py") if not path.name.startswith("__")}
    assert {name for name in modules if f"`{name}`" not in TEXT} == set()


def test_the_floors_are_those_of_the_contract():
    rank = {name: place for place, row in enumerate(layers()) for name in row}
    floors = {folder: int(floor) for floor, folder in ROWS}
    for one, other in zip(sorted(floors, key=rank.__getitem__), sorted(floors, key=floors.__getitem__), strict=True):  # fmt: skip
        assert floors[one] == floors[other]


def test_files_that_are_named_exist():
    named = re.findall(r"`((?:\w+/)+\w+\.py)`", TEXT)
    assert len(named) > 10
    assert [path for path in named if not (PACKAGE / path).is_file()] == []


def test_the_house_is_small_enough_to_draw():
    assert len({folder for _, folder in ROWS}) <= 12
    assert len(list(PACKAGE.glob("*.py"))) <= 10
    # ``__main__`` starts the house and is no floor of it.
    assert len(layers()) - 1 <= 10


def test_it_fits_on_one_page():
    assert TEXT.count("\n") <= 80
