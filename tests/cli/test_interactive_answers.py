"""Lines taken one by one: the plan that answers make, whatever the answers."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxopt.cli.interactive import Key, follow_answers, read_answer
from ctxopt.config.load import Config
from ctxopt.fix.decisions import OPEN, LineChange
from ctxopt.fix.options import FixOptions
from ctxopt.fix.plan import plan_fix
from ctxopt.fix.proposal import ProposedLine
from ctxopt.report.fix_question import LineQuestion
from tests.support.examples import examples
from tests.support.fixes import sizes
from tests.support.projects import analyze_project, lay_project, load_project
from tests.support.repositories import clean_environment

NEW, SAME = LineChange(("a",)), LineChange(("a",), ("b",))
OTHER, GONE = LineChange(("x", "y"), ("b",)), LineChange((), ("b",))


@pytest.mark.parametrize(
    ("choice", "change", "is_admitted"),
    [
        (OPEN, NEW, True),
        (OPEN.take(NEW), NEW, True),
        (OPEN.take(NEW).close(), NEW, True),
        (OPEN.decline(NEW).take(SAME), SAME, True),
        (OPEN.decline(NEW), OTHER, True),
        (OPEN.decline(NEW), GONE, True),
        (OPEN.decline(GONE), SAME, True),
        (OPEN.decline(GONE), LineChange((), ("a",)), True),
        (OPEN.close(), NEW, False),
        (OPEN.take(OTHER).close(), NEW, False),
        (OPEN.decline(NEW), NEW, False),
        (OPEN.decline(SAME), NEW, False),
        (OPEN.decline(NEW), SAME, False),
        (OPEN.decline(NEW).take(SAME), NEW, False),
        (OPEN.decline(OTHER), LineChange(("y",)), False),
        (OPEN.decline(GONE), GONE, False),
    ],
)
def test_what_a_choice_admits(choice, change, is_admitted):
    assert choice.admits(change) is is_admitted


# Of these, cpp and dotnet have lines that only help where others are declined.
NAMES = ("cpp", "dotnet", "ml", "monorepo", "node")


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        clean_environment(monkeypatch, tmp_path_factory.mktemp("home"))
        found = {}
        for name in NAMES:
            project = load_project(name)
            root = lay_project(project, str(tmp_path_factory.mktemp(name)))
            found[name] = analyze_project(project, root)
        yield found


def replanner(analysis):
    return lambda choice: plan_fix(analysis, Config(), FixOptions(choice=choice))


def run(replan, answers):
    """Answer in order, and yes to the rest; return the plan, and the questions with the answers."""
    asked: list[tuple[LineQuestion, Key]] = []
    typed = iter(answers)

    def ask(question):
        asked.append((question, answer := Key(next(typed, "y"))))
        return answer

    return follow_answers(replan(OPEN), replan, ask), asked


def lets_in(line: ProposedLine) -> bool:
    """Whether a line is an exception, which saves nothing: without it the build fails."""
    return all(text.startswith("!") for text in line.texts)


@settings(max_examples=examples(40))
@given(
    name=st.sampled_from(NAMES), answers=st.text("yn", max_size=12), last=st.sampled_from("yndaq")
)
@pytest.mark.slow
def test_the_plan_has_what_was_taken_and_nothing_else(measured, name, answers, last):
    analysis = measured[name]
    replan = replanner(analysis)
    final, asked = run(replan, answers + last)
    changes = [question.line.change for question, _ in asked]
    assert len({*changes}) == len(changes)
    if (quits := [answer for _, answer in asked if answer is Key.QUIT]) or final is None:
        assert quits
        assert final is None
        return
    taken = [question.line.change for question, answer in asked if answer is Key.TAKE]
    planned = [line.change for line in final.lines]
    if asked[-1][1] is Key.ALL:
        assert {*taken, changes[-1]} <= {*planned}
    else:
        assert sorted(planned) == sorted(taken)
    declined = {question.line.texts for question, answer in asked if answer is Key.LEAVE}
    assert not declined & {line.texts for line in final.lines}
    lost = sizes(analysis.permitted)
    kept = sizes(final.foreseen.permitted)
    own = final.shown
    lost.pop(own, None), kept.pop(own, None)
    saved = sum(lost.values()) - sum(kept.values())
    assert saved == sum(line.bytes for line in final.lines)
    # More is sent only where an exception lets in what the build fails without.
    let_in = {text[1:] for line in final.lines if lets_in(line) for text in line.texts}
    assert kept.items() - lost.items() <= {(path, kept.get(path)) for path in let_in}
    assert (final.new_content is None) is not bool(planned)


@settings(max_examples=examples(20))
@given(name=st.sampled_from(NAMES), answers=st.text("yn", max_size=12))
@pytest.mark.slow
def test_the_numbers_in_the_questions(measured, name, answers):
    replan = replanner(measured[name])
    _, asked = run(replan, answers)
    size = 0
    for number, (question, answer) in enumerate(asked, 1):
        assert question.number == number <= question.questions
        assert question.line.total_bytes - question.line.bytes == size
        # What is for tomorrow saves nothing today.
        line = question.line
        assert line.is_preventive or lets_in(line) or line.entries > 0
        assert line.is_preventive or lets_in(line) or line.paths
        if answer is Key.TAKE:
            size = question.line.total_bytes


def test_a_declined_line_makes_room_for_a_narrower_one(measured):
    replan = replanner(measured["cpp"])
    planned = replan(OPEN)
    texts = [line.texts for line in planned.lines]
    assert ("**/.ccache",) not in texts
    broad = texts.index(("**/*.o",))
    final, _ = run(replan, "y" * broad + "n")
    assert ("**/.ccache",) in [line.texts for line in final.lines]
    assert [item.reason for item in final.left_alone if item.text == "**/*.o"] == ["declined"]
    closed, _ = run(replan, "y" * broad + "d")
    assert [line.texts for line in closed.lines] == texts[:broad]


@pytest.mark.slow
def test_all_or_nothing(measured):
    replan = replanner(measured["node"])
    planned = replan(OPEN)
    for answers in ("a", "ya", "y" * len(planned.lines)):
        assert run(replan, answers)[0].new_content == planned.new_content
    for answers in ("d", "nd", "n" * 20):
        final, _ = run(replan, answers)
        assert (final.new_content, final.lines) == (None, ())
    for answers in ("q", "yq", "nq"):
        assert run(replan, answers)[0] is None


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.usefixtures("clean")
def test_what_was_foreseen_is_measured_after_writing(tmp_path, seed):
    project = load_project("cpp")
    root = lay_project(project, str(tmp_path / "p"))
    analysis = analyze_project(project, root)
    replan = replanner(analysis)
    answers = random.Random(seed).choices("yn", k=9)
    final, _ = run(replan, answers)
    assert final.new_content is not None
    with open(os.path.join(root, final.shown), "wb") as file:
        file.write(final.new_content)
    after = analyze_project(project, root)
    assert sizes(after.permitted) == sizes(final.foreseen.permitted) | {
        final.shown: len(final.new_content)
    }


@pytest.mark.parametrize(
    ("typed", "proven", "likely"),
    [
        ("", "y", "n"),
        (" \t\n", "y", "n"),
        *((typed, "y", "y") for typed in ("y", "Y\n", " yes ", "YES")),
        *((typed, "n", "n") for typed in ("n", "No\r\n")),
        *((typed, "a", "a") for typed in ("a", "all")),
        *((typed, "d", "d") for typed in ("d", "done")),
        *((typed, "q", "q") for typed in ("q", "QUIT")),
        *((typed, None, None) for typed in ("?", "yy", "ye", "nope", "y n", "\x1b[A", "j", "ÿ", "\ufffd")),
    ],
)  # fmt: skip
def test_what_is_typed(measured, typed, proven, likely):
    replan = replanner(measured["node"])
    _, asked = run(replan, "")
    questions = {question.line.confidence: question for question, _ in asked}
    assert read_answer(typed, questions["proven"]) == proven
    assert read_answer(typed, questions["likely"]) == likely
