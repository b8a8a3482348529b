"""Whether a file that is named like a secret is one: a cheap look at its first bytes.

Never keeps or shows what it reads.
"""

from __future__ import annotations

import os
import re
from typing import Final

from ctxopt.evidence.candidate import Candidate
from ctxopt.evidence.read_start import read_start
from ctxopt.evidence.secret_clue import BY_NAME, Clue, find_clue, find_value, without_harmless

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
_MOST_TEST_FILES: Final = 50
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
    if entry is None or _is_harmless_place(candidate):
        return None
    named = None
    if entry.confidence == "high":
        named = BY_NAME
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
    return _clue_in(root, candidate, content, named)


def _clue_in(root: str, candidate: Candidate, content: bytes, named: Clue | None) -> Clue | None:
    """Return what shows a secret in a file that its name makes suspect; ``named`` where the name is enough."""
    left = without_harmless(content)
    # Comments about what was public are no settings of their own.
    if left != content and not re.search(_SETTING, left):
        left = b""
    if not left.strip() or _is_test_key(root, candidate):
        return None
    content = left
    clue = find_clue(content) or find_value(content, candidate.path)
    if clue is not None:
        return clue
    if re.search(_PUBLIC, content):
        return None
    if candidate.state == "tracked":
        # Key stores are binary and show nothing; a text that people committed has been read by them.
        if b"\0" in content:
            return named
        return None
    if candidate.state == "ignored":
        return BY_NAME
    return named


def _is_harmless_place(candidate: Candidate) -> bool:
    """Whether the name, or a folder above it, says that this is for show or for tests."""
    *above, name = candidate.path.split("/")
    if re.search(_HARMLESS_NAME, name):
        return True
    # A file that git does not have belongs to one person, wherever it lies.
    if candidate.state in ("ignored", "untracked"):
        return False
    return any(part.lower() in _PLACES or re.search(_TEST_PLACE, part) for part in above)


def _is_test_key(root: str, candidate: Candidate) -> bool:
    """Whether a key is one of tests: its name says so, or a test beside it names it."""
    folder, _, name = candidate.path.rpartition("/")
    # A key that git does not have belongs to one person, whatever it is called.
    if candidate.state in ("ignored", "untracked") or not re.search(_KEY_FILE, name):
        return False
    return bool(re.search(_TEST_KEY, name)) or _is_named_by_test(os.path.join(root, folder), name)


def _is_named_by_test(folder: str, key: str) -> bool:
    """Whether a test in ``folder`` speaks of the file ``key`` beside it."""
    try:
        tests = sorted(name for name in os.listdir(folder) if re.search(_TEST_FILE, name))
    except OSError:
        return False
    wanted = os.fsencode(key)
    for test in tests[:_MOST_TEST_FILES]:
        if wanted in (read_start(os.path.join(folder, test), _TEST_LOOKED_AT) or b""):
            return True
    return False
