"""Rules about what COPY, ADD and mounts name: one file a rule.

    facts = gather_facts(analysis, config)
    for finding in missing_source.RULE.check(facts):
        finding.location        # the instruction

A rule is one file here, one line in ``rules.registry`` and one test module.
"""

from __future__ import annotations
