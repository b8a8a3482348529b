"""Functions about hashes, encodings, dates and versions."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import re
import urllib.parse
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from ctxopt.projects.bake.conversion import EvaluationError, to_text

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def json_encode(value: Any) -> str:
    """Return a value as JSON: without blanks, keys sorted, numbers as they are."""
    if isinstance(value, Decimal):
        return to_text(value)
    if isinstance(value, list):
        return "[" + ",".join(map(json_encode, value)) + "]"
    if isinstance(value, dict):
        pairs = (f"{json_encode(key)}:{json_encode(value[key])}" for key in sorted(value))
        return "{" + ",".join(pairs) + "}"
    text = json.dumps(value, ensure_ascii=False)
    # Go escapes these so that JSON can stand in a web page.
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def json_decode(text: str) -> Any:
    """Return the value that a JSON text is."""
    return json.loads(text, parse_int=Decimal, parse_float=Decimal)


def csv_decode(text: str) -> list[dict[str, str]]:
    """Return the rows of a table with a head."""
    return [dict(row) for row in csv.DictReader(io.StringIO(text))]


def hash_with(name: str) -> Any:
    """Return the function that hashes a text to hexadecimal digits."""
    return lambda text: hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def timestamp() -> str:
    """Return now, in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _shown(moment: datetime) -> str:
    text = moment.isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def time_add(start: str, duration: str) -> str:
    """Return a moment and a duration, such as ``1h30m``, together."""
    if not re.fullmatch(r"[+-]?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+", duration):
        raise EvaluationError(f"{duration!r} is no duration")
    parts = re.findall(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)", duration)
    seconds = sum(float(amount) * _UNITS[unit] for amount, unit in parts)
    if duration.startswith("-"):
        seconds = -seconds
    return _shown(_moment(start) + timedelta(seconds=seconds))


def format_date(template: str, moment: str) -> str:
    """Return a moment in the form that ``template`` says in letters; text in single quotes stays."""
    when = _moment(moment)

    def part(found: re.Match[str]) -> str:
        quoted, letters = found[1], found[0]
        if quoted is not None:
            return quoted.replace("''", "'")
        return _date_part(letters, when)

    return re.sub(r"'((?:[^']|'')*)'|([A-Za-z])\2*", part, template)


def _date_part(letters: str, when: datetime) -> str:
    offset = when.strftime("%z") or "+0000"
    short = offset[:3] + ":" + offset[3:]
    named = offset
    if offset == "+0000":
        short, named = "Z", "UTC"
    half = "AM" if when.hour < 12 else "PM"
    hour = when.hour % 12 or 12
    forms = {
        "YY": f"{when.year % 100:02}", "YYYY": f"{when.year:04}",
        "M": str(when.month), "MM": f"{when.month:02}",
        "MMM": _MONTHS[when.month - 1][:3], "MMMM": _MONTHS[when.month - 1],
        "D": str(when.day), "DD": f"{when.day:02}",
        "EEE": _DAYS[when.weekday()][:3], "EEEE": _DAYS[when.weekday()],
        "h": str(when.hour), "hh": f"{when.hour:02}", "H": str(hour), "HH": f"{hour:02}",
        "AA": half, "aa": half.lower(),
        "m": str(when.minute), "mm": f"{when.minute:02}",
        "s": str(when.second), "ss": f"{when.second:02}",
        "ZZZZ": offset, "ZZZZZ": offset[:3] + ":" + offset[3:],
        "Z": short,
        "ZZZ": named,
    }  # fmt: skip
    if letters not in forms:
        raise EvaluationError(f"unsupported date format {letters!r}")
    return forms[letters]


def unix_time(seconds: Decimal) -> dict[str, Any]:
    """Return the parts of a moment that is given in seconds."""
    when = datetime.fromtimestamp(int(seconds), UTC)
    parts = {"year": when.year, "month": when.month, "day": when.day, "hour": when.hour, "minute": when.minute, "second": when.second}  # fmt: skip
    found: dict[str, Any] = {name: Decimal(value) for name, value in parts.items()}
    return found | {"rfc3339": _shown(when)}


FUNCTIONS = {
    "jsonencode": ("x", json_encode),
    "jsondecode": ("s", json_decode),
    "csvdecode": ("s", csv_decode),
    "base64encode": ("s", lambda text: base64.b64encode(text.encode()).decode()),
    "base64decode": ("s", lambda text: base64.b64decode(text, validate=True).decode()),
    "urlencode": ("s", urllib.parse.quote_plus),
    "md5": ("s", hash_with("md5")),
    "sha1": ("s", hash_with("sha1")),
    "sha256": ("s", hash_with("sha256")),
    "sha512": ("s", hash_with("sha512")),
    "timestamp": ("", timestamp),
    "timeadd": ("ss", time_add),
    "formatdate": ("ss", format_date),
    "unixtimestampparse": ("n", unix_time),
    "homedir": ("", lambda: os.path.expanduser("~")),
}
