"""How one Compose model goes over another: maps by key, lists appended, with exceptions by path."""

from __future__ import annotations

from typing import Any

from ctxopt.errors import ProjectError
from ctxopt.projects.values import Fields, Text, line_of
from ctxopt.projects.yaml_text import Path, number_text

# What stands for a name below: any key.
ANY = "*"

# Lists of ``K=V`` or maps, as one likes; of a name the later one wins. CG override/merge.go.
_PAIRS = (
    ("services", ANY, "build", "args"),
    ("services", ANY, "build", "additional_contexts"),
    ("services", ANY, "build", "labels"),
    ("services", ANY, "environment"),
    ("services", ANY, "labels"),
    ("services", ANY, "annotations"),
    ("services", ANY, "sysctls"),
    ("services", ANY, "deploy", "labels"),
)
# None of these decides about files that are sent, and each has forms of its own: the later one stands for both.
_REPLACED = (
    ("services", ANY, "command"),
    ("services", ANY, "entrypoint"),
    ("services", ANY, "healthcheck", "test"),
    ("services", ANY, "build", "extra_hosts"),
    ("services", ANY, "extra_hosts"),
    ("services", ANY, "dns"),
    ("services", ANY, "dns_search"),
    ("services", ANY, "tmpfs"),
    ("services", ANY, "label_file"),
    ("services", ANY, "models"),
    ("services", ANY, "ulimits", ANY),
    ("networks", ANY, "ipam", "config"),
)
_MAPPED = (("services", ANY, "depends_on"), ("services", ANY, "networks"))
_LISTED = (("services", ANY, "env_file"),)


def matches(at: Path, pattern: Path) -> bool:
    """Tell whether a path is one that ``pattern`` means."""
    if len(at) != len(pattern):
        return False
    return all(wanted in (ANY, part) for part, wanted in zip(at, pattern, strict=True))


def merge(base: Any, over: Any, path: str, at: Path = (), line: int | None = None) -> Any:
    """Return ``base`` with ``over`` on top of it; nothing on top changes nothing.

    Raises ProjectError, in ``path`` at the line of ``over``, where the two do not fit.
    """
    if matches(at, ("services", ANY, "build")):
        base, over = long_build(base), long_build(over)
    if any(matches(at, pattern) for pattern in _PAIRS):
        return _merge_pairs(base, over)
    if over is None:
        return base
    # Compose's specification says by path what is replaced, what is a list and what a mapping.
    if base is None or any(matches(at, pattern) for pattern in _REPLACED):
        return over
    if any(matches(at, pattern) for pattern in _MAPPED):
        base, over = named(base), named(over)
    if any(matches(at, pattern) for pattern in _LISTED):
        base, over = listed(base), listed(over)
    refused = isinstance(base, list | Fields) and type(base) is not type(over)
    if refused or (isinstance(base, list) and at[-1:] == ("ssh",)):
        raise ProjectError(f"cannot override {'.'.join(at)}", path=path, line=line_of(over) or line)
    if isinstance(base, list):
        return base + over
    if not isinstance(base, Fields):
        return over
    made = base.shallow()
    for key, value in over.items():
        if key in made:
            made[key] = merge(made[key], value, path, (*at, key), over.line_of(key))
        else:
            made.place(key, value, over.lines.get(key, 0))
    return made


def long_build(build: Any) -> Any:
    """Return a ``build`` in its long form; a plain text is its context."""
    if not isinstance(build, str):
        return build
    made = Fields(line=line_of(build) or 0)
    made.place("context", build, line_of(build) or 0)
    return made


def named(value: Any) -> Any:
    """Return a list of names as a map of them."""
    if not isinstance(value, list):
        return value
    return Fields((str(name), None) for name in value)


def listed(value: Any) -> Any:
    """Return a value as a list of it, if it is none."""
    return value if isinstance(value, list) else [value]


def pairs(value: Any) -> list[Text]:
    """Return a map, or a list, as a list of ``K=V``; a name without a value stands alone."""
    if isinstance(value, Fields):
        return [_pair(key, inner, value.lines.get(key, 0)) for key, inner in value.items()]
    if isinstance(value, list):
        return [Text(str(item), line_of(item) or 0) for item in value]
    return []


def _pair(key: str, value: Any, line: int) -> Text:
    if value is None:
        return Text(key, line)
    return Text(f"{key}={scalar_text(value)}", line)


def scalar_text(value: Any) -> str:
    """Return a scalar as Go prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return str(value)


def _merge_pairs(base: Any, over: Any) -> Any:
    if base is None:
        return over
    last: dict[str, Text] = {}
    for pair in pairs(base) + pairs(over):
        last[pair.partition("=")[0]] = pair
    return list(last.values())


def remove(model: Any, at: Path) -> None:
    """Take what is at a path out of a model, in place; nothing there is fine."""
    for part in at[:-1]:
        model = model.get(part) if isinstance(model, Fields) else None
    if isinstance(model, Fields):
        model.pop(at[-1], None)
