"""Configuration files: finding them, and their TOML as it stands. Knows no key and judges no value."""

from __future__ import annotations

import os
import re
import stat
from typing import Any, NamedTuple

from ctxopt.errors import ConfigError
from ctxopt.read_file import read_regular, reason_of

OWN = "ctxopt.toml"
SHARED = "pyproject.toml"
_MOST = 4_000_000
"""Bytes of a file that people write; a parser of TOML would take minutes for far more."""
_SECTION = "[tool.ctxopt]"


class ConfigFile(NamedTuple):
    """One configuration file that was read."""

    path: str
    """As it can be opened from the working directory; what it names is relative to its folder."""
    name: str
    """As messages call it."""
    table: dict[str, Any]
    """The keys, of ``[tool.ctxopt]`` in a shared file."""
    text: str

    @property
    def folder(self) -> str:
        """The folder that relative paths start at; empty for the working directory."""
        return os.path.dirname(self.path)

    def place(self, key: str) -> str:
        """Return ``path:line`` of ``key``, or the path alone where the line is not plain to see."""
        is_shared = os.path.basename(self.path) == SHARED
        named = re.compile(rf"\s*(?:\[+\s*)?(?:[\w.-]+\.)?[\"']?{re.escape(key)}[\"']?\s*[=.\]]")
        inside = not is_shared
        lines = []
        for number, line in enumerate(self.text.split("\n"), 1):
            if is_shared and line.lstrip().startswith("["):
                inside = re.match(r"\s*\[+\s*tool\s*\.\s*ctxopt\b", line) is not None
            if inside and named.match(line):
                lines.append(number)
        # Two lines look like the key: naming the wrong one would be worse than naming none.
        if len(lines) != 1:
            return self.path
        return f"{self.path}:{lines[0]}"


def find_config_file(root: str) -> ConfigFile | None:
    """Read the configuration at ``root``, in its own file or in the shared one; None without any.

    Raises ConfigError where both hold one, and for a file that cannot be read or parsed.
    """
    own = _read_found(root, OWN)
    shared = _read_found(root, SHARED)
    if own is not None and shared is not None:
        raise ConfigError(
            f"two configurations: {own.path} and {_SECTION} in {shared.path}",
            hint="keep one of them",
        )
    return own or shared


def read_config_file(path: str) -> ConfigFile:
    """Read the configuration file ``path``; a pyproject.toml has to hold ``[tool.ctxopt]``.

    Raises ConfigError.
    """
    file = _parse(path, path, _read(path))
    if file is None:
        raise ConfigError(
            f"{path}: there is no {_SECTION}", hint="add the table or name another file"
        )
    return file


def _read_found(root: str, name: str) -> ConfigFile | None:
    path = name
    # Messages name the file as a person in that folder would.
    if root not in ("", "."):
        path = os.path.join(root, name)
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        if name == OWN and os.path.islink(path):
            raise ConfigError(f"{path} is a link to nothing", hint="repair or remove it") from None
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(f"configuration {path!r}: {reason_of(error)}") from error
    if not stat.S_ISREG(mode):
        if name == OWN:
            # Opening a FIFO would wait forever.
            raise ConfigError(f"{path} is not a regular file", hint="rename or remove it")
        return None
    content = _read(path)
    # Most shared files are not about ctxopt, and loading a parser costs more than this search.
    if name == SHARED and b"ctxopt" not in content:
        return None
    return _parse(path, name, content)


def _read(path: str) -> bytes:
    return read_regular(path, "configuration", ConfigError, most=_MOST)


def _parse(path: str, name: str, content: bytes) -> ConfigFile | None:
    import tomllib

    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: the text is not UTF-8") from error
    try:
        table = tomllib.loads(text)
    except RecursionError as error:
        raise ConfigError(f"{path}: values are nested too deeply") from error
    except ValueError as error:
        raise _broken(path, text, error) from error
    if os.path.basename(path) == SHARED:
        tool = table.get("tool")
        if not isinstance(tool, dict) or "ctxopt" not in tool:
            return None
        table = tool["ctxopt"]
        if not isinstance(table, dict):
            raise ConfigError(f"{path}: tool.ctxopt has to be a table", hint=f"write {_SECTION}")
    return ConfigFile(path, name, table, text)


def _broken(path: str, text: str, error: ValueError) -> ConfigError:
    reason, _, where = str(error).rpartition(" (at ")
    line = re.match(r"line (\d+)", where)
    if line is not None:
        path = f"{path}:{line[1]}"
    elif where.startswith("end of document"):
        path = f"{path}:{text.rstrip().count(chr(10)) + 1}"
    reason = reason or str(error)
    return ConfigError(f"{path}: {reason[:1].lower()}{reason[1:]}", hint="the file has to be TOML")
