"""What is known of each path: git, catalogue, manifests, what builds read. Judges nothing.

    facts = gather_facts(analyze(context, request), config)
    facts.view.total.bytes      # what is permitted; beside it matcher, builder, ignore_file, plan, transfer
    facts.candidates.found      # topmost paths that may not be needed
    facts.needs.reasons()       # paths that a build reads, and why

Facts only: what to make of them is for rules and fix.
"""

from __future__ import annotations
