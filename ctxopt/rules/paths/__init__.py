"""Rules about paths that are sent: one file a rule.

    facts = gather_facts(analysis, config)
    for finding in secret_file.RULE.check(facts):
        finding.message

A rule is one file here, one line in ``rules.registry`` and one test module.
"""

from __future__ import annotations
