"""A folder of a measured tree as a tree of its own: what a walk that starts there would have read.

Arithmetic on the measured tree; the decisions in it stay those of the walk.
"""

from __future__ import annotations

import os
from array import array
from typing import Final

from ctxopt.tree import wire
from ctxopt.tree.model import ContextTree, Folder, Tally, WalkError

_SHORT: Final = 129
"""Bytes of the longest announcement in which every length takes one byte."""


def subtree(tree: ContextTree, path: str) -> ContextTree | None:
    """Return the tree below the folder ``path``, not the root; None where the walk did not read it.

    An announcement holds the whole path, which is shorter from there.
    """
    if path not in tree.folders:
        return None
    above = path + "/"
    shift = len(os.fsencode(above))
    folders: dict[str, Folder] = {}
    tallies: dict[str, Tally] = {}
    for place, folder in tree.folders.items():
        if place != path and not place.startswith(above):
            continue
        inside = place[len(above) :]
        longest = max(folder.packets, default=0)
        if longest > _SHORT:
            folders[inside] = _shortened(folder, inside, shift)
            continue
        packets = array("I", [packet - shift for packet in folder.packets])
        folders[inside] = folder._replace(path=inside, raw_packets=packets.tobytes())
        sums = tree.tallies.get(place)
        if sums is not None:
            tallies[inside] = sums.clone()
            tallies[inside].wire -= shift * sums.entries
    errors = [
        WalkError(error.path[len(above) :], error.reason)
        for error in tree.errors
        if error.path == path or error.path.startswith(above)
    ]
    return ContextTree(
        root=f"{tree.root.rstrip('/')}/{path}",
        folders=folders,
        errors=tuple(errors),
        walked=sum(len(folder.kinds) for folder in folders.values()),
        tallies=tallies,
    )


def _shortened(folder: Folder, path: str, shift: int) -> Folder:
    """Take ``shift`` bytes off each path, and what its length needs less."""
    packets = array("I")
    for name, packet in zip(folder.names, folder.packets, strict=True):
        length = len(os.fsencode(folder.child(name)))
        fields = wire.stat_of_packet(packet) - wire.text_field(length)
        packets.append(wire.packet(fields + wire.text_field(length - shift)))
    return folder._replace(path=path, raw_packets=packets.tobytes())
