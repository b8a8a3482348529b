"""Options of the test run, and what tests of every folder ask for."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from ctxopt.tree import native
from tests.support.examples import PROFILE
from tests.support.places import ROOT
from tests.support.repositories import clean_environment

settings.load_profile(PROFILE)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite the expected outputs under fixtures/projects; the run fails, so that nobody leaves it on",
    )


_LONG = (
    "build", "cli", "evidence", "fix", "git", "guard", "languages", "projects", "report", "rules",
)  # fmt: skip
"""Folders whose tests lay repositories and plan fixes, or have tables of a thousand rows."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave three of four rows of their tables to the full run; the fast one still has each test."""
    rows: Counter[str] = Counter()
    for item in items:
        is_long = item.get_closest_marker("slow") is not None
        name, bracket, _ = item.nodeid.partition("[")
        if bracket and item.path.relative_to(ROOT / "tests").parts[0] in _LONG:
            if rows[name] % 4:
                item.add_marker(pytest.mark.slow)
            # Three of four rows reach nearly all that the whole table does.
            is_long = is_long or rows[name] % 4 == 3
            rows[name] += 1
        if is_long:
            item.add_marker(pytest.mark.untraced)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Measure no coverage of what runs long: to trace it takes as long again, and others reach the same lines."""
    tracer = sys.gettrace()
    if tracer is None or item.get_closest_marker("untraced") is None:
        return (yield)
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


@pytest.fixture
def plain_umask() -> Iterator[None]:
    """Run a test with the usual umask."""
    old = os.umask(0o022)
    yield
    os.umask(old)


@pytest.fixture
def pure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read folders in Python: for tests that change what ``os`` answers."""
    monkeypatch.setattr(native, "functions", None)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with nothing in it; no test writes there."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session", autouse=True)
def state_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the whole run keeps what it would keep in the user's state folder."""
    folder = tmp_path_factory.mktemp("state")
    os.environ["XDG_STATE_HOME"] = str(folder)
    return folder


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A folder that other users can reach, with what of our own lies above it.

    It is none of pytest's, whose top each run that begins meanwhile closes.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        while folder.stat().st_uid == os.geteuid() and str(folder) not in ("/", "/tmp"):
            if folder.stat().st_mode & 0o005 != 0o005:
                folder.chmod(0o755)
            folder = folder.parent
        yield Path(name)


@pytest.fixture
def clean(plain_umask: None, monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[None]:
    """Run a test with the usual umask, and an environment that no machine's configuration reaches."""
    clean_environment(monkeypatch, home)
    yield
    assert os.listdir(home) == []
