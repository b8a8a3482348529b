"""Which small files that git does not have are worth a look for secrets: few, the likeliest first. Reads no file."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final, NamedTuple, TypeAlias

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
    .pot .mo .csv .tsv .log .tfrecord .pb .iml .patch .diff .gitignore .dockerignore .gitattributes .editorconfig
"""
_NO_TEXT: Final = frozenset(_BINARY.split())
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


def find_new_files(view: View, new_in: NewIn, closed: Collection[str]) -> NewFiles:
    """Return the small files that are sent and new to git; ``closed`` are folders that tools fill."""
    found: list[tuple[bool, int, str, int]] = []
    unread = 0
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
        if FILE not in folder.kinds:
            continue
        own = _small_texts(view, new_in, folder)
        telling = _telling(folder, own)
        others = [item for item in own if item not in telling]
        unread += len(others[_CROWD:])
        # A thousand alike are data; a key lies alone, and its name or its folder mostly says so.
        found += [(False, len(telling), folder.child(name), size) for name, size in telling.items()]
        found += [(True, len(others), folder.child(name), own[name]) for name in others[:_CROWD]]
    found.sort()
    files = tuple((path, size) for _, _, path, size in found[:MOST_FILES])
    return NewFiles(files, unread + len(found[MOST_FILES:]))


def _small_texts(view: View, new_in: NewIn, folder: Folder) -> dict[str, int]:
    """Return the names of the files of a folder that are small and may be text, with their bytes."""
    names, sizes, kinds = folder.names, folder.sizes, folder.kinds
    flags = view.flags(folder) or bytes(len(names))
    left_out = Flag.EXCLUDED | EMPTY
    return {
        names[place]: sizes[place]
        for place in new_in(folder)
        if kinds[place] == FILE
        and 0 < sizes[place] <= LARGEST
        and not flags[place] & left_out
        and names[place][names[place].rfind(".") :].lower() not in _NO_TEXT
    }


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
