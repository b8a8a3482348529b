"""The part of Go's regexp syntax that an ignore pattern can reach, parsed into chains of steps.

Builders turn every pattern into one expression. Docker escapes parentheses on the way, so what comes
out is a chain of character sets, with gaps and assertions, or several chains between ``|``. Podman does
not: a group becomes forks in the chain. ``automaton`` runs the chains. Source: golang/go regexp/syntax/parse.go.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from ctxopt.languages.golang.chain import (
    NOT_NEWLINE,
    NOTHING,
    Chain,
    ChainStep,
    CharSet,
    Link,
    Ranges,
    join_alternatives,
    literal,
    repeat_links,
)
from ctxopt.languages.golang.paths import BadPatternError

_MAX_REPEAT = 1000
_MAX_RUNE = 0x10FFFF
_MAX_STEPS = 3_355_443
"""Go refuses to compile larger expressions; Docker takes ``a{1000}`` 3,300 times, not 3,400."""
_DIGIT = ((0x30, 0x39),)
_WORD = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACE = ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20))
_PERL = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_POSIX = {
    "alnum": ((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)),
    "alpha": ((0x41, 0x5A), (0x61, 0x7A)),
    "ascii": ((0x00, 0x7F),),
    "blank": ((0x09, 0x09), (0x20, 0x20)),
    "cntrl": ((0x00, 0x1F), (0x7F, 0x7F)),
    "digit": _DIGIT,
    "graph": ((0x21, 0x7E),),
    "lower": ((0x61, 0x7A),),
    "print": ((0x20, 0x7E),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": ((0x09, 0x0D), (0x20, 0x20)),
    "upper": ((0x41, 0x5A),),
    "word": _WORD,
    "xdigit": ((0x30, 0x39), (0x41, 0x46), (0x61, 0x66)),
}
_OCTAL = frozenset("01234567")
_CONTROL = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

_ASSERTIONS = {"^": ChainStep.BEGIN, "$": ChainStep.END}
_ESCAPED_ASSERTIONS = {
    "A": ChainStep.BEGIN,
    "z": ChainStep.END,
    "b": ChainStep.WORD,
    "B": ChainStep.NOT_WORD,
}
GAP_TEXT = "(.*/)?"
"""What builders write for a ``**`` that something follows; to Docker the only group there is."""
BELOW_TEXT = "(/.*)?"
"""What Podman writes at the end of every pattern."""


def parse_regexp(text: str) -> tuple[Chain, ...]:
    """Read an expression as its alternatives; raises BadPatternError where Go's compiler would."""
    return _Parser(text).parse()


class _Open:
    """An expression or group that is being read: ``chain`` is its last alternative."""

    def __init__(self) -> None:
        self.chains: list[list[Link]] = [[]]
        self.item = 0
        """Where in the last alternative its last item starts, which may be repeated."""
        self.times = 1
        """How often its items are repeated at most, repetitions in repetitions multiplied."""
        self.item_times = 1


