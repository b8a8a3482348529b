"""Image references and platforms as far as they can be judged without a registry.

Source: distribution/reference ParseNormalizedNamed, FamiliarString, TagNameOnly; containerd/platforms Parse
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ctxopt.errors import DockerfileError
from ctxopt.languages.golang.strings import quote

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE = (
    rf"(?:(?P<domain>{_DOMAIN})/)?(?P<path>{_COMPONENT}(?:/{_COMPONENT})*)"
    rf"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}))?(?:@(?P<digest>{_DIGEST}))?"
)
_IDENTIFIER = r"[a-f0-9]{64}"
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}

_OS = r"([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?"
_OS_TEXT = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$"
_PART = r"[A-Za-z0-9_.-]+"
_KNOWN_OS = frozenset(
    [
        "aix",
        "android",
        "darwin",
        "dragonfly",
        "freebsd",
        "hurd",
        "illumos",
        "ios",
        "js",
        "linux",
        "nacl",
        "netbsd",
        "openbsd",
        "plan9",
        "solaris",
        "windows",
        "zos",
    ]
)
_KNOWN_ARCH = frozenset(
    [
        "386",
        "amd64",
        "amd64p32",
        "arm",
        "armbe",
        "arm64",
        "arm64be",
        "ppc64",
        "ppc64le",
        "loong64",
        "mips",
        "mipsle",
        "mips64",
        "mips64le",
        "mips64p32",
        "mips64p32le",
        "ppc",
        "riscv",
        "riscv64",
        "s390",
        "s390x",
        "sparc",
        "sparc64",
        "wasm",
    ]
)
_ARCH = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64"}
_WITH_VARIANT = {"armhf": ("arm", "v7"), "armel": ("arm", "v6"), "i386": ("386", "")}
_ARM64 = {"8": "", "v8": "", "v8.0": "", "9": "v9", "9.0": "v9", "v9.0": "v9"}
_ARM = {"": "v7", "7": "v7", "5": "v5", "6": "v6", "8": "v8"}


class Platform(NamedTuple):
    """``os/architecture/variant``, the variant empty where it is the usual one."""

    os: str
    architecture: str
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


def familiar_name(text: str) -> str:
    """Return an image reference in its short form, without ``:latest``; raises DockerfileError where it is none."""
    match = _matched(text)
    path: str = match["path"]
    domain = match["domain"] or ""
    if domain == "docker.io":
        domain = ""
        # ``library/a/b`` is no official image, so its first part belongs to the name.
        if path.count("/") == 1:
            path = path.removeprefix("library/")
    name = path
    if domain:
        name = f"{domain}/{path}"
    if match["tag"] and match["tag"] != "latest":
        name += f":{match['tag']}"
    if match["digest"]:
        name += f"@{match['digest']}"
    return name


def _matched(text: str) -> re.Match[str]:
    if re.fullmatch(_IDENTIFIER, text):
        reason = f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
        raise DockerfileError(reason)
    domain, remainder = _split_domain(text)
    remote = remainder.partition(":")[0]
    if remote.lower() != remote:
        reason = f"invalid reference format: repository name ({remote}) must be lowercase"
        raise DockerfileError(reason)
    whole = f"{domain}/{remainder}"
    match = re.fullmatch(_REFERENCE, whole)
    if match is None:
        reason = "invalid reference format"
        if re.fullmatch(_REFERENCE, whole.lower()):
            reason = "repository name must be lowercase"
        raise DockerfileError(reason)
    if len(match["path"]) > 255:
        reason = "repository name must not be more than 255 characters"
        raise DockerfileError(reason)
    _verify_digest(match["digest"])
    return match


def _split_domain(text: str) -> tuple[str, str]:
    first, slash, rest = text.partition("/")
    if not slash:
        return "docker.io", f"library/{text}"
    if first == "index.docker.io":
        domain, remainder = "docker.io", rest
    elif first == "localhost" or "." in first or ":" in first or first.lower() != first:
        domain, remainder = first, rest
    else:
        domain, remainder = "docker.io", text
    if domain == "docker.io" and "/" not in remainder:
        remainder = f"library/{remainder}"
    return domain, remainder


def _verify_digest(digest: str | None) -> None:
    if digest is None:
        return
    algorithm, _, encoded = digest.partition(":")
    length = _DIGEST_LENGTHS.get(algorithm)
    if length is None:
        reason = "unsupported digest algorithm"
    elif len(encoded) != length:
        reason = "invalid checksum digest length"
    elif encoded != encoded.lower():
        reason = "invalid checksum digest format"
    else:
        return
    raise DockerfileError(reason)


def parse_platform(text: str, host: str = "linux/amd64") -> Platform:
    """Read ``os[/architecture[/variant]]``; what is left out is the host's; raises DockerfileError."""
    quoted = quote(text)
    if "*" in text:
        raise _invalid(f"{quoted}: wildcards not yet supported")
    parts = text.split("/", 3)
    system = re.fullmatch(_OS, parts[0])
    if system is None:
        problem = f"OSAndVersion specifier component must match {quote(_OS_TEXT)}"
        raise _invalid(f"{quote(parts[0])} is an invalid OS component of {quoted}: {problem}")
    for part in parts[1:]:
        if not re.fullmatch(_PART, part):
            problem = 'platform specifier component must match "^[A-Za-z0-9_.-]+$"'
            raise _invalid(f"{quote(part)} is an invalid component of {quoted}: {problem}")
    name = system[1].lower().replace("macos", "darwin")
    if len(parts) == 1:
        return _from_one_part(name, text, host)
    if len(parts) > 3:
        raise _invalid(f"{quoted}: cannot parse platform specifier")
    if len(parts) == 2:
        return Platform(name, *_usual(parts[1]))
    return Platform(name, *_normal(parts[1], parts[2]))


def _from_one_part(name: str, text: str, host: str) -> Platform:
    host_os, _, host_architecture = host.partition("/")
    if name in _KNOWN_OS:
        return Platform(name, host_architecture.partition("/")[0])
    architecture, variant = _usual(text)
    if architecture in _KNOWN_ARCH:
        return Platform(host_os, architecture, variant)
    raise _invalid(f"{quote(text)}: unknown operating system or architecture")


def _usual(architecture: str) -> tuple[str, str]:
    """Return the architecture and its variant where none is given: that of arm goes without saying."""
    architecture, variant = _normal(architecture, "")
    if (architecture, variant) == ("arm", "v7"):
        variant = ""
    return architecture, variant


def _normal(architecture: str, variant: str) -> tuple[str, str]:
    architecture, variant = architecture.lower(), variant.lower()
    # Names that stand for a variant as well, whatever else was asked for.
    if architecture in _WITH_VARIANT:
        return _WITH_VARIANT[architecture]
    architecture = _ARCH.get(architecture, architecture)
    if architecture == "amd64" and variant == "v1":
        variant = ""
    if architecture == "arm64":
        variant = _ARM64.get(variant, variant)
    if architecture == "arm":
        variant = _ARM.get(variant, variant)
    return architecture, variant


def _invalid(reason: str) -> DockerfileError:
    return DockerfileError(f"{reason}: invalid argument")
