"""The rules, in the order of the documentation. One module a rule; the module says why."""

from __future__ import annotations

from ctxopt.facts import Rule
from ctxopt.rules import (
    build_output,
    cache_folder,
    dependency_folder,
    editor_files,
    git_ignored,
    large_file,
    no_ignore_file,
    secret_file,
    test_data,
    version_control,
    volatile_file,
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
    editor_files.RULE,
    volatile_file.RULE,
    no_ignore_file.RULE,
)

RULE_IDS: frozenset[str] = frozenset(rule.id for rule in RULES)
