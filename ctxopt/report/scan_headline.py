"""What a build sends and what of it is not needed, in one sentence; and the same as figures."""

from __future__ import annotations

import re
from itertools import cycle
from typing import TYPE_CHECKING, NamedTuple

from ctxopt.build.stops import permitted_stop, transfer_stop
from ctxopt.report.console import printable
from ctxopt.report.finding_text import wrapped
from ctxopt.report.terminal import Look, StyledText, draw
from ctxopt.report.wording import LEAST, at_line
from ctxopt.rules.finding import HIDDEN_NEED, MISSING, SECRETS, SOURCES
from ctxopt.severity import Severity
from ctxopt.units import and_more, count, format_size

if TYPE_CHECKING:
    from ctxopt.build.analysis import Analysis
    from ctxopt.build.stops import Stop
    from ctxopt.fix.plan import Fix
    from ctxopt.rules.run import RuleResults

_NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


class SentBytes(NamedTuple):
    """Bytes that a build sends: now, and with the lines of a fix."""

    before: int
    after: int

    @property
    def saved(self) -> int:
        """Bytes that are not needed; less than nothing where a line lets in what the build lacks."""
        return self.before - self.after

    @property
    def is_less(self) -> bool:
        """Whether people would see that it is less."""
        return self.saved > 0 and format_size(self.before) != format_size(self.after)


def bytes_sent(analysis: Analysis, plan: Fix | None) -> SentBytes:
    """Return what the build sends now, and with the lines that ``plan`` writes."""
    before = after = analysis.sent.total.bytes
    if plan is not None and plan.new_content is not None:
        after = plan.foreseen.sent.total.bytes
        # The ignore file may be sent as well, and is longer by the lines.
        if not any(text.startswith("!") for line in plan.lines for text in line.texts):
            after = min(before, after)
    return SentBytes(before, after)


def could_be_sent(analysis: Analysis) -> int | None:
    """Return the bytes that a build would send that takes everything; None where this one is as far."""
    size = analysis.permitted.total.bytes
    if size == analysis.sent.total.bytes:
        return None
    return size


def could_be_saved(analysis: Analysis, plan: Fix | None) -> SentBytes | None:
    """Return what could be sent, now and with the lines of ``plan``; None where they change nothing."""
    if plan is None or plan.new_content is None:
        return None
    sent = SentBytes(analysis.permitted.total.bytes, plan.foreseen.permitted.total.bytes)
    if not sent.is_less:
        return None
    return sent


def first_stop(analysis: Analysis) -> Stop | None:
    """Return what stops Docker before it sends anything; None where nothing does."""
    if analysis.plan is None:
        return permitted_stop(analysis)
    return transfer_stop(analysis)


def is_sure(analysis: Analysis) -> bool:
    """Whether it is known what is sent: a Dockerfile says so, or the builder takes everything."""
    return analysis.plan is not None or not analysis.context.builder.loads_on_demand


def headline(analysis: Analysis, judged: RuleResults, plan: Fix | None) -> str:
    """Return the sentence with the numbers that matter, or what keeps Docker from sending anything."""
    stop = first_stop(analysis)
    if stop is not None:
        builder = analysis.context.builder
        return f"{builder.brand} stops before it {builder.verb} anything: {printable(stop.said)}."
    build = analysis.plan
    if build is not None and not build.main.transfer.loaded:
        return f"{_sends(analysis)} nothing: no instruction of this build takes anything from here."
    sent = bytes_sent(analysis, plan)
    size = format_size(sent.before)
    if analysis.tree.errors:
        size = LEAST + size
    clauses = _clauses(judged, sent, plan)
    broken = _broken(judged)
    if not clauses and not broken:
        return _nothing_to_do(analysis, plan, size)
    head = f"{_sends(analysis)} {size}{broken}"
    if not is_sure(analysis):
        head = f"No Dockerfile here: {_up_to(analysis, size)}"
    return f"{head}. {'; '.join(clauses)}." if clauses else f"{head}."


def render_headline(
    analysis: Analysis, judged: RuleResults, plan: Fix | None, *, look: Look
) -> str:
    """Return the headline alone."""
    return draw(headline_lines(analysis, judged, plan, look), look)


