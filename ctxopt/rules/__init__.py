"""The rules, in the order of the documentation. One module a rule; the module says why."""

from __future__ import annotations

from ctxopt.facts import Rule
from ctxopt.rules import (
    broad_copy,
    builders_disagree,
    comment_trap,
    empty_wildcard,
    exception_stops_pruning,
    exception_without_effect,
    file_arrives_empty,
    ignored_source,
    inactive_ignore_file,
    invalid_pattern,
    missing_source,
    no_ignore_file,
    partly_ignored_source,
    pattern_matches_nothing,
    pattern_never_matches,
    pattern_quirk,
    redundant_pattern,
    root_only_pattern,
    trailing_slash,
    whole_context_by_accident,
)

RULES: tuple[Rule, ...] = (
    no_ignore_file.RULE,
    root_only_pattern.RULE,
    exception_without_effect.RULE,
    redundant_pattern.RULE,
    pattern_never_matches.RULE,
    pattern_matches_nothing.RULE,
    comment_trap.RULE,
    trailing_slash.RULE,
    pattern_quirk.RULE,
    exception_stops_pruning.RULE,
    file_arrives_empty.RULE,
    builders_disagree.RULE,
    inactive_ignore_file.RULE,
    invalid_pattern.RULE,
    missing_source.RULE,
    ignored_source.RULE,
    partly_ignored_source.RULE,
    empty_wildcard.RULE,
    broad_copy.RULE,
    whole_context_by_accident.RULE,
)

RULE_IDS: frozenset[str] = frozenset(rule.id for rule in RULES)
