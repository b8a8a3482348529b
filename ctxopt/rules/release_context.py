"""Whether a release tool builds a Dockerfile in a folder that it makes for it, with the programs it built.

Reads the configuration of GoReleaser at the context root. Source: https://goreleaser.com/customization/docker/.
"""

from __future__ import annotations

import os
import posixpath
import re
from typing import Final

from ctxopt.evidence.facts import Facts
from ctxopt.evidence.read_start import read_start

_FILE: Final = r"\.?goreleaser(?:[.-][\w.-]{1,40})?\.ya?ml$"
_MOST_BYTES: Final = 1 << 17
_BUILDS: Final = r"(?m)^dockers(?:_v2)?:"
_NAMES: Final = r"(?m)^\s{1,20}(?:-\s{1,9})?dockerfile:\s{0,9}[\"']?([^\s\"'#]+)"
_USUAL: Final = "Dockerfile"


def release_file(facts: Facts) -> str | None:
    """Return the file that has the Dockerfile built elsewhere; None where there is none."""
    folder = facts.view.tree.folders.get("")
    dockerfile = facts.analysis.context.dockerfile.inside
    if folder is None or dockerfile is None or "goreleaser" not in folder.joined:
        return None
    for name in folder.names:
        if re.match(_FILE, name) and dockerfile in _dockerfiles(facts, name):
            return name
    return None


def _dockerfiles(facts: Facts, name: str) -> set[str]:
    """Return the Dockerfiles that a configuration builds, as paths from the context root."""
    content = read_start(os.path.join(facts.view.tree.root, name), _MOST_BYTES) or b""
    text = content.decode("utf-8", "replace")
    if not re.search(_BUILDS, text):
        return set()
    named = re.findall(_NAMES, text)
    return {posixpath.normpath(path) for path in named} or {_USUAL}
