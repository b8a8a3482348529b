"""Errors keep what they know when a place is put before their message."""

from __future__ import annotations

import pytest

from ctxopt.errors import ConfigError, CtxoptError, DockerfileError, ExitCode, IgnoreFileError


@pytest.mark.parametrize("kind", [IgnoreFileError, DockerfileError])
def test_an_error_in_a_state_keeps_its_place(kind):
    error = kind("bad pattern", path="api/file", line=3, hint="correct it")
    seen = error.seen_in("the index")
    assert type(seen) is kind
    assert str(seen) == seen.message == "the index: api/file:3: bad pattern"
    assert (seen.reason, seen.path, seen.line) == ("bad pattern", "api/file", 3)
    assert (seen.hint, seen.exit_code) == ("correct it", ExitCode.USAGE)
    assert error.message == "api/file:3: bad pattern"


@pytest.mark.parametrize("kind", [CtxoptError, ConfigError])
def test_an_error_without_a_place(kind):
    seen = kind("no").seen_in("HEAD~1")
    assert (type(seen), str(seen), seen.hint) == (kind, "HEAD~1: no", None)
