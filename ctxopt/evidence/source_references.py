"""The files that sources of one language name of their own tree: imports, includes, modules. Pure.

What a name means depends on settings that are not read here (search paths, aliases), so each reference gives all the
paths that it may mean, and the caller asks which of them is there. Every repetition below is bounded: a text may be
hostile, and a scan must not wait for it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from ctxopt.paths import join, name, parent, upwards

Options: TypeAlias = tuple[str, ...]
"""Paths from the context root that one reference may mean, the likeliest first."""

_JS: Final = r"['\"`](\.{1,2}/[^'\"`\n]{1,300})['\"`]"
"""Any relative path in quotes: what stands before it is asked only then, which is ten times as fast."""
_JS_IMPORTS: Final = r"(?:\b(?:from|import)|\b(?:import|require|require\.resolve)\s?\()\s?$"
_JS_COMMENT: Final = ("//", "/*", "*")
_JS_ENDINGS: Final = (
    ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".d.ts", ".vue", ".svelte", ".json",
)  # fmt: skip
_JS_COMPILED: Final = r"\.([cm]?)js(x?)$"
_PYTHON: Final = (
    r"(?m)^[ \t]{0,200}(?:from[ \t]{1,20}([.\w]{1,200})[ \t]{1,20}import[ \t]{0,20}(?:\(([^)]{0,2000})\)|([^\n#(]{1,300}))"
    r"|import[ \t]{1,20}([\w.][^\n#]{0,300}))"
)
_RUBY: Final = r"(?m)^[^\n#]{0,200}?\brequire_relative[ \t(]{1,9}['\"]([^'\"\n#]{1,300})['\"]"
_C: Final = r"(?m)^[ \t]{0,99}#[ \t]{0,99}(?:include|embed)[ \t]{0,99}[\"<]([^\">\n]{1,300})[\">]"
# Each begins with letters of its own: an expression that may begin in several ways tries them all at every letter.
_RUST_INCLUDE: Final = r"include(?:_str|_bytes)?!\s{0,99}[(\[{]\s{0,99}"
_RUST_FILE: Final = r"r?#?\"([^\"\n]{1,300})\""
_RUST_FROM_CRATE: Final = (
    r"concat!\s{0,9}\(\s{0,99}env!\(\"CARGO_MANIFEST_DIR\"\)\s{0,99},\s{0,99}\"([^\"\n]{1,300})\""
)
_RUST_PATH: Final = r"#\[path\s{0,9}=\s{0,9}\"([^\"\n]{1,300})\"\]"
_RUST_MODULE: Final = r"mod[ \t]{1,9}(\w{1,100})[ \t]{0,9};"
_RUST_BEFORE_MODULE: Final = r"[ \t]{0,99}(?:pub(?:\([^)\n]{1,99}\))?[ \t]{1,9})?"
_RUST_FOR_TESTS: Final = r"#\[cfg\((?:all\()?test\b[^\n]{0,200}\s{1,99}\Z"
_RUST_TESTS: Final = r"(?m)^#\[cfg\(test\)\]\s{1,99}mod[ \t]{1,9}\w{1,100}[ \t]{0,9}\{"
_MOST_BEFORE: Final = 330
"""Characters in which an attribute stands before what it is about."""
_RUST_TOPS: Final = frozenset({"lib.rs", "main.rs", "mod.rs", "build.rs"})


# Each round of a fix asks of the same sources again.
@lru_cache(maxsize=4096)
def references(path: str, text: str) -> tuple[Options, ...]:
    """Return what the source at ``path`` names in ``text``; nothing for a language that is not known."""
    reader = _reader_for(path)
    if reader is None:
        return ()
    return tuple(reader(path, text))


def is_source(file_name: str) -> bool:
    """Tell whether a file is in a language whose references are known."""
    return _reader_for(file_name) is not None


def _reader_for(path: str) -> _Reader | None:
    last = name(path)
    _, dot, ending = last.rpartition(".")
    return _READERS.get(dot + ending) or _READERS.get(last)


def _javascript(path: str, text: str) -> Iterator[Options]:
    for match in re.finditer(_JS, text):
        before = text[max(match.start() - 200, 0) : match.start()]
        if not re.search(_JS_IMPORTS, before[-20:]):
            continue
        if before.rpartition("\n")[2].lstrip().startswith(_JS_COMMENT):
            continue
        # Bundlers take orders after a question mark: './a.svg?raw'.
        inside = _below(parent(path), match[1].partition("?")[0])
        if inside is not None:
            yield tuple(_javascript_files(inside))


def _javascript_files(inside: str) -> Iterator[str]:
    if posixpath.splitext(inside)[1]:
        yield inside
    # TypeScript names its own files as what they will be compiled to.
    compiled = re.search(_JS_COMPILED, inside)
    if compiled:
        stem = inside[: compiled.start()]
        yield f"{stem}.{compiled[1]}ts{compiled[2]}"
        yield f"{stem}.tsx"
    for ending in _JS_ENDINGS:
        yield inside + ending
    for ending in _JS_ENDINGS:
        yield f"{inside}/index{ending}"
    yield inside


def _python(path: str, text: str) -> Iterator[Options]:
    for match in re.finditer(_PYTHON, text):
        module = match[1]
        if module is None:
            for item in match[4].split(","):
                yield from _python_module(path, item.split(), "")
            continue
        for item in (match[2] or match[3]).split(","):
            # What is imported may be a module of the package or a name in it.
            words = item.partition("#")[0].split()
            for word in words[:1]:
                yield from _python_module(path, [module], word)


def _python_module(path: str, words: list[str], member: str) -> Iterator[Options]:
    """What ``words[0]``, a module's dotted name, means, or ``member`` of it."""
    if not words:
        return
    plain = words[0].lstrip(".")
    inside = plain.replace(".", "/")
    levels = len(words[0]) - len(plain)
    folders: Iterable[str] = upwards(parent(path))
    if levels:
        folders = list(folders)[levels - 1 : levels]
    options: list[str] = []
    for folder in folders:
        whole = join(folder, inside) if inside else folder
        if member.isidentifier():
            options += _python_files(join(whole, member))
        options += _python_files(whole)
    yield tuple(option for option in options if option)


