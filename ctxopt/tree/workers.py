"""Walk a context root with as many processes or threads as help, into one ContextTree.

A walk starts alone. Once it has seen enough to be worth it, the compiled reader goes on by threads;
without it, workers are forked that share what is left: a worker that runs dry raises its hand, and
the others pass on half of what they have. Only Linux forks; elsewhere, or with other threads running, one process does it all.
"""

from __future__ import annotations

import gc
import marshal
import mmap
import os
import select
import signal
import sys
import threading
from array import array
from collections.abc import Callable
from typing import Any, NamedTuple

from ctxopt.errors import IgnoreFileError
from ctxopt.paths import join
from ctxopt.tree.entry_source import Task
from ctxopt.tree.gathered import Gathered
from ctxopt.tree.model import ContextTree, Folder, Oddity, Tally, WalkError, add_types
from ctxopt.tree.policy import Policy
from ctxopt.tree.reader import Reader, root_task

_WORTH_FORKING = 1_500
"""Entries one process reads before it asks for help, or for threads: about as long as forking takes."""

_TASK_BYTES = 60_000
"""Longest path passed to another worker; longer ones stay where they are."""

_MOST = 8
"""Processes that a default walk uses at most."""

_POLL_SECONDS = 0.1

_ORPHAN_SECONDS = 1.0
"""How long a worker waits before it looks whether its parent is still there."""

Progress = Callable[[int], None]
"""Told how many entries have been seen so far."""


class Walker(NamedTuple):
    """How a tree is read: by how many processes at most, and who is told of its progress."""

    processes: int = 1
    progress: Progress | None = None


ALONE = Walker()
"""One process, and no progress."""


def default_walker(progress: Progress | None = None) -> Walker:
    """Return a walker of as many processes as may usefully read at once on this machine."""
    if sys.platform != "linux":
        return Walker(1, progress)
    return Walker(min(len(os.sched_getaffinity(0)), _MOST), progress)


class _WorkerLostError(Exception):
    """A worker ended without an answer, or none could be had: one process has to read it all."""


def walk(root: str, policy: Policy, walker: Walker = ALONE) -> ContextTree:
    """Read everything below the folder ``root`` that ``policy`` enters.

    Raises IgnoreFileError where Docker's walk fails on a pattern.
    """
    collecting = gc.isenabled()
    # Millions of small values and no cycles: collecting costs a fifth of the walk.
    gc.disable()
    try:
        try:
            gathered = _gather(root, policy, walker)
        except _WorkerLostError:
            # What a lost worker had read is unknown, so nothing of the first try is kept.
            gathered = _gather(root, policy, walker._replace(processes=1))
    finally:
        if collecting:
            gc.enable()
    errors = sorted(gathered.errors, key=lambda error: os.fsencode(error.path))
    return ContextTree(
        root=root,
        folders=gathered.folders,
        errors=tuple(errors),
        walked=gathered.walked,
        tallies=gathered.tallies,
        types=gathered.types,
    )


def _gather(root: str, policy: Policy, walker: Walker) -> Gathered:
    gathered = Gathered(policy)
    try:
        stack = [root_task(root, policy)]
        while stack:
            stack += gathered.read(stack.pop())
            if walker.progress:
                walker.progress(gathered.walked)
            is_worth_it = gathered.walked > _WORTH_FORKING and len(stack) > 1
            reader = gathered.reader
            if is_worth_it and not isinstance(reader, Reader):
                gathered.read_by_threads(reader, stack, walker.processes, walker.progress)
                break
            if is_worth_it and walker.processes > 1 and _may_fork():
                _Crowd(root, policy, walker).read(stack, gathered)
                break
    except OSError as error:
        if walker.processes == 1:
            raise
        raise _WorkerLostError from error
    finally:
        gathered.reader.close()
    return gathered


def _may_fork() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1


_STOP = b"\0"
"""The message that ends a worker: no path holds this byte."""


