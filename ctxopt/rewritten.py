"""The facts of a context as if its ignore file had been rewritten: no second walk."""

from __future__ import annotations

import dataclasses

from ctxopt.analysis import Analysis
from ctxopt.context import IgnoreChoice
from ctxopt.facts import Facts
from ctxopt.ignorefile import IgnoreFile
from ctxopt.matcher import Matcher
from ctxopt.plan import Plan, paths_of
from ctxopt.sources import Load, report_sources
from ctxopt.transfer import transferred
from ctxopt.tree import DIR, ContextTree, Flag, Folder
from ctxopt.trial import Trial
from ctxopt.view import View


def rewritten(facts: Facts, trial: Trial) -> Facts:
    """Return ``facts`` with the sources resolved against what ``trial`` sends; needs stay."""
    analysis = facts.analysis
    plan = _plan(analysis, trial.replay.view, trial.matcher)
    return dataclasses.replace(
        facts,
        analysis=dataclasses.replace(
            analysis, matcher=trial.matcher, permitted=trial.replay.view, plan=plan
        ),
    )


def rewalked(analysis: Analysis, trial: Trial) -> Analysis:
    """Return the analysis that a walk under the trial's file would give."""
    tree = _tree(analysis, trial)
    view = View(tree, sends_excluded_parents=analysis.context.builder == "buildkit")
    return dataclasses.replace(
        analysis,
        context=analysis.context._replace(ignore=_choice(analysis, trial.file)),
        matcher=trial.matcher,
        tree=tree,
        permitted=view,
        plan=_plan(analysis, view, trial.matcher),
    )


def _choice(analysis: Analysis, file: IgnoreFile) -> IgnoreChoice:
    old = analysis.context.ignore
    if old.path is not None:
        return old._replace(file=file)
    where = f"{analysis.context.root.rstrip('/')}/.dockerignore"
    return IgnoreChoice(".dockerignore", where, "it is at the root of the context", file)


def _plan(analysis: Analysis, view: View, matcher: Matcher) -> Plan | None:
    plan = analysis.plan
    if plan is None:
        return None
    main = transferred(view, paths_of(plan.build))
    loads = (Load(None, analysis.context.root, matcher, view, main), *plan.loads[1:])
    return plan._replace(loads=loads, sources=report_sources(plan.build, loads))


def _tree(analysis: Analysis, trial: Trial) -> ContextTree:
    """Take the flags over, and leave out the folders that a walk would not enter."""
    old, matcher = analysis.tree, trial.matcher
    is_classic = analysis.context.builder == "classic"
    prunes = matcher.classic_prunes if is_classic else matcher.buildkit_prunes
    folders: dict[str, Folder] = {}
    stack = [""]
    while stack:
        folder = old.folders.get(stack.pop())
        if folder is None:
            continue
        flags = trial.replay.view.flags(folder)
        folders[folder.path] = folder._replace(flags=flags)
        for index, name in enumerate(folder.names if DIR in folder.kinds else ()):
            if folder.kinds[index] == DIR:
                path = folder.child(name)
                excluded = bool(flags and flags[index] & Flag.EXCLUDED)
                if analysis.with_excluded or not (excluded and prunes(path)):
                    stack.append(path)
    kept = {path: folders[path] for path in old.folders if path in folders}
    return dataclasses.replace(old, folders=kept, tallies={}, types=None)
