"""What is typed at a terminal."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import pytest

from ctxopt.report.console import read_typed


@pytest.fixture
def keys(monkeypatch):
    """The end of a terminal at which one types; the other end is stdin."""
    here, there = os.openpty()
    with open(there, encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        yield here
    os.close(here)


@pytest.mark.parametrize(
    ("typed", "read"), [(b"y\n", "y\n"), (b"\n", "\n"), (b"\xff\n", "\ufffd\n"), (b"\x04", None)]
)
def test_a_line_is_read(keys, typed, read):
    os.write(keys, typed)
    assert read_typed() == read


def test_an_interrupt_that_no_read_sees_ends_the_wait(keys):
    """As where it comes just before the read: Python knows of it, and the system call goes on."""
    blocked = {signal.SIGINT}

    def interrupt():
        signal.pthread_sigmask(signal.SIG_UNBLOCK, blocked)
        # By then the wait has begun.
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
    thread = threading.Thread(target=interrupt)
    # A read that nothing ends is ended by this line.
    late = threading.Timer(20, os.write, (keys, b"late\n"))
    try:
        thread.start()
        late.start()
        with pytest.raises(KeyboardInterrupt):
            read_typed()
        assert late.is_alive()
    finally:
        late.cancel()
        thread.join()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, blocked)
