"""``ctxopt rules``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ctxopt.cli import options as o
from ctxopt.cli.boundary import command, deliver
from ctxopt.errors import ConfigError
from ctxopt.report import console

Id = Annotated[
    str | None,
    typer.Argument(
        metavar="[ID]",
        help="The rule to explain. Default: list them all.",
        autocompletion=o.complete_rule,
    ),
]


@command
def rules(rule_id: Id = None) -> None:
    """List the rules, or explain one."""
    from ctxopt.report.rules_text import render_rule, render_rules
    from ctxopt.rules.registry import RULES

    width = console.width_of(sys.stdout)
    if rule_id is None:
        deliver(iter((render_rules(RULES, width),)), None)
        return
    found = next((rule for rule in RULES if rule.id == rule_id), None)
    if found is None:
        from difflib import get_close_matches

        hint = "ctxopt rules lists them"
        for near in get_close_matches(rule_id, [rule.id for rule in RULES], 1):
            hint = f"did you mean {near}?"
        raise ConfigError(f"there is no rule {rule_id!r}", hint=hint)
    deliver(iter((render_rule(found, width),)), None)
