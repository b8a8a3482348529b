"""Findings as SARIF 2.1.0, which code hosts and editors read.

Source: OASIS SARIF 2.1.0; section numbers below are its.
"""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import quote

from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.languages.ignore.text import IgnoreFile, Line
from ctxopt.report.places import RuleInfo, from_repository, place_of, readable
from ctxopt.rules.finding import Finding, Suppression
from ctxopt.severity import Severity

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: Final = {Severity.INFO: "note", Severity.WARNING: "warning", Severity.ERROR: "error"}
_KINDS: Final = {"ignore-file": "inSource", "baseline": "external"}


def render_sarif(
    findings: Iterable[Finding],
    rules: Sequence[RuleInfo],
    *,
    version: str,
    suppressed: Iterable[Suppression] = (),
    ignore_file: IgnoreFile | None = None,
    ignore_files: Sequence[IgnoreFile | None] = (),
    base: str = "",
    fallback: str | None = None,
) -> str:
    """Return one log of one run, the findings in their order, the suppressed ones after them.

    ``version`` is the program's. ``ignore_file`` is the file that the edits are about, without
    lines where it does not exist yet; without it there are no fixes. Where findings are about several, ``ignore_files`` has
    one for each of them. ``base`` is the context root
    seen from the root of the repository, ``fallback`` the file for findings that have no place:
    some readers refuse results without one.
    """
    silenced = list(suppressed)
    index = {rule.id: number for number, rule in enumerate(rules)}
    files = iter(ignore_files)
    edited: dict[int, _Edited] = {}
    seen: Counter[str] = Counter()
    results = []
    for finding, suppression in (
        *((finding, None) for finding in findings),
        *((suppression.finding, suppression) for suppression in silenced),
    ):
        result = _result(finding, base, fallback)
        if finding.rule in index:
            result["ruleIndex"] = index[finding.rule]
        seen[finding.fingerprint] += 1
        # Readers take results with one fingerprint for one result.
        name = f"{finding.fingerprint}:{seen[finding.fingerprint]}"
        result["partialFingerprints"] = {"primaryLocationLineHash": name, "ctxopt/v1": name}
        file = next(files, ignore_file)
        if file is not None and finding.edits:
            if id(file) not in edited:
                edited[id(file)] = _Edited(file, base)
            result["fixes"] = [edited[id(file)].fix(finding.edits)]
        if silenced:
            # Either all results of a run have the property or none (3.27.23).
            result["suppressions"] = []
        if suppression:
            result["suppressions"].append(_suppression(suppression))
        results.append(result)
    run = {
        "tool": {
            "driver": {
                "name": "ctxopt",
                "version": version,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: RuleInfo) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": _text(rule.title),
        # No helpUri: it has to be absolute (3.49.12), and this repository knows no public address.
        "help": _text(f"See {rule.page}"),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding, base: str, fallback: str | None) -> dict[str, Any]:
    message = finding.message
    if finding.help:
        message += f"\n{finding.help}"
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": _text(message),
    }
    place = place_of(finding, base=base, fallback=fallback)
    if place.file is not None:
        physical: dict[str, Any] = {"artifactLocation": _artifact(place.file)}
        if place.line is not None:
            physical["region"] = {"startLine": place.line}
        result["locations"] = [{"physicalLocation": physical}]
    result["properties"] = {
        "size": finding.size,
        "entries": finding.entries,
        "reach": finding.reach,
        "paths": [readable(path) for path in finding.paths],
    }
    return result


def _suppression(suppression: Suppression) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": _KINDS[suppression.origin], "status": "accepted"}
    if suppression.reason:
        found["justification"] = readable(suppression.reason)
    return found


class _Edited:
    """The ignore file as it is, to say where in it the edits take place."""

    def __init__(self, file: IgnoreFile, base: str) -> None:
        self._artifact = _artifact(from_repository(file.path, base))
        # What follows the last newline may be there as an empty line; editors count none.
        self._lines = tuple(line for line in file.lines if line.text or line.ending)
        endings = Counter(line.ending for line in file.lines if line.ending)
        # An added line ends as most lines of the file do.
        self._ending = max(endings, key=endings.__getitem__, default="\n")

    def fix(self, edits: Sequence[Edit]) -> dict[str, Any]:
        """Return the edits as one fix; lines added at one place make one replacement."""
        added: dict[int, list[Edit]] = {}
        replacements = []
        for edit in edits:
            if edit.kind is EditKind.ADD:
                at = edit.line or len(self._lines) + 1
                added.setdefault(min(at, len(self._lines) + 1), []).append(edit)
            elif edit.line is not None:
                replacements.append(self._change(edit, edit.line))
        replacements += [self._insert(at, found) for at, found in sorted(added.items())]
        reasons = dict.fromkeys(edit.reason for edit in edits if edit.reason)
        fix: dict[str, Any] = {
            "artifactChanges": [{"artifactLocation": self._artifact, "replacements": replacements}]
        }
        if reasons:
            fix["description"] = _text("\n".join(reasons))
        return fix

    def _change(self, edit: Edit, line: int) -> dict[str, Any]:
        if edit.text is not None:
            return {"deletedRegion": {"startLine": line}, "insertedContent": _content(edit.text)}
        region = {"startLine": line, "startColumn": 1, "endLine": line + 1, "endColumn": 1}
        if line >= len(self._lines) and self._last is not None and not self._last.ending:
            region |= {"endLine": line, "endColumn": len(self._last.text) + 1}
        return {"deletedRegion": region}

    def _insert(self, line: int, edits: Sequence[Edit]) -> dict[str, Any]:
        text = "".join(f"{edit.text}{self._ending}" for edit in edits)
        column = 1
        if line > len(self._lines) and self._last is not None and not self._last.ending:
            line, column = line - 1, len(self._last.text) + 1
            text = self._ending + text
        region = {"startLine": line, "startColumn": column, "endLine": line, "endColumn": column}
        return {"deletedRegion": region, "insertedContent": _content(text)}

    @property
    def _last(self) -> Line | None:
        if not self._lines:
            return None
        return self._lines[-1]


def _artifact(path: str) -> dict[str, str]:
    uri = quote(os.fsencode(path), safe="/")
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _content(text: str) -> dict[str, str]:
    """Text, or base64 where it is not Unicode (3.3)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return {"binary": base64.b64encode(os.fsencode(text)).decode("ascii")}
    return {"text": text}


def _text(text: str) -> dict[str, str]:
    # A name such as "[slug](old)" would be read as a link (3.11.6).
    return {"text": readable(text).replace("](", "] (")}
