"""``fix --interactive``: one question a line, and the plan that the answers make."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from ctxopt.fix.decisions import Choice
from ctxopt.report import console
from ctxopt.report.fix_question import LineQuestion, render_help, render_prompt, render_question
from ctxopt.report.terminal import Look

if TYPE_CHECKING:
    from ctxopt.fix.plan import Fix


class Key(StrEnum):
    """What may be done about a line; the value is the key."""

    TAKE = "y"
    LEAVE = "n"
    ALL = "a"
    DONE = "d"
    QUIT = "q"


_WORDS = {"yes": "y", "no": "n", "all": "a", "done": "d", "quit": "q"}


def read_answer(text: str, question: LineQuestion) -> Key | None:
    """Return what was meant by a typed line; None where that is not clear."""
    word = text.strip().lower()
    if not word:
        return Key.TAKE if question.is_yes_usual else Key.LEAVE
    word = _WORDS.get(word, word)
    return Key(word) if word in {*Key} else None


def follow_answers(
    planned: Fix, replan: Callable[[Choice], Fix], ask: Callable[[LineQuestion], Key]
) -> Fix | None:
    """Return the plan with the lines that were taken and no other; None to leave all as it is.

    A line that is declined may make another one useful, so the rest is planned again without it.
    """
    choice = Choice()
    asked = 0
    while question := next_question(planned, choice, asked):
        asked += 1
        change = question.line.change
        answer = ask(question)
        if answer is Key.QUIT:
            return None
        if answer is Key.ALL:
            return planned
        if answer is Key.TAKE:
            choice = choice.take(change)
        elif answer is Key.LEAVE:
            choice = choice.decline(change)
            planned = replan(choice)
        else:
            rest = [line.change for line in planned.lines if line.change not in choice.taken]
            return replan(choice.decline(*rest).close())
    return planned


def next_question(planned: Fix, choice: Choice, asked: int) -> LineQuestion | None:
    """Return the question about the first line that is not taken; None where all are."""
    still_open = [line for line in planned.lines if line.change not in choice.taken]
    if not still_open:
        return None
    return LineQuestion(
        line=still_open[0],
        number=asked + 1,
        questions=asked + len(still_open),
        bytes=planned.measured.permitted.total.bytes,
        shown=planned.shown,
    )


def ask_in_terminal(
    planned: Fix, replan: Callable[[Choice], Fix], color: console.ColorChoice
) -> Fix | None:
    """Ask on stderr; return what ``follow_answers`` does, None at the end of the input, too."""
    look = Look(console.width_of(sys.stderr), console.wants_color(color, sys.stderr))

    def ask(question: LineQuestion) -> Key:
        console.prompt(render_question(question, look))
        while True:
            # What was typed before the question was there cannot be an answer to it.
            console.forget_typed()
            console.prompt(render_prompt(question, look))
            text = console.read_typed()
            if text is None:
                return Key.QUIT
            answer = read_answer(text, question)
            if answer is not None:
                return answer
            console.prompt(render_help(question, look))

    try:
        return follow_answers(planned, replan, ask)
    except KeyboardInterrupt:
        console.prompt("\n")
        raise
