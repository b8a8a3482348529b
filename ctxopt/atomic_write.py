"""Replacing or removing one ignore file, whole or not at all.

Decides nothing about the content. Whatever happens in between, a reader finds the old bytes or the
new ones. On Linux the new file has no name while it is written, so a killed run leaves nothing: only
between two calls, where an old file gives way, it is called ``TEMPORARY``. Where the file system
knows no such files, it has that name from the start. The next run removes what is left of it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple

from ctxopt.errors import WriteError

TEMPORARY = ".ctxopt-write.tmp"
"""The name in the target's folder from which the new file is renamed."""

_AGAIN = "run the command again"
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NAMELESS = os.O_WRONLY | os.O_CLOEXEC | os.O_TMPFILE if sys.platform == "linux" else None
_ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
_UNTOUCHED = "the file is as it was"
_REASONS = {
    errno.ENOSPC: (": the disk is full", _UNTOUCHED),
    errno.EDQUOT: (": the disk quota is used up", _UNTOUCHED),
    errno.EROFS: (": the file system is read-only", _UNTOUCHED),
    errno.EACCES: (": no permission to replace it", "look at who may write to its folder"),
    errno.EPERM: (": no permission to replace it", "look at who may write to its folder"),
    errno.ENOENT: (": its folder does not exist", "create the folder first"),
    errno.ENOTDIR: (": its folder is not a folder", "correct the path"),
    errno.EBUSY: (" is in use, perhaps as a mount", "edit it where it comes from"),
    errno.ELOOP: (": its links lead in a circle", "repair the link"),
}
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS)


def replace_file(path: str, content: bytes, *, expected: bytes | None, root: str) -> bool:
    """Make ``content`` the content of ``path``; return False where it is that already.

    ``expected`` is what was read, None where the file must not exist. The mode stays, and the
    owner where the system lets it. A link inside ``root`` stays too: its target is replaced.
    Raises WriteError where the file is not what was expected, where it is no regular file, where a
    link leads out of ``root``, and where writing fails; then nothing has changed.
    """
    try:
        return _replace(path, _resolve(path, root), content, expected)
    except OSError as error:
        raise _explain(path, error) from error


def remove_file(path: str, *, expected: bytes, root: str) -> None:
    """Remove the file at ``path``, which holds ``expected``; a link inside ``root`` loses its target.

    Raises WriteError as ``replace_file`` does; then the file is as it was.
    """
    try:
        target = _resolve(path, root)
        temporary = os.path.join(os.path.dirname(target), TEMPORARY)
        _remove_stale(temporary)
        _check_writable(path, target)
        with _undisturbed():
            _remove(path, target, temporary, expected)
    except OSError as error:
        raise _explain(path, error) from error
    _sync_folder(os.path.dirname(target))


@dataclass(frozen=True, slots=True)
class _Present:
    """A file as it is."""

    content: bytes
    status: os.stat_result


def _replace(path: str, target: str, content: bytes, expected: bytes | None) -> bool:
    present = _read(path, target)
    _check_unchanged(path, present, expected)
    temporary = os.path.join(os.path.dirname(target), TEMPORARY)
    _remove_stale(temporary)
    if present is not None and present.content == content:
        return False
    if present is not None:
        _check_writable(path, target)
    change = _Change(path, target, temporary, content, present)
    try:
        with _undisturbed():
            _exchange(change)
    except FileExistsError as error:
        if os.path.lexists(target) and expected is None:
            raise _changed(path, expected) from error
        raise _busy(temporary) from error
    _sync_folder(os.path.dirname(target))
    return True


def _remove(path: str, target: str, temporary: str, expected: bytes) -> None:
    descriptor = -1
    try:
        # An empty file in the place of the new one keeps other runs away.
        descriptor = os.open(temporary, _CREATE, 0o600)
        _lock(descriptor, temporary)
        _check_unchanged(path, _read(path, target), expected)
        os.unlink(target)
    except FileExistsError as error:
        raise _busy(temporary) from error
    finally:
        _discard(descriptor, temporary)


class _Change(NamedTuple):
    path: str
    """The file, as people name it."""
    target: str
    temporary: str
    content: bytes
    present: _Present | None

    @property
    def mode(self) -> int:
        """The mode to create the file with; no other user reads it before it has the old one's."""
        if self.present is None:
            return 0o666
        return 0o600

    def check(self) -> None:
        """Raise WriteError if the file has been saved by another program meanwhile."""
        _check_unchanged(self.path, _read(self.path, self.target), _content_of(self.present))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Have the signals wait that end the process without removing anything."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _exchange(change: _Change) -> None:
    if _NAMELESS is not None:
        try:
            _exchange_nameless(change, _NAMELESS)
        except FileExistsError:
            raise
        except OSError:
            # The file system knows no such files, or there is no /proc to name one by.
            pass
        else:
            return
    _exchange_named(change)


def _exchange_nameless(change: _Change, flags: int) -> None:
    descriptor = -1
    try:
        descriptor = os.open(os.path.dirname(change.target), flags, change.mode)
        _fill(descriptor, change.content, change.present)
        if change.present is None:
            _name(descriptor, change.target)
            return
        # Only a rename takes a place that is taken. The file has had no name, so the lock is free.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _name(descriptor, change.temporary)
        change.check()
        os.replace(change.temporary, change.target)
    finally:
        _discard(descriptor, change.temporary)


def _name(descriptor: int, path: str) -> None:
    """Give a file without a name the absolute ``path``; raises FileExistsError."""
    # Without a folder's descriptor, Python calls link(2), which follows no links; what it is does
    # not matter to absolute paths.
    os.link(f"/proc/self/fd/{descriptor}", path, src_dir_fd=descriptor, follow_symlinks=True)


