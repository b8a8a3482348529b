"""What in the first bytes of a file shows that it holds a secret: the line, the name of the key, and the kind.

Never keeps, shows or returns the value. Reads no disk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ctxopt.evidence.secret_tokens import find_token, is_shown_in_browsers
from ctxopt.evidence.secret_values import (
    FOR_BROWSERS,
    is_for_browsers,
    is_placeholder,
    is_secret_key,
    looks_real,
)

_MOST_KEYS: Final = 300
_LONGEST_VALUE: Final = 512
_WORD: Final = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
_NOT_PRODUCTION: Final = (
    rb"(?m)^(?:development|test):[ \t]*(?:#[^\n]*)?\n(?:[ \t]+[^\n]*(?:\n|\Z)|[ \t]*(?:#[^\n]*)?\n)*"
    rb"|^\[(?:development|test)\][ \t]*\n(?:(?!\[)[^\n]*(?:\n|\Z))*"
)
"""Sections that hold throw-away values. One of YAML with an anchor may be merged into production."""
_PUBLIC_LINE: Final = rb"(?m)^(?:export[ \t]+)?" + FOR_BROWSERS.encode() + rb"\w*[ \t]*=[^\n]*"
_BLOCK: Final = r"-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY(?: BLOCK)?-----|-----BEGIN (OpenVPN) Static key|---- BEGIN (SSH2) ENCRYPTED PRIVATE"
_BODY: Final = r"(?:\\n|\\r|[\s\"'+,`]|[A-Z][\w-]+: [^\n]*\n)*[A-Za-z0-9+/=]{32}"
_ALGORITHMS: Final = {
    "OPENSSH ": "an OpenSSH private key",
    "PGP ": "a PGP private key",
    "ENCRYPTED ": "an encrypted private key",
    "OpenVPN": "a static key of OpenVPN",
}
_HINT: Final = rb"secret|token|passw|pass_?phrase|passc|pwd|_pass|key|credential|auth|_salt|bearer|[\"<_-]pass[\"'>]"
_KEY_VALUE: Final = (
    rb"([\w.-]{0,64})(?:[\"']?\]?[ \t]*(?:=>|:=|\?=|[:=])[ \t]*(?:!\w+[ \t]+)?|[\"']?[ \t]+value[ \t]*=[ \t]*|>)"
    rb"(?:b?\"([^\"\n]*)\"|b?'([^'\n]*)'|([^\s\"'`,;&<>]+))"
)
_KINDS: Final = (
    (r"(?i)aws.*secret|secret_?access_?key", "an AWS secret key"),
    (r"(?i)rails_?master_?key|secret_?key_?base", "a key of Rails"),
    (r"(?i)account_?key|shared_?access_?key", "a key of Azure"),
    (r"(?i)private_?key|preshared", "a private key"),
    (r"(?i)pass_?phrase|passw|passcode|pass\Z|pwd", "a password"),
    (r"(?i)api[_.-]?key", "an API key"),
    (r"(?i)token|bearer", "a token"),
    (r"(?i)secret", "a secret"),
)
_SEALED: Final = b"kind: SealedSecret"
_HEX_KEY: Final = r"(?:[0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{128}|[A-Za-z0-9+/]{43}=)\s*\Z"
_VALUE_FILE: Final = (
    r"(?i)(?:\A|[-_.])(?:pass(?:word|wd|phrase)?|pwd|secret|secret[-_]?key|token|vault[-_]?pass(?:word)?|api[-_]?key|"
    r"auth[-_]?key|encryption[-_]?key|access[-_]?key|master[-_]?key)(?:\.(?:txt|key|secret|conf))?\Z"
)


class Clue(NamedTuple):
    """What shows a secret."""

    kind: str
    """What it is, as a noun with its article; ``""`` where only the name of the file tells."""
    line: int = 0
    """Counted from 1; 0 where a line says nothing, as in a key store."""
    key: str = ""
    """The name that the value is assigned to, if there is one."""

    def __str__(self) -> str:
        """Say it in words, ``line 11, AWS_SECRET_ACCESS_KEY: an AWS secret key``."""
        place = f"line {self.line}"
        if not self.line:
            return self.kind
        if self.key:
            place += f", {self.key}"
        return f"{place}: {self.kind}"


BY_NAME: Final = Clue("")
"""The name of the file is all that tells."""


def find_clue(content: bytes, *, is_code: bool = False, is_suspect: bool = True) -> Clue | None:
    """Take the first bytes of a file; return what shows that it holds a secret, None where nothing does.

    ``is_code`` is for programs and documents, where only keys and tokens that need no name count;
    ``is_suspect`` is for files whose name speaks of secrets, where every value counts that is no placeholder.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16", "replace").encode()
    if b"\0" in content[:1024]:
        return _store(content)
    content = without_harmless(content)
    found = _block(content, is_code) or _token(content)
    if found is not None or is_code or _SEALED in content:
        return found
    found = _document(content)
    if found is None and b"kind:" in content:
        content = _without_entries(content)
    found = found or _login(content, is_suspect)
    if found is not None:
        return found
    return next(_assignments(content, is_suspect), None)


