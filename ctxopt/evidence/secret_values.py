"""Whether what a file assigns to a key is a secret: the name of the key, and a value that looks real. Pure."""

from __future__ import annotations

import re
from typing import Final

_TELLING_KEY: Final = (
    r"(?i)secret(?!ar)|token(?!i[zs])|passw|pass_?phrase|passcode|(?:\A|[^a-z])pass\Z|pwd|credential|bearer"
    r"|(?:api|private|access|account|auth|sign(?:ing|ature)?|encrypt(?:ion)?|encoding|crypt|master|app|licen[cs]e|shared|"
    r"storage|service|deploy|webhook|security|session|cookie|jwt|hmac|consumer|admin|preshared|client|integration|project)"
    r"[_.-]?key(?!i?d|name|s?tore)|(?:\A|_)auth\Z|_salt\Z"
)
_NO_VALUE: Final = (
    r"(?i)(?:names?|files?|filename|path|dir|refs?|ur[il]|id|ids|type|kind|lengths?|size|counts?|limits?|max|min|"
    r"expir\w*|ttl|lifetime|duration|timeout|age|fields?|headers?|prefix|suffix|hints?|policy|regexp?|pattern|labels?|"
    r"title|text|message|description|help|placeholder|endpoint|arn|version|enabled?|required|algorithm|alg|method|"
    r"strategy|location|provider|store|manager|engine|format|encoding|hash(?:er|ing)?|column|env|var|variable|"
    r"rotation|class|handler|service|scopes?|issuer|audience|mode|role|user|username|email|status|key_?id)\Z"
)
_PUBLIC_KEY: Final = r"(?i)public|publish|site_?key|anon|(?:\A|[_.-])pk(?:\Z|[_.-])"
FOR_BROWSERS: Final = (
    r"(?:VITE|NEXT_PUBLIC|REACT_APP|PUBLIC|EXPO_PUBLIC|GATSBY|NUXT_PUBLIC|VUE_APP|NG_APP|PREACT_APP|STORYBOOK|"
    r"SNOWPACK_PUBLIC|PLASMO_PUBLIC|BUN_PUBLIC|WXT|RAZZLE|SANITY_STUDIO|DOCUSAURUS|PARCEL_PUBLIC)_"
)
"""How keys begin whose values a front-end build writes into what it sends to every visitor."""
_PLACEHOLDER: Final = (
    r"(?i)\A(?:change|replace|your|my[_-]?secret|my[_-]|insert|enter|todo|fixme|x{3}|\*{3}|<|\$|\{\{|%|!|&|@|\[|example|"
    r"sample|dummy|fake|test|dev|local|none|null|nil|true|false|default|placeholder|secret|password|passwd|redacted|"
    r"postgres|admin|root|access_?key|minio|guest|foo|bar|abc123|https?://|file:|env[:(]|ENC\[|vault:|op://|ref\+|"
    r"arn:|ssm:|sm://|secretsmanager|process\.env|os\.|getenv|ENV\[|env\.|var\.|data\.|local\.|module\.|secrets\.)"
    r"|\$\{|\{\{|\$\(|<[a-z]|%\(|%[A-Z_]+%|#\{|example|change[_-]?(?:me|this|it)|placeholder|your[_-]|x{5}|\.{3}|insecure|"
    r"not[_-]?(?:a[_-])?(?:real|secret)|redacted|12345678|dummy|do[_-]?not[_-]?use"
)
_DESCRIPTION: Final = (
    r"(?i)\A[a-z]+(?:[_-][a-z]+)*[_-](?:password|passwd|pass|secret|key|token)\d{0,2}\Z"
)
_COMMON: Final = (
    "a the my our some any secret secrets password passwd pass key token value user admin db database app for "
    "test dev local here goes string super very please me"
)
_PATH: Final = r"\A(?:[.~]{0,2}/[\w./-]*|[\w.-]+\.(?:pem|key|crt|cer|json|ya?ml|txt|env|py|js|ts|html?|png|svg))\Z"
_EXPRESSION: Final = r"\s|\w[\[(]|\A/|\]\Z|\A[A-Za-z_]\w{0,20}(?:\.[a-zA-Z_]\w{0,20}){1,3}\Z"
_PLAIN: Final = (
    r"\A(?:[\d.:,/ T+-]+Z?|v?\d+(?:\.\d+)+[\w.-]*|#[0-9a-fA-F]{3,8}"
    r"|_*(?:[A-Za-z]+\d{0,2}|\d{1,4})(?:[_. :/@-](?:[A-Za-z]+\d{0,2}|\d{1,4}))*)\Z"
)
"""Numbers, dates, versions, colours, and words, which name a thing rather than protect it."""


def is_secret_key(key: str) -> bool:
    """Tell whether the name of a key says that its value is a secret."""
    return (
        re.search(_TELLING_KEY, key) is not None
        and re.search(_NO_VALUE, key) is None
        and re.search(_PUBLIC_KEY, key) is None
    )


def is_for_browsers(key: str) -> bool:
    """Tell whether a front-end build writes the value into what it sends to every visitor."""
    return re.match(FOR_BROWSERS, key) is not None


def is_placeholder(value: str, key: str) -> bool:
    """Tell whether a value stands for one that is put in elsewhere, or is words of its own key."""
    if re.search(_PLACEHOLDER, value) or re.search(_DESCRIPTION, value):
        return True
    words = _words(value)
    return bool(words) and words <= _words(key) | _words(_COMMON)


def looks_real(value: str) -> bool:
    """Tell whether a value is one that was made up to be hard to guess: no word, number, date or path."""
    if len(value) < 8 or re.search(_PLAIN, value) or re.search(_PATH, value):
        return False
    if not re.search(r"[A-Za-z]", value) or len(set(value)) < 5:
        return False
    # A sentence, or an expression of a programming language.
    return not re.search(_EXPRESSION, value)


def _words(text: str) -> set[str]:
    """The words of a name in small letters, whether it is in camel case or has separators."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d{5,}", text)
    return {part.lower() for part in parts}