class _Crowd:
    """Forked workers, their shared queue of folders, and a byte per worker that says it is idle."""

    def __init__(self, root: str, policy: Policy, walker: Walker) -> None:
        # Loaded here: a small context is read without any worker.
        import socket

        self._root = root
        self._policy = policy
        self._processes = processes = walker.processes
        self._progress = walker.progress
        self._idle = mmap.mmap(-1, processes)
        self._seen = mmap.mmap(-1, 8 * processes)
        self._out, self._in = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._out.setblocking(False)
        self._in.setblocking(False)
        self._children: list[int] = []
        self._peek = socket.MSG_PEEK
        self._parent = os.getpid()

    def read(self, stack: list[Task], gathered: Gathered) -> None:
        """Read what is on ``stack`` and all below it, into ``gathered``."""
        shares = [stack[number :: self._processes] for number in range(self._processes)]
        pipes: list[int] = []
        try:
            for number, share in enumerate(shares):
                try:
                    pipes.append(self._fork(number, share))
                # No processes or files to be had: those at work do it all.
                except OSError:
                    break
            left = [task for share in shares[len(pipes) :] for task in share]
            for number in range(len(pipes), self._processes):
                self._idle[number] = 1
            # Answers are read before the children are waited for: one whose pipe is full never ends.
            results = self._collect(pipes, gathered.walked)
            while self._children:
                os.waitpid(self._children.pop(), 0)
            for result in results:
                _merge(result, gathered)
            while left:
                left += gathered.read(left.pop())
            self._read_leftovers(gathered)
        finally:
            self._end()

    def _fork(self, number: int, share: list[Task]) -> int:
        """Start a worker on its share; the pipe on which it will answer."""
        receiving, sending = os.pipe()
        try:
            child = os.fork()
        except OSError:
            os.close(receiving)
            os.close(sending)
            raise
        if child == 0:
            os.close(receiving)
            self._work(number, share, sending)
        os.close(sending)
        self._children.append(child)
        return receiving

    def _end(self) -> None:
        """Kill and reap the workers that are left, whatever ended the walk."""
        for child in self._children:
            os.kill(child, signal.SIGKILL)
        while self._children:
            os.waitpid(self._children.pop(), 0)
        self._in.close()
        self._out.close()

    def _collect(self, pipes: list[int], before: int) -> list[bytes]:
        """Read what every worker sends until it closes its pipe."""
        received: dict[int, list[bytes]] = {pipe: [] for pipe in pipes}
        open_pipes = set(pipes)
        while open_pipes:
            ready, _, _ = select.select(open_pipes, [], [], _POLL_SECONDS)
            for pipe in ready:
                block = os.read(pipe, 1 << 20)
                if block:
                    received[pipe].append(block)
                else:
                    os.close(pipe)
                    open_pipes.discard(pipe)
                    if not received[pipe]:
                        self._give_up(pipes.index(pipe))
            if self._progress:
                self._progress(before + sum(array("q", self._seen[:])))
        return [b"".join(received[pipe]) for pipe in pipes]

    def _read_leftovers(self, gathered: Gathered) -> None:
        """Read the folders that were passed on when every worker had stopped reading."""
        while True:
            try:
                message = self._in.recv(_TASK_BYTES + 1)
            except BlockingIOError:
                break
            stack = []
            if message != _STOP:
                stack.append(self._task(message))
            while stack:
                stack += gathered.read(stack.pop())

    def _work(self, number: int, stack: list[Task], sending: int) -> None:
        """Read a share in a worker process and answer on its pipe; never returns."""
        status = 1
        try:
            gathered = Gathered(self._policy, here=True)
            try:
                self._read_all(number, stack, gathered)
                result: Any = _flatten(gathered)
            except IgnoreFileError as error:
                self._give_up(number)
                result = (error.reason, error.path, error.line, error.hint)
            with os.fdopen(sending, "wb") as pipe:
                pipe.write(marshal.dumps(result))
            status = 0
        except KeyboardInterrupt:
            pass
        finally:
            os._exit(status)

    def _read_all(self, number: int, stack: list[Task], gathered: Gathered) -> None:
        idle = self._idle
        seen = memoryview(self._seen).cast("q")
        while True:
            while stack:
                stack += gathered.read(stack.pop())
                seen[number] = gathered.walked
                if len(stack) > 1 and idle.find(b"\1", 0) >= 0:
                    self._share(stack)
            idle[number] = 1
            if idle.find(b"\0", 0) < 0 and self._queue_is_empty():
                self._tell_all_to_stop()
            message = self._wait()
            if message == _STOP:
                return
            idle[number] = 0
            stack.append(self._task(message))

    def _wait(self) -> bytes:
        """Wait for a folder to read, or for the word to stop; not longer than the parent lives."""
        while True:
            ready, _, _ = select.select([self._in], [], [], _ORPHAN_SECONDS)
            try:
                return self._in.recv(_TASK_BYTES + 1)
            # Another worker was faster, or nothing was sent: then the parent may be gone, and a
            # worker without one would wait for ever.
            except BlockingIOError:
                if not ready and os.getppid() != self._parent:
                    return _STOP

    def _share(self, stack: list[Task]) -> None:
        """Pass on the half of ``stack`` that is nearest to the root: the largest folders."""
        kept = []
        half = len(stack) // 2
        for task in stack[:half]:
            message = os.fsencode(task.path)
            try:
                sent = len(message) <= _TASK_BYTES and self._out.send(message)
            # A full queue means that the others have enough to do.
            except OSError:
                sent = 0
            if not sent:
                kept.append(task)
        stack[:half] = kept

    def _queue_is_empty(self) -> bool:
        try:
            self._in.recv(1, self._peek)
        except BlockingIOError:
            return True
        return False

    def _tell_all_to_stop(self) -> None:
        for _ in range(self._processes):
            try:
                self._out.send(_STOP)
            # The queue is full of folders: the worker that empties it stops all again.
            except BlockingIOError:
                return

    def _give_up(self, number: int) -> None:
        """Let the others end without the worker ``number``, whose share stays unread."""
        self._idle[number] = 1
        self._tell_all_to_stop()

    def _task(self, message: bytes) -> Task:
        """Find the scope of a folder that another worker passed on."""
        path = os.fsdecode(message)
        matcher = self._policy.matcher
        scope = matcher.root()
        above = ""
        first = root_task(self._root, self._policy)
        for name in path.split("/"):
            decision = scope.decide_one(name)
            above = join(above, name)
            if decision.excluded and self._policy.prunes(above):
                return Task(path, None, first.anchor)
            scope = scope.enter(name, decision)
        return Task(path, scope, first.anchor)


