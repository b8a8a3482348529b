"""``ctxopt plugin``: the program as a command of Docker's own, ``docker ctxopt``.

Source: docker/cli, cli-plugins/manager: a plugin is an executable ``docker-NAME`` in ``cli-plugins``, asked for its metadata
and then called with all arguments of ``docker``.
"""

from __future__ import annotations

import os
import shlex
import stat
import sys
from enum import StrEnum
from typing import Annotated, Final

import typer

from ctxopt.cli.boundary import command
from ctxopt.errors import ExitCode, WriteError
from ctxopt.report import console

_NAME: Final = "docker-ctxopt"
_MARK: Final = (
    b"#!/bin/sh\n# Written by `ctxopt plugin install`; `ctxopt plugin uninstall` removes it.\n"
)
_SCRIPT: Final = """\
# Docker hands over its own options, too, before the name of the plugin.
while [ $# -gt 0 ]; do
  case $1 in
    docker-cli-plugin-metadata) break ;;
    ctxopt) shift; break ;;
    -c|--context|-H|--host|-l|--log-level|--config|--tlscacert|--tlscert|--tlskey) [ $# -lt 2 ] || shift ;;
  esac
  shift
done
exec {python} -P -m ctxopt "$@"
"""


class PluginAction(StrEnum):
    """What to do with the plugin."""

    install = "install"
    uninstall = "uninstall"


Action = Annotated[
    PluginAction,
    typer.Argument(help="Write docker-ctxopt to cli-plugins in DOCKER_CONFIG, or remove it."),
]


@command
def plugin(action: Action) -> int:
    """Make ctxopt a command of Docker: docker ctxopt scan."""
    folder = os.path.join(_configuration(), "cli-plugins")
    path = os.path.join(folder, _NAME)
    present = _present(path)
    if action is PluginAction.install:
        _install(folder, path, present)
        console.note(f"{console.printable(path)} is written: docker ctxopt scan")
    elif present is None:
        console.note(f"there is no {console.printable(path)}")
    else:
        from ctxopt.atomic_write import remove_file

        remove_file(path, expected=present, root=folder)
        console.note(f"{console.printable(path)} is removed")
    return ExitCode.OK


def _configuration() -> str:
    """Return Docker's folder, as its client finds it."""
    return os.environ.get("DOCKER_CONFIG") or os.path.join(os.path.expanduser("~"), ".docker")


def _present(path: str) -> bytes | None:
    """Return the plugin that is there, None where there is none; raises WriteError for one of another program."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise WriteError(f"cannot look for {path!r}: {error.strerror}") from error
    from ctxopt.read_file import read_regular

    foreign = f"{path!r} is not ctxopt's, and stays as it is"
    if stat.S_ISLNK(mode):
        raise WriteError(foreign, hint="remove it first")
    content = read_regular(path, "plugin", WriteError)
    if not content.startswith(_MARK):
        raise WriteError(foreign, hint="remove it first")
    return content


def _install(folder: str, path: str, present: bytes | None) -> None:
    from ctxopt.atomic_write import replace_file

    script = _MARK + os.fsencode(_SCRIPT.format(python=shlex.quote(sys.executable)))
    try:
        # As Docker's client makes it: what else is in there, such as logins, is of one user alone.
        os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise WriteError(f"cannot make {folder!r}: {error.strerror}") from error
    replace_file(path, script, expected=present, root=folder)
    try:
        os.chmod(path, 0o755)  # noqa: S103 - Docker starts what is executable
    except OSError as error:
        raise WriteError(f"cannot make {path!r} executable: {error.strerror}") from error
