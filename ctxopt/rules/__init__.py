"""The rules: one module each, in three folders, and what runs them.

    facts = gather_facts(analysis, config)
    results = run_rules(facts, RULES, Selection(ignore=("large-file",)))
    rule_named(results.reported[0].rule).title

What a rule needs to be one is told in ``CONTRIBUTING.md``, "Add a rule".
"""

from __future__ import annotations