def _flatten(gathered: Gathered) -> tuple[Any, ...]:
    """Turn what a worker read into what ``marshal`` writes: a tenth of the time of pickling."""
    odd = _plain_odd(gathered)
    folders = [(*folder[:-1], odd.get(folder.path)) for folder in gathered.folders.values()]
    sums = [
        (t.entries, t.files, t.bytes, t.wire, t.messages, t.excluded, t.excluded_bytes, t.largest)
        for t in gathered.tallies.values()
    ]
    errors = [tuple(error) for error in gathered.errors]
    return folders, sums, errors, gathered.walked, gathered.types


def _plain_odd(gathered: Gathered) -> dict[str, dict[str, tuple[int, int]]]:
    return {
        folder.path: {name: (odd.mtime, odd.capability) for name, odd in folder.odd.items()}
        for folder in gathered.folders.values()
        if folder.odd
    }


def _merge(message: bytes, gathered: Gathered) -> None:
    """Add what a worker sent; raises the IgnoreFileError it met, or _WorkerLostError for nothing."""
    if not message:
        raise _WorkerLostError
    result = marshal.loads(message)  # noqa: S302 - from our own child process
    # Four plain values are an error: exceptions do not pass through marshal.
    if isinstance(result[0], str):
        reason, path, line, hint = result
        raise IgnoreFileError(reason, path=path, line=line, hint=hint)
    folders, sums, errors, walked, types = result
    for values, numbers in zip(folders, sums, strict=True):
        folder = Folder._make(values)
        if folder.odd:
            odd = {name: Oddity(*pair) for name, pair in folder.odd.items()}
            folder = folder._replace(odd=odd)
        gathered.folders[folder.path] = folder
        gathered.tallies[folder.path] = Tally(*numbers)
    gathered.errors += [WalkError(*error) for error in errors]
    gathered.walked += walked
    add_types(gathered.types, ((name, *counted) for name, counted in types.items()))