class _Parser:
    """One pass over ``text``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open = [_Open()]
        """The groups around what is being read, the innermost last."""
        self.repeatable = False
        self.repeated = False
        self.steps = 0

    @property
    def chain(self) -> list[Link]:
        """The alternative being read."""
        return self.open[-1].chains[-1]

    def parse(self) -> tuple[Chain, ...]:
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in "|(":
                self.at += 1
                self.repeatable = self.repeated = False
            if char == "|":
                self.open[-1].chains.append([])
            elif char != "(":
                self._item()
            elif self.text.startswith(GAP_TEXT, self.at - 1):
                self.at += len(GAP_TEXT) - 1
                self._push(ChainStep.GAP, NOTHING, repeated=True)
            else:
                self.open.append(_Open())
            if len(self.open) > _MAX_REPEAT:
                raise BadPatternError
        if len(self.open) > 1:
            raise BadPatternError
        return tuple(tuple(chain) for chain in self.open[0].chains)

    def _close(self) -> None:
        """Put a group that ends here into the one around it, its alternatives behind a fork."""
        if len(self.open) == 1:
            raise BadPatternError
        group = self.open.pop()
        self.at += 1
        around = self.open[-1]
        around.item, around.item_times = len(self.chain), group.times
        around.times = max(around.times, group.times)
        self.chain.extend(join_alternatives(group.chains))
        self.repeatable, self.repeated = True, False

    def _item(self) -> None:
        # Docker escapes dots, plus signs and parentheses, Podman only dots; what is left here are people's own
        # operators, and what the builder itself wrote for stars and question marks.
        text = self.text
        char = text[self.at]
        if char == "\\":
            self._escape()
        elif char == ")":
            self._close()
        elif char == "+":
            self._repeat(1, -1, self.at + 1)
        elif char == "?":
            self._repeat(0, 1, self.at + 1)
        elif char == "[":
            self._push_starred(self._class())
        elif char == "{" and (bounds := self._repeat_bounds()):
            self._repeat(*bounds)
        elif char in _ASSERTIONS:
            self.at += 1
            self._push(_ASSERTIONS[char], NOTHING)
        elif char == ".":
            self.at += 1
            self._push_starred(NOT_NEWLINE)
        else:
            self.at += 1
            self._push_starred(literal(char))

    def _push(self, step: ChainStep, chars: CharSet, *, repeated: bool = False) -> None:
        self.open[-1].item, self.open[-1].item_times = len(self.chain), 1
        self.chain.append((step, chars))
        self.repeatable = True
        self.repeated = repeated

    def _push_starred(self, chars: CharSet) -> None:
        """Push a set; a star follows only where Docker wrote ``[^/]*`` or ``.*``."""
        if not self.text.startswith("*", self.at):
            self._push(ChainStep.CHAR, chars)
            return
        self.at += 1
        self._push(ChainStep.STAR, chars, repeated=True)

    def _repeat_bounds(self) -> tuple[int, int, int] | None:
        """Read ``{n}``, ``{n,}`` or ``{n,m}``: (n, m or -1, end); None where Go reads a literal."""
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : end].partition(",")
        # What is no repetition is a brace to Go, and no error.
        if end < 0 or not _is_number(low) or (high and not _is_number(high)):
            return None
        least = _number(low)
        if not comma:
            return least, least, end + 1
        if not high:
            return least, -1, end + 1
        return least, _number(high), end + 1

    def _repeat(self, low: int, high: int, end: int) -> None:
        if max(low, high) > _MAX_REPEAT or 0 <= high < low or self.repeated or not self.repeatable:
            raise BadPatternError
        group = self.open[-1]
        times = group.item_times * max(low, high)
        unit = self.chain[group.item :]
        self.steps += max(low, high, 1) * len(unit)
        if times > _MAX_REPEAT or self.steps > _MAX_STEPS:
            raise BadPatternError
        group.item_times, group.times = max(times, 1), max(times, group.times)
        self.at = end
        self.chain[group.item :] = repeat_links(unit, low, high)
        self.repeatable = self.repeated = True

    def _escape(self) -> None:
        char = self.text[self.at + 1 : self.at + 2]
        assertion = _ESCAPED_ASSERTIONS.get(char)
        if assertion:
            self.at += 2
            self._push(assertion, NOTHING)
        elif char == "Q":
            quoted, end, _ = self.text[self.at + 2 :].partition("\\E")
            self.at += 2 + len(quoted) + len(end)
            for quoted_char in quoted:
                self._push(ChainStep.CHAR, literal(quoted_char))
        else:
            chars = self._named_set()
            if chars is None:
                chars = literal(self._escaped_char())
            self._push_starred(chars)

    def _named_set(self) -> CharSet | None:
        r"""Read ``\d``, ``\W``, ``\pL``, ``\P{Nd}`` ...; None for any other escape."""
        char = self.text[self.at + 1 : self.at + 2]
        if char.lower() in _PERL and char:
            self.at += 2
            return CharSet(_PERL[char.lower()], negated=char.isupper())
        if not char or char not in "pP":
            return None
        name = self.text[self.at + 2 : self.at + 3]
        self.at += 3
        if name == "{":
            name, close, _ = self.text[self.at :].partition("}")
            self.at += len(name) + 1
            if not close:
                raise BadPatternError
        negated = char == "P"
        if name.startswith("^"):
            name, negated = name[1:], not negated
        if name == "Any":
            return CharSet((), negated=not negated)
        if name not in _categories():
            raise BadPatternError
        return CharSet((), negated=negated, categories=((name, False),))

    def _escaped_char(self) -> str:
        char = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        if char in _CONTROL:
            return _CONTROL[char]
        if char == "x":
            return self._hex_char()
        # A single digit but 0 would be a reference to a group, which Go's syntax does not know.
        if char == "0" or (char in _OCTAL and self.text[self.at : self.at + 1] in _OCTAL):
            return self._octal_char(char)
        if not char or not char.isascii() or char.isalnum():
            raise BadPatternError
        return char

    def _octal_char(self, digits: str) -> str:
        while len(digits) < 3 and self.text[self.at : self.at + 1] in _OCTAL:
            digits += self.text[self.at]
            self.at += 1
        return chr(int(digits, 8))

    def _hex_char(self) -> str:
        if self.text.startswith("{", self.at):
            digits, close, _ = self.text[self.at + 1 :].partition("}")
            self.at += len(digits) + 2
            valid = bool(digits) and bool(close)
        else:
            digits = self.text[self.at : self.at + 2]
            self.at += 2
            valid = len(digits) == 2
        if not valid or set(digits) - set("0123456789abcdefABCDEF") or int(digits, 16) > _MAX_RUNE:
            raise BadPatternError
        return chr(int(digits, 16))

    def _class(self) -> CharSet:
        text = self.text
        self.at += 1
        negated = text.startswith("^", self.at)
        if negated:
            self.at += 1
        ranges: list[tuple[int, int]] = []
        categories: list[tuple[str, bool]] = []
        first = True
        # ``[]a]`` is a class of two: the first character is never the end.
        while first or not text.startswith("]", self.at):
            if self.at >= len(text):
                raise BadPatternError
            first = False
            named = self._posix_set() or self._named_set_in_class()
            if named:
                # A class is one set; of what it holds, only categories can stay negated by themselves.
                if named.negated and not named.categories:
                    ranges += _complement(named.ranges)
                else:
                    ranges += named.ranges
                categories += [(name, named.negated) for name, _ in named.categories]
            else:
                ranges.append(self._range())
        self.at += 1
        return CharSet(tuple(ranges), negated, tuple(categories))

    def _posix_set(self) -> CharSet | None:
        end = self.text.find(":]", self.at + 2)
        if not self.text.startswith("[:", self.at) or end < 0:
            return None
        name = self.text[self.at + 2 : end]
        negated = name.startswith("^")
        if name.removeprefix("^") not in _POSIX:
            raise BadPatternError
        self.at = end + 2
        return CharSet(_POSIX[name.removeprefix("^")], negated)

    def _named_set_in_class(self) -> CharSet | None:
        if not self.text.startswith("\\", self.at):
            return None
        return self._named_set()

    def _range(self) -> tuple[int, int]:
        low = high = self._class_char()
        if self.text.startswith("-", self.at) and not self.text.startswith("]", self.at + 1):
            self.at += 1
            high = self._class_char()
        if high < low:
            raise BadPatternError
        return low, high

    def _class_char(self) -> int:
        if self.at >= len(self.text):
            raise BadPatternError
        if self.text[self.at] == "\\":
            return ord(self._escaped_char())
        self.at += 1
        return ord(self.text[self.at - 1])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0")


def _number(text: str) -> int:
    """Return the number, or one that is too large all the same: Python refuses to read huge ones."""
    return int(text[:8])


def _complement(ranges: Ranges) -> Ranges:
    """Return the code points outside sorted, disjoint ``ranges``."""
    found = []
    start = 0
    for low, high in ranges:
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    return (*found, (start, _MAX_RUNE))


@lru_cache(maxsize=1)
def _categories() -> frozenset[str]:
    """Return the general categories and their first letters; scripts such as ``Greek`` are not among them."""
    names = {unicodedata.category(chr(point)) for point in range(0x3000)}
    # Private use and surrogates lie higher up; unassigned is no category to Go.
    names |= {"Co", "Cs"}
    names.discard("Cn")
    return frozenset(names | {name[0] for name in names})
