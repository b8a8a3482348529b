"""Reading one file: what it says where it cannot, and that it never waits."""

from __future__ import annotations

import os
import socket

import pytest

from ctxopt.errors import ConfigError, ContextError, CtxoptError
from ctxopt.read_file import read_regular, reason_of


def refusal(path, **more) -> CtxoptError:
    with pytest.raises(ConfigError) as caught:
        read_regular(str(path), "configuration", ConfigError, **more)
    return caught.value


@pytest.mark.parametrize("content", [b"", b"x", b"\0\xff\r\n", b"y" * 200_000])
def test_content_comes_back_whole(tmp_path, content):
    path = tmp_path / "f"
    path.write_bytes(content)
    assert read_regular(str(path), "configuration", ConfigError) == content


@pytest.mark.parametrize(
    ("size", "most", "is_read"), [(9, 9, True), (9, None, True), (0, 0, True), (10, 9, False)]
)
def test_what_is_larger_than_asked_for_is_not_read(tmp_path, size, most, is_read):
    (tmp_path / "f").write_bytes(b"x" * size)
    if is_read:
        read = read_regular(str(tmp_path / "f"), "configuration", ConfigError, most=most)
        assert len(read) == size
    else:
        assert refusal(tmp_path / "f", most=most).message.endswith(
            "has 10 B, over the 9 B that are read"
        )


def test_links_are_followed(tmp_path):
    (tmp_path / "f").write_bytes(b"x")
    (tmp_path / "l").symlink_to("f")
    (tmp_path / "m").symlink_to("l")
    assert read_regular(str(tmp_path / "m"), "configuration", ConfigError) == b"x"


def test_names_that_are_not_utf8(tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"\xff")
    try:
        with open(path, "wb") as file:
            file.write(b"x")
    except OSError:
        pytest.skip("the file system takes no such names")
    assert read_regular(os.fsdecode(path), "configuration", ConfigError) == b"x"


def test_a_folder_is_no_file(tmp_path):
    assert refusal(tmp_path).message == f"configuration {str(tmp_path)!r} is not a regular file"


def test_the_next_step_is_that_for_what_is_there(tmp_path):
    steps = {"hint": "correct the path", "kind_hint": "rename it"}
    assert refusal(tmp_path, **steps).hint == "rename it"
    assert refusal(tmp_path / "gone", **steps).hint == "correct the path"
    assert refusal(tmp_path, hint="correct the path").hint == "correct the path"
    assert refusal(tmp_path).hint is None


def test_a_fifo_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "f")
    assert refusal(tmp_path / "f").message.endswith("is not a regular file")


def test_a_socket_is_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's address is short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s")
        assert refusal("s").message == "configuration 's' is not a regular file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"x")
    path.chmod(0)
    assert refusal(path).message.endswith(": Permission denied")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "No such file or directory"),
        ("missing/f", "No such file or directory"),
        ("plain/f", "Not a directory"),
        ("dangling", "No such file or directory"),
        ("circle", "Too many levels of symbolic links"),
        ("x" * 5_000, "File name too long"),
        ("a\0b", "embedded null"),
    ],
)
def test_reasons_are_those_of_the_system(tmp_path, monkeypatch, name, reason):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plain").write_bytes(b"")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "circle").symlink_to("circle")
    error = refusal(name)
    assert error.message.startswith(f"configuration {name!r}: ")
    assert reason in error.message
    assert "Errno" not in error.message


def test_the_hint_and_the_kind_of_error_are_the_callers(tmp_path):
    assert refusal(tmp_path / "missing", hint="name another").hint == "name another"
    assert refusal(tmp_path, hint="name another").hint == "name another"
    assert refusal(tmp_path / "missing").hint is None
    with pytest.raises(ContextError, match=r"^ignore file '.*/missing': No such file"):
        read_regular(str(tmp_path / "missing"), "ignore file", ContextError)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FileNotFoundError(2, "No such file or directory"), "No such file or directory"),
        (PermissionError(13, "Permission denied", "/x"), "Permission denied"),
        (OSError("no number"), "no number"),
        (ValueError("embedded null byte"), "embedded null byte"),
    ],
)
def test_reason_of(error, reason):
    assert reason_of(error) == reason
