"""The answers of ``ctxopt explain``."""

from __future__ import annotations

from ctxopt.build.explanation import PathExplanation
from ctxopt.report.console import printable
from ctxopt.units import count, format_size


def render_answers(answers: list[PathExplanation]) -> str:
    """Return one short paragraph a path, with a blank line between them."""
    return "\n".join(_render(answer) for answer in answers)


def _render(answer: PathExplanation) -> str:
    found = answer.explanation
    verdict = "excluded" if found.excluded else "kept"
    lines = [f"{printable(found.path)}: {verdict}"]
    if found.pattern is None:
        lines.append(
            "  no pattern matches it" + ("" if answer.ignore_file else " (no ignore file)")
        )
    else:
        line = "" if found.pattern.line is None else f":{found.pattern.line}"
        lines.append(
            f"  by {printable(answer.ignore_file or 'the builder')}{line}: {found.pattern}"
        )
        if found.decided_at != found.path:
            lines.append(f"  which matches the folder {printable(found.decided_at)}")
    if found.pruned_at:
        lines.append(f"  Docker does not even enter {printable(found.pruned_at)}")
    if found.excluded:
        back = found.exception
        lines.append(f"  to bring it back: {back}" if back else "  no exception brings it back")
    if answer.below is not None and answer.below.entries + answer.below.excluded:
        below = answer.below
        kept = f"{count(below.files, 'file')}, {format_size(below.bytes)} kept"
        kept_out = f"{count(below.excluded, 'entry', 'entries')}, "
        kept_out += f"{format_size(below.excluded_bytes)} excluded"
        lines.append(f"  below it: {kept}; {kept_out}")
    if answer.transferred is False and not found.excluded and answer.exists:
        lines.append("  this build does not fetch it")
    for use in answer.uses:
        where = {"final": "the final image", "mount": "a mount"}.get(use.reach, "a builder stage")
        lines.append(
            f"  {use.source.instruction} in line {use.source.line} takes it into {where}"
            f" (stage {use.stage})"
        )
    if not answer.exists:
        lines.append("  (it does not exist yet)")
    return "\n".join(lines) + "\n"
