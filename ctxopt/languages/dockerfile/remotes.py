"""Which ADD and COPY sources are remote; knows nothing of the network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from ctxopt.languages.dockerfile.model import PathKind

_PROTOCOL = r"([a-zA-Z0-9]+)://"
_SCP = r"[a-zA-Z0-9\-_]+@[a-zA-Z0-9\-.]+:[^\n]*"


def is_http(source: str) -> bool:
    """Whether ``source`` is fetched over http, or cloned over it."""
    return source.startswith(("http://", "https://"))


def is_git_ref(source: str) -> bool:
    """Whether ``source`` is a git repository to clone.

    Source: moby/buildkit frontend/dockerfile/dfgitutil/git_ref.go ParseGitRef, where ``github.com/...`` without a
    protocol stays a local path
    """
    if source.startswith(("./", "../", "github.com/")):
        return False
    protocol = re.match(_PROTOCOL, source)
    if protocol is None:
        return re.fullmatch(_SCP, source) is not None
    name = protocol[1].lower()
    if name in ("ssh", "git"):
        return True
    path = re.split(r"[?#]", source[protocol.end() :], maxsplit=1)[0]
    host, slash, rest = path.partition("/")
    return name in ("http", "https") and bool(host or slash) and unquote(rest).endswith(".git")


def kind_of(source: str) -> PathKind:
    """Return whether ``source`` is a repository, a file behind http or a path of the context."""
    # In this order: a repository may be cloned over http.
    if is_git_ref(source):
        return "git"
    if is_http(source):
        return "http"
    return "local"
