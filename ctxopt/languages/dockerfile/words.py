"""Shell words as Dockerfiles have them: quotes, escapes and ``$variables``; knows nothing of instructions.

Source: moby/buildkit frontend/dockerfile/shell/lex.go
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile.substitution import replace, trim_prefix, trim_suffix
from ctxopt.languages.golang.strings import SPACE, quote, valid

if TYPE_CHECKING:
    from collections.abc import Callable

    Lookup = Callable[[str], str | None]


# Go's stack grows without end; ours does not.
_MAX_DEPTH = 50
# ENV A=$A$A doubles: forty lines would fill any memory.
_MAX_SIZE = 2**24
_SPECIAL = frozenset("@*#?-$!0")


class Expansion(NamedTuple):
    """A word after expansion: its text and the names that had a value, and that had none, in order of use."""

    text: str
    found: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()


def expand(word: str, lookup: Lookup, *, escape: str = "\\", quotes: bool = True) -> Expansion:
    """Return ``word`` with variables replaced and quotes and escapes removed; bytes that are not UTF-8 become U+FFFD.

    ``lookup`` gives a variable's value or None; ``quotes=False`` leaves quotes alone, as in a here-document's body.
    Raises DockerfileError with Docker's reason. Source: lex.go ProcessWordWithMatches
    """
    specials = ["$", escape]
    if quotes:
        specials += ["'", '"']
    if not any(special in word for special in specials):
        return Expansion(valid(word).removeprefix("\ufeff"))
    lexer = _Lexer(word, lookup, escape, quotes=quotes)
    text, _ = lexer.run()
    return Expansion(text, tuple(lexer.found), tuple(lexer.unset))


def split(
    text: str, *, escape: str = "\\", raw_quotes: bool = False, raw_escapes: bool = False
) -> list[str]:
    """Return the words of ``text``, variables left as written; raises DockerfileError.

    Source: lex.go ProcessWords with SkipUnsetEnv and no variables
    """
    lexer = _Lexer(text, _nothing, escape, keep_unset=True)
    lexer.raw_quotes, lexer.raw_escapes = raw_quotes, raw_escapes
    return lexer.run()[1]


def _nothing(_name: str) -> str | None:
    return None


class _Words:
    """The words of one level. The buffer is the lexer's, shared by all levels: an inner level empties it."""

    def __init__(self, buffer: list[str]) -> None:
        self.buffer = buffer
        self.words: list[str] = []
        self.in_word = False

    def add(self, text: str) -> None:
        for char in text:
            if char not in SPACE:
                self.add_raw(char)
            elif self.in_word and self.buffer:
                self._flush()

    def add_raw(self, text: str) -> None:
        if text:
            self.buffer.append(text)
        self.in_word = True

    def finish(self) -> list[str]:
        if self.buffer:
            self._flush()
        return self.words

    def _flush(self) -> None:
        self.words.append("".join(self.buffer))
        self.buffer.clear()
        self.in_word = False


