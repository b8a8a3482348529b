"""All that the builds want which share an ignore file, and what may be missing from that.

Reads the Dockerfiles beside the one in force, and asks nothing about what is excluded now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.build.plan import resolve_build
from ctxopt.build.request import BuildRequest
from ctxopt.config.load import Config
from ctxopt.evidence.keep import read_keep_list
from ctxopt.evidence.other_dockerfiles import OtherDockerfiles, find_other_dockerfiles
from ctxopt.fix.allow_list.wants import (
    Want,
    depends_on_arguments,
    keep_wants,
    read_variants,
    read_wants,
)
from ctxopt.fix.proposal import LeftAlone
from ctxopt.git.evidence import GitEvidence
from ctxopt.languages.dockerfile import Build
from ctxopt.tree.view import View

_OWN_LIST: Final = "--per-dockerfile writes a list that serves no other Dockerfile"


class Demand(NamedTuple):
    """What must get in, for every build that reads the file."""

    wants: tuple[Want, ...]
    doubt: str | None
    """Why another build might take more; None where nothing shows that."""
    left_alone: tuple[LeftAlone, ...]
    """Dockerfiles that the list does not serve, with the reason."""


def read_demand(
    analysis: Analysis,
    request: BuildRequest,
    config: Config,
    *,
    everything: View,
    evidence: GitEvidence | None,
) -> Demand:
    """Read what this build, its variants, the other Dockerfiles and people want of the context.

    ``everything`` is the tree with nothing excluded. Raises AllowListError with the instruction
    for which there can be no list.
    """
    if analysis.plan is not None:
        build = analysis.plan.build
    else:
        # The classic builder loads everything, so nothing has read the Dockerfile yet.
        build = resolve_build(analysis.context, request)
    near = find_other_dockerfiles(analysis, everything, evidence)
    others = [sibling.as_given() for sibling in near.served]
    cure = None
    # With a file of its own, a Dockerfile need not answer for the others.
    if analysis.context.builder.reads_own_ignore_file:
        cure = _OWN_LIST
    wants = [*read_wants(build), *read_variants(build, request, analysis.target)]
    for other in others:
        wants += read_wants(other, others=True, cure=cure)
    wants += keep_wants(read_keep_list(config.keep, analysis.context.ignore.file))
    return Demand(tuple(wants), _doubt((build, *others), near), tuple(_unserved(near)))


def _doubt(builds: Sequence[Build], near: OtherDockerfiles) -> str | None:
    for other in builds:
        source = depends_on_arguments(other)
        if source is not None:
            place = other.dockerfile.path or "Dockerfile"
            return f"{source.instruction} in line {source.line} of {place} depends on a variable"
    if near.unread:
        return f"{near.unread[0][0]} cannot be read"
    if near.elsewhere:
        return f"{near.elsewhere[0]} is taken to be built with its own folder as context"
    return None


def _unserved(near: OtherDockerfiles) -> Iterator[LeftAlone]:
    for path, reason in near.unread:
        yield LeftAlone(path, f"what it takes is unknown: {reason}")
    for path in near.elsewhere:
        yield LeftAlone(path, "taken to be built with its own folder as context")


__all__ = ["Demand", "read_demand"]