def _python_files(inside: str) -> list[str]:
    return [f"{inside}.py", f"{inside}/__init__.py", f"{inside}.pyi"]


def _ruby(path: str, text: str) -> Iterator[Options]:
    for match in re.finditer(_RUBY, text):
        inside = _below(parent(path), match[1])
        if inside is not None:
            yield f"{inside}.rb", inside


def _c(path: str, text: str) -> Iterator[Options]:
    for match in re.finditer(_C, text):
        yield tuple(_from_above(path, match[1]))


def _rust(path: str, text: str) -> Iterator[Options]:
    text = _without_tests(text)
    for start in re.finditer(_RUST_INCLUDE, text):
        from_crate = re.compile(_RUST_FROM_CRATE).match(text, start.end())
        included = re.compile(_RUST_FILE).match(text, start.end())
        if from_crate:
            yield tuple(_from_above(path, from_crate[1].lstrip("/")))
        elif included:
            yield from _one(_below(parent(path), included[1]))
    for match in re.finditer(_RUST_PATH, text):
        yield from _one(_below(parent(path), match[1]))
    for match in re.finditer(_RUST_MODULE, text):
        line = text.rfind("\n", 0, match.start()) + 1
        if not re.fullmatch(_RUST_BEFORE_MODULE, text[line : match.start()]):
            continue
        if not re.search(_RUST_FOR_TESTS, text[max(line - _MOST_BEFORE, 0) : line]):
            yield tuple(_rust_module(path, match[1]))


def _one(path: str | None) -> Iterator[Options]:
    if path is not None:
        yield (path,)


def _rust_module(path: str, module: str) -> Iterator[str]:
    folder = parent(path)
    if name(path) not in _RUST_TOPS:
        folder = path.removesuffix(".rs")
    yield join(folder, f"{module}.rs")
    yield join(folder, f"{module}/mod.rs")


def _without_tests(text: str) -> str:
    """Return ``text`` without its inline test modules, which a build that runs no tests does not read."""
    kept: list[str] = []
    start = 0
    for match in re.finditer(_RUST_TESTS, text):
        if match.start() < start:
            continue
        kept.append(text[start : match.start()])
        # The formatter that everybody uses closes what begins in the first column there.
        end = text.find("\n}", match.end())
        if end < 0:
            return "".join(kept)
        start = end + 2
    return "".join((*kept, text[start:]))


def _from_above(path: str, inside: str) -> Iterator[str]:
    """What ``inside`` means in the folder of ``path`` and in each above: one of them is on the search path."""
    for folder in upwards(parent(path)):
        found = _below(folder, inside)
        if found is not None:
            yield found


def _below(folder: str, inside: str) -> str | None:
    """Return the path from the root; None where it leaves the context."""
    found = posixpath.normpath(posixpath.join(folder, inside))
    if found.startswith(("..", "/")) or found == "." or "\0" in found:
        return None
    return found


_Reader: TypeAlias = Callable[[str, str], Iterator[Options]]
_BY_READER: Final[Mapping[_Reader, str]] = {
    _javascript: ".js .jsx .mjs .cjs .ts .tsx .mts .cts .vue .svelte .astro",
    _python: ".py",
    _ruby: ".rb .rake .gemspec .ru Rakefile Gemfile",
    _c: ".c .h .cc .hh .cpp .hpp .cxx .hxx .inl .ipp .m .mm .cu .cuh",
    _rust: ".rs",
}
_READERS: Final[Mapping[str, _Reader]] = {
    ending: reader for reader, endings in _BY_READER.items() for ending in endings.split()
}
