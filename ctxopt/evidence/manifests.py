"""What manifests name: the files that a package's build reads besides its sources.

Takes text and gives paths relative to the manifest's folder, some with wildcards; opens nothing,
and takes a manifest that cannot be parsed for one that names nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias


class Named(NamedTuple):
    """A path or glob that a manifest names, and as what."""

    path: str
    role: str
    """``readme``, ``license-files`` …"""


_FILE_DIRECTIVE = r"(?m)^[ \t]*[\w.]+\s*=\s*file:\s*(.+)$"
_INCLUDE_MACRO = r"include_(?:str|bytes)!\s*\(\s*\"([^\"\n]{1,200})\"\s*\)"
_PACKAGE_README = (
    r"<Package(?:ReadmeFile|LicenseFile|Icon)>\s*([^<\s]+)\s*</|"
    r"<None\s+Include=\"([^\"*$]+)\"[^>]*\bPack=\"true\""
)
_OPENED = r"(?:open|read_text|join|Path|read)\(\s*[^()\n]*?[\"']([\w./ -]+\.(?:md|rst|txt))[\"']"


_CMAKE_FOLDER = r"(?im)^[ \t]*add_subdirectory\s*\(\s*\"?([^\s\")$]{1,200})"
_CMAKE_LOOP = r"(?im)^[ \t]*foreach\s*\(\s*\w{1,100}\s+([^()]{1,2000})\)"
_MESON_FOLDER = r"(?m)^[ \t]*subdir\(\s*'([^'\n]{1,200})'"
_MESON_LOOP = r"(?m)^[ \t]*foreach\s+\w{1,100}\s*:\s*\[([^\[\]]{1,2000})\]"
_AUTOMAKE_FOLDERS = r"(?m)^(?:DIST_)?SUBDIRS\s*\+?=((?:[^\n\\]|\\\n){1,2000})"
_MAKE_INCLUDE = r"(?m)^[ \t]*include[ \t]+([^\n#]{1,1000})"
_GRADLE_FOLDER = r"\bprojectDir\s*=\s*(?:new\s+File\s*\(\s*(?:\w+\s*,\s*)?|file\s*\(\s*)[\"']([^\"'$\n]{1,200})[\"']"
_SETUP_PACKAGES = r"\bpackages\s*=\s*\[([^\[\]]{1,2000})\]"
_QUOTED = r"[\"']([^\"'\n]{1,200})[\"']"
_MAVEN_MODULE = r"<module>\s*([^<\s]{1,200})\s*</module>"
_GO_FOLDER = r"(?m)(?:=>|^[ \t]*use|^)[ \t]+(\.\.?/[^\s)]{1,200})"
_SWIFT_TESTS = (
    r"\.testTarget\(\s*name:\s*\"(\w{1,100})\"(?:[^()]|\([^()]*\))*?(?:path:\s*\"([^\"]+)\"|\))"
)
_INCLUDED = r"<(?:EmbeddedResource|Content|None|AdditionalFiles|Compile)\s+(?:Include|Update)=\"([^\"$]{1,300})\""
_SOLUTION = (
    r"(?m)^Project\([^)]*\)\s*=\s*\"[^\"]*\",\s*\"([^\"]+proj)\"|<Project\s+Path=\"([^\"]+)\""
)


def read_manifest(name: str, text: str) -> tuple[Named, ...]:
    """Return what the manifest called ``name`` names, with duplicates."""
    reader = _reader_for(name)
    if reader is None:
        return ()
    try:
        return tuple(item for item in reader(text) if _is_plain(item.path))
    except (ValueError, TypeError, AttributeError, RecursionError):
        # Valid TOML and JSON of any shape get here: what is no manifest after all names nothing.
        return ()


def _reader_for(name: str) -> _Reader | None:
    if name.endswith((".sln", ".slnx")):
        return _solution
    if name.endswith(("proj", ".props")):
        return _project
    return _READERS.get(name)


def _is_plain(path: object) -> bool:
    return isinstance(path, str) and bool(path.strip("./ ")) and "\0" not in path


def _pyproject(text: str) -> Iterator[Named]:
    table = _toml(text)
    project, tool = table_at(table, "project"), table_at(table, "tool")
    for holder in (project, table_at(tool, "poetry"), table_at(tool, "flit", "metadata")):
        for key in ("readme", "description-file"):
            for item in _strings(holder.get(key)):
                yield Named(item, "readme")
    yield from _all(project.get("license-files"), "license-files")
    yield from _all(table_at(project, "license").get("file"), "license")
    yield from _setuptools(table_at(tool, "setuptools"))
    yield from _hatch(table_at(tool, "hatch"))
    for item in table_at(tool, "poetry").get("include") or ():
        if isinstance(item, dict):
            yield from _all(item.get("path"), "include")
        else:
            yield from _all(item, "include")


def _setuptools(table: dict[str, Any]) -> Iterator[Named]:
    for key, value in table_at(table, "dynamic").items():
        yield from _all(table_at(value).get("file"), key)
    for package, globs in table_at(table, "package-data").items():
        if package == "*":
            continue  # its globs hold in every package, wherever those are
        folder = package.replace(".", "/")
        for glob in _strings(globs):
            yield Named(f"{folder}/{glob}", "package-data")
            # The src layout is found without being written down.
            yield Named(f"src/{folder}/{glob}", "package-data")


def _hatch(table: dict[str, Any]) -> Iterator[Named]:
    build = table_at(table, "build")
    for target in (build, *tables_in(build.get("targets"))):
        yield from _all(target.get("artifacts"), "artifacts")
        yield from _all(list(table_at(target, "force-include")), "force-include")
        yield from _all(target.get("include"), "include")
        yield Named(table_at(target, "hooks", "custom").get("path", ""), "build hook")
    # The hook hatch-fancy-pypi-readme puts the long description together from files.
    for hook in tables_in(table_at(table, "metadata").get("hooks")):
        for fragment in tables_in(hook.get("fragments")):
            yield from _all(fragment.get("path"), "readme")


def _cargo(text: str) -> Iterator[Named]:
    table = _toml(text)
    package = table_at(table, "package")
    for key in ("readme", "license-file", "build"):
        yield from _all(package.get(key), key)
    yield from _all(package.get("include"), "include")
    yield from _all(table_at(table, "workspace").get("members"), "workspace member")
    # These are looked for in src unless a path says otherwise.
    for target in (table_at(table, "lib"), *tables_in(table.get("bin"))):
        yield from _all(target.get("path"), "target")
    for kind, folder in (("test", "tests"), ("bench", "benches"), ("example", "examples")):
        for target in table.get(kind) or ():
            name = target.get("name")
            # A target without a path is looked for where Cargo expects its kind.
            expected = name and f"{folder}/{name}.rs"
            yield from _all(target.get("path") or expected, f"{kind} target")


def _package_json(text: str) -> Iterator[Named]:
    import json

    table = json.loads(text)
    yield from _all(table.get("main"), "main")
    yield from _all(table.get("files"), "files")
    workspaces = table.get("workspaces")
    if isinstance(workspaces, dict):
        workspaces = workspaces.get("packages")
    yield from _all(workspaces, "workspaces")
    for key in ("dependencies", "devDependencies", "optionalDependencies"):
        for version in table_at(table, key).values():
            if isinstance(version, str) and version.startswith(("file:", "link:")):
                yield Named(version.partition(":")[2], "dependency")


def _manifest_in(text: str) -> Iterator[Named]:
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if words[:1] == ["include"]:
            yield from _all(words[1:], "include")
        elif words[:1] in (["graft"], ["recursive-include"]):
            yield from _all(words[1:2], words[0])


def _setup_cfg(text: str) -> Iterator[Named]:
    for match in re.finditer(_FILE_DIRECTIVE, text):
        yield from _all([item.strip() for item in match[1].split(",")], "file:")
    for match in re.finditer(r"(?m)^license_files?\s*=\s*(.*(?:\n[ \t]+\S.*)*)", text):
        yield from _all(match[1].replace(",", "\n").split(), "license_files")


def _setup_py(text: str) -> Iterator[Named]:
    for match in re.finditer(_OPENED, text):
        yield Named(match[1], "text that it opens")
    for match in re.finditer(_SETUP_PACKAGES, text):
        for package in re.findall(_QUOTED, match[1]):
            # A package is the modules in its own folder; those below are packages that a list names, too.
            folder = package.replace(".", "/")
            yield from _all([f"{folder}/*.py", f"src/{folder}/*.py"], "package")


def _project(text: str) -> Iterator[Named]:
    for match in re.finditer(_PACKAGE_README, text):
        yield Named((match[1] or match[2]).replace("\\", "/"), "packed file")
    for match in re.finditer(_INCLUDED, text):
        for path in match[1].split(";"):
            plain = path.replace("\\", "/").partition("**")[0].rstrip("/")
            yield Named(plain, "included file")


def _solution(text: str) -> Iterator[Named]:
    for match in re.finditer(_SOLUTION, text):
        yield Named((match[1] or match[2]).replace("\\", "/"), "project")


def _cmake(text: str) -> Iterator[Named]:
    for match in re.finditer(_CMAKE_FOLDER, text):
        yield Named(match[1], "subdirectory")
    if re.search(r"(?i)\badd_subdirectory\s*\(\s*\"?\$", text):
        for match in re.finditer(_CMAKE_LOOP, text):
            yield from _all(match[1].replace('"', " ").split(), "subdirectory")


def _meson(text: str) -> Iterator[Named]:
    for match in re.finditer(_MESON_FOLDER, text):
        yield Named(match[1], "subdirectory")
    if re.search(r"(?m)^[ \t]*subdir\(\s*\w", text):
        for match in re.finditer(_MESON_LOOP, text):
            yield from _all(re.findall(_QUOTED, match[1]), "subdirectory")


def _automake(text: str) -> Iterator[Named]:
    for match in re.finditer(_AUTOMAKE_FOLDERS, text):
        yield from _all(match[1].replace("\\\n", " ").split(), "subdirectory")


def _makefile(text: str) -> Iterator[Named]:
    for match in re.finditer(_MAKE_INCLUDE, text):
        # Settings that people include by other names, such as .env, are no part of the program.
        rules = [word for word in match[1].split() if word.endswith((".mk", ".make", "/Makefile"))]
        yield from _all(rules, "included rules")


def _gradle_settings(text: str) -> Iterator[Named]:
    for match in re.finditer(_GRADLE_FOLDER, text):
        yield Named(match[1], "project folder")


def _maven(text: str) -> Iterator[Named]:
    for match in re.finditer(_MAVEN_MODULE, text):
        yield Named(match[1], "module")


def _go_mod(text: str) -> Iterator[Named]:
    for match in re.finditer(_GO_FOLDER, text):
        yield Named(match[1], "module")


def _swift(text: str) -> Iterator[Named]:
    for match in re.finditer(_SWIFT_TESTS, text):
        yield Named(match[2] or f"Tests/{match[1]}", "test target")


def _composer(text: str) -> Iterator[Named]:
    import json

    table = json.loads(text)
    for section in ("autoload", "autoload-dev"):
        for key in ("classmap", "files"):
            yield from _all(table_at(table, section).get(key), key)


def _rust_source(text: str) -> Iterator[Named]:
    for match in re.finditer(_INCLUDE_MACRO, text):
        yield Named(match[1], "included text")


_Reader: TypeAlias = Callable[[str], Iterable[Named]]
_READERS: Final[Mapping[str, _Reader]] = {
    "pyproject.toml": _pyproject,
    "Cargo.toml": _cargo,
    "package.json": _package_json,
    "MANIFEST.in": _manifest_in,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup_py,
    "CMakeLists.txt": _cmake,
    "meson.build": _meson,
    "Makefile.am": _automake,
    "Makefile": _makefile,
    "GNUmakefile": _makefile,
    "settings.gradle": _gradle_settings,
    "settings.gradle.kts": _gradle_settings,
    "pom.xml": _maven,
    "go.mod": _go_mod,
    "go.work": _go_mod,
    "Package.swift": _swift,
    "composer.json": _composer,
    "lib.rs": _rust_source,
    "main.rs": _rust_source,
}

MANIFESTS: Final = frozenset(_READERS)


def _toml(text: str) -> dict[str, Any]:
    import tomllib  # few contexts need it

    return tomllib.loads(text)


def table_at(holder: Any, *keys: str) -> dict[str, Any]:
    """Return the table below ``holder`` by these keys; an empty one for anything else there."""
    for key in keys:
        if not isinstance(holder, dict):
            return {}
        holder = holder.get(key)
    if not isinstance(holder, dict):
        return {}
    return holder


def tables_in(value: Any) -> list[dict[str, Any]]:
    """Return the tables in a list or a table of them."""
    items: Iterable[Any] = ()
    if isinstance(value, dict):
        items = value.values()
    elif isinstance(value, list):
        items = value
    return [item for item in items if isinstance(item, dict)]


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = value.get("file")
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, str)]


def _all(value: Any, role: str) -> Iterator[Named]:
    for item in _strings(value):
        yield Named(item, role)
