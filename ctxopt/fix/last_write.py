"""What an ignore file was before ctxopt last wrote it, kept so that the write can be taken back.

Kept in the git folder of the file's repository, or else in the user's state folder: never beside the file, nor where
Docker would send it. Each write has a folder of its own there, called after the file's real path, and is whole once
the folder has that name. Writes no ignore file itself.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from ctxopt.atomic_write import replace_file
from ctxopt.errors import WriteError
from ctxopt.git.folder import git_folder
from ctxopt.read_file import read_regular, reason_of

_PLACE = os.path.join("ctxopt", "undo")
_BEFORE = "before"
_NEW = "was-not-there"
"""Stands in for ``before`` where there was no file, so that a lost one is not taken for that."""
_WRITTEN = "written"
_UNFINISHED = ".part"
_MOST_BYTES = 64 << 20
"""No ignore file is larger, and what is kept is read whole."""


class NothingToUndoError(WriteError):
    """No write of the file is kept that could be taken back."""


class Record(NamedTuple):
    """One write."""

    folder: str
    """Where it is kept, absolute."""
    before: bytes | None
    """None where there was no file."""
    written: bytes


class Kept(NamedTuple):
    """A write that is about to be done."""

    folder: str
    """Empty where it could not be kept."""
    older: tuple[str, ...]
    """The folders of the writes before it."""
    reason: str = ""
    """Why it could not be kept."""

    def confirm(self) -> None:
        """Forget the writes before this one, which was done."""
        _remove(self.older)

    def withdraw(self) -> None:
        """Forget this write, which was not done."""
        if self.folder:
            _remove([self.folder])


def keep(
    path: str,
    before: bytes | None,
    written: bytes,
    is_sent: Callable[[str], bool] = lambda _: False,
) -> Kept:
    """Keep the write of ``written`` to the file at ``path``; None for ``before`` says it is a new file.

    ``is_sent`` tells whether builds are sent what is in an absolute folder: nothing is kept there.
    To be called before it is done: a run that is killed in between leaves a record that matches no file, or the new one.
    """
    real = os.path.realpath(path)
    places = list(_places(real))
    # A write that comes meanwhile is not among them.
    older = tuple(_listed(places, real))
    reason = "there is neither a repository nor a home folder"
    for place in places:
        if is_sent(place):
            reason = f"builds are sent what is in {place}"
            continue
        try:
            return Kept(_store(place, real, before, written), older)
        except WriteError as error:
            reason = error.message
        except OSError as error:
            reason = f"{place}: {reason_of(error)}"
    return Kept("", older, reason)


def last_write(path: str, shown: str, present: bytes | None) -> Record:
    """Return the write that left ``present`` at ``path``, which people know as ``shown``.

    Raises WriteError where none is kept, where the file was edited since, and where what is kept cannot be read.
    """
    real = os.path.realpath(path)
    others = []
    problem: WriteError | None = None
    for folder in _listed(_places(real), real):
        if folder.endswith(_UNFINISHED):
            continue
        try:
            record = _load(folder, shown)
        except WriteError as error:
            problem = problem or error
            continue
        if record.written == present:
            return record
        others.append(record)
    if problem is not None:
        raise problem
    if not others:
        raise NothingToUndoError(
            f"there is nothing to undo: no write of ctxopt to {shown} is kept, or it is undone already",
            hint="the options of that fix name its file: -f, --per-dockerfile",
        )
    raise _mismatch(others[0], path, shown, present)


def forget(path: str) -> None:
    """Forget all writes of the file at ``path``, as far as they can be removed."""
    real = os.path.realpath(path)
    _remove(_listed(_places(real), real))


def _mismatch(record: Record, path: str, shown: str, present: bytes | None) -> WriteError:
    """Say why the last write is not what is at ``path``, and how to see it."""
    if present == record.before:
        return NothingToUndoError(
            f"there is nothing to undo: {shown} is as it was before ctxopt wrote it"
        )
    written, before = (os.path.join(record.folder, name) for name in (_WRITTEN, _BEFORE))
    if present is None:
        return WriteError(
            f"{shown} was removed after ctxopt wrote it",
            hint=f"{shlex.quote(written)} is what ctxopt wrote",
        )
    hint = f"{shlex.join(['diff', written, path])} shows the edits"
    if record.before is not None:
        hint += f"; {shlex.quote(before)} is the file of before"
    return WriteError(f"{shown} was edited after ctxopt wrote it, and stays as it is", hint=hint)


def _places(real: str) -> Iterator[str]:
    """Yield the folders in which writes may be kept, the best first."""
    git_dir = git_folder(os.path.dirname(real))
    if git_dir is not None:
        yield os.path.join(git_dir, _PLACE)
    # As the XDG base directories say, a relative one counts as none.
    state = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(state):
        state = os.path.expanduser(os.path.join("~", ".local", "state"))
    if os.path.isabs(state):
        yield os.path.join(state, _PLACE)


def _key(place: str, real: str) -> str:
    # As seen from the place, so that a repository that was moved still knows its files.
    seen = os.path.relpath(real, place)
    return hashlib.sha256(os.fsencode(seen)).hexdigest()[:32] + "-"


def _listed(places: Iterable[str], real: str) -> Iterator[str]:
    """Yield the folders of all writes of a file, by place, the newest first."""
    for place in places:
        key = _key(place, real)
        names: list[str] = []
        # What cannot be listed holds nothing that this user has kept.
        with suppress(OSError):
            names = os.listdir(place)
        found = [os.path.join(place, name) for name in names if name.startswith(key)]
        yield from sorted(found, key=_age)


def _age(folder: str) -> int:
    try:
        return -os.lstat(folder).st_mtime_ns
    except OSError:
        return 0


def _store(place: str, real: str, before: bytes | None, written: bytes) -> str:
    os.makedirs(place, exist_ok=True)
    folder = os.path.join(place, _key(place, real) + os.urandom(4).hex())
    unfinished = folder + _UNFINISHED
    parts = {_NEW: b"", _WRITTEN: written}
    if before is not None:
        parts = {_BEFORE: before, _WRITTEN: written}
    # An ignore file may be one that other users must not read.
    os.mkdir(unfinished, 0o700)
    try:
        for name, content in parts.items():
            replace_file(os.path.join(unfinished, name), content, expected=None, root=place)
        os.rename(unfinished, folder)
    except BaseException:
        _remove([unfinished])
        raise
    return folder


def _load(folder: str, shown: str) -> Record:
    what = f"what is kept of the last write to {shown} cannot be used:"
    hint = f"to do without it: {shlex.join(['rm', '-r', folder])}"

    def read(name: str) -> bytes:
        path = os.path.join(folder, name)
        with suppress(OSError):
            status = os.lstat(path)
            # What a link leads to was never an ignore file, and may be what others must not read.
            if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
                raise WriteError(f"{what} {path!r} is not what ctxopt kept there", hint=hint)
        return read_regular(path, what, WriteError, hint=hint)

    before = None
    if not os.path.lexists(os.path.join(folder, _NEW)):
        before = read(_BEFORE)
    return Record(folder, before, read(_WRITTEN))


def _remove(folders: Iterable[str]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
