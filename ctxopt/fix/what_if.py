"""The facts of a context as if its ignore file had been rewritten: no second walk."""

from __future__ import annotations

import dataclasses
import os
import stat
from bisect import bisect_left
from typing import Final

from ctxopt.build.analysis import Analysis, build_policy
from ctxopt.build.found_files import IgnoreChoice
from ctxopt.build.plan import Plan, replanned
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.languages.ignore.text import IgnoreFile
from ctxopt.rules.trial import Trial
from ctxopt.tree import wire
from ctxopt.tree.model import FILE, ContextTree, Flag, Folder
from ctxopt.tree.view import View
from ctxopt.tree.workers import default_walker, walk

_NEW_MODE: Final = stat.S_IFREG | 0o644
_NOW: Final = 1_800_000_000_000_000_000
"""Nanoseconds; all times of this century take as many bytes."""


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
    view = View(tree, analysis.context.builder)
    return dataclasses.replace(
        analysis,
        context=analysis.context._replace(ignore=_choice(analysis, trial.file)),
        matcher=trial.matcher,
        tree=tree,
        permitted=view,
        plan=_plan(analysis, view, trial.matcher),
    )


def walked_again(analysis: Analysis, trial: Trial) -> Analysis:
    """Return the analysis under the trial's file where that lets in what was never walked; reads the disk."""
    context = analysis.context._replace(ignore=_choice(analysis, trial.file))
    policy = build_policy(context, trial.matcher, with_excluded=analysis.with_excluded)
    tree = walk(context.root, policy, default_walker())
    folders = dict(tree.folders)
    _put_file(folders, analysis, trial)
    tree = dataclasses.replace(tree, folders=folders, tallies={}, types=None)
    view = View(tree, context.builder)
    return dataclasses.replace(
        analysis,
        context=context,
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
    if analysis.plan is None:
        return None
    return replanned(analysis.plan, view, matcher)


def _tree(analysis: Analysis, trial: Trial) -> ContextTree:
    """Take the flags over, and leave out the folders that a walk would not enter."""
    prunes = trial.matcher.pruner(analysis.context.builder)
    tree = trial.replay.view.pruned(prunes, enter_pruned=analysis.with_excluded)
    folders = dict(tree.folders)
    _put_file(folders, analysis, trial)
    # The sums of the folder with the ignore file are others now.
    tallies = {
        path: sums for path, sums in tree.tallies.items() if folders[path] is tree.folders[path]
    }
    return dataclasses.replace(tree, folders=folders, tallies=tallies)


def _put_file(folders: dict[str, Folder], analysis: Analysis, trial: Trial) -> None:
    """Give the ignore file, which is in the context itself, the size that it will have."""
    where = _choice(analysis, trial.file).absolute or ""
    root = analysis.tree.root.rstrip("/") + "/"
    path, _, name = where.removeprefix(root).rpartition("/")
    if not where.startswith(root) or path not in folders:
        return
    folder, size = folders[path], len(trial.file.render())
    flag = 0
    if trial.matcher.decide(folder.child(name)).excluded:
        flag = Flag.EXCLUDED
    folders[path] = put_file(folder, name, size, flag)


def put_file(folder: Folder, name: str, size: int, flag: int) -> Folder:
    """Return ``folder`` with a plain new file of ``size`` bytes in it, or with an old one resized."""
    if name in folder.names:
        return _resized(folder, folder.names.index(name), size)
    names, sizes, packets = folder.names, folder.sizes, folder.packets
    # Docker's order is that of the bytes, not of the characters.
    index = bisect_left([os.fsencode(other) for other in names], os.fsencode(name))
    fields = wire.text_field(len(os.fsencode(folder.child(name)))) + wire.number_field(size)
    fields += wire.number_field(wire.go_mode(_NEW_MODE)) + wire.number_field(_NOW)
    names.insert(index, name)
    sizes.insert(index, size)
    packets.insert(index, wire.packet(fields))
    flags, raw_inodes = folder.flags, folder.raw_inodes
    if flags is not None or flag:
        old = flags or bytes(len(folder.kinds))
        flags = old[:index] + bytes([flag]) + old[index:]
    if raw_inodes is not None:
        # A new file is no hard link, so it needs a place and no number.
        inodes = folder.inodes
        inodes.insert(index, 0)
        raw_inodes = inodes.tobytes()
    return folder._replace(
        joined="/".join(names),
        kinds=folder.kinds[:index] + bytes([FILE]) + folder.kinds[index:],
        raw_sizes=sizes.tobytes(),
        raw_packets=packets.tobytes(),
        flags=flags,
        raw_inodes=raw_inodes,
    )


def _resized(folder: Folder, index: int, size: int) -> Folder:
    sizes, packets = folder.sizes, folder.packets
    fields = wire.stat_of_packet(packets[index]) - wire.number_field(sizes[index])
    packets[index] = wire.packet(fields + wire.number_field(size))
    sizes[index] = size
    return folder._replace(raw_sizes=sizes.tobytes(), raw_packets=packets.tobytes())
