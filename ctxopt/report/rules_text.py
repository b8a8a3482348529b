"""The rules, listed or one explained, from what their modules say of themselves."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

from ctxopt.rules.rule import Rule


def render_rules(rules: Sequence[Rule]) -> str:
    """Return one line a rule: id, usual severity, title."""
    widest = max(len(rule.id) for rule in rules)
    return "".join(
        f"{rule.id:<{widest}}  {rule.severity.label:<7}  {rule.title}\n" for rule in rules
    )


def render_rule(rule: Rule) -> str:
    """Return what a rule looks for, why, and how to switch it off."""
    module = inspect.getmodule(rule.check)
    what = inspect.cleandoc((module.__doc__ if module else None) or rule.title)
    return (
        f"{rule.id}: {rule.title} ({rule.severity.label})\n\n{what}\n\n"
        f"Silence it in the ignore file, on a line of its own above the pattern or at the end:\n"
        f"  # ctxopt: ignore[{rule.id}] why\n"
        f'or with --ignore {rule.id}, or in ctxopt.toml: ignore = ["{rule.id}"]\n'
    )
