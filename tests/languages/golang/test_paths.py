"""Go's path functions, with the answers Go's own tests expect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxopt.languages.golang.paths import BadPatternError, clean, has_meta, match, trim_space


@pytest.mark.parametrize(
    ("path", "cleaned"),
    [
        ("abc", "abc"), ("abc/def", "abc/def"), ("a/b/c", "a/b/c"), (".", "."), ("..", ".."), ("../..", "../.."),
        ("../../abc", "../../abc"), ("/abc", "/abc"), ("/", "/"), ("", "."), ("abc/", "abc"), ("abc/def/", "abc/def"),
        ("./", "."), ("../", ".."), ("../../", "../.."), ("/abc/", "/abc"), ("abc//def//ghi", "abc/def/ghi"),
        ("//abc", "/abc"), ("///abc", "/abc"), ("//abc//", "/abc"), ("//", "/"), ("abc//", "abc"),
        ("abc/./def", "abc/def"), ("/./abc/def", "/abc/def"), ("abc/.", "abc"), ("abc/def/ghi/../jkl", "abc/def/jkl"),
        ("abc/def/../ghi/../jkl", "abc/jkl"), ("abc/def/..", "abc"), ("abc/def/../..", "."), ("/abc/def/../..", "/"),
        ("abc/def/../../..", ".."), ("/abc/def/../../..", "/"), ("abc/def/../../../ghi/jkl/../../../mno", "../../mno"),
        ("/../abc", "/abc"), ("a/../b:/../../c", "../c"), ("abc/./../def", "def"), ("abc//./../def", "def"),
        ("abc/../../././../def", "../../def"), ("//..//a", "/a"),
    ],
)  # fmt: skip
def test_clean(path, cleaned):
    assert clean(path) == cleaned
    assert clean(cleaned) == cleaned


# golang/go path/filepath/match_test.go
@pytest.mark.parametrize(
    ("pattern", "name", "found"),
    [
        ("abc", "abc", True), ("*", "abc", True), ("*c", "abc", True), ("a*", "a", True), ("a*", "abc", True),
        ("a*", "ab/c", False), ("a*/b", "abc/b", True), ("a*/b", "a/c/b", False), ("a*b*c*d*e*/f", "axbxcxdxe/f", True),
        ("a*b*c*d*e*/f", "axbxcxdxexxx/f", True), ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", False),
        ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", False), ("a*b?c*x", "abxbbxdbxebxczzx", True),
        ("a*b?c*x", "abxbbxdbxebxczzy", False), ("ab[c]", "abc", True), ("ab[b-d]", "abc", True),
        ("ab[e-g]", "abc", False), ("ab[^c]", "abc", False), ("ab[^b-d]", "abc", False), ("ab[^e-g]", "abc", True),
        ("a\\*b", "a*b", True), ("a\\*b", "ab", False), ("a?b", "a☺b", True), ("a[^a]b", "a☺b", True),
        ("a???b", "a☺b", False), ("a[^a][^a][^a]b", "a☺b", False), ("[a-ζ]*", "α", True), ("*[a-ζ]", "A", False),
        ("a?b", "a/b", False), ("a*b", "a/b", False), ("[\\]a]", "]", True), ("[\\-]", "-", True),
        ("[x\\-]", "x", True), ("[x\\-]", "-", True), ("[x\\-]", "z", False), ("[\\-x]", "x", True),
        ("*x", "xxx", True), ("", "", True), ("", "a", False), ("*", "", True), ("**", "a", True), ("**", "a/b", False),
        ("a/b*", "a/bc", True), ("*/b", "a/b", True), ("[a/]", "/", True), ("*a", "b/a", False),
    ],
)  # fmt: skip
def test_match(pattern, name, found):
    assert match(pattern, name) is found


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("[]a]", "]"), ("[-]", "-"), ("[x-]", "x"), ("[x-]", "-"), ("[x-]", "z"), ("[-x]", "x"), ("[-x]", "-"),
        ("\\", "a"), ("[a-b-c]", "a"), ("[", "a"), ("[^", "a"), ("[^bc", "a"), ("a[", "a"), ("a[", "ab"), ("a[", "x"),
        ("a/b[", "x"), ("[\\", "a"), ("[a-", "a"), ("[^]", "a"), ("[]", "a"), ("[a", "."), ("foo\\", "."),
        ("[\udcff]", "a"),
    ],
)  # fmt: skip
def test_bad_patterns(pattern, name):
    with pytest.raises(BadPatternError, match=r"^syntax error in pattern$"):
        match(pattern, name)


@pytest.mark.parametrize("pattern", ["a*[", ".-*[[", "b{*[", "b*[a", "b*\\", "x*[z-"])
def test_what_go_never_checks(pattern):
    assert match(pattern, ".") is False


@given(st.text("ab*?[]^-\\/."), st.text("ab/]-"))
def test_any_pattern_matches_or_is_bad(pattern, name):
    try:
        assert match(pattern, name) in (True, False)
    except BadPatternError:
        assert set(pattern) & set("[\\")


@given(st.text("ab/*?", max_size=7), st.text("ab/\n", max_size=7))
def test_text_is_matched_as_if_each_character_were_escaped(pattern, name):
    escaped = pattern.replace("a", "\\a").replace("b", "\\b").replace("/", "\\/")
    assert match(pattern, name) == match(escaped, name)


@given(st.text("ab☺.-"))
def test_a_name_matches_itself_and_stars(name):
    assert match(name, name)
    assert match("*", name)
    assert match("?" * len(name), name)
    assert not match("?" * len(name) + "?", name)


@pytest.mark.parametrize(
    ("component", "meta"),
    [("a", False), ("*", True), ("a?", True), ("[", True), ("]", False), ("\\*", False), ("\\\\*", True), ("\\", False),
     ("{a}", False), ("^", False)],
)  # fmt: skip
def test_has_meta(component, meta):
    assert has_meta(component) is meta


@pytest.mark.parametrize(
    "space", [*"\t\n\v\f\r \x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000"]
)
def test_white_space(space):
    assert trim_space(f"{space}a{space}b{space}") == f"a{space}b"


@pytest.mark.parametrize("char", [*"\x1c\x1d\x1e\x1f\x00\u200b\ufeff\u180e"])
def test_no_white_space(char):
    assert trim_space(f"{char}a{char}") == f"{char}a{char}"
