"""Whether a file that is named like a secret is one: a cheap look at its first bytes.

Never keeps or shows what it reads.
"""

from __future__ import annotations

import os
import re
from typing import Final

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.read_start import read_start

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
_TOKEN: Final = (
    rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY|PuTTY-User-Key-File|\"private_key\"\s*:\s*\"-----BEGIN"
    rb"|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{30}|\bglpat-[\w-]{20}"
    rb"|\bxox[abprs]-[\w-]{10}|\b[sr]k_live_\w{16}|\bAIza[\w-]{35}|\bnpm_[A-Za-z0-9]{36}"
    rb"|_(?:authToken|auth|password)\s*=\s*[^\s${}]{6}|\"client_secret\"\s*:\s*\"[^\"$<]{6}"
    rb"|\"auth\"\s*:\s*\"[A-Za-z0-9+/=]{8}|//[^/\s:@$]{1,80}:[^/\s:@${<]{6,80}@[\w.-]*\.\w"
)
_ASSIGNMENT: Final = (
    rb"(?im)^[ \t]*(?:export[ \t]+)?[\"']?[\w.-]*(?:secret|token|passwo?r?d|api_?key|private_?key|"
    rb"credential|access_?key)[\w.-]*[\"']?[ \t]*[=:][ \t]*[\"']?([^\s\"'#]{6,})"
)
_PLACEHOLDER: Final = (
    rb"(?i)\A(?:change|replace|your|my[_-]?secret|insert|enter|todo|fixme|x{3}|\*{3}|<|\$|\{\{|%|!|example|"
    rb"sample|dummy|fake|test|dev|local|none|null|true|false|default|placeholder|secret|password|"
    rb"postgres|admin|root|access_?key|minio|https?://)"
)
_KEY_FILE: Final = r"(?i)\.(?:pem|key|der|p8|p12|pfx|jks|keystore|ppk)\Z|\Aid_[a-z0-9]+\Z"
_TEST_KEY: Final = r"(?:\A|[-_.\d])(?i:tests?)(?![a-z]*(?:ament|ify|imon|ate))|[a-z\d]Test"
"""``testkey.pem`` and ``server-test.key``, and neither ``latest.pem`` nor ``contest.key``."""
_TEST_FILE: Final = r"(?i)(?:_tests?|[-.]tests?|_spec|\.spec)\.\w+\Z|\Atest_\w+\.py\Z"
_MOST_TEST_FILES: Final = 50
_TEST_LOOKED_AT: Final = 1 << 18
_NOT_PRODUCTION: Final = rb"(?m)^(?:development|test):[ \t]*(?:#[^\n]*)?\n(?:[ \t]+[^\n]*(?:\n|\Z)|[ \t]*(?:#[^\n]*)?\n)*"
"""Sections of a file of Rails that hold throw-away values. One with an anchor may be merged into production."""
_PUBLIC: Final = rb"-----BEGIN (?:CERTIFICATE|[A-Z ]*PUBLIC KEY|X509 CRL|DH PARAM)"


def is_secret(root: str, candidate: Candidate) -> bool:
    """Tell whether a candidate of the kinds ``secret`` and ``infrastructure-state`` holds secrets.

    A name that says so is enough unless git tracks the file: then its content has to say so, too.
    """
    entry = candidate.entry
    if entry is None or _is_harmless_place(candidate):
        return False
    has_sure_name = entry.confidence == "high"
    if candidate.is_dir:
        if candidate.bytes == 0:
            return False  # there is nothing in it
        return has_sure_name or candidate.state != "tracked"
    content = read_start(os.path.join(root, candidate.path), _LOOKED_AT)
    if content is None:
        # What cannot be read cannot be cleared.
        return has_sure_name
    if candidate.path.endswith((".yml", ".yaml")):
        content = re.sub(_NOT_PRODUCTION, b"", content)
    if not content.strip() or _is_test_key(root, candidate):
        return False
    if shows_secret(content):
        return True
    if re.search(_PUBLIC, content):
        return False
    if candidate.state == "tracked":
        # Key stores are binary and show nothing; a text that people committed has been read by them.
        return has_sure_name and b"\0" in content
    return has_sure_name or candidate.state == "ignored"


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


def shows_secret(content: bytes) -> bool:
    """Tell whether the start of a file holds a private key, a token, or a password that looks real."""
    if re.search(_TOKEN, content):
        return True
    return any(not re.match(_PLACEHOLDER, match[1]) for match in re.finditer(_ASSIGNMENT, content))