def _exchange_named(change: _Change) -> None:
    descriptor = -1
    try:
        descriptor = os.open(change.temporary, _CREATE, change.mode)
        _lock(descriptor, change.temporary)
        _fill(descriptor, change.content, change.present)
        change.check()
        _put(change.temporary, change.target, is_new=change.present is None)
    finally:
        _discard(descriptor, change.temporary)


def _resolve(path: str, root: str) -> str:
    """Return the file behind ``path``, through links that stay inside ``root``."""
    real_root = os.path.realpath(root)
    if os.path.islink(path):
        try:
            target = os.path.realpath(path, strict=True)
        except FileNotFoundError:
            raise WriteError(
                f"{path} is a link to nothing", hint="remove the link, or create its target"
            ) from None
    else:
        folder, name = os.path.split(path)
        target = os.path.join(os.path.realpath(folder or "."), name)
        own = os.path.abspath(path)
        if not _is_inside(own, os.path.abspath(root)) and not _is_inside(own, real_root):
            # An ignore file beside a Dockerfile that is itself outside: no link led there.
            return target
    if not _is_inside(target, real_root):
        raise WriteError(
            f"{path} leads out of {root}, to {target}",
            hint="edit that file yourself if it is yours",
        )
    return target


def _is_inside(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("/") + "/")


def _read(path: str, target: str) -> _Present | None:
    try:
        _check_regular(path, os.lstat(target).st_mode)
        descriptor = os.open(target, _READ)
    except FileNotFoundError:
        return None
    try:
        status = os.fstat(descriptor)
        _check_regular(path, status.st_mode)
        parts = []
        while part := os.read(descriptor, 1 << 20):
            parts.append(part)
        return _Present(b"".join(parts), status)
    finally:
        os.close(descriptor)


def _check_regular(path: str, mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    kind = "special file"
    if stat.S_ISDIR(mode):
        kind = "folder"
    elif stat.S_ISFIFO(mode):
        kind = "FIFO"
    raise WriteError(f"{path} is a {kind}", hint="rename or remove it")


def _check_writable(path: str, target: str) -> None:
    if os.path.exists(target) and not os.access(target, os.W_OK):
        raise WriteError(f"{path} is read-only", hint="make it writable first")


def _check_unchanged(path: str, present: _Present | None, expected: bytes | None) -> None:
    if _content_of(present) != expected:
        raise _changed(path, expected)


def _content_of(present: _Present | None) -> bytes | None:
    if present is None:
        return None
    return present.content


def _changed(path: str, expected: bytes | None) -> WriteError:
    what = "changed"
    if expected is None:
        what = "appeared"
    return WriteError(f"{path} has {what} since it was looked at", hint=_AGAIN)


def _remove_stale(temporary: str) -> None:
    """Remove what a killed run left; raises WriteError where a run is still at it."""
    try:
        _check_regular(temporary, os.lstat(temporary).st_mode)
        descriptor = os.open(temporary, _READ)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_at(descriptor, temporary):
            os.unlink(temporary)
    except BlockingIOError as error:
        raise _busy(temporary) from error
    finally:
        os.close(descriptor)


def _lock(descriptor: int, temporary: str) -> None:
    """Mark the file as in use; the kernel takes the mark away when the process dies."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise _busy(temporary) from error
    if not _is_at(descriptor, temporary):
        # Another run took the file for a stale one in the moment before it was locked.
        raise _busy(temporary)


def _busy(temporary: str) -> WriteError:
    return WriteError(f"another run is writing to {temporary}", hint=_AGAIN)


def _fill(descriptor: int, content: bytes, present: _Present | None) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    if present is not None:
        own, wanted = os.fstat(descriptor), present.status
        if (own.st_uid, own.st_gid) != (wanted.st_uid, wanted.st_gid):
            with suppress(PermissionError):
                os.fchown(descriptor, wanted.st_uid, wanted.st_gid)
        # After the owner: changing that clears bits of the mode.
        if stat.S_IMODE(own.st_mode) != stat.S_IMODE(wanted.st_mode):
            os.fchmod(descriptor, stat.S_IMODE(wanted.st_mode))
    os.fsync(descriptor)


def _put(temporary: str, target: str, *, is_new: bool) -> None:
    if is_new:
        # A link, unlike a rename, refuses to overwrite what appeared in the last moment.
        try:
            os.link(temporary, target)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
        else:
            return
    os.replace(temporary, target)


def _discard(descriptor: int, temporary: str) -> None:
    """Remove the temporary file if it is still there and ours, twice if the first try fails."""
    if descriptor < 0:
        # The interruption may have come between creating the file and knowing its number.
        with suppress(OSError, WriteError):
            _remove_stale(temporary)
        return
    try:
        _unlink_own(descriptor, temporary)
    except OSError:
        _unlink_own(descriptor, temporary)
    except BaseException:
        _unlink_own(descriptor, temporary)
        raise
    finally:
        with suppress(OSError):
            os.close(descriptor)


def _unlink_own(descriptor: int, temporary: str) -> None:
    if _is_at(descriptor, temporary):
        os.unlink(temporary)


def _is_at(descriptor: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except FileNotFoundError:
        return False


def _sync_folder(folder: str) -> None:
    """Make the new name last; where a file system cannot, the file is nevertheless whole."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _explain(path: str, error: OSError) -> WriteError:
    reason, hint = _REASONS.get(error.errno or 0, (f": {error.strerror or error}", None))
    return WriteError(path + reason, hint=hint)
