"""Sentences that several formats share, with names that are safe to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxopt.report.console import printable
from ctxopt.units import count, format_size

if TYPE_CHECKING:
    from ctxopt.build.image import Image
    from ctxopt.build.sources import SourceCheck, SourceUse
    from ctxopt.build.stops import Stop
    from ctxopt.languages.dockerfile import Unknown
    from ctxopt.tree.model import ContextTree

LEAST = "at least "
"""What stands before a sum over a tree in which something could not be read."""
NOTHING_SENT = "Podman sends nothing, and prints no size"


def reach(use: SourceUse, image: Image) -> str:
    """Say where an instruction's files end up."""
    if use.reach == "mount":
        return "mounted"
    if use.reach == "final":
        return "final image"
    lines = image.lines_of(use)
    if not lines and image.may_hold(use):
        return "builder stage"
    if not lines:
        return "builder stage only"
    # What reads Dockerfiles is loaded for the reports that speak of them alone.
    from ctxopt.build.image import describe_way

    share = image.share_of(use)
    where = f"final image through {describe_way(lines)}"
    if share.bytes == use.bytes:
        return where
    return f"{format_size(share.bytes)} of it in the {where}"


def describe_copied(image: Image) -> str:
    """Say how much of the context ends in the final image, and whether a RUN step may change that."""
    total, through = image.total, image.through_stages
    if not total.files and image.may_hold_more:
        return "none of it copied into the final image as it is"
    copied = f"{format_size(total.bytes)} copied into the final image"
    may_lose = bool(through.files) and image.may_hold_less
    # What may become both more and less has no bound.
    if image.may_hold_more and may_lose:
        copied = f"about {copied}"
    elif image.may_hold_more:
        copied = LEAST + copied
    if not through.files:
        return copied
    copied += f" ({format_size(through.bytes)} through COPY --from"
    if may_lose:
        copied += ", less what RUN steps remove"
    return copied + ")"


def lower_bound(tree: ContextTree) -> str:
    """Return what to write before a sum over ``tree``: nothing where all of it could be read."""
    if tree.errors:
        return LEAST
    return ""


def at_line(file: str, line: int | None) -> str:
    """Write ``file:line``, as editors and compilers do; the file alone where no line is known."""
    if line is None:
        return file
    return f"{file}:{line}"


def cell_len(text: str) -> int:
    """Return the columns that a terminal needs for ``text``: two for a wide character."""
    if text.isascii():
        return len(text)
    from rich import cells

    return cells.cell_len(text)


def cut_off(text: str, width: int) -> str:
    """Return ``text``, ended by ``…`` where ``width`` columns do not hold all of it."""
    if cell_len(text) <= width:
        return text
    while cell_len(text) > max(0, width - 1):
        text = text[:-1]
    return text.rstrip() + "…"


def shortened(text: str, width: int) -> str:
    """Return ``text`` with folders of its last path left out, as ``…/name``, until it is at most ``width`` columns.

    It stays longer where its name alone is.
    """
    if cell_len(text) <= width or "/" not in text:
        return text
    *before, path = text.split(" ")
    number = 0
    # What follows the path, as "and 3 more", stays.
    while "/" not in path:
        number += 1
        *before, path = before
    after = text.split(" ")[len(before) + 1 :]
    folders = path.rstrip("/").split("/")
    while len(folders) > 1:
        folders = folders[1:]
        short = " ".join([*before, "…/" + "/".join(folders) + "/" * path.endswith("/"), *after])
        if cell_len(short) <= width:
            break
    return short


def stopped(stop: Stop) -> str:
    """Say that Docker prints no figure, and why."""
    return f"Docker stops and prints no figure: {printable(stop.said)}"


def describe_kept(rebuilds: int, commits: int) -> str:
    """Say in how many of the last commits steps would have stayed in the cache."""
    return f"{rebuilds:,} of the last {count(commits, 'commit')} would have kept steps in the cache"


def describe_gone(number: int, baseline: str) -> str:
    """Say that ``number`` findings of the file ``baseline`` can go."""
    if number == 1:
        is_gone, them = "is gone", "it"
    else:
        is_gone, them = "are gone", "them"
    what = f"{count(number, 'finding')} of {printable(baseline)}"
    return f"{what} {is_gone}: ctxopt check --write-baseline takes {them} out"


def describe_check(check: SourceCheck, ignore_file: str | None) -> str:
    """Return one sentence about a source, without its line."""
    # What reads Dockerfiles is loaded for the reports that speak of sources alone.
    from ctxopt.build.source_text import tell_check

    return tell_check(check, ignore_file, printable)


def describe_unknown(unknown: Unknown) -> str:
    """Return one sentence about something that the Dockerfile alone cannot tell."""
    text = printable(unknown.text)
    if unknown.kind == "frontend":
        return f"the frontend {text} reads this Dockerfile; it may read it differently"
    if unknown.kind == "base-env":
        return f"${text} may be set by the base image; it is taken as empty"
    if unknown.kind == "base-onbuild":
        return f"the base image {text} may have ONBUILD triggers that copy more"
    if unknown.kind == "base-workdir":
        return f"a mount's target depends on the working directory of {text}"
    return f"an instruction of a stage that is not built could not be read: {text}"
