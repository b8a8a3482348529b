"""What runs once the image is there: fixtures that the application loads, tests that its entry point offers.

Opens the scripts that CMD and ENTRYPOINT name, as far as they come from the context.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ctxopt.evidence.git_history import BuildTakings, Taking
from ctxopt.evidence.needs import Clues, Need
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.paths import join, name, parent
from ctxopt.tree.model import FILE

TEST_FOLDERS: Final = frozenset({"test", "tests", "spec", "e2e", "cypress", "__tests__"})
"""Folders in which fixtures are input of tests."""
_FIXTURES: Final = "fixtures"
_APPLICATION: Final = ("models.py", "apps.py", "migrations")
"""What an application of Django consists of: it finds the fixtures beside these by itself."""
_COMPILED: Final = (
    "go.mod", "Cargo.toml", "pom.xml", "build.gradle", "build.gradle.kts", "CMakeLists.txt", "meson.build",
)  # fmt: skip
"""Manifests at the root of sources that are of no use before they are compiled."""
_LOADS: Final = r"\bloaddata\b"
_WORD: Final = r"[\w./@+-]+"
_TEST_CASE: Final = (
    r"(?ms)^[ \t]*\(?[\w|\"' \t-]*\btests?\b[\w|\"' \t-]*\)(?P<body>.*?)(?:;;|\besac\b)"
)
_TEST_RUNNER: Final = r"\b(?:pytest|rspec|phpunit|jest|vitest)\b"


class StartText(NamedTuple):
    """Commands of an image, and where they stand."""

    place: str
    text: str


def needs_of_start(
    taken: BuildTakings, files: SentFiles, fixtures: Iterable[str], where: str = ""
) -> Clues:
    """Return what the image of a build reads once it runs; ``where`` says which Dockerfile it is if it is another one.

    ``fixtures`` are those that the command ``loaddata`` of Django would find.
    """
    started = list(started_texts(taken, files, where))
    steps = [StartText(f"RUN in line {run.line}{where}", run.script) for run in taken.build.runs]
    loads = next((item.place for item in (*steps, *started) if re.search(_LOADS, item.text)), None)
    needs: tuple[Need, ...] = ()
    if loads is not None:
        needs = tuple(Need(path, f"{loads} loads fixtures") for path in fixtures)
    tests = next((item.place for item in started if _offers_tests(item.text)), None)
    if tests is None and _is_for_work(taken, files):
        tests = "an image to work in"
    return Clues(needs=needs, tests=tests)


def needs_of_loads(texts: Iterable[str], fixtures: Iterable[str]) -> Clues:
    """Return the fixtures where one of ``texts``, those that steps and commands call, loads some."""
    if not any(re.search(_LOADS, text) for text in texts):
        return Clues()
    return Clues(
        needs=tuple(Need(path, "a script that is called loads fixtures") for path in fixtures)
    )


def _is_for_work(taken: BuildTakings, files: SentFiles) -> bool:
    """Whether the image holds sources that nothing compiles and nothing starts: people build and test in it.

    Sources that need no compiler are started by the base image, as those of PHP are.
    """
    build = taken.build
    if not any(files.has(manifest) for manifest in _COMPILED):
        return False
    if any(item.keyword in ("CMD", "ENTRYPOINT") for item in build.dockerfile.instructions):
        return False
    lineage = set(build.lineage(build.target))
    whole = [
        taking.source.line
        for taking in taken.takings
        if taking.source.stage in lineage and "" in taking.roots and taking.source.mount is None
    ]
    # What is taken from another stage was made there, and that is what the image is for.
    if not whole or any(item.from_ and item.stage in lineage for item in build.sources):
        return False
    return all(run.stage not in lineage or run.line < min(whole) for run in build.runs)


def find_fixtures(folders: Iterable[str], files: SentFiles) -> list[str]:
    """Return the folders of fixtures in ``folders``, those of the project itself, that are not among tests."""
    found = []
    for path in folders:
        folder = files.tree.folders[path]
        if _FIXTURES in folder.names and TEST_FOLDERS.isdisjoint(path.split("/")):
            found += files.existing(folder.child(_FIXTURES))
    return found


def needs_of_applications(fixtures: Iterable[str], files: SentFiles) -> Clues:
    """Return the fixtures that lie in an application: Django finds those by itself."""
    return Clues(needs=tuple(_application_fixtures(fixtures, files)))


def _application_fixtures(fixtures: Iterable[str], files: SentFiles) -> Iterator[Need]:
    for path in fixtures:
        beside = files.tree.folders[parent(path)].names
        found = next((item for item in _APPLICATION if item in beside), None)
        if found is not None:
            yield Need(
                path, f"it lies beside {join(parent(path), found)}, as data of an application"
            )


def started_texts(taken: BuildTakings, files: SentFiles, where: str = "") -> Iterator[StartText]:
    """Yield the commands that start the image, and the scripts of the context that they name."""
    opened: set[str] = set()
    for instruction in taken.build.dockerfile.instructions:
        if instruction.keyword not in ("CMD", "ENTRYPOINT"):
            continue
        command = " ".join(instruction.args)
        yield StartText(f"{instruction.keyword} in line {instruction.line}{where}", command)
        for word in re.findall(_WORD, command):
            for path in _scripts(word, taken.takings, files):
                if path not in opened:
                    opened.add(path)
                    yield StartText(path, files.text(path))


def _scripts(word: str, takings: Iterable[Taking], files: SentFiles) -> Iterator[str]:
    """The files of the context that may lie at the path ``word`` of the image."""
    if "/" not in word and "." not in word:
        return
    parts = [part for part in word.split("/") if part not in ("", ".", "..")]
    # The working directory may come from the base image: each end of the path may be one of the context.
    ends = ["/".join(parts[start:]) for start in range(len(parts))]
    for taking in takings:
        for root in taking.roots:
            if ends and name(root) == ends[-1]:
                yield root
            yield from (join(root, end) for end in ends if _is_file(join(root, end), files))


def _is_file(path: str, files: SentFiles) -> bool:
    found = files.lookup.find(path)
    if found is None:
        return False
    folder, place = found
    return folder.kinds[place] == FILE


def _offers_tests(script: str) -> bool:
    """Whether a script has a case for tests that runs them, as in ``docker run IMAGE tests``."""
    return any(re.search(_TEST_RUNNER, case["body"]) for case in re.finditer(_TEST_CASE, script))
