"""In which format ``ctxopt check`` answers, and which module writes it."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, assert_never

from ctxopt.errors import ConfigError
from ctxopt.report import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctxopt.cli.options import Color
    from ctxopt.guard.check import Checked
    from ctxopt.guard.request import CheckRequest
    from ctxopt.report.terminal import Look


class CheckFormat(StrEnum):
    """How to write the report."""

    text = "text"
    json = "json"
    markdown = "markdown"
    github = "github"
    sarif = "sarif"
    junit = "junit"
    gitlab = "gitlab"
    line = "line"
    badge = "badge"


class Answer(NamedTuple):
    """One way to write what was found."""

    format: CheckFormat
    file: str | None
    """None for stdout."""


class Wanted(NamedTuple):
    """How to write what one run finds."""

    format: CheckFormat | None
    """None where the configuration decides."""
    output: str | None
    also: tuple[Answer, ...]
    top: int
    """Lines in each list."""
    color: Color

    def answers(self, question: CheckRequest) -> tuple[Answer, ...]:
        """Return what to write, files beside the report first: a reader of that may wait for them.

        Raises ConfigError for a configured format that nothing knows.
        """
        return (*self.also, Answer(_wanted_format(question, self.format), self.output))

    @property
    def look(self) -> Look:
        """How the text is drawn."""
        from ctxopt.report.terminal import Look

        has_color = self.output is None and console.wants_color(self.color.value, sys.stdout)
        return Look(console.width_of(sys.stdout), has_color)


def read_also(given: Sequence[str] | None) -> tuple[Answer, ...]:
    """Read each ``FORMAT=FILE``; raises ConfigError for another form, or a format that does not exist."""
    known = [item.value for item in CheckFormat]
    answers = []
    for text in given or ():
        name, _, file = text.partition("=")
        if name not in known or not file:
            raise ConfigError(
                f"--also {text!r} is not FORMAT=FILE", hint=f"formats: {', '.join(known)}"
            )
        answers.append(Answer(CheckFormat(name), file))
    return tuple(answers)


def _wanted_format(question: CheckRequest, given: CheckFormat | None) -> CheckFormat:
    from ctxopt.config.load import check_format

    if given is not None:
        return given
    check_format(question.config, [item.value for item in CheckFormat])
    return CheckFormat(question.config.format)


def render(format_: CheckFormat, question: CheckRequest, checked: Checked, wanted: Wanted) -> str:
    """Return the report in one format."""
    top = wanted.top
    # Each format is imported where it is asked for: most of them cost more than a small check.
    match format_:
        case CheckFormat.text:
            from ctxopt.report.check_text import render_check

            return render_check(checked, wanted.look, top=top)
        case CheckFormat.json:
            from ctxopt.report.check_json import render_json

            return render_json(checked, top=top)
        case CheckFormat.markdown:
            from ctxopt.report.check_markdown import render_markdown

            return render_markdown(checked, top=top)
        case CheckFormat.junit:
            from ctxopt.report.junit import render_junit

            return render_junit(checked, top=top)
        case CheckFormat.line:
            from ctxopt.report.check_line import render_lines

            return render_lines(checked)
        case CheckFormat.badge:
            from ctxopt.report.check_badge import render_badge

            return render_badge(checked)
        case CheckFormat.github:
            from ctxopt.report.check_hosts import render_annotations

            place, base = _repository_place(question)
            return render_annotations(checked, top=top, place=place, base=base)
        case CheckFormat.gitlab:
            from ctxopt.report.check_hosts import render_quality

            place, base = _repository_place(question)
            return render_quality(checked, place=place, base=base)
        case CheckFormat.sarif:
            from ctxopt.report.check_hosts import render_log

            place, base = _repository_place(question)
            return render_log(checked, place=place, base=base)
        case _:
            assert_never(format_)


def _repository_place(question: CheckRequest) -> tuple[str, str]:
    """Return the file that a broken limit is shown at, and the root as the repository knows it."""
    from ctxopt.git.folder import repository_base

    place = "Dockerfile"
    if question.config.file is not None:
        place = os.path.basename(question.config.file)
    return place, repository_base(os.path.realpath(question.root))
