"""Whether a file that is named like a secret is one: a cheap look at its first bytes.

Never keeps or shows what it reads.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from ctxopt.evidence.candidate import Candidate
from ctxopt.evidence.read_start import read_start
from ctxopt.evidence.secret_clue import BY_NAME, Clue, find_clue, find_value, without_harmless

if TYPE_CHECKING:
    from collections.abc import Callable

    from ctxopt.evidence.catalog import CatalogEntry
    from ctxopt.evidence.git_status import GitStatus

    TestsBeside = Callable[[], Iterable[bytes]]
    """Gives the texts of the tests in the folder of a file."""

_LOOKED_AT: Final = 1 << 14
_PLACES: Final = frozenset(
    [
        "test",
        "tests",
        "testing",
        "testdata",
        "test-data",
        "spec",
        "specs",
        "fixtures",
        "__fixtures__",
        "__tests__",
        "e2e",
        "suites",
        "integration",
        "itest",
        "itests",
        "mock",
        "mocks",
        "__mocks__",
        "example",
        "examples",
        "sample",
        "samples",
        "demo",
        "demos",
        "docs",
        "doc",
        "template",
        "templates",
    ]
)
_TEST_PLACE: Final = r"(?i)tests?\Z|\A(?:tests?|e2e|fixtures?)[-_.]"
_HARMLESS_NAME: Final = (
    r"(?i)example|sample|template|dummy|fake|mock|snakeoil|insecure|\.dist$|\.tpl$|\.tmpl$|\.j2$"
    r"|^debug\.keystore$|truststore|cacerts"
)
_KEY_FILE: Final = r"(?i)\.(?:pem|key|der|p8|p12|pfx|jks|keystore|ppk)\Z|\Aid_[a-z0-9]+\Z"
_TEST_KEY: Final = r"(?:\A|[-_.\d])(?i:tests?)(?![a-z]*(?:ament|ify|imon|ate))|[a-z\d]Test"
"""``testkey.pem`` and ``server-test.key``, and neither ``latest.pem`` nor ``contest.key``."""
_TEST_FILE: Final = r"(?i)(?:_tests?|[-.]tests?|_spec|\.spec)\.\w+\Z|\Atest_\w+\.py\Z"
MOST_TEST_FILES: Final = 50
_TEST_LOOKED_AT: Final = 1 << 18
_SETTING: Final = rb"(?m)^[ \t]*[^#;\s]"
_PUBLIC: Final = rb"-----BEGIN (?:CERTIFICATE|[A-Z ]*PUBLIC KEY|X509 CRL|DH PARAM)"


def clue_of(root: str, candidate: Candidate) -> Clue | None:
    """Return what shows that a candidate of these kinds holds secrets; None where it holds none.

    A name that says so is enough unless git tracks the file: then its content has to say so, too.
    """
    entry = candidate.entry
    if candidate.clue is not None:
        return candidate.clue
    if entry is None or _is_harmless_place(candidate.path, candidate.state):
        return None
    named = _named(entry)
    if candidate.is_dir:
        if candidate.bytes == 0:
            return None  # there is nothing in it
        if candidate.state != "tracked":
            named = BY_NAME
        return named
    content = read_start(os.path.join(root, candidate.path), _LOOKED_AT)
    if content is None:
        # What cannot be read cannot be cleared.
        return named
    folder = os.path.join(root, candidate.path.rpartition("/")[0])
    tests = partial(_tests_in, folder)
    return _clue_in(candidate.path, candidate.state, content, named, tests)


def clue_in_tracked(
    path: str, entry: CatalogEntry, content: bytes, tests_beside: TestsBeside
) -> Clue | None:
    """Return what shows that a file that git tracks holds secrets, of which ``entry`` speaks; None where it holds none."""
    if _is_harmless_place(path, "tracked"):
        return None
    return _clue_in(path, "tracked", content[:_LOOKED_AT], _named(entry), tests_beside)


def is_test_file(name: str) -> bool:
    """Tell whether a file is called as those with tests in them."""
    return re.search(_TEST_FILE, name) is not None


def _named(entry: CatalogEntry) -> Clue | None:
    """Return the clue that the name is; None where it is not enough."""
    if entry.confidence == "high":
        return BY_NAME
    return None


def _clue_in(
    path: str, state: GitStatus, content: bytes, named: Clue | None, tests_beside: TestsBeside
) -> Clue | None:
    """Return what shows a secret in a file that its name makes suspect; ``named`` where the name is enough."""
    left = without_harmless(content)
    # Comments about what was public are no settings of their own.
    if left != content and not re.search(_SETTING, left):
        left = b""
    if not left.strip() or _is_test_key(path, state, tests_beside):
        return None
    content = left
    clue = find_clue(content) or find_value(content, path)
    if clue is not None:
        return clue
    if re.search(_PUBLIC, content):
        return None
    if state == "tracked":
        # Key stores are binary and show nothing; a text that people committed has been read by them.
        if b"\0" in content:
            return named
        return None
    if state == "ignored":
        return BY_NAME
    return named


def _is_harmless_place(path: str, state: GitStatus) -> bool:
    """Whether the name, or a folder above it, says that this is for show or for tests."""
    *above, name = path.split("/")
    if re.search(_HARMLESS_NAME, name):
        return True
    # A file that git does not have belongs to one person, wherever it lies.
    if state in ("ignored", "untracked"):
        return False
    return any(part.lower() in _PLACES or re.search(_TEST_PLACE, part) for part in above)


def _is_test_key(path: str, state: GitStatus, tests_beside: TestsBeside) -> bool:
    """Whether a key is one of tests: its name says so, or a test beside it names it."""
    name = path.rpartition("/")[2]
    # A key that git does not have belongs to one person, whatever it is called.
    if state in ("ignored", "untracked") or not re.search(_KEY_FILE, name):
        return False
    # A test beside it speaks of it.
    return bool(re.search(_TEST_KEY, name)) or any(
        os.fsencode(name) in text for text in tests_beside()
    )


def _tests_in(folder: str) -> Iterator[bytes]:
    """Yield the starts of the tests in a folder of the disk."""
    try:
        tests = sorted(name for name in os.listdir(folder) if is_test_file(name))
    except OSError:
        return
    for test in tests[:MOST_TEST_FILES]:
        yield read_start(os.path.join(folder, test), _TEST_LOOKED_AT) or b""
