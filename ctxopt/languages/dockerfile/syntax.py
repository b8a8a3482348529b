"""A Dockerfile's text into instructions with their lines: directives, continuation, comments, here-documents.

Nothing here knows which instructions exist beyond how their arguments are read.
Source: moby/buildkit frontend/dockerfile/parser/parser.go Parse
"""

from __future__ import annotations

from typing import NamedTuple

from ctxopt.errors import DockerfileError
from ctxopt.languages.dockerfile.arguments import PARSERS, split_line
from ctxopt.languages.dockerfile.directives import Directive, DirectiveReader
from ctxopt.languages.dockerfile.heredocs import Heredoc, opened_by
from ctxopt.languages.golang.strings import SPACE, decode

MAX_LINE = 65_535
_HEREDOC_KEYWORDS = frozenset({"ADD", "COPY", "RUN"})


class Instruction(NamedTuple):
    """One instruction as written.

    ``name`` is the word as written, ``keyword`` its upper case. ``args`` are the words, or the strings of a JSON array
    (``is_json``); ENV and LABEL have name and value in turn; ONBUILD has its trigger as one word, and as ``trigger``.
    ``text`` is the logical line without continuations and without the here-documents' bodies.
    """

    name: str
    keyword: str
    flags: tuple[str, ...]
    args: tuple[str, ...]
    is_json: bool
    text: str
    line: int
    end_line: int
    heredocs: tuple[Heredoc, ...] = ()
    trigger: Instruction | None = None


class Script(NamedTuple):
    """What a Dockerfile says before anything is understood: directives, the escape character, instructions."""

    directives: tuple[Directive, ...]
    escape: str
    instructions: tuple[Instruction, ...]


def read_script(data: bytes | str) -> Script:
    """Split a Dockerfile into instructions; raises DockerfileError with Docker's reason and the line.

    Source: moby/buildkit frontend/dockerfile/parser/parser.go Parse
    """
    return _Reader(decode(data)).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.lines, self.too_long = _lines(text.removeprefix("\ufeff"))
        self.at = 0
        self.escape = "\\"
        self.directives = DirectiveReader()

    def read(self) -> Script:
        instructions: list[Instruction] = []
        while self.at < len(self.lines):
            line = self._processed(self.lines[self.at].rstrip("\r\n").lstrip(SPACE))
            self.at += 1
            start = self.at
            line, complete = self._without_continuation(line)
            if complete and not line:
                continue
            if not complete:
                line = self._continued(line)
            instruction = self._located(line, start)
            instructions.append(self._with_heredocs(instruction))
        if not instructions:
            reason = "file with no instructions"
            raise DockerfileError(reason, line=self.at or None)
        if self.too_long:
            reason = f"dockerfile line greater than max allowed size of {MAX_LINE}"
            raise DockerfileError(reason, line=self.at + 1)
        directives = tuple(self.directives.seen.values())
        return Script(directives, self.escape, tuple(instructions))

    def _processed(self, line: str) -> str:
        """Take a directive, and return the line, empty where it is a comment."""
        if not self.directives.done:
            directive = self.directives.read(line, self.at + 1)
            if directive is not None and directive.name == "escape":
                if directive.value not in ("`", "\\"):
                    reason = f"invalid escape token '{directive.value}' does not match ` or \\"
                    raise DockerfileError(reason, line=self.at + 1)
                self.escape = directive.value
        if _is_comment(line):
            return ""
        return line

    def _without_continuation(self, line: str) -> tuple[str, bool]:
        """Return the line without its continuation mark, and whether it ends the instruction."""
        # Two in a row are one escaped character, and the line ends there.
        stripped = line.rstrip(" \t")
        if not stripped.endswith(self.escape) or stripped[-2:-1] == self.escape:
            return line, True
        return stripped[:-1], False

    def _continued(self, first: str) -> str:
        parts = [first]
        complete = False
        while not complete and self.at < len(self.lines):
            line = self._processed(self.lines[self.at].rstrip("\r\n"))
            self.at += 1
            # Comments and blank lines inside an instruction do not end it. BuildKit warns of the latter.
            if not line.strip(SPACE):
                continue
            line, complete = self._without_continuation(line)
            parts.append(line)
        return "".join(parts)

    def _located(self, line: str, start: int) -> Instruction:
        try:
            return parse_line(line, self.escape, start, self.at)
        except DockerfileError as error:
            raise DockerfileError(error.reason, line=start) from None

    def _with_heredocs(self, instruction: Instruction) -> Instruction:
        if "<<" not in instruction.text or not _may_have_heredocs(instruction):
            return instruction
        try:
            opened = opened_by(instruction.text)
        except DockerfileError as error:
            raise DockerfileError(error.reason, line=instruction.line) from None
        if not opened:
            return instruction
        heredocs = tuple(self._body(heredoc, instruction.line) for heredoc in opened)
        return instruction._replace(heredocs=heredocs, end_line=self.at)

    def _body(self, heredoc: Heredoc, start: int) -> Heredoc:
        first = self.at
        while self.at < len(self.lines):
            line = self.lines[self.at].rstrip("\r\n")
            self.at += 1
            if heredoc.chomp:
                line = line.lstrip("\t")
            if line == heredoc.name:
                return heredoc._replace(content="".join(self.lines[first : self.at - 1]))
        reason = "unterminated heredoc"
        raise DockerfileError(reason, line=start)


