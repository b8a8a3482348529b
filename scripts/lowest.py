"""Print constraints under which pip installs the lowest versions that ``pyproject.toml`` allows the program.

    python3 -m scripts.lowest >lowest.txt && pip install -c lowest.txt '.[test]'

The tools of development stay at the versions of ``requirements-dev.txt``.
"""

from __future__ import annotations

import re
import sys
import tomllib

_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)>=(?P<lowest>[\w.]+)(?:,<[\w.]+)?")


def lowest(requirements: list[str]) -> dict[str, str]:
    """Take requirements as ``name>=1.0`` or ``name>=1.0,<2``; return the lowest version by name."""
    found = {}
    for requirement in requirements:
        match = _REQUIREMENT.fullmatch(requirement)
        if not match:
            sys.exit(f"{requirement} does not say what its lowest version is")
        found[match["name"]] = match["lowest"]
    return found


def constraints(lock: str, pins: dict[str, str]) -> list[str]:
    """Return the lines of a lock file, with the versions of ``pins`` in place of its own."""
    locked = [line for line in lock.splitlines() if re.match(r"\w", line)]
    kept = [line for line in locked if line.partition("==")[0] not in pins]
    return kept + [f"{name}=={version}" for name, version in pins.items()]


def main() -> None:
    """Print them."""
    with open("pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    with open("requirements-dev.txt", encoding="utf-8") as file:
        lock = file.read()
    print("\n".join(constraints(lock, lowest(project["dependencies"]))))


if __name__ == "__main__":
    main()
