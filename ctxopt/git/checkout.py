"""What a checkout makes of blobs: the sizes that ``.gitattributes`` change.

Git LFS pointers become the files they stand for, and ``eol=crlf`` lengthens lines. Reads blobs
only where attributes ask for a change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from ctxopt.git.listing import Listed
from ctxopt.git.repository import Repository
from ctxopt.paths import join, name, upwards, with_slash

_LARGEST_POINTER = 1_024
"""Bytes; Git LFS looks no further."""

_POINTER = (
    rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v1\n"
    rb"(?:[a-z0-9.-]+ [^\n]*\n)*?"
    rb"oid sha256:[0-9a-f]{64}\nsize ([0-9]+)\n?"
)

_ASKED: Mapping[bytes, tuple[str, ...]] = {
    b"filter": ("filter",),
    b"crlf": ("eol",),
    b"ident": ("ident",),
    b"working-tree-encoding": ("working-tree-encoding",),
}
"""The attributes to ask for, by the word in a ``.gitattributes`` that makes them matter."""

_NOT_SET = frozenset({"unspecified", "unset"})


@dataclass(frozen=True, slots=True)
class CheckedOut:
    """The files whose size in a checkout is not their blob's; paths as they were listed."""

    sizes: Mapping[str, int]
    pointers: frozenset[str] = frozenset()
    inexact: tuple[str, ...] = ()
    """Files that a checkout rewrites in ways that are not followed here."""


def checked_out_sizes(
    repository: Repository, commit: str | None, prefix: str, files: Sequence[Listed]
) -> CheckedOut:
    """Return what a checkout changes of ``files``, listed relative to the folder ``prefix``.

    ``commit`` is None for the index. Raises GitError for content that is not in this clone.
    """
    # Asking for the attributes of all files costs more than listing them; most states need none.
    names = _attributes_that_matter(repository, commit, prefix, files)
    if not names:
        return CheckedOut({})
    attributes = _read_attributes(repository, commit, prefix, files, names)
    sizes, pointers = _converted_sizes(repository, files, attributes)
    inexact = tuple(
        path
        for path, values in attributes.items()
        if values.get("ident") == "set" or "working-tree-encoding" in values
    )
    return CheckedOut(sizes, frozenset(pointers), inexact)


def _read_attributes(
    repository: Repository,
    commit: str | None,
    prefix: str,
    files: Iterable[Listed],
    names: Iterable[str],
) -> dict[str, dict[str, str]]:
    """Return the attributes that are set, by path and name; paths as they were listed."""
    found: dict[str, dict[str, str]] = {}
    above = with_slash(prefix)
    paths = (above + entry.path for entry in files)
    for path, attribute, value in repository.attributes(commit, paths, names):
        if value not in _NOT_SET:
            found.setdefault(path.removeprefix(above), {})[attribute] = value
    # Whether ``eol`` has an effect depends on two more, which hardly a file needs.
    longer = [above + path for path, values in found.items() if values.get("eol") == "crlf"]
    if longer:
        for path, attribute, value in repository.attributes(commit, longer, ("text", "crlf")):
            found[path.removeprefix(above)][attribute] = value
    return found


def _converted_sizes(
    repository: Repository, files: Iterable[Listed], attributes: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, int], set[str]]:
    """Return the sizes that are not the blob's by path, and the paths that Git LFS keeps."""
    blob_sizes = repository.sizes({entry.id for entry in files})
    # By blob, since one may lie at several paths and is read once.
    wanted: dict[str, list[tuple[str, str]]] = {}
    for entry in files:
        values = attributes.get(entry.path, {})
        action = _line_ends(values)
        if values.get("filter") == "lfs" and blob_sizes[entry.id] <= _LARGEST_POINTER:
            action = "pointer"
        if action:
            wanted.setdefault(entry.id, []).append((entry.path, action))
    sizes: dict[str, int] = {}
    pointers: set[str] = set()
    for id_, content in repository.blobs(wanted):
        for path, action in wanted[id_]:
            if action != "pointer":
                sizes[path] = len(content) + _added_returns(content, guess=action == "auto")
                continue
            size = pointed_size(content)
            if size is not None:
                sizes[path] = size
                pointers.add(path)
    return sizes, pointers


def pointed_size(content: bytes) -> int | None:
    """Return the size in bytes that a Git LFS pointer stands for; None for anything else."""
    pointer = re.fullmatch(_POINTER, content)
    if pointer is None:
        return None
    return int(pointer[1])


def _attributes_that_matter(
    repository: Repository, commit: str | None, prefix: str, files: Iterable[Listed]
) -> list[str]:
    """Return the attributes that a ``.gitattributes`` of the state mentions and that change sizes."""
    ids = {entry.id for entry in files if name(entry.path) == ".gitattributes"}
    folders_above = islice(upwards(prefix), 1, None)
    for folder in folders_above:
        entry = repository.look_up(commit, join(folder, ".gitattributes"))
        # Git follows no link there, and a folder of that name says nothing.
        if entry is not None and entry.mode & 0o170000 == 0o100000:
            ids.add(entry.id)
    found: list[str] = []
    for _, content in repository.blobs(ids):
        for word, attributes in _ASKED.items():
            if word not in content:
                continue
            # Other filters change a file in ways that only their programs know.
            if word == b"filter" and b"lfs" not in content:
                continue
            found += (attribute for attribute in attributes if attribute not in found)
    return found


def _line_ends(values: Mapping[str, str]) -> str:
    """Return ``crlf`` or ``auto`` where lines end in CRLF in the working tree, else nothing.

    Source: git/git convert.c convert_attrs. The default without ``eol`` is LF, as on Linux.
    """
    if values.get("eol") != "crlf":
        return ""
    text = values.get("text", "unspecified")
    if text == "unspecified":
        text = values.get("crlf", "unspecified")
    return {"unset": "", "auto": "auto", "input": "crlf"}.get(text, "crlf")


def _added_returns(content: bytes, *, guess: bool) -> int:
    """Return how many CR a checkout adds: one for each LF without.

    Source: git/git convert.c will_convert_lf_to_crlf, gather_stats, convert_is_binary.
    """
    pairs = content.count(b"\r\n")
    lone = content.count(b"\n") - pairs
    if guess and (b"\r" in content or _looks_binary(content)):
        return 0
    return lone


def _looks_binary(content: bytes) -> bool:
    if b"\0" in content:
        return True
    # The mark by which DOS ended a text.
    body = content.removesuffix(b"\x1a")
    odd = len(body) - len(body.translate(None, _ODD))
    printable = len(body) - odd - body.count(b"\n") - body.count(b"\r")
    return printable >> 7 < odd


_ODD = bytes({*range(1, 32), 127} - {*b"\b\t\x1b\x0c\r\n"})