def parse_line(line: str, escape: str, start: int, end: int) -> Instruction:
    """Read one logical line as an instruction; raises DockerfileError without a line.

    Source: moby/buildkit frontend/dockerfile/parser/parser.go newNodeFromLine
    """
    name, flags, rest = split_line(line, escape)
    keyword = name.upper()
    # An unknown instruction is refused later, when it is known where in the file it stands.
    args: tuple[str, ...] = ()
    is_json = False
    if keyword in PARSERS:
        args, is_json = PARSERS[keyword](rest, escape)
    trigger = None
    if keyword == "ONBUILD" and rest:
        trigger = _trigger(rest, escape, start, end)
    return Instruction(
        name=name,
        keyword=keyword,
        flags=flags,
        args=args,
        is_json=is_json,
        text=line,
        line=start,
        end_line=end,
        trigger=trigger,
    )


def _trigger(rest: str, escape: str, start: int, end: int) -> Instruction:
    """Read what follows ONBUILD. ONBUILD ONBUILD is refused later; until then only its innermost line matters."""
    outer: tuple[str, tuple[str, ...], str] | None = None
    while True:
        name, flags, inner = split_line(rest, escape)
        if name.upper() != "ONBUILD" or not inner:
            break
        outer = outer or (name, flags, rest)
        rest = inner
    instruction = parse_line(rest, escape, start, end)
    if outer is None:
        return instruction
    name, flags, text = outer
    return instruction._replace(
        name=name,
        keyword="ONBUILD",
        flags=flags,
        args=(rest,),
        is_json=False,
        text=text,
    )


def _may_have_heredocs(instruction: Instruction) -> bool:
    inner = instruction.trigger or instruction
    return inner.keyword in _HEREDOC_KEYWORDS and not inner.is_json


def _is_comment(line: str) -> bool:
    return line.lstrip(SPACE).startswith("#")


def _lines(text: str) -> tuple[list[str], bool]:
    """Return the lines with their ends, up to the first that is too long, and whether there is one."""
    lines = text.split("\n")
    last = lines.pop()
    lines = [line + "\n" for line in lines]
    if last:
        lines.append(last)
    for number, line in enumerate(lines):
        # A character has four bytes at most.
        if len(line) * 4 > MAX_LINE and _length(line) > MAX_LINE:
            return lines[:number], True
    return lines, False


def _length(line: str) -> int:
    return len(line.removesuffix("\n").encode("utf-8", "surrogateescape"))
