"""The rules, in the order of the documentation. One module a rule; the module says why."""

from __future__ import annotations

from ctxopt.facts import Rule
from ctxopt.rules import no_ignore_file

RULES: tuple[Rule, ...] = (no_ignore_file.RULE,)

RULE_IDS: frozenset[str] = frozenset(rule.id for rule in RULES)
