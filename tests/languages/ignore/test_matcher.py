"""Docker's matching: its quirks one by one, and the fast matcher against a straight port."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctxopt.errors import IgnoreFileError
from ctxopt.languages.golang.paths import BadPatternError
from ctxopt.languages.golang.regexp import parse_regexp
from ctxopt.languages.ignore.automaton import _CACHE_LIMIT, Automaton, _Group
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.languages.ignore.pattern import (
    IllegalExceptionError,
    Pattern,
    PatternKind,
    read_pattern,
)
from ctxopt.languages.ignore.text import parse_ignore_file
from tests.support.examples import examples


def matcher_of(*lines):
    return read_matcher(enumerate(lines, 1))


# What one pattern matches, and what it does not. Source: patternmatcher.go compile and match.
MATCHES = [
    # (pattern, matching paths, other paths)
    ("foo", ["foo"], ["foobar", "a/foo", "Foo", "fo"]),
    ("a/b", ["a/b"], ["a", "b", "x/a/b", "a/b/c"]),
    ("*", ["a", ".a", "a b"], ["a/b"]),
    ("*.txt", ["a.txt", ".txt"], ["a/b.txt", "axtxt", "a.TXT"]),
    ("?", ["a", "é", "\udcff"], ["ab", "", "/"]),
    ("a?c", ["abc", "a.c"], ["a/c", "ac"]),
    ("**foo", ["foo", "xfoo", "a/xfoo", "a\nb/foo"], ["foo1", "fooo"]),
    ("**foo*", ["foo", "foo1", "a/foo1"], ["xfoo1", "xfoo", "a/xfoo"]),
    ("**.txt", ["a.txt", "b/a.txt", ".txt"], ["a.txt1"]),
    ("**.t?t", [".txt", "b/.tat"], ["a.txt"]),
    ("**/foo", ["foo", "a/foo", "a/b/foo", "a\nb/foo"], ["xfoo", "foo/a"]),
    ("**/foo*", ["foo", "a/foo1"], ["xfoo", "a\nb/foo1", "a/xfoo"]),
    ("a**b", ["ab", "ax/b", "a/x/b", "a/b"], ["axb", "a"]),
    ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb", "x/a/b"]),
    ("foo**", ["foo", "foobar", "foobar/x", "foo/x"], ["a/foo", "fo"]),
    ("foo/**", ["foo/a", "foo/a/b", "foo/a\nb"], ["foo", "foobar"]),
    ("**/foo/**", ["foo/a", "x/foo/a/b"], ["foo", "x/foo", "foo/a\nb"]),
    ("*/**", ["a/b", "a/b/c"], ["a", "a/b\nc"]),
    ("**", ["a", "a/b", "a\nb"], []),
    ("***", ["a", "a/b"], []),
    ("**/**", ["a", "a/b"], []),
    ("**/*", ["a", "a/b"], ["a\nb/c"]),
    ("*a*", ["a", "bab"], ["b", "a/b"]),
    ("foo[a/]bar", ["foo/bar", "fooabar"], ["foobbar"]),
    ("foo[^a]bar", ["foo/bar", "fooxbar"], ["fooabar"]),
    ("[!a]", ["!", "a"], ["b"]),
    ("[a-c]x", ["ax", "cx"], ["dx", "-x"]),
    ("[*]", ["]", "[]", "/^[]"], ["*", "[", "[a]"]),
    ("[?]", ["[]", "^]", "/]"], ["?", "]", "[a]"]),
    ("[[:alpha:]]", ["a", "Z"], ["1", "é", ":"]),
    ("[\\PL]", ["1", "-"], ["a", "Z", "é"]),
    ("[[:^alpha:]]", ["1", "é", "/"], ["a"]),
    ("a^b", ["a^b"], ["ab"]),
    ("a^b*", [], ["a^b", "ab", "a^bc"]),
    ("^a*", ["a", "ab"], ["^a", "b"]),
    ("a|b", ["a|b"], ["a", "b"]),
    ("a|b*", ["a", "ax", "ax/y", "b", "xb", "x/bc"], ["cb/d", "bc/d", "c"]),
    ("foo|*.log", ["foobar", "x.log", "a/.log"], ["a|b", "xfoo"]),
    ("|x*", ["a", "x", "anything/at/all"], []),
    ("*.{js,ts}", ["a.{js,ts}"], ["a.js", "a.ts"]),
    ("a{2}", ["a{2}"], ["aa"]),
    ("a{2}*", ["aa", "aaa", "aab"], ["a", "a{2}", "ab"]),
    ("a{2,}b?", ["aabx", "aaaabx"], ["abx", "aab"]),
    ("a{1,2}?", ["ab", "aab", "aa"], ["a{1,2}b", "a"]),
    ("a{,2}*", ["a{,2}", "a{,2}x"], ["aa", "a"]),
    ("a{}*", ["a{}"], ["a"]),
    ("a{01}*", ["a{01}x"], ["a"]),
    ("x{0}y*", ["y", "yx"], ["xy"]),
    ("{2}*", ["a", "b", "{2}"], ["a/b"]),
    (r"foo\d*", ["foo1", "foo1x"], ["food"]),
    (r"\wx", ["ax", "_x", "1x"], ["éx", "-x"]),
    (r"\Wx", ["éx", "/x"], ["ax"]),
    (r"a\sb", ["a b", "a\tb"], ["a\vb", "asb"]),
    (r"a\b*", ["a", "a-"], ["ab"]),
    (r"a\B*", ["ab"], ["a", "a-"]),
    (r"\a", ["\a"], ["a"]),
    (r"\t", ["\t"], ["t"]),
    (r"\#x", ["#x"], [r"\#x"]),
    (r"\!x", ["!x"], [r"\!x"]),
    (r"a\*b", ["a*b"], ["axb", r"a\*b"]),
    (r"a\?b", ["a?b"], ["axb"]),
    (r"a\[b", ["a[b"], ["ab"]),
    (r"\Q*", ["[^/]*$"], ["Q", "a", "*"]),
    (r"\Qa.\E*", [r"a\.", r"a\.b"], ["a.", "axb"]),
    (r"\x41*", ["A", "Ab"], ["x41"]),
    (r"\x{61}b*", ["ab", "abc"], ["xb"]),
    (r"\101*", ["A", "AB"], ["101"]),
    (r"\0*", ["\0"], ["0"]),
    (r"\pL*", ["a", "éa"], ["1a"]),
    (r"\p{Lu}*", ["A", "Éa"], ["a", "1"]),
    (r"\PL*", ["1", "/x"], ["a"]),
    (r"\p{^L}*", ["1"], ["a"]),
    (r"\p{Any}", ["a", "/", "\n"], ["ab"]),
    (r"[\d_]", ["1", "_"], ["a", "d"]),
    (r"[^\d]", ["a", "/"], ["1"]),
    (r"[\]]", ["]"], ["\\"]),
    (r"[\-a]", ["-", "a"], ["b"]),
    (r"\Aa*", ["a", "ab"], ["ba"]),
    (r"a\z*", ["a"], ["ab"]),
    (".", [], ["a", ""][:1]),
    ("a.b", ["a.b"], ["axb"]),
    ("a.b*", ["a.b", "a.bc"], ["axb"]),
    ("a+b*", ["a+b"], ["aab", "ab"]),
    ("a(b)*", ["a(b)", "a(b)c"], ["ab"]),
    ("a$*", ["a$", "a$b"], ["a"]),
    ("\ufeffa*", ["a", "ab"], ["\ufeffa"]),
    ("\ufeffa", ["\ufeffa"], ["a"]),
    ("a\ufeff*", ["a\ufeff"], ["a"]),
    ("\udcff*", ["\udcff", "\udcffa", "\udcfe", "\ufffd"], ["a"]),
    ("\udcff", ["\udcff"], ["\udcfe", "\ufffd"]),
    ("**/\ufffd*", ["\udcff", "\ufffda"], ["a"]),
    ("é?", ["éa"], ["e?"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "matching", "others"), MATCHES, ids=[repr(item[0]) for item in MATCHES]
)
def test_one_pattern(text, matching, others):
    pattern = Pattern(text, exception=False, line=None)
    assert [path for path in matching + others if path and pattern.matches(path)] == matching
    matcher = Matcher((pattern,))
    plain = [path for path in matching + others if path and is_path(path)]
    assert [p for p in plain if matcher.decide(p).excluded] == [
        p for p in plain if reference((pattern,), p)[0]
    ]


def is_path(path):
    return all(part not in ("", ".", "..") for part in path.split("/")) and "\0" not in path


@pytest.mark.parametrize(
    ("text", "kind", "regexp"),
    [
        ("a/b", PatternKind.EXACT, ""),
        ("a{b|^-!", PatternKind.EXACT, ""),
        ("a.+()$", PatternKind.EXACT, ""),
        ("a**", PatternKind.PREFIX, ""),
        ("a/**/", PatternKind.PREFIX, ""),
        ("**", PatternKind.SUFFIX, ""),
        ("**/", PatternKind.SUFFIX, ""),
        ("**a", PatternKind.SUFFIX, ""),
        ("**/a", PatternKind.SUFFIX, ""),
        ("**/a.b", PatternKind.SUFFIX, ""),
        ("***", PatternKind.REGEXP, "^(.*/)?[^/]*$"),
        ("**/**", PatternKind.REGEXP, "^(.*/)?.*$"),
        ("**foo*", PatternKind.REGEXP, "^(.*/)?foo[^/]*$"),
        ("a**b", PatternKind.REGEXP, "^a(.*/)?b$"),
        ("a*.{js,ts}", PatternKind.REGEXP, r"^a[^/]*\.{js,ts}$"),
        ("[*]", PatternKind.REGEXP, "^[[^/]*]$"),
        (r"\d", PatternKind.REGEXP, r"^\d$"),
        ("*/**", PatternKind.REGEXP, "^[^/]*/.*$"),
    ],
)
def test_kinds(text, kind, regexp):
    pattern = Pattern(text, exception=False, line=None)
    assert (pattern.kind, pattern.regexp) == (kind, regexp)


@pytest.mark.parametrize(
    "text",
    [
        "[a",
        "a[",
        "*[",
        "[]",
        "[^]",
        "[]a]",
        "[-a]",
        "[a-]",
        "[a-c-e]",
        "foo\\",
        "![a",
        "[\\",
        "?[a",
    ],
)
def test_refused_before_the_walk(text):
    with pytest.raises(BadPatternError, match="syntax error in pattern"):
        read_pattern(text)


@pytest.mark.parametrize("text", ["a*[", ".-*[[", "!b{*[", "[z-a]", r"\y", "b*[a"])
def test_malformed_and_accepted(text):
    assert read_pattern(text) is not None


@pytest.mark.parametrize(
    "text",
    ["[z-a]", r"\y", r"\é", r"\1", r"\8*", "a{1001}*", "a{2,1}*", "*{2}", "**/a{2}{3}*", r"\xZZ", r"\x{110000}",
     r"\p{Nope}*", r"\p{L*", r"\pX", r"\Z*", r"\C*", "[[:foo:]]", "a*[", r"\E*", r"\g*", r"\uZ*", r"\x{}"],
)  # fmt: skip
def test_refused_while_walking(text):
    pattern = read_pattern(text)
    assert pattern is not None
    with pytest.raises(BadPatternError):
        pattern.matches("a")
    with pytest.raises(IgnoreFileError, match=r"^f:1: syntax error in pattern: ") as caught:
        read_matcher([(1, text)], "f").decide("b")
    assert (caught.value.path, caught.value.line) == ("f", 1)


@pytest.mark.parametrize(("times", "taken"), [(3300, True), (3400, False)])
def test_an_expression_too_large_for_go(times, taken):
    pattern = read_pattern("a{1000}" * times + "*")
    assert pattern is not None
    if taken:
        pattern.chains()
    else:
        with pytest.raises(BadPatternError):
            pattern.chains()


def test_lone_exclamation_mark():
    with pytest.raises(IllegalExceptionError, match=r'^illegal exclusion pattern: "!"$'):
        read_pattern("!")
    with pytest.raises(IgnoreFileError, match='f:3: illegal exclusion pattern: "!"'):
        read_matcher([(1, "a"), (3, "!")], "f")


@pytest.mark.parametrize("text", ["", " ", "\t\u3000"])
def test_blank_pattern(text):
    assert read_pattern(text) is None


def test_broken_pattern_that_is_never_tried():
    assert not matcher_of("![z-a]").decide("b").excluded
    matcher = matcher_of("a", "![z-a]")
    assert not matcher.decide("b").excluded
    with pytest.raises(IgnoreFileError):
        matcher.decide("a")
    assert matcher.has_broken
    assert matcher.lenient().decide("a").excluded


# (lines, path, excluded, the line that decides, whether BuildKit refuses to open what it keeps)
DECISIONS = [
    (["foo"], "foo", True, 1),
    (["foo"], "foo/bar/x", True, 1),
    (["foo"], "bar", False, None),
    (["/foo/"], "foo", True, 1),
    (["*", "!foo"], "foo", False, 2),
    (["*", "!foo"], "bar", True, 1),
    (["*", "!foo"], "foo/bar", False, 2),
    (["!foo", "*"], "foo", True, 2),
    (["foo", "foo"], "foo", True, 1),
    (["foo", "f*"], "foo", True, 1),
    (["foo", "!foo/bar"], "foo/bar", False, 2),
    (["foo", "!foo/bar"], "foo/baz", True, 1),
    (["foo", "!foo/bar", "foo/bar/x"], "foo/bar/x", True, 3),
    (["foo", "!foo/bar", "foo/bar/x"], "foo/bar/y", False, 2),
    # A late exception on a parent does not reach down.
    (["**/*.log", "!logs"], "logs/x.log", True, 1),
    (["**/*.log", "!logs/**"], "logs/x.log", False, 2),
    (["**/*.log", "!logs/*"], "logs/x.log", False, 2),
    (["a/b", "!a"], "a/b", True, 1),
    # A duplicate after an exception is skipped at the folder, and so not inherited.
    (["foo", "!foo/bar", "foo"], "foo", True, 1),
    (["foo", "!foo/bar", "foo"], "foo/bar", False, 2),
    (["foo", "!foo", "foo"], "foo/bar", True, 3),
    (["./!foo"], "foo", False, None),
    (["*", "./!foo"], "foo", False, 2),
    (["*", "!!foo"], "!foo", False, 2),
    (["*", "!!foo"], "foo", True, 1),
    (["."], "a", False, None),
    (["/"], "a", False, None),
    (["..", "../a"], "a", False, None),
    (["foo # note"], "foo", False, None),
    (["a b"], "a b", True, 1),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "path", "excluded", "decider"), DECISIONS)
def test_decisions(lines, path, excluded, decider):
    matcher = read_matcher(parse_ignore_file("\n".join(lines).encode(), "f").patterns(), "f")
    decision = matcher.decide(path)
    line = None if decision.index is None else matcher.patterns[decision.index].line
    assert (decision.excluded, line) == (excluded, decider)


def test_a_kept_file_that_buildkit_refuses_to_open():
    matcher = matcher_of("foo", "!foo/bar", "foo")
    decision = matcher.decide("foo/bar")
    assert not decision.excluded
    assert matcher.refuses(decision)
    assert matcher.matches_or_parent("foo/bar")
    assert not matcher.refuses(matcher_of("foo", "!foo/bar").decide("foo/bar"))


@pytest.mark.parametrize(
    ("lines", "folder", "buildkit", "classic"),
    [
        (["docs"], "docs", True, True),
        (["docs", "!docs/a"], "docs", False, False),
        (["docs", "!docs/a"], "node", True, True),
        (["docs", "!docs2/a"], "docs", True, True),
        (["docs", "!docs"], "docs", False, False),
        (["*", "!**/*.py"], "src", False, True),
        (["*", "!docs/ke*"], "docs", False, False),
        (["docs", "!d*/keep"], "docs", False, True),
        (["*", "!src/**"], "src", False, False),
        (["*", "!src/**"], "node", True, True),
        (["*", "!src/**/*"], "src", False, False),
        (["*", "!a/b/*"], "a", False, False),
        (["*", "!a/b/*"], "c", True, True),
        (["*", r"!a\b"], "x", False, True),
        (["*", "!a^b"], "x", False, True),
        (["*", "!a{b}|"], "x", True, True),
    ],
)
def test_pruning(lines, folder, buildkit, classic):
    matcher = matcher_of(*lines)
    assert (matcher.buildkit_prunes(folder), matcher.classic_prunes(folder)) == (buildkit, classic)


@pytest.mark.parametrize(
    ("line", "path", "found"),
    [
        ("x", "x", True),
        ("x", "x/y", True),
        ("x/y", "x/y/z/a", True),
        ("**/z", "x/y/z/Dockerfile", False),  # deeper parents are missed
        ("**/z", "x/z/Dockerfile", True),
        ("**/z", "z/Dockerfile", False),
        ("*", ".dockerignore", True),
        ("y", "x", False),
    ],
)
def test_single_parent(line, path, found):
    assert matcher_of(line).matches_single_parent(path) is found


# The straight port.


def reference(patterns, path):
    """MatchesUsingParentResults from the top down: (excluded, deciding index, bools handed down)."""
    parent = None
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        excluded, decider, handed = using("/".join(parts[:depth]), patterns, parent)
        parent = handed
    return excluded, decider, handed


def using(path, patterns, parent):
    matched = False
    decider = None
    info = [False] * len(patterns)
    for index, pattern in enumerate(patterns):
        hit = parent is not None and parent[index]
        if not hit:
            if pattern.exception != matched:
                continue
            hit = pattern.matches(path)
        info[index] = hit
        if hit:
            matched = not pattern.exception
            decider = index
    return matched, decider, info


def reference_or_parent(patterns, path):
    """MatchesOrParentMatches."""
    parts = path.split("/")
    candidates = [path, *("/".join(parts[:count]) for count in range(1, len(parts)))]
    matched = False
    for pattern in patterns:
        if pattern.exception != matched:
            continue
        if any(pattern.matches(candidate) for candidate in candidates):
            matched = not pattern.exception
    return matched


NAMES = st.one_of(
    st.sampled_from(
        ["a", "b", "ab", "foo", "a.b", "x.log", "a\nb", "\n", "\udcff", "\ufffd", "é", "a b", "[a]", "a|b", "a{2}",
         "aa", ".a", "!a", "#a", "\\", "*", "?", "$", "^", "_", "1", "\ufeff", "-", "A"]
    ),
    st.text("ab.\né\udc80[]|-1_", min_size=1, max_size=4),
).filter(lambda name: name not in (".", ".."))  # fmt: skip
PATHS = st.lists(NAMES, min_size=1, max_size=5).map("/".join)
PIECES = st.sampled_from(
    ["a", "b", "foo", ".", "x.log", "*", "**", "?", "/", "/", "**/", "/**", "*.b", "a*", "[a-b]", "[^a]", "[a/]",
     "[[:alpha:]]", "|", "{2}", "{1,2}", "{,2}", "{", "}", "^", "$", "\\d", "\\.", "\\*", "\\b", "\\n", "\\w", "\\pL",
     "\\Q", "\\E", "\\A", "\\z", "+", "(", ")", "é", "\udcff", "\n", "\ufeff", "-", "!", "]", "[\\d-]", "\\x61", "1"]
)  # fmt: skip
PATTERNS = st.one_of(
    PATHS,
    st.lists(PIECES, min_size=1, max_size=7).map("".join),
    st.tuples(st.sampled_from(["**/", "*", "", "a/", "**"]), NAMES, st.sampled_from(["", "*", "/**", "/*", "**"])).map(
        "".join
    ),
)  # fmt: skip
LINES = st.tuples(st.sampled_from(["", "", "!"]), PATTERNS).map("".join)


def readable(lines):
    """The patterns of ``lines`` that Docker accepts and can compile."""
    found = []
    for number, line in enumerate(lines, 1):
        try:
            pattern = read_pattern(line, number)
            if pattern is not None:
                pattern.chains()
                found.append(pattern)
        except (BadPatternError, IllegalExceptionError):
            continue
    return tuple(found)


@settings(max_examples=examples(600))
@given(st.lists(LINES, min_size=1, max_size=6), st.lists(PATHS, min_size=1, max_size=6))
@example(["foo", "!foo/bar", "foo"], ["foo/bar", "foo/bar/x"])
@example(["**/*.log", "!logs"], ["logs/x.log"])
def test_matcher_is_the_reference(lines, paths):
    patterns = readable(lines)
    matcher = Matcher(patterns)
    for path in paths:
        excluded, decider, handed = reference(patterns, path)
        decision = matcher.decide(path)
        assert (decision.excluded, decision.index) == (excluded, decider)
        assert decision.matched == sum(1 << index for index, hit in enumerate(handed) if hit)
        with_parents = reference_or_parent(patterns, path)
        assert matcher.matches_or_parent(path) == with_parents
        if not excluded:
            assert matcher.refuses(decision) == with_parents


@settings(max_examples=examples(300))
@given(
    st.lists(LINES, min_size=1, max_size=6),
    PATHS,
    st.lists(NAMES, min_size=1, max_size=8, unique=True),
)
def test_scope_decides_all_names_at_once(lines, folder, names):
    patterns = readable(lines)
    matcher = Matcher(patterns)
    scope = matcher.root()
    for name in folder.split("/"):
        scope = scope.enter(name, scope.decide_one(name))
    found = scope.decide(names)
    for name in names:
        decision = found.get(name, scope.default)
        excluded, decider, _ = reference(patterns, f"{folder}/{name}")
        assert (decision.excluded, decision.index) == (excluded, decider)


@settings(max_examples=examples(300))
@given(PATTERNS, PATHS)
def test_every_way_to_run_a_pattern_agrees(text, path):
    for pattern in readable([text]):
        automaton = Automaton([(0, pattern.chains())])
        state = automaton.advance(automaton.start, path)
        assert bool(automaton.accepted(state)) == pattern.matches(path)


@settings(max_examples=examples(200))
@given(st.lists(LINES, max_size=4), PATHS, PATTERNS)
def test_a_plain_pattern_at_the_end_never_keeps_more(lines, path, added):
    before = readable(lines)
    after = (*before, *(p for p in readable([added]) if not p.exception))
    assert Matcher(after).decide(path).excluded >= Matcher(before).decide(path).excluded


RE2_PIECES = st.sampled_from(
    [*"ab1_-^$|{}[],:/.!?+()", "*", "*", "**", "**/", "\\d", "\\W", "\\b", "\\B", "\\A", "\\z", "\\Q", "\\E",
     "{2}", "{1,}", "{0,2}", "{1001}", "{0}", "[a-c]", "[^\\n]", "[[:alpha:]]", "[[:^digit:]_]", "\\pN", "\\p{Lu}",
     "\\PL", "\\p{^L}", "\\x61", "\\x{e9}", "\\101", "\\0", "\\n", "\\.", "\\é", "é", "[\\]]", "[]a]", "[a-\\d]",
     "[^a-b", "\\8", "\\pX", "\\Z", "[z-a]", "\\\\", "\\*", "\\(", "\\["]
)  # fmt: skip


@settings(max_examples=examples(1500))
@given(
    st.lists(RE2_PIECES, max_size=7).map("".join),
    st.lists(st.text("ab1_-^/.\né[]|{},:", max_size=5), max_size=6),
)
def test_expressions_mean_what_re2_says(text, texts):
    expression = Pattern(text.removesuffix("\\") + "?", exception=False, line=None).regexp
    re2 = pytest.importorskip("re2")
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(expression, options)
    except re2.error:
        compiled = None
    try:
        chains = parse_regexp(expression)
    except BadPatternError:
        chains = None
    assert (compiled is None) == (chains is None)
    if compiled is None or chains is None:
        return
    for text in texts:
        automaton = Automaton([(0, chains)])
        accepted = automaton.accepted(automaton.advance(automaton.start, text))
        assert bool(accepted) == (compiled.search(text) is not None), text


HOSTILE = {
    "folders": lambda number: "**/" * 20 + f"x{number}*",
    "steps": lambda number: "**/a*" * 12 + f"/b{number}",
    "repetitions": lambda number: f"a{{1,{900 + number}}}b{{2,}}[ab]{{500}}?c{number}",
    "classes": lambda number: f"[a-z]{{1000}}{number}*",
    "alternatives": lambda number: "*" + "|".join(f"a*b{place}" for place in range(30)) + str(number),
    "globs": lambda number: "a*" * 30 + f"b{number}",
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_patterns(kind, monkeypatch):
    """A character costs at most one step of each group, whatever the patterns are."""
    steps = 0
    step = _Group._step

    def counted(self, state, char):
        nonlocal steps
        steps += 1
        return step(self, state, char)

    monkeypatch.setattr(_Group, "_step", counted)
    matcher = matcher_of(*(HOSTILE[kind](number) for number in range(50)))
    automaton = matcher._levels.automaton
    groups = automaton._groups if automaton else ()
    draw = random.Random(kind)
    characters = 0
    for _ in range(40):
        path = "/".join("".join(draw.choices("aab", k=49)) for _ in range(5))
        matcher.decide(path)
        characters += len(path)
    assert steps <= characters * len(groups)
    assert sum(len(group._states) for group in groups) <= _CACHE_LIMIT + len(groups)


def test_kept_states_are_bounded(monkeypatch):
    """Forgetting states changes no answer."""
    monkeypatch.setattr("ctxopt.languages.ignore.automaton._CACHE_LIMIT", 5)
    monkeypatch.setattr("ctxopt.languages.ignore.matcher._CACHE_LIMIT", 5)
    monkeypatch.setattr("ctxopt.languages.ignore.level._CACHE_LIMIT", 5)
    lines = ["*a|b*c", "!a{2}*b", "**/a*/**/b*", r"\w{3}|[^a]b"]
    matcher = matcher_of(*lines)
    for number in range(300):
        path = "/".join("abc"[number // 3**place % 3] * (place + 1) for place in range(4))
        assert matcher.decide(path).excluded == reference(matcher.patterns, path)[0]
    for group in matcher._levels.automaton._groups:
        assert len(group._states) <= 6
