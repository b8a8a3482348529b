"""The size of what was checked as a badge: the document that shields.io reads from an address.

Source: https://shields.io/badges/endpoint-badge, schema version 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ctxopt.report.wording import LEAST
from ctxopt.units import count, format_size

if TYPE_CHECKING:
    from ctxopt.guard.check import Checked

_SIZES: Final = ("max-size", "min-size")
"""The limits whose figure the badge shows."""


def render_badge(checked: Checked) -> str:
    """Return the size of all contexts in the views of their limits, coloured by how those hold."""
    badge = {
        "schemaVersion": 1,
        "label": "docker context",
        "message": _message(checked),
        "color": _color(checked),
    }
    return json.dumps(badge) + "\n"


def _message(checked: Checked) -> str:
    figures = [context.after.figures(context.lead) for context in checked.contexts]
    known = [item for item in figures if item is not None]
    least = ""
    if len(known) < len(figures) or any(item.at_least for item in known):
        least = LEAST
    size = least + format_size(sum(item.size for item in known))
    return ", ".join((size, *_broken(checked)))


def _broken(checked: Checked) -> Iterator[str]:
    """Say what is wrong besides the size: the colour tells only that something is."""
    for key in dict.fromkeys(result.limit for result in checked.broken):
        if key not in _SIZES:
            yield f"{key} broken"
    if checked.failing:
        yield count(len(checked.failing), "new finding")


def _color(checked: Checked) -> str:
    if checked.failed:
        return "red"
    if checked.unjudged:
        return "lightgrey"
    if checked.results:
        return "brightgreen"
    return "blue"
