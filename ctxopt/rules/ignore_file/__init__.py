"""Rules about the lines of the ignore file: one file a rule.

    facts = gather_facts(analysis, config)
    for finding in root_only_pattern.RULE.check(facts):
        finding.edits           # the line as it should be

A rule is one file here, one line in ``rules.registry`` and one test module.
"""

from __future__ import annotations
