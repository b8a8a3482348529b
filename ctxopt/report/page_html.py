"""The picture of a context as one page for a browser: its own style and scripts inside, and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from ctxopt import __version__
from ctxopt.build.analysis import Analysis
from ctxopt.build.fates import FATES, Fate
from ctxopt.fix.combinations import Condition
from ctxopt.fix.picture import Node, Picture
from ctxopt.fix.plan import Fix
from ctxopt.fix.proposal import ProposedLine
from ctxopt.fix.switches import Segment
from ctxopt.report.console import visible
from ctxopt.report.places import where
from ctxopt.report.scan_headline import headline
from ctxopt.report.wording import describe_kept
from ctxopt.rules.finding import Finding
from ctxopt.rules.run import RuleResults
from ctxopt.severity import Severity
from ctxopt.units import and_more

_SCRIPTS: Final = ("model.js", "treemap.js", "table.js", "page.js")
_PLACES: Final = 3
"""Places of a finding or a line that get a button each."""
_NOUNS: Final = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Note"}


def render_page(
    analysis: Analysis,
    judged: RuleResults,
    plan: Fix | None,
    picture: Picture,
    *,
    fix_command: str,
    refusal: str,
) -> str:
    """Return the page about one build; ``fix_command`` writes the lines, ``refusal`` says why none can be written."""
    shown = _Shown(picture)
    switched = picture.switched
    document = {
        "context": {"name": _name(analysis), "facts": list(_facts(analysis))},
        "headline": headline(analysis, judged, plan),
        "totals": _totals(analysis),
        "fates": [_fate(fate, analysis) for fate in FATES],
        "tree": _tree(picture),
        "sorts": [[FATES.index(fate), _condition(condition)] for fate, condition in picture.sorts],
        "own": picture.own,
        "existed": switched.existed,
        "ending": len(switched.ending),
        "segments": [_segment(item) for item in switched.segments],
        "copies": all(item.line.text.isprintable() for item in switched.segments),
        "switches": [[_line(line, shown, plan) for line in lines] for lines in switched.switches],
        "findings": [_finding(finding, shown) for finding in judged.reported],
        "folded": picture.folded,
        "command": visible(fix_command),
        "refusal": visible(refusal),
    }
    return _filled(document, title=f"{_name(analysis)}: build context")


def _filled(document: Mapping[str, Any], title: str) -> str:
    """Return the page around a document; its policy lets nothing run but the scripts that are in it."""
    folder = files("ctxopt.report").joinpath("page")
    style = folder.joinpath("page.css").read_text("utf-8")
    script = "\n".join(folder.joinpath(name).read_text("utf-8") for name in _SCRIPTS)
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = {
        "policy": policy,
        "title": html.escape(title),
        "version": __version__,
        "style": style,
        "script": script,
        "data": _as_data(document),
    }
    # One pass over the page alone: what is put in may look like a place itself.
    return re.sub(
        r"\{\{(\w+)\}\}",
        lambda match: parts[match[1]],
        folder.joinpath("page.html").read_text("utf-8"),
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _as_data(document: Mapping[str, Any]) -> str:
    """Return JSON that cannot end the element which it stands in, nor begin a comment there."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


class _Shown:
    """The nodes of a picture by their paths."""

    def __init__(self, picture: Picture) -> None:
        self._nodes = dict(zip(_paths(picture.nodes), range(len(picture.nodes)), strict=True))

    def places(self, paths: Sequence[str]) -> list[tuple[str, int]]:
        """Return the first of ``paths`` with what shows each: itself, or the folder that it is in."""
        found = []
        for path in paths[:_PLACES]:
            here = path
            while here not in self._nodes:
                here = here.rpartition("/")[0]
            found.append((visible(path), self._nodes[here]))
        if found and len(paths) > _PLACES:
            label, node = found[-1]
            found[-1] = (label + and_more(len(paths) - _PLACES), node)
        return found


def _paths(nodes: Sequence[Node]) -> Iterator[str]:
    """Yield the path of each node, in their order."""
    above: list[tuple[str, int]] = []
    for node in nodes:
        path = node.name
        if above:
            folder, left = above.pop()
            if folder:
                path = f"{folder}/{node.name}"
            if left > 1:
                above.append((folder, left - 1))
        yield path
        if node.children:
            above.append((path, node.children))