def headline_lines(
    analysis: Analysis, judged: RuleResults, plan: Fix | None, look: Look
) -> list[StyledText]:
    """Return the headline as lines for a terminal."""
    sentence = headline(analysis, judged, plan)
    lines = []
    for line in wrapped(sentence, look.width, 0, hang=2):
        drawn = StyledText(style="bold")
        # Every second piece is what the expression found.
        for piece, style in zip(
            re.split(r"([\d,]+ secrets?)", line), cycle(("", "red")), strict=False
        ):
            drawn.append(piece, style)
        lines.append(drawn)
    return lines


def _sends(analysis: Analysis) -> str:
    builder = analysis.context.builder
    return f"{builder.brand} {builder.verb}"


def _clauses(judged: RuleResults, sent: SentBytes, plan: Fix | None) -> list[str]:
    """What is wrong with what is sent; empty where nothing is."""
    secrets = number_of_secrets(judged)
    told = []
    if sent.is_less:
        share = percent(sent.saved, sent.before)
        told.append(f"{format_size(sent.saved)} of it is not needed ({share})")
    elif sent.saved < 0:
        told.append(f"{format_size(-sent.saved)} that {_who_asks(judged)} asks for are kept back")
    if secrets:
        told.append(_among(secrets))
    if plan is not None and plan.rebuilds:
        commits = count(plan.commits, "commit")
        told.append(
            f"ctxopt fix would have kept steps cached in {plan.rebuilds:,} of the last {commits}"
        )
    if not told:
        found = [_told(judged, severity) for severity in _NOUNS]
        told += filter(None, [" and ".join(filter(None, found))])
    return told


def _who_asks(judged: RuleResults) -> str:
    errors = (item for item in judged.reported if item.severity is Severity.ERROR)
    if any(item.rule in SOURCES or item.rule == HIDDEN_NEED for item in errors):
        return "the build"
    return "another build with the ignore file"


def _among(secrets: int) -> str:
    if secrets == 1:
        return "1 secret is among it"
    return f"{secrets:,} secrets are among it"


def _told(judged: RuleResults, severity: Severity) -> str:
    number = sum(finding.severity is severity for finding in judged.reported)
    if not number:
        return ""
    return count(number, _NOUNS[severity])


def _nothing_to_do(analysis: Analysis, plan: Fix | None, size: str) -> str:
    if could_be_saved(analysis, plan):
        # A fix does nothing for this build, and much for one that takes everything.
        sentence = _what_is_sent(analysis, size)
        return f"{sentence[0].upper()}{sentence[1:]}."
    if plan is not None and plan.possible:
        return f"Nothing to do that is sure: {_what_is_sent(analysis, size)}."
    return f"Nothing to do: {_what_is_sent(analysis, size)}."


def _broken(judged: RuleResults) -> str:
    """Where the build fails, or what it asks for that is not there yet; empty where nothing is known to break it."""
    for finding in judged.reported:
        if finding.severity is Severity.ERROR and finding.rule in SOURCES:
            place = finding.location
            return f", and the build fails at {at_line(printable(place.file or ''), place.line)}"
    notes = (item for item in judged.reported if item.severity is Severity.INFO)
    made = [path for item in notes if item.rule == MISSING for path in item.paths[:1]]
    if made:
        names = f"{printable(made[0])}{and_more(len(made) - 1)}"
        return f", and the build asks for {names}, to be made first"
    return ""


def _what_is_sent(analysis: Analysis, size: str) -> str:
    if not is_sure(analysis):
        return f"there is no Dockerfile, and {_up_to(analysis, size)}"
    build = analysis.plan
    is_sent = analysis.context.builder.sends_context
    if build is not None and is_sent and not build.sources.never_copied_files:
        return f"{_sends(analysis)} {size}, and the build takes all of it"
    return f"{_sends(analysis)} {size}"


def _up_to(analysis: Analysis, size: str) -> str:
    """What is said where no Dockerfile tells what a build takes."""
    return (
        f"up to {size} could be {analysis.context.builder.participle}, if a build took everything"
    )


def number_of_secrets(judged: RuleResults) -> int:
    """Return how many files with secrets are sent."""
    found = (finding for finding in judged.reported if finding.rule == SECRETS)
    return sum(max(1, len(finding.paths)) for finding in found if finding.severity > Severity.INFO)


def percent(part: int, whole: int) -> str:
    """Write a share with one decimal, and never as all or nothing where it is not: ``99.8 %``."""
    share = 100 * part / max(whole, 1)
    if 0 < share < 0.1:
        return "under 0.1 %"
    if 99.9 < share < 100:
        return "over 99.9 %"
    return f"{share:.1f} %".replace(".0 %", " %")
