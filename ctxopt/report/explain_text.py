"""The answers of ``ctxopt explain``."""

from __future__ import annotations

from ctxopt.build.context import BuildContext
from ctxopt.build.explanation import PathExplanation
from ctxopt.build.image import describe_way
from ctxopt.report.console import printable
from ctxopt.report.finding_text import wrapped
from ctxopt.report.wording import at_line, cell_len
from ctxopt.units import count, count_entries, format_size

_PLACES = {"final": "the final image", "builder": "a builder stage", "mount": "a mount"}


def render_answers(context: BuildContext, answers: list[PathExplanation], width: int) -> str:
    """Return one short paragraph a path in ``width`` columns, with a blank line between them."""
    possible = context.builder.words_for("permitted")
    return "\n".join(_render(answer, possible, width) for answer in answers)


def _render(answer: PathExplanation, possible: str, width: int) -> str:
    lines = [
        *_decision(answer, possible),
        *_below(answer, possible),
        *_uses(answer),
    ]
    excluded = answer.explanation.excluded
    if excluded and answer.is_for_docker:
        lines.append("  Docker reads it all the same; no instruction can copy it")
    if not answer.exists:
        made = "; what a step makes in the image is not kept back" if excluded else ""
        lines.append(f"  (it does not exist yet{made})")
    return "".join(f"{part}\n" for line in lines for part in _fitted(line, width))


def _fitted(line: str, width: int) -> list[str]:
    """Return a line, broken between words where it is too long."""
    if cell_len(line) <= width:
        return [line]
    text = line.lstrip()
    return wrapped(text, width, len(line) - len(text), hang=2)


def _decision(answer: PathExplanation, possible: str) -> list[str]:
    """The verdict, the pattern that decided, and what would turn the verdict."""
    found = answer.explanation
    lines = [f"{printable(found.path)}: {possible}"]
    if found.excluded:
        lines = [f"{printable(found.path)}: kept back"]
    if found.pattern is not None:
        file = printable(answer.ignore_file or "the builder")
        lines.append(f"  by {at_line(file, found.pattern.line)}: {found.pattern}")
        if found.decided_at != found.path:
            lines.append(f"  which matches the folder {printable(found.decided_at)}")
    elif answer.ignore_file:
        lines.append("  no pattern matches it")
    else:
        lines.append("  no pattern matches it (no ignore file)")
    if found.pruned_at:
        lines.append(f"  Docker does not even enter {printable(found.pruned_at)}")
    if found.exception:
        lines.append(f"  to bring it back: {found.exception}")
    elif found.excluded:
        lines.append("  no exception brings it back")
    return lines


def _below(answer: PathExplanation, possible: str) -> list[str]:
    below = answer.below
    if below is None:
        return []
    parts = []
    if below.entries:
        parts.append(f"{count(below.files, 'file')}, {format_size(below.bytes)} {possible}")
    if below.excluded:
        excluded = f"{count_entries(below.excluded)}, {format_size(below.excluded_bytes)}"
        parts.append(f"{excluded} kept back")
    if not parts:
        return []
    return [f"  below it: {'; '.join(parts)}"]


def _what(answer: PathExplanation) -> str:
    """What of the path is taken on: all of it, or one path below it and perhaps others."""
    if not answer.arriving:
        return "it"
    if len(answer.arriving) == 1:
        return f"only {printable(answer.arriving[0])} of it"
    return "only a part of it"


def _uses(answer: PathExplanation) -> list[str]:
    """The instructions that take it, or that none does although it could be."""
    lines = []
    # That an excluded path, or one that is not there, is not fetched goes without saying.
    if answer.transferred is False and not answer.explanation.excluded and answer.exists:
        lines.append("  this build does not fetch it")
    for use in answer.uses:
        where = _PLACES[use.reach]
        lines.append(
            f"  {use.source.instruction} in line {use.source.line} takes it into {where}"
            f" (stage {use.stage})"
        )
    if answer.through:
        takes = "takes" if len(answer.through) == 1 else "take"
        line = f"  {describe_way(answer.through)} {takes} {_what(answer)} on into the final image"
        if answer.may_be_removed:
            line += ", unless a RUN step removes it first"
        lines.append(line)
    return lines
