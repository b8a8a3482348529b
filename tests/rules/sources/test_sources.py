"""What holds of every rule about sources."""

from __future__ import annotations

from tests.rules.sources.contexts import TREE
from tests.support.judging import catches_not


def test_rules_need_no_dockerfile():
    for rule in (
        "missing-source",
        "ignored-source",
        "partly-ignored-source",
        "empty-wildcard",
        "broad-copy",
        "whole-context-by-accident",
    ):
        catches_not(rule, {**TREE, ".dockerignore": "dist\n"})
        catches_not(rule, {**TREE, "Dockerfile": "FROM scratch\n"})