def find_value(content: bytes, path: str) -> Clue | None:
    """Return a clue where a file that is called like a secret holds one word and nothing else."""
    text = content.decode("utf-8", "replace").strip()
    if (
        not 6 <= len(text) <= _LONGEST_VALUE
        or not text.isprintable()
        or re.search(r"[\s={}<]", text)
    ):
        return None
    # A word alone says nothing; only what its file is called makes it a secret.
    *above, name = path.split("/")
    if name.lower().endswith(".key") and re.match(_HEX_KEY, text):
        return Clue("a key", 1)
    is_called = re.search(_VALUE_FILE, name) or (
        above and above[-1].lower() in ("secrets", ".secrets")
    )
    if is_called and not is_placeholder(text, name) and not re.match(r"[./~]|\w+://", text):
        return Clue("the secret that the file is called after", 1)
    return None


def without_harmless(content: bytes) -> bytes:
    """Blank out the sections for development and test, and what is public by design; lines keep their numbers."""
    if b"development" in content or b"test" in content:
        content = re.sub(_NOT_PRODUCTION, _blank, content)
    if b"=" in content:
        content = re.sub(_PUBLIC_LINE, _blank_public, content)
    return content


def _blank(match: re.Match[bytes]) -> bytes:
    return b"\n" * match[0].count(b"\n")


def _blank_public(match: re.Match[bytes]) -> bytes:
    # The name says that every visitor may see it; a token of this kind says that no one should.
    token = find_token(match[0])
    if token is not None and not token.text.startswith(b"AIza"):
        return match[0]
    return b""