class _Lexer:
    def __init__(
        self,
        text: str,
        lookup: Lookup,
        escape: str,
        *,
        quotes: bool = True,
        keep_unset: bool = False,
    ) -> None:
        self.source = text
        self.text = valid(text).removeprefix("\ufeff")
        self.at = 0
        self.lookup = lookup
        self.escape = escape
        self.quotes = quotes
        self.keep_unset = keep_unset
        self.raw_quotes = False
        self.raw_escapes = False
        self.depth = 0
        self.size = 0
        self.buffer: list[str] = []
        self.found: dict[str, None] = {}
        self.unset: dict[str, None] = {}

    def run(self) -> tuple[str, list[str]]:
        try:
            return self.until("", raw_escapes=self.raw_escapes)
        except DockerfileError as error:
            reason = f"failed to process {quote(self.source)}: {error.reason}"
            raise DockerfileError(reason) from None

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def next(self) -> str:
        char = self.text[self.at : self.at + 1]
        self.at += 1
        return char

    def ended(self) -> bool:
        return self.at >= len(self.text)

    def until(self, stop: str, *, raw_escapes: bool) -> tuple[str, list[str]]:
        """Read to ``stop``, or to the end where it is empty: the text, and its words."""
        # One lexer reads all levels, as upstream's does; only this flag is a level's own.
        outer, self.raw_escapes = self.raw_escapes, raw_escapes
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            reason = f"substitutions nested more than {_MAX_DEPTH} deep"
            raise DockerfileError(reason)
        try:
            return self._until(stop)
        finally:
            self.raw_escapes = outer
            self.depth -= 1

    def _until(self, stop: str) -> tuple[str, list[str]]:
        out: list[str] = []
        self.buffer.clear()
        words = _Words(self.buffer)
        while not self.ended():
            char = self.peek()
            if char == stop:
                self.next()
                return "".join(out), words.finish()
            if char in "$<" or (self.quotes and char in "'\""):
                piece = self.special(char)
                # Only what a variable brings in is split at its blanks.
                if char == "$":
                    words.add(piece)
                else:
                    words.add_raw(piece)
            else:
                piece = self.plain(words)
            out.append(piece)
        if stop:
            reason = f"unexpected end of statement while looking for matching {stop}"
            raise DockerfileError(reason)
        return "".join(out), words.finish()

    def special(self, char: str) -> str:
        if char == "$":
            return self.dollar()
        if char == "<":
            return self.less_than()
        if char == "'":
            return self.single_quoted()
        return self.double_quoted()

    def plain(self, words: _Words) -> str:
        char = self.next()
        if char != self.escape:
            words.add(char)
            return char
        kept = ""
        if self.raw_escapes:
            kept = char
            words.add_raw(kept)
        char = self.next()
        if char:
            words.add_raw(char)
        return kept + char

    def single_quoted(self) -> str:
        end = self.text.find("'", self.at + 1)
        if end < 0:
            self.at = len(self.text)
            reason = "unexpected end of statement while looking for matching single-quote"
            raise DockerfileError(reason)
        inner = self.text[self.at + 1 : end]
        self.at = end + 1
        if self.raw_quotes:
            return f"'{inner}'"
        return inner

    def double_quoted(self) -> str:
        mark = ""
        if self.raw_quotes:
            mark = '"'
        out = [mark]
        self.next()
        while not self.ended():
            char = self.peek()
            if char == "$":
                out.append(self.dollar())
                continue
            self.next()
            if char == '"':
                return "".join(out) + mark
            if char == self.escape:
                if self.raw_escapes:
                    out.append(char)
                if self.ended():
                    continue
                if self.peek() in ('"', "$", self.escape):
                    char = self.next()
            out.append(char)
        reason = "unexpected end of statement while looking for matching double-quote"
        raise DockerfileError(reason)

    def less_than(self) -> str:
        self.next()
        if self.peek() != "<":
            return "<"
        self.next()
        start = self.at
        while self.peek() in ("\t", "\r", " "):
            self.next()
        return "<<" + self.text[start : self.at]

    def value(self, name: str) -> str | None:
        value = self.lookup(name)
        if value is None:
            self.unset[name] = None
            return None
        self.found[name] = None
        self.size += len(value)
        if self.size > _MAX_SIZE:
            reason = f"variables expand to more than {_MAX_SIZE} characters"
            raise DockerfileError(reason)
        return value

    def name(self) -> str:
        start = self.at
        first = self.peek()
        if first.isdecimal():
            while self.peek().isdecimal():
                self.next()
        elif first in _SPECIAL:
            self.next()
        else:
            while (char := self.peek()) == "_" or char.isalpha() or char.isdecimal():
                self.next()
        return self.text[start : self.at]

    def dollar(self) -> str:
        self.next()
        if self.peek() == "{":
            self.next()
            return self.braces()
        name = self.name()
        if not name:
            return "$"
        value = self.value(name)
        if value is None:
            return self.unset_text(f"${name}")
        return value

    def unset_text(self, written: str) -> str:
        """Return what stands for a variable without a value."""
        if self.keep_unset:
            return written
        return ""

    def braces(self) -> str:
        if self.ended():
            reason = "syntax error: missing '}'"
            raise DockerfileError(reason)
        if self.peek() in "{}:":
            reason = "syntax error: bad substitution"
            raise DockerfileError(reason)
        name = self.name()
        operator = self.next()
        if operator == "}":
            value = self.value(name)
            if value is None:
                return self.unset_text(f"${{{name}}}")
            return value
        if operator == "/":
            return self.replacement(name)
        if operator and operator in ":+-?#%":
            return self.modified(name, operator)
        raise _unsupported(operator or "\ufffd")

    def part(self, stop: str, missing: str, *, raw_escapes: bool) -> str:
        try:
            return self.until(stop, raw_escapes=raw_escapes)[0]
        except DockerfileError:
            if self.ended():
                raise DockerfileError(missing) from None
            raise

    def modified(self, name: str, operator: str) -> str:
        shown = operator
        colon = operator == ":"
        if colon:
            operator = self.next()
            shown += operator or "\ufffd"
        trims = operator in ("#", "%")
        # Refused at once, while another unknown operator is refused only behind its word: what is
        # wrong in that word comes first, as with Docker.
        if colon and trims:
            raise _unsupported(shown)
        word = self.part("}", "syntax error: missing '}'", raw_escapes=trims)
        value = self.value(name)
        if self.keep_unset and value is None:
            return f"${{{name}{shown}{word}}}"
        if operator in ("+", "-", "?"):
            return _defaulted(name, operator, word, value, colon=colon)
        if not trims:
            raise _unsupported(shown)
        return _trimmed(operator, word, value or "")

    def replacement(self, name: str) -> str:
        every = self.peek() == "/"
        if every:
            self.next()
        pattern = self.part("/", "syntax error: missing '/' in ${}", raw_escapes=True)
        text = self.part("}", "syntax error: missing '}'", raw_escapes=True)
        value = self.value(name)
        if self.keep_unset and value is None:
            return f"${{{name}/{pattern}/{text}}}"
        return replace(pattern, text, value or "", every=every)


def _unsupported(modifier: str) -> DockerfileError:
    return DockerfileError(f"unsupported modifier ({modifier}) in substitution")


def _trimmed(operator: str, word: str, value: str) -> str:
    # ``##`` and ``%%``: the second one has been read as the first character of the pattern.
    longest = word.startswith(operator)
    pattern = word.removeprefix(operator)
    if operator == "%":
        return trim_suffix(pattern, value, longest=longest)
    return trim_prefix(pattern, value, longest=longest)


def _defaulted(name: str, operator: str, word: str, value: str | None, *, colon: bool) -> str:
    # With the colon an empty value counts as none.
    missing = value is None or (colon and not value)
    if operator == "+" and missing:
        return ""
    if operator == "+" or (operator == "-" and missing):
        return word
    if not missing:
        return value or ""
    state = "empty"
    if value is None:
        state = "unset"
    reason = f"{name}: {word or f'is not allowed to be {state}'}"
    raise DockerfileError(reason)
