"""The rules, listed or one explained, from what their modules say of themselves."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from typing import Final

from ctxopt.report.finding_text import wrapped
from ctxopt.rules.rule import Rule

_SILENCE: Final = (
    "Silence it in the ignore file, on a line of its own above the pattern or at the end:"
)


def render_rules(rules: Sequence[Rule], width: int) -> str:
    """Return one line a rule: id, usual severity, title; the title below where ``width`` columns do not do."""
    names = max(len(rule.id) for rule in rules)
    titles = max(len(rule.title) for rule in rules)
    between = "  "
    if names + len("  warning  ") + titles > width:
        between = "\n  "
    text = "".join(
        f"{rule.id:<{names}}  {rule.severity.label:<7}{between}{rule.title}\n" for rule in rules
    )
    return re.sub(r" +\n", "\n", text)


def render_rule(rule: Rule, width: int) -> str:
    """Return what a rule looks for, why, and how to switch it off, in lines of ``width`` columns."""
    module = inspect.getmodule(rule.check)
    what = inspect.cleandoc((module.__doc__ if module else None) or rule.title).replace("``", "`")
    head = f"{rule.id}: {rule.title} ({rule.severity.label})"
    told = [_paragraph(part, width) for part in (head, *what.split("\n\n"))]
    silence = [
        *wrapped(_SILENCE, width, 0),
        f"  # ctxopt: ignore[{rule.id}] why",
        *wrapped(
            f'or with --ignore {rule.id}, or in ctxopt.toml: ignore = ["{rule.id}"]', width, 0
        ),
    ]
    return "\n\n".join([*told, "\n".join(silence)]) + "\n"


def _paragraph(text: str, width: int) -> str:
    # An example stands as it is written.
    if text.startswith("    "):
        return text
    return "\n".join(wrapped(text, width, 0))
