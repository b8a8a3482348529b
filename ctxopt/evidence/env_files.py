"""Which tool of a build reads ``.env`` files while it builds, and whether a file is written for that. Opens that file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Final

from ctxopt.evidence.read_start import read_start
from ctxopt.paths import name

_MOST_BYTES: Final = 1 << 16
_TOOLS: Final = (
    r"(?<![\w./-])(vite|next|nuxt|nuxi|astro|gatsby|parcel|expo|remix|react-scripts|craco|vue-cli-service|svelte-kit|quasar|"
    r"dotenv|env-cmd|artisan)(?:\s{1,9}(?:--?[\w-]{1,30}\s{1,9})?(?:vite:)?"
    r"(?:build|generate|export|config:cache|optimize)(?![\w-])|\s{1,9}(?:--|-f|-e)\s)"
)
"""Tools with the commands that make their output."""
_GIVEN: Final = r"--env-file[= ]"
_PUBLIC: Final = (
    rb"(?m)^[ \t]{0,9}(?:export[ \t]{1,9})?"
    rb"(?:VITE|NEXT_PUBLIC|NUXT|PUBLIC|REACT_APP|VUE_APP|GATSBY|EXPO_PUBLIC|PARCEL|QUASAR|STORYBOOK)_\w{1,99}[ \t]{0,9}="
)
"""Names that the tools put into what they make."""


def env_reader(texts: Iterable[str]) -> str | None:
    """Return the tool that one of the commands ``texts`` calls and that reads ``.env`` files; None without one."""
    for text in texts:
        found = re.search(_TOOLS, text)
        if found:
            return found[1]
        if re.search(_GIVEN, text):
            return "a step"
    return None


def is_env_file(path: str) -> bool:
    """Tell whether a file is called as those that the tools look for."""
    return name(path) == ".env" or name(path).startswith(".env.")


def is_for_builds(root: str, path: str) -> bool:
    """Tell whether the file at ``path`` sets what a tool puts into its output, and so is input of the build."""
    content = read_start(os.path.join(root, path), _MOST_BYTES) or b""
    return re.search(_PUBLIC, content) is not None
