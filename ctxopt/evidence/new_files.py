"""Which small files that git does not have are worth a look for secrets: few, the likeliest first. Reads no file."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from ctxopt.tree.model import EMPTY, FILE, Flag, Folder
from ctxopt.tree.view import View

LARGEST: Final = 1 << 14
"""Bytes from which on a file is no key, no token and no settings that a person wrote."""
MOST_FILES: Final = 500
"""Files looked into in one run: opening and reading one costs what the walk spends on ten."""
_CROWD: Final = 50
"""Files of one folder that are looked into although their names tell nothing."""

_WORDS: Final = """
    key secret token cred passw vault auth .env env. conf kube account admin cert ssh gcp aws azure setting local private
    login mcp deploy prod netrc
"""
_TELLING: Final = tuple(_WORDS.split())
_BINARY: Final = """
    .png .jpg .jpeg .gif .webp .avif .bmp .ico .icns .svg .tif .tiff .psd .woff .woff2 .ttf .otf .eot .mp3 .mp4 .m4a .wav
    .ogg .flac .mov .avi .webm .zip .gz .tgz .bz2 .xz .zst .7z .rar .jar .war .whl .egg .deb .rpm .pyc .pyo .pyd .class .o
    .a .so .dylib .dll .exe .wasm .pdf .doc .docx .xls .xlsx .ppt .pptx .odt .db .sqlite .sqlite3 .parquet .avro .npy .npz
    .pkl .pt .pth .onnx .h5 .bin .dat .idx .pack .map .lock .snap .css .scss .sass .less .sum .pub .crt .cer .csr .der .po
    .pot .mo .csv .tsv .log .tfrecord .pb .iml .patch .diff
"""
_PATTERNS: Final = frozenset([".gitignore", ".dockerignore", ".gitattributes", ".editorconfig"])
"""They hold names of files, and no values."""
_NO_TEXT: Final = _PATTERNS.union(_BINARY.split())
_NO_PLACE: Final = (
    r"(?i)(?:\A|/)(?:\.git|tests?|testing|testdata|test-data|specs?|fixtures|__fixtures__|__tests__|e2e|suites|integration|"
    r"itests?|mocks?|__mocks__|__snapshots__|cassettes|locales?|i18n|lang|translations|[^/]*[-_.]tests?|tests?[-_.][^/]*)\Z"
)
"""Folders of keys that protect nothing, and of texts that only speak of passwords."""


NewIn: TypeAlias = Callable[[Folder], Sequence[int]]
"""Gives the places in a folder of the entries that are new to git."""


class NewFiles(NamedTuple):
    """What to look into, and how much more there would be."""

    files: tuple[tuple[str, int], ...] = ()
    """Paths, with the bytes of each."""
    unread: int = 0
    """Files that are too many to look into."""


SkipReason: TypeAlias = Literal["large", "kind", "many"]
"""Why a new file is not looked into: its size, what it is, or how many there are."""


class Skipped(NamedTuple):
    """A new file that is sent and was not looked into, or not to its end."""

    path: str
    reason: SkipReason


def find_new_files(view: View, new_in: NewIn, closed: Collection[str]) -> NewFiles:
    """Return the small files that are sent and new to git; ``closed`` are folders that tools fill."""
    found: list[tuple[bool, int, str, int]] = []
    unread = 0
    for folder in _open_folders(view, closed):
        sent = _sent(view, new_in, folder)
        own = {name: size for name, size in sent.items() if _refusal(name, size) is None}
        telling = _telling(folder, own)
        others = [item for item in own if item not in telling]
        unread += len(others[_CROWD:])
        # A thousand alike are data; a key lies alone, and its name or its folder mostly says so.
        found += [(False, len(telling), folder.child(name), size) for name, size in telling.items()]
        found += [(True, len(others), folder.child(name), own[name]) for name in others[:_CROWD]]
    found.sort()
    files = tuple((path, size) for _, _, path, size in found[:MOST_FILES])
    return NewFiles(files, unread + len(found[MOST_FILES:]))


def find_skipped(
    view: View, new_in: NewIn, closed: Collection[str], chosen: Collection[str]
) -> list[Skipped]:
    """Return the other new files of the same folders; ``chosen`` are those that are looked into."""
    return [
        Skipped(folder.child(name), _refusal(name, size) or "many")
        for folder in _open_folders(view, closed)
        for name, size in _sent(view, new_in, folder).items()
        if folder.child(name) not in chosen and name not in _PATTERNS
    ]


def unseen_part(content: bytes) -> SkipReason | None:
    """Return why a look into a file says nothing of all of it; None where it does."""
    if len(content) > LARGEST:
        return "large"
    if b"\0" in content[:1024] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "kind"
    return None


def _open_folders(view: View, closed: Collection[str]) -> Iterator[Folder]:
    """Yield the folders with files that are sent, but for those that tools fill and those of tests."""
    stack = [""]
    while stack:
        folder = view.tree.folders.get(stack.pop())
        if folder is None or not view.sends_below(folder.path):
            continue
        stack += [
            path
            for path in folder.subfolders()
            if path not in closed and not re.search(_NO_PLACE, path)
        ]
        if FILE in folder.kinds:
            yield folder


def _sent(view: View, new_in: NewIn, folder: Folder) -> dict[str, int]:
    """Return the names of the new files of a folder that are sent and hold something, with their bytes."""
    names, sizes, kinds = folder.names, folder.sizes, folder.kinds
    flags = view.flags(folder) or bytes(len(names))
    left_out = Flag.EXCLUDED | EMPTY
    return {
        names[place]: sizes[place]
        for place in new_in(folder)
        if kinds[place] == FILE and sizes[place] and not flags[place] & left_out
    }


def _refusal(name: str, size: int) -> SkipReason | None:
    """Return why a file is not worth a look; None for a small one that may be text."""
    if size > LARGEST:
        return "large"
    if name[name.rfind(".") :].lower() in _NO_TEXT:
        return "kind"
    return None


def _telling(folder: Folder, own: dict[str, int]) -> dict[str, int]:
    """Return those whose names, or whose folder's, speak of secrets or settings."""
    if _tells(folder.path):
        return own
    # One look at all names: a folder of data has thousands, and none of them tells.
    if not own or not _tells(folder.joined):
        return {}
    return {name: size for name, size in own.items() if _tells(name)}


def _tells(text: str) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in _TELLING)
