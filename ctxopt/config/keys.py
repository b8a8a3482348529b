"""The keys of the configuration: what each one may hold, and how it is read.

Pure: knows nothing of where values come from. ``load`` has the defaults, and adds the place to what
is raised here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Literal, TypeAlias, get_args

from ctxopt.builder import BUILDER_NAMES
from ctxopt.errors import ConfigError, IgnoreFileError
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.languages.ignore.text import clean_pattern
from ctxopt.severity import Severity
from ctxopt.units import either, parse_bandwidth, parse_percent, parse_size

BudgetView: TypeAlias = Literal["permitted", "transferred"]
ValueReader: TypeAlias = Callable[[object], Any]

_MAX_COUNT = 10**18


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _unfit("a text", value)
    if not value or "\0" in value:
        raise _unfit("a text with something in it", value)
    return value


def _choice(names: Collection[str]) -> ValueReader:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in names:
            raise _unfit(either(f'"{name}"' for name in names), value)
        return value

    return read


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise _unfit("a list of texts", value)
    return tuple(dict.fromkeys(_text(item) for item in value))


def _builders(value: object) -> tuple[str, ...]:
    chosen = _texts(value)
    if not chosen:
        raise _unfit("at least one builder", value)
    return tuple(map(_choice(BUILDER_NAMES), chosen))


def _selection(value: object) -> tuple[str, ...]:
    chosen = _texts(value)
    # A run without any rule would look like a pass.
    if not chosen:
        raise _unfit("at least one rule", value)
    return chosen


def read_kept(text: str) -> str:
    """Return a pattern of paths to keep as it was given; raises ConfigError if it cannot be one."""
    try:
        pattern = clean_pattern(text)
        read = None
        # A line break would make two lines of one pattern wherever it is written down.
        if pattern and "\n" not in text:
            read = read_matcher([(None, pattern)])
    except IgnoreFileError as error:
        raise ConfigError(f"Docker refuses the pattern {text!r}: {error.reason}") from error
    # Docker finds these only once it tries them on a path, in the middle of a build.
    if read is not None and read.has_broken:
        raise ConfigError(f"Docker refuses the pattern {text!r}: syntax error in pattern")
    if read is None or read.patterns[0].exception:
        raise ConfigError(
            f"not a pattern to keep: {text!r}",
            hint="write the path as an ignore file would, without !",
        )
    return text


def _patterns(value: object) -> tuple[str, ...]:
    return tuple(map(read_kept, _texts(value)))


def _size(value: object) -> int:
    if isinstance(value, str):
        return parse_size(value)
    return _natural(value, 'a size such as "40 MB"')


def _count(value: object) -> int:
    return _natural(value, "a whole number of 0 or more")


def _natural(value: object, expected: str) -> int:
    # A bool is an int to Python, and ``max-files = true`` would be a limit of one file.
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _unfit(expected, value)
    if value > _MAX_COUNT:
        raise _unfit(f"at most {_MAX_COUNT:,}", value)
    return value


def _percent(value: object) -> int:
    if not isinstance(value, str):
        raise _unfit('a percentage such as "10%"', value)
    return parse_percent(value)


def _bandwidth(value: object) -> int:
    if not isinstance(value, str):
        raise _unfit('a bandwidth such as "100 Mbit/s"', value)
    return parse_bandwidth(value)


def _severity(value: object) -> Severity:
    if not isinstance(value, str):
        raise _unfit('"info", "warning" or "error"', value)
    return Severity.parse(value)


def _threshold(value: object) -> Severity | None:
    if value == "never":
        return None
    return _severity(value)


def _table(read: ValueReader, expected: str) -> ValueReader:
    def read_table(value: object) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise _unfit(expected, value)
        found = {}
        for name, item in value.items():
            try:
                found[name] = read(item)
            except ConfigError as error:
                raise ConfigError(f"{name}: {error.message}", hint=error.hint) from error
        return found

    return read_table


def _argument(value: object) -> str:
    # Not a number: whether 1.10 is passed on as 1.1 must not depend on TOML.
    if not isinstance(value, str):
        raise _unfit("a text in quotes", value)
    return value


LIMITS: Final[Mapping[str, ValueReader]] = {
    "max-size": _size,
    "max-files": _count,
    "min-size": _size,
    "min-files": _count,
    "max-growth": _percent,
    "growth-floor": _size,
    "max-rebuilds": _count,
}
"""The keys that limit a context: at the top for all of them, in ``[[context]]`` for one."""

CONTEXT: Final[Mapping[str, ValueReader]] = {
    "path": _text,
    "dockerfile": _text,
    "target": _text,
    "builder": _choice(BUILDER_NAMES),
    "service": _text,
    "view": _choice(get_args(BudgetView)),
    **LIMITS,
}

KEYS: Final[Mapping[str, ValueReader]] = {
    "dockerfile": _text,
    "target": _text,
    "builder": _choice(BUILDER_NAMES),
    "builders": _builders,
    "ignorefile": _text,
    "build-args": _table(_argument, 'a table such as { VERSION = "3" }'),
    "format": _text,
    "select": _selection,
    "ignore": _texts,
    "fail-on": _threshold,
    "severity": _table(_severity, 'a table such as { rule = "error" }'),
    "keep": _patterns,
    "large-file": _size,
    "noise-floor": _size,
    "bandwidth": _bandwidth,
    "baseline": _text,
    **LIMITS,
}
"""The keys of a file that hold one value each; ``context`` is the one that does not."""


def nearest(name: str, known: Collection[str]) -> str | None:
    """Return the one of ``known`` that ``name`` was probably meant to be."""
    plain = name.strip().lower().replace("_", "-").replace(" ", "-")
    if plain in known:
        return plain
    # Loading it takes longer than reading a configuration.
    from difflib import get_close_matches

    return next(iter(get_close_matches(plain, sorted(known), 1)), None)


_MOST_NAMED = 12


def unknown(kind: str, name: str, known: Collection[str], place: str) -> ConfigError:
    """Return the error for a ``name`` that is not among ``known``, with the nearest that is."""
    close = nearest(name, known)
    hint = f"known: {', '.join(sorted(known))}"
    if close:
        hint = f"did you mean {close!r}?"
    elif kind == "rule" and len(known) > _MOST_NAMED:
        # A list that fills the screen helps no one; there is a command for it.
        hint = f"ctxopt {kind}s lists them"
    return ConfigError(f"{place}: unknown {kind} {name!r}", hint=hint)


def describe(value: object) -> str:
    """Say what a TOML value is, shortly enough for a message."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 10**40:
        # Python refuses to write an integer of more than 4,300 digits.
        return "a huge number"
    if isinstance(value, str | int | float):
        text = repr(value)
        if len(text) > 60:
            text = text[:57] + "..."
        return text
    if isinstance(value, list | tuple):
        if not value:
            return "an empty list"
        return "a list"
    if isinstance(value, Mapping):
        return "a table"
    return "a date or time"


def _unfit(expected: str, value: object) -> ConfigError:
    return ConfigError(f"expected {expected}, found {describe(value)}")
