"""In which format ``ctxopt check`` answers, and which module writes it."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from ctxopt.report import console

if TYPE_CHECKING:
    from ctxopt.guard.check import Checked
    from ctxopt.guard.request import CheckRequest


class CheckFormat(StrEnum):
    """How to write the report."""

    text = "text"
    json = "json"
    markdown = "markdown"
    github = "github"
    sarif = "sarif"
    junit = "junit"
    gitlab = "gitlab"


def wanted_format(question: CheckRequest, given: CheckFormat | None) -> CheckFormat:
    """Return the format that was given, else the configured one; raises ConfigError for what nothing knows."""
    from ctxopt.config.load import check_format

    if given is not None:
        return given
    check_format(question.config, [item.value for item in CheckFormat])
    return CheckFormat(question.config.format)


def render(
    wanted: CheckFormat, question: CheckRequest, checked: Checked, top: int, color: bool
) -> str:
    """Return the report; ``top`` is how many lines a list has."""
    # Each format is imported where it is asked for: most of them cost more than a small check.
    match wanted:
        case CheckFormat.text:
            from ctxopt.report.check_text import render_check
            from ctxopt.report.terminal import Look

            return render_check(checked, Look(console.width_of(sys.stdout), color), top=top)
        case CheckFormat.json:
            from ctxopt.report.check_json import render_json

            return render_json(checked, top=top)
        case CheckFormat.markdown:
            from ctxopt.report.check_markdown import render_markdown

            return render_markdown(checked, top=top)
        case CheckFormat.junit:
            from ctxopt.report.junit import render_junit

            return render_junit(checked, top=top)
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
            assert_never(wanted)


def _repository_place(question: CheckRequest) -> tuple[str, str]:
    """Return the file that a broken limit is shown at, and the root as the repository knows it."""
    from ctxopt.git.folder import repository_base

    place = "Dockerfile"
    if question.config.file is not None:
        place = os.path.basename(question.config.file)
    return place, repository_base(os.path.realpath(question.root))
