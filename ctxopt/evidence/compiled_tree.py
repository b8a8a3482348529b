"""Whether steps compile or type-check all there is of a tree, tests beside the sources included. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_CHECKS: Final = r"(?<![\w.-])(?:(?:vue-)?tsc|next\s{1,9}build|ng\s{1,9}build|nest\s{1,9}build|svelte-check|react-scripts\s{1,9}build)(?![\w-])"
"""Commands that type-check what tsconfig.json includes, which is by default everything."""
_BUNDLES: Final = r"(?<![\w.-])(?:vite|webpack|rspack)(?![\w-])"
_CHECKING_PLUGINS: Final = ("vite-plugin-checker", "fork-ts-checker-webpack-plugin", "ts-loader")
_INDIRECT: Final = r"(?<![\w.-])(?:make|just|task)(?![\w-])|\.sh\b"
"""Steps that may run any script of a package."""
_WORD: Final = r"[\w:./-]{1,100}"


def compiles_all(steps: Iterable[str], packages: Iterable[str]) -> bool:
    """Tell whether ``steps`` type-check the whole tree; ``packages`` are the texts of package.json files."""
    script = "\n".join(steps)
    texts = list(packages)
    commands = _commands_run(script, list(map(_scripts, texts)))
    if re.search(_CHECKS, commands):
        return True
    has_plugin = any(plugin in text for text in texts for plugin in _CHECKING_PLUGINS)
    return has_plugin and re.search(_BUNDLES, commands) is not None


def _commands_run(script: str, packages: Iterable[Mapping[str, str]]) -> str:
    """Return ``script`` with the package scripts that it runs by name, and those that they run."""
    waiting: dict[str, list[str]] = {}
    for scripts in packages:
        for name, command in scripts.items():
            waiting.setdefault(name, []).append(command)
    found = [script]
    if re.search(_INDIRECT, script):
        return "\n".join(
            [script, *(command for several in waiting.values() for command in several)]
        )
    for text in found:  # grows while it is read: a script may run another
        for word in re.findall(_WORD, text):
            for name in (f"pre{word}", word, f"post{word}"):
                found += waiting.pop(name, ())
    return "\n".join(found)


def _scripts(text: str) -> dict[str, str]:
    import json

    try:
        table: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    scripts = table.get("scripts") if isinstance(table, dict) else None
    if not isinstance(scripts, dict):
        return {}
    return {name: command for name, command in scripts.items() if isinstance(command, str)}
