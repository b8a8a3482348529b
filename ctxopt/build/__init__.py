"""One build: the Dockerfile and ignore file in force, what it loads, which instruction takes what.

    context = find_context(".", dockerfile=None, builder="buildkit")
    analysis = analyze(context, BuildRequest(target=None))
    analysis.permitted_bytes                # if the build takes all that it may
    analysis.plan.main.transfer.context_bytes  # what it takes; no plan without a Dockerfile
    analysis.plan.sources.uses              # what each instruction takes

No rule and no opinion: what Docker would do, and why.
"""

from __future__ import annotations