def _tree(picture: Picture) -> dict[str, Any]:
    """Return the nodes as columns, which are half as long as records."""
    leaves = [node.amounts[0] for node in picture.nodes if node.children is None]
    return {
        # No name holds a slash.
        "names": "/".join(visible(node.name) for node in picture.nodes),
        # 0 is a file: a folder has one more than its children.
        "children": [0 if node.children is None else node.children + 1 for node in picture.nodes],
        "sorts": [amount.sort for amount in leaves],
        "sizes": [amount.bytes for amount in leaves],
        "rests": [
            [place, node.amounts]
            for place, node in enumerate(picture.nodes)
            if node.children is not None and node.amounts
        ],
    }


def _condition(condition: Condition) -> Any:
    if condition.outcomes:
        return {"of": condition.switches, "is": condition.outcomes}
    if condition.hidden_by:
        return condition.hidden_by
    return condition.always


def _segment(item: Segment) -> dict[str, Any]:
    return {
        "text": visible(item.line.text),
        "bytes": len(os.fsencode(item.line.text)),
        "end": len(item.line.ending),
        "on": item.on,
        "off": item.off,
    }


def _line(line: ProposedLine, shown: _Shown, plan: Fix | None) -> dict[str, Any]:
    rebuilds = None
    if line.rebuilds and plan is not None:
        rebuilds = describe_kept(line.rebuilds, plan.commits)
    return {
        "texts": [visible(text) for text in line.texts],
        "replaces": [visible(text) for text in line.replaces],
        "confidence": line.confidence,
        "reason": visible(line.reason),
        "isPreventive": line.is_preventive,
        "rebuilds": rebuilds,
        "places": shown.places(line.paths),
    }


def _finding(finding: Finding, shown: _Shown) -> dict[str, Any]:
    place = ""
    # Of what has no place but its paths, the buttons say where.
    if finding.location.file is not None:
        place = visible(where(finding))
    return {
        "level": finding.severity.label,
        "noun": _NOUNS[finding.severity],
        "message": visible(finding.message),
        "bytes": finding.size,
        "place": place,
        "help": visible(finding.help),
        "places": shown.places(finding.paths),
    }


def _name(analysis: Analysis) -> str:
    root = analysis.context.root
    return visible(os.path.basename(root) or root)


def _facts(analysis: Analysis) -> Iterator[tuple[str, str]]:
    context = analysis.context
    dockerfile = "none found"
    if context.dockerfile.found:
        dockerfile = context.dockerfile.path
    yield "Dockerfile", visible(dockerfile)
    if analysis.target is not None:
        yield "target", visible(analysis.target)
    yield "ignore file", visible(context.ignore.path or "none")
    yield "builder", context.builder.name


def _totals(analysis: Analysis) -> list[dict[str, str]]:
    """Return the figures at the head of the page: what this build sends only where that is known."""
    builder = analysis.context.builder
    could = {"id": "could", "label": builder.words_for("permitted").capitalize()}
    kept = {"id": "kept", "label": "Kept back"}
    if analysis.plan is None:
        return [could, kept]
    sent = {"id": "sent", "label": f"{builder.participle.capitalize()} by this build"}
    return [sent, could, kept]


def _fate(fate: Fate, analysis: Analysis) -> dict[str, str]:
    sent = analysis.context.builder.participle
    unasked = "not asked for"
    # Without a Dockerfile there is no build that could ask.
    if analysis.plan is None:
        unasked = f"could be {sent}"
    label, meaning = {
        "final": (
            "reaches the final image",
            "An instruction copies it into the image that is built.",
        ),
        "stage": (
            "used in a stage only",
            "An instruction takes it, and no COPY --from brings it on.",
        ),
        "unused": (f"{sent} for nothing", f"It is {sent}, and no instruction takes it."),
        "sent": (sent, f"It is {sent}; what takes it is not known."),
        "unasked": (unasked, "Nothing keeps it back, and no instruction is known to ask for it."),
        "kept": ("kept back", "The ignore file keeps it back."),
    }[fate]
    return {"id": fate, "label": label, "meaning": meaning}
