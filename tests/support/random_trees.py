"""Trees of every kind of entry with hostile names, and both readers held against each other on them.

``python -m tests.support.random_trees SECONDS`` does so for a while, and names the seed of a difference.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Iterable
from unittest import mock

from ctxopt.builder import BUILDKIT, CLASSIC
from ctxopt.errors import IgnoreFileError
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.tree import native, workers
from ctxopt.tree.model import ContextTree
from ctxopt.tree.policy import Policy
from ctxopt.tree.workers import Walker, walk

_NAMES = (
    b"a", b"b", b"c.py", b"d.log", b".env", b"x\ny", b"\xff", b"\xc3\xa9", b"\xed\xa0\x80", b"...", b"\\", b"*",
    b"\xf0\x9f\x90\xb3", b"e\xcc\x81", b" ", b"\x01", b"\x7f", b"a" * 255, b"\xe2\x82\xac" * 85, b"node_modules",
)  # fmt: skip
_LINES = (
    "*", "a", "!a", "a/b", "**/*.log", ".env*", "**/a", "!**/c.py", "b/", "!b/*", "?", "[a-c]*", "é", "!\udcff", "d|*",
)  # fmt: skip
_MODES = (0o644, 0o600, 0o755, 0o444, 0o000, 0o4755, 0o2755, 0o1777, 0o200)
_TIMES = (
    0,
    1,
    -1,
    -(10**9),
    1_700_000_000,
    72_057_594,
    72_057_595,
    9_223_372_036,
    8**11,
    8**11 + 1,
)
_MOST_DEPTH = 5


def read_by_all(
    root: str,
    lines: Iterable[str] = (),
    *,
    classic: bool = False,
    processes: int = 1,
    **choices: object,
) -> tuple[ContextTree | str, list[str]]:
    """Walk ``root`` with the compiled reader, with its threads, and with the reader in Python.

    Return what the last one saw, or the text of its error where a pattern fails, and how the others differ from it.
    """
    assert native.functions is not None
    compiled = _read(root, lines, classic, processes, choices)
    with mock.patch.object(workers, "_WORTH_FORKING", -1):
        by_threads = _read(root, lines, classic, 2, choices)
    with mock.patch.object(native, "functions", None):
        pure = _read(root, lines, classic, processes, choices)
    return pure, _differences(compiled, pure) + _differences(by_threads, pure)


def _read(
    root: str, lines: Iterable[str], classic: bool, processes: int, choices: dict[str, object]
) -> ContextTree | str:
    builder = CLASSIC if classic else BUILDKIT
    try:
        matcher = read_matcher(enumerate(lines, 1))
        policy = Policy(matcher, matcher.pruner(builder), takes_sockets=builder.sends_sockets)
        return walk(root, policy._replace(**choices), Walker(processes))  # type: ignore[arg-type]
    except IgnoreFileError as error:
        return str(error)


def _differences(one: ContextTree | str, other: ContextTree | str) -> list[str]:
    """Say where two trees differ, field by field; nothing where they are the same."""
    if isinstance(one, str) or isinstance(other, str):
        return [] if one == other else [f"{one!r} and {other!r}"]
    found = [
        f"{name}: {getattr(one, name)!r} and {getattr(other, name)!r}"
        for name in ("errors", "walked", "types", "root")
        if getattr(one, name) != getattr(other, name)
    ]
    for table in ("folders", "tallies"):
        left, right = getattr(one, table), getattr(other, table)
        found += [
            f"{table}[{path!r}]: {left.get(path)!r} and {right.get(path)!r}"
            for path in sorted({*left, *right})
            if left.get(path) != right.get(path)
        ]
    return found


def grow(folder: bytes, chance: random.Random, depth: int = 0) -> None:
    """Put entries of every kind into an open folder and into those that it makes."""
    for name in chance.sample(_NAMES, chance.randint(0, 8)):
        path = os.path.join(folder, name)
        kind = chance.choice(("file", "file", "file", "dir", "dir", "link", "fifo", "hard", "odd"))
        if kind == "dir" and depth < _MOST_DEPTH:
            os.mkdir(path)
            grow(path, chance, depth + 1)
            # Modes last: what is in a folder is made first.
            os.chmod(path, chance.choice((0o755, 0o755, 0o755, 0o700, 0o1777, 0o500, 0o000)))
        elif kind == "link":
            os.symlink(chance.choice(_NAMES) * chance.randint(1, 12), path)
        elif kind == "fifo":
            os.mkfifo(path)
        elif kind == "hard" and (files := _files(folder)):
            os.link(chance.choice(files), path)
        elif kind == "odd":
            _make_odd(path, chance)
        else:
            _make_file(path, chance)


def _files(folder: bytes) -> list[bytes]:
    return sorted(
        entry.path for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False)
    )


def _make_odd(path: bytes, chance: random.Random) -> None:
    """A socket or, for root, a device."""
    if os.geteuid() == 0 and chance.random() < 0.6:
        kind = chance.choice((stat.S_IFCHR, stat.S_IFBLK))
        os.mknod(path, kind | 0o600, os.makedev(chance.randrange(4_096), chance.randrange(1 << 20)))
        return
    folder, name = os.path.split(path)
    handle = os.open(folder, os.O_RDONLY)
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            # A socket's path is short; a long name just stays a file.
            listener.bind(b"/proc/self/fd/%d/%s" % (handle, name))
    except OSError:
        _make_file(path, chance)
    finally:
        os.close(handle)


def _make_file(path: bytes, chance: random.Random) -> None:
    with open(path, "wb") as file:
        file.truncate(chance.choice((0, 1, 127, 128, 32_768, 32_769, 1 << 20, 1 << 33)))
    if chance.random() < 0.3:
        for number in range(chance.choice((1, 1, 2, 8))):
            name = chance.choice(("user.a", "user." + "n" * 120, "user.com.apple"))
            os.setxattr(path, f"{name}{number}", b"v" * chance.choice((0, 1, 127, 128)))
    if chance.random() < 0.4:
        time_ns = chance.choice(_TIMES) * 10**9 + chance.choice((0, 1, 999_999_999))
        os.utime(path, ns=(time_ns, time_ns))
    os.chmod(path, chance.choice(_MODES))


def remove(root: str) -> None:
    """Remove what ``grow`` made, whatever its modes."""
    for folder, _, _ in os.walk(root):
        os.chmod(folder, 0o700)
    shutil.rmtree(root, ignore_errors=True)


def compare(root: str, seed: int) -> list[str]:
    """Grow the tree of a seed below ``root``, which must not be there; return how the readers differ on it."""
    chance = random.Random(seed)
    os.mkdir(root)
    try:
        grow(os.fsencode(root), chance)
        lines = chance.sample(_LINES, chance.randint(0, 5))
        choices = {
            "classic": chance.random() < 0.3,
            "enter_pruned": chance.random() < 0.3,
            "tries_excluded": chance.random() < 0.3,
            "unseen": frozenset({"a", "b/a"} if chance.random() < 0.3 else ()),
        }
        return read_by_all(root, lines, **choices)[1]  # type: ignore[arg-type]
    finally:
        remove(root)


def main() -> None:
    """Compare on random trees until the time is over; exit with the seed of the first difference."""
    end = time.monotonic() + float(sys.argv[1])
    seed = int(time.time()) * 1_000_000
    count = 0
    with tempfile.TemporaryDirectory() as scratch:
        while time.monotonic() < end:
            found = compare(os.path.join(scratch, "root"), seed + count)
            count += 1
            if found:
                sys.exit(f"seed {seed + count - 1}: " + "\n".join(found))
    sys.stdout.write(f"{count} trees from seed {seed}: no difference\n")


if __name__ == "__main__":
    main()
