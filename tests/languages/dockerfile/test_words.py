"""Shell words in Dockerfiles: quotes, escapes, substitutions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile import expand
from ctxopt.languages.dockerfile.substitution import replace, trim_prefix, trim_suffix
from ctxopt.languages.dockerfile.words import split
from tests.support.work import grows_in_step

ENV = {"A": "a", "EMPTY": "", "DIR": "src/lib", "TAR": "x.tar.gz", "é": "accent", "S": "a b"}


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("", ""),
        ("plain", "plain"),
        ("$A", "a"),
        ("${A}", "a"),
        ("$A/$DIR", "a/src/lib"),
        ("$AB", ""),
        ("${A}B", "aB"),
        ("$NOPE", ""),
        ("x${NOPE}y", "xy"),
        ("$é", "accent"),
        ("$1x", "x"),
        ("$", "$"),
        ("a$", "a$"),
        ("$.", "$."),
        ("$/a", "$/a"),
        ("$$", ""),
        ("\\$A", "$A"),
        ("\\a", "a"),
        ("\\\\", "\\"),
        ("a\\", "a"),
        ("'$A'", "$A"),
        ("'a\\'", "a\\"),
        ('"$A"', "a"),
        ('"\\$A"', "$A"),
        ('"a\\b"', "a\\b"),
        ('"a\\"b"', 'a"b'),
        ('""', ""),
        ('"it\'s"', "it's"),
        ("$S", "a b"),
        ("<<EOF", "<<EOF"),
        ("a<b", "a<b"),
        ("${A:-b}", "a"),
        ("${EMPTY:-b}", "b"),
        ("${EMPTY-b}", ""),
        ("${NOPE-b}", "b"),
        ("${NOPE:-$A}", "a"),
        ("${NOPE:-${NOPE:-c}}", "c"),
        ("${NOPE:-'}'}", "}"),
        ("${NOPE:-\\}}", "}"),
        ("${A:+b}", "b"),
        ("${EMPTY:+b}", ""),
        ("${EMPTY+b}", "b"),
        ("${NOPE+b}", ""),
        ("${A:?no}", "a"),
        ("${EMPTY?no}", ""),
        ("${TAR#x}", ".tar.gz"),
        ("${TAR#*.}", "tar.gz"),
        ("${TAR##*.}", "gz"),
        ("${TAR%.*}", "x.tar"),
        ("${TAR%%.*}", "x"),
        ("${TAR%y}", "x.tar.gz"),
        ("${TAR#?}", ".tar.gz"),
        ("${NOPE#x}", ""),
        ("${TAR/tar/zip}", "x.zip.gz"),
        ("${TAR//./-}", "x-tar-gz"),
        ("${TAR/./}", "xtar.gz"),
        ("${TAR//[a-z]/-}", "x.tar.gz"),
        ("${DIR//\\//-}", "src-lib"),
        ("${NOPE/a/b}", ""),
        ("\ufeffa", "a"),
        ("n\udcff", "n\ufffd"),
    ],
)
def test_expansion(word, text):
    assert expand(word, ENV.get).text == text


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("'a", "unexpected end of statement while looking for matching single-quote"),
        ('"a', "unexpected end of statement while looking for matching double-quote"),
        ("${", "syntax error: missing '}'"),
        ("${}", "syntax error: bad substitution"),
        ("${:-a}", "syntax error: bad substitution"),
        ("${{A}}", "syntax error: bad substitution"),
        ("${A", "unsupported modifier (\ufffd) in substitution"),
        ("${A:", "syntax error: missing '}'"),
        ("${A:-b", "syntax error: missing '}'"),
        ("${A:=b}", "unsupported modifier (:=) in substitution"),
        ("${A:#b}", "unsupported modifier (:#) in substitution"),
        ("${A^^}", "unsupported modifier (^) in substitution"),
        ("${A.b}", "unsupported modifier (.) in substitution"),
        ("${NOPE?}", "NOPE: is not allowed to be unset"),
        ("${NOPE:?}", "NOPE: is not allowed to be unset"),
        ("${EMPTY:?}", "EMPTY: is not allowed to be empty"),
        ("${NOPE:?set $A}", "NOPE: set a"),
        ("${A/x}", "syntax error: missing '/' in ${}"),
        ("${A/x/y", "syntax error: missing '}'"),
        ("${A#\\x}", "invalid pattern (\\x) in substitution: invalid escape '\\x'"),
        ("${A%a\\x}", "invalid pattern (\\xa) in substitution: invalid escape '\\x'"),
    ],
)
def test_refused(word, problem):
    with pytest.raises(DockerfileError) as raised:
        expand(word, ENV.get)
    assert raised.value.reason.endswith(f": {problem}")
    assert raised.value.reason.startswith('failed to process "')


def test_names_used():
    expansion = expand("$A$NOPE${A}${OTHER:-$EMPTY}", ENV.get)
    assert expansion.found == ("A", "EMPTY")
    assert expansion.unset == ("NOPE", "OTHER")


@pytest.mark.parametrize(
    ("word", "text"), [("`$A", "$A"), ("\\$A", "\\a"), ("a``", "a`"), ('"`""', '"')]
)
def test_other_escape(word, text):
    assert expand(word, ENV.get, escape="`").text == text


def test_quotes_left_alone():
    assert expand("'$A' \"${NOPE:-b}\"", ENV.get, quotes=False).text == "'a' \"b\""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b", ["a", "b"]),
        ("  a\tb  ", ["a", "b"]),
        ("'a b' c", ["'a b'", "c"]),
        ("<< EOF", ["<< EOF"]),
        ("cat <<EOF >x", ["cat", "<<EOF", ">x"]),
        ("$NOPE ${NOPE:-x y}", ["$NOPE", "${NOPE:-x", "y}"]),
    ],
)
def test_split(text, words):
    assert split(text, raw_quotes=True, raw_escapes=True) == words


@pytest.mark.parametrize(
    ("pattern", "shortest", "longest"),
    [
        ("", "abcabc", "abcabc"),
        ("a", "bcabc", "bcabc"),
        ("*", "abcabc", ""),
        ("*b", "cabc", "c"),
        ("*b*", "cabc", ""),
        ("?b", "cabc", "cabc"),
        ("b", "abcabc", "abcabc"),
        ("\\*", "abcabc", "abcabc"),
    ],
)
def test_prefixes(pattern, shortest, longest):
    assert trim_prefix(pattern, "abcabc", longest=False) == shortest
    assert trim_prefix(pattern, "abcabc", longest=True) == longest
    assert trim_suffix(pattern[::-1].replace("*\\", "\\*"), "cbacba", longest=True) == longest[::-1]


@pytest.mark.parametrize(
    ("pattern", "text", "first", "every"),
    [
        ("b", "-", "a-cabc", "a-ca-c"),
        ("", "-", "-abcabc", "-a-b-c-a-b-c-"),
        ("a*b", "-", "-c", "-c"),
        ("x", "-", "abcabc", "abcabc"),
        ("?", "$0$0", "$0$0bcabc", "aabbccaabbcc"),
        ("a", "$1", "$1bcabc", "bcbc"),
        ("a", "$$x", "$$xbcabc", "$xbc$xbc"),
        ("a", "${0}!", "${0}!bcabc", "a!bca!bc"),
    ],
)
def test_replacement(pattern, text, first, every):
    assert replace(pattern, text, "abcabc", every=False) == first
    assert replace(pattern, text, "abcabc", every=True) == every


def test_no_pattern_explodes():
    assert trim_prefix("*a" * 30 + "b", "a" * 2_000, longest=True) == "a" * 2_000
    assert replace("*a" * 10 + "b", "", "a" * 2_000, every=True) == "a" * 2_000


@pytest.mark.parametrize(
    ("size", "call"),
    [
        (200, lambda size: trim_prefix("*a" * 30 + "b", "a" * size, longest=True)),
        (20, lambda size: trim_prefix("*a" * size + "b", "a" * 200, longest=True)),
        (200, lambda size: replace("*a" * 10 + "b", "", "a" * size, every=True)),
        (20, lambda size: replace("*a" * size + "b", "", "a" * 200, every=True)),
    ],
)
def test_the_work_of_a_pattern_grows_with_it(size, call):
    assert grows_in_step(call, size)


@pytest.mark.slow
def test_growth_is_bounded():
    with pytest.raises(DockerfileError):
        expand("$BIG" * 100, {"BIG": "x" * 1_000_000}.get)
    with pytest.raises(DockerfileError):
        expand("${BIG//?/" + "x" * 100 + "}", {"BIG": "x" * 1_000_000}.get)


def test_deep_nesting_is_refused_not_a_crash():
    with pytest.raises(DockerfileError):
        expand("${A:+" * 5_000 + "x" + "}" * 5_000, ENV.get)


@given(st.text(alphabet="aAB${}:-+?#%/\\'\"<* \udcff", max_size=40))
def test_any_word_expands_or_is_refused(word):
    try:
        expansion = expand(word, ENV.get)
    except DockerfileError:
        return
    assert expansion == expand(word, ENV.get)
    assert "\udcff" not in expansion.text
