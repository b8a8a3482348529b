"""One analysed context, judged as the configuration and the baseline want it."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.config.load import Config
from ctxopt.errors import ConfigError
from ctxopt.rules.baseline import Baseline, Known, known_as, read_baseline
from ctxopt.rules.scan import judge_analysis, level_of, read_known
from ctxopt.severity import Severity
from tests.support.judging import facts_of

pytestmark = pytest.mark.usefixtures("clean")

TREE = {"node_modules/x": 2_000_000, ".idea/x": 1}


@pytest.fixture
def analysis(tmp_path: Any) -> Any:
    return facts_of(tmp_path, TREE).analysis


def test_all_rules_run_and_nothing_is_known(analysis: Any):
    judged, gone = judge_analysis(analysis, Config(), None)
    assert {"dependency-folder", "no-ignore-file"} <= {item.rule for item in judged.reported}
    assert (judged.suppressed, judged.filtered, gone) == ((), 0, ())


def test_the_configuration_selects_and_grades(analysis: Any):
    config = Config(select=("dependency-folder",), severity={"dependency-folder": Severity.ERROR})
    judged, _ = judge_analysis(analysis, config, None)
    assert [(item.rule, item.severity) for item in judged.reported] == [
        ("dependency-folder", Severity.ERROR)
    ]
    assert judged.filtered


def test_a_rule_that_there_is_not_is_refused(analysis: Any):
    with pytest.raises(ConfigError, match="no-such-rule"):
        judge_analysis(analysis, Config(ignore=("no-such-rule",)), None)


def test_what_the_baseline_knows_is_silenced_and_what_is_gone_is_named(analysis: Any):
    (first, *others) = judge_analysis(analysis, Config(), None)[0].reported
    lost = Known(".", "secret-file", "", "", (".env",))
    baseline = Baseline(f"{analysis.context.root}/known.json", b"", (known_as(first, "."), lost))
    judged, gone = judge_analysis(analysis, Config(), baseline)
    assert list(judged.reported) == others
    assert [item.finding for item in judged.suppressed] == [first]
    assert judged.known == 1
    assert gone == (lost,)


def test_a_finding_fails_from_a_warning_on_unless_it_is_set():
    assert level_of(Config()) is Severity.WARNING
    assert level_of(Config(fail_on=Severity.INFO)) is Severity.INFO


def test_the_baseline_that_is_asked_for(tmp_path: Any):
    path = str(tmp_path / "known.json")
    assert read_known(Config()) is None
    with pytest.raises(ConfigError, match="no baseline"):
        read_known(Config(baseline=path))
    missing = read_known(Config(baseline=path), may_be_missing=True)
    assert missing == Baseline(path, None, ())
    (tmp_path / "known.json").write_text('{"version": 1, "findings": []}')
    assert read_known(Config(baseline=path)) == read_baseline(path)