def _store(content: bytes) -> Clue | None:
    """Tell the files of key stores by their first bytes."""
    if content.startswith((b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")):
        return Clue("a Java key store")
    if content.startswith(b"\x03\xd9\xa2\x9a"):
        return Clue("a password database of KeePass")
    return None


def _block(content: bytes, is_code: bool) -> Clue | None:
    """Find private keys that stand in the file as they are."""
    if b"PuTTY-User-Key-File-" in content:
        return _at(content, content.index(b"PuTTY-User-Key-File-"), "a private key of PuTTY")
    if b"---- BEGIN " not in content and b"-----BEGIN" not in content:
        return None
    text = content.decode("latin-1")
    for match in re.finditer(_BLOCK, text):
        rest = text[match.end() : match.end() + 400]
        # A program or a page may speak of the line without having a key.
        if is_code and not re.match(_BODY, rest):
            continue
        if b"service_account" in content and b'"private_key"' in content:
            return _at(
                content, match.start(), "a private key of a Google service account", "private_key"
            )
        name = next(filter(None, match.groups()), "")
        return _at(content, match.start(), _ALGORITHMS.get(name, "a private key"))
    return None


def _token(content: bytes) -> Clue | None:
    token = find_token(content)
    if token is not None:
        return _at(content, content.index(token.text), token.kind)
    for needle, expression, kind in _LINKS:
        if needle in content:
            match = re.search(expression, content)
            if match is not None:
                return _at(content, match.start(), kind)
    return None


_LINKS: Final = (
    (b"hooks.slack.com/", rb"hooks\.slack\.com/(?:services|workflows)/T\w{8,}/[AB]\w{8,}/\w{20}", "a webhook of Slack"),
    (b"/api/webhooks/", rb"discord(?:app)?\.com/api/webhooks/\d{16,}/[\w-]{60}", "a webhook of Discord"),
    (b"/webhookb2/", rb"webhook\.office\.com/webhookb2/[0-9a-f-]{36}@", "a webhook of Teams"),
    (b":AA", rb"(?<!\w)\d{8,10}:AA[\w-]{32}", "a token of Telegram"),
    (b".atlasv1.", rb"\w{14}\.atlasv1\.[\w-]{60}", "a token of Terraform Cloud"),
    (b"sig=", rb"[?&]sv=\d{4}-\d\d-\d\d&[^\s\"']{0,300}sig=[\w%+/=]{40}", "a signed address of Azure"),
    (b"8Q~", rb"(?<![\w~.-])[\w~.-]{3}8Q~[\w~.-]{34}(?![\w~.-])", "a client secret of Azure"),
    (b"-us", rb"(?<!\w)[0-9a-f]{32}-us\d{1,2}(?!\w)", "a key of Mailchimp"),
    (b"access_token$prod", rb"access_token\$production\$[0-9a-z]{16}\$[0-9a-f]{32}", "a token of PayPal"),
    (b"minisign encrypted", rb"untrusted comment: minisign encrypted secret key", "a secret key of minisign"),
    (b"signify secret", rb"untrusted comment: signify secret key", "a secret key of signify"),
)  # fmt: skip


def _document(content: bytes) -> Clue | None:
    """Find what the form of a whole document shows: manifests of Kubernetes, key files in JSON."""
    if b"kind:" in content:
        found = _manifest(content)
        if found is not None:
            return found
    if b'"kty"' in content:
        match = re.search(rb"\"d\"\s*:\s*\"[\w-]{40}", content)
        if match is not None:
            return _at(content, match.start(), "a private key in JSON", "d")
    if b'"ciphertext"' in content and b'"kdf"' in content:
        return _at(content, content.index(b'"ciphertext"'), "a wallet", "ciphertext")
    return None


def _manifest(content: bytes) -> Clue | None:
    text = content.decode("utf-8", "replace")
    if re.search(r"(?m)^kind:\s*[\"']?Config\b", text):
        match = re.search(
            r"(?m)^[ \t]*(?:-[ \t]*)?(client-key-data|token|password|client-secret):\s*[\"']?[^\s\"'<${]{8}",
            text,
        )
        if match is not None:
            return Clue("a login to a cluster", text.count("\n", 0, match.start(1)) + 1, match[1])
    # Few files are manifests of a cluster.
    from ctxopt.evidence.secret_manifest import find_entries, is_document, is_secret

    for entry in find_entries(text):
        if is_document(entry):
            inner = find_clue(entry.value)
            if inner is not None:
                return Clue(inner.kind, entry.line, entry.key)
        elif _login(entry.value, True) or is_secret(entry):
            return Clue("a secret of Kubernetes", entry.line, entry.key)
    return None


def _without_entries(content: bytes) -> bytes:
    from ctxopt.evidence.secret_manifest import without_entries

    return without_entries(content.decode("latin-1")).encode("latin-1")


def _login(content: bytes, is_suspect: bool) -> Clue | None:
    """Find logins that no key announces: in addresses, in netrc, in files of passwords."""
    # Looking for a few bytes is a hundred times as fast as an expression, and few files have them.
    if b"://" in content and b"@" in content:
        for match in re.finditer(
            rb"://([^/\s:@\"'$<{]{0,80}):([^/\s:@\"'${<]{6,200})@([\w.-]*\w)", content
        ):
            user, value, host = (part.decode("utf-8", "replace") for part in match.groups())
            is_local = re.match(r"localhost|127\.|0\.0\.0\.0", host)
            if is_local or value == user or is_placeholder(value, user):
                continue
            if (is_suspect and "." in host) or looks_real(value):
                return _at(content, match.start(), "a password in an address")
    if b"machine" in content:
        match_login = re.search(
            rb"(?m)^[ \t]*machine\s+\S+\s+login\s+\S+\s+password\s+([^\s<$]{6})", content
        )
        if match_login is not None:
            return _at(content, match_login.start(), "a login", "password")
    if b":$" in content or b":{SHA}" in content:
        match_hash = re.search(
            rb"(?m)^[\w.@-]+:(?:\$(?:apr1|2[aby]|5|6|y)\$|\{SHA\})[\w./$+=-]{12}", content
        )
        if match_hash is not None:
            return _at(content, match_hash.start(), "a hashed password")
    return None


def _assignments(content: bytes, is_suspect: bool) -> Iterator[Clue]:
    """Yield each key whose name and value show a secret."""
    lowered = content.lower()
    if not any(
        needle in lowered
        for needle in (
            b"secret",
            b"token",
            b"pass",
            b"pwd",
            b"key",
            b"credential",
            b"auth",
            b"_salt",
            b"bearer",
        )
    ):
        return
    end = 0
    for number, hint in enumerate(re.finditer(_HINT, lowered)):
        if hint.start() < end or number > _MOST_KEYS:
            continue
        start = content.rfind(b"\n", 0, hint.start()) + 1
        head = content[start : hint.start()]
        lead = head.rstrip(_WORD)
        found = re.compile(_KEY_VALUE).match(content, hint.start())
        if found is None or not _is_set_here(lead):
            continue
        end = found.end(1)
        raw = next(filter(None, found.groups()[1:]), b"")
        # Most of what a file of data sets is words, and to see that takes no look at the key.
        if len(raw) < 6 or (not is_suspect and _is_plain(raw)):
            continue
        key = (head[len(lead) :] + found[1]).decode("ascii", "replace")
        value = raw[:_LONGEST_VALUE].decode("utf-8", "replace")
        if _shows(key, value, is_suspect) and not is_shown_in_browsers(raw, content):
            yield _at(content, hint.start(), _kind_of(key, value), key.strip("-.")[:64])


def _is_plain(raw: bytes) -> bool:
    if b" " in raw:
        return not raw.lower().startswith((b"bearer ", b"basic ", b"token "))
    return raw.isalpha() or raw.isdigit()


def _is_set_here(lead: bytes) -> bool:
    """Whether what stands before a key leaves it one: no comment, and the key begins there."""
    text = lead.strip()
    if text.startswith((b"#", b";", b"*", b"<!--", b"REM ", b"--")):
        return False
    if text.startswith(b"//") and not text.endswith(b":"):
        return False
    # ``${PASSWORD:default}`` takes the value from elsewhere.
    if lead.endswith(b"${"):
        return False
    return not lead or lead[-1:] in b" \t\"'{,([<;&?:$/|@"


def _shows(key: str, value: str, is_suspect: bool) -> bool:
    if key.lower() in ("authorization", "proxy-authorization", "x-authorization"):
        scheme, _, rest = value.partition(" ")
        return (
            scheme.lower() in ("bearer", "basic", "token")
            and looks_real(rest)
            and not is_placeholder(rest, key)
        )
    # What browsers get is no secret, whatever its key is called.
    if len(value) < 6 or is_for_browsers(key):
        return False
    if key == "auth":
        return re.fullmatch(r"[A-Za-z0-9+/]{8,}={0,2}", value) is not None and not is_placeholder(
            value, key
        )
    if not is_secret_key(key) or is_placeholder(value, key):
        return False
    if key.lower().endswith("password") and "base64" not in key.lower() and is_suspect:
        return True
    return is_suspect or looks_real(value)


def _kind_of(key: str, value: str) -> str:
    if value.startswith("base64:"):
        return "a key of Laravel"
    if key == "auth":
        return "a login"
    for expression, kind in _KINDS:
        if re.search(expression, key):
            return kind
    return "a key"


def _at(content: bytes, place: int, kind: str, key: str = "") -> Clue:
    return Clue(kind, content.count(b"\n", 0, place) + 1, key)
