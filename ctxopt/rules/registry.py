"""All rules, in the order of the documentation; whoever imports this module loads every one of them."""

from __future__ import annotations

from ctxopt.rules.ignore_file import (
    builders_disagree,
    comment_trap,
    control_character,
    exception_stops_pruning,
    exception_without_effect,
    file_arrives_empty,
    inactive_ignore_file,
    invalid_pattern,
    near_miss,
    no_ignore_file,
    pattern_matches_nothing,
    pattern_never_matches,
    pattern_quirk,
    redundant_pattern,
    root_only_pattern,
    trailing_slash,
    wrong_encoding,
)
from ctxopt.rules.paths import (
    build_output,
    cache_folder,
    dependency_folder,
    editor_files,
    git_ignored,
    home_folder,
    large_file,
    outside_package,
    secret_file,
    test_data,
    version_control,
    volatile_file,
)
from ctxopt.rules.rule import Rule
from ctxopt.rules.sources import (
    broad_copy,
    broad_copy_in_final_image,
    build_stops,
    empty_wildcard,
    exclude_without_effect,
    hidden_need,
    ignored_source,
    install_after_broad_copy,
    missing_source,
    partly_ignored_source,
    whole_context_by_accident,
)

RULES: tuple[Rule, ...] = (
    secret_file.RULE,
    dependency_folder.RULE,
    version_control.RULE,
    build_output.RULE,
    cache_folder.RULE,
    git_ignored.RULE,
    large_file.RULE,
    test_data.RULE,
    outside_package.RULE,
    editor_files.RULE,
    volatile_file.RULE,
    home_folder.RULE,
    no_ignore_file.RULE,
    root_only_pattern.RULE,
    exception_without_effect.RULE,
    redundant_pattern.RULE,
    pattern_never_matches.RULE,
    pattern_matches_nothing.RULE,
    near_miss.RULE,
    comment_trap.RULE,
    trailing_slash.RULE,
    pattern_quirk.RULE,
    exception_stops_pruning.RULE,
    file_arrives_empty.RULE,
    builders_disagree.RULE,
    inactive_ignore_file.RULE,
    invalid_pattern.RULE,
    control_character.RULE,
    wrong_encoding.RULE,
    build_stops.RULE,
    missing_source.RULE,
    ignored_source.RULE,
    hidden_need.RULE,
    partly_ignored_source.RULE,
    empty_wildcard.RULE,
    exclude_without_effect.RULE,
    broad_copy.RULE,
    whole_context_by_accident.RULE,
    install_after_broad_copy.RULE,
    broad_copy_in_final_image.RULE,
)

RULE_IDS: frozenset[str] = frozenset(rule.id for rule in RULES)

_BY_ID = {rule.id: rule for rule in RULES}


def rule_named(rule_id: str) -> Rule:
    """Return the rule with this id; raises KeyError where there is none."""
    return _BY_ID[rule_id]
