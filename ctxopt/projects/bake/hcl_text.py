"""HCL text to expressions, through python-hcl2's tree; stricter than that where HCL itself is."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from ctxopt.errors import ProjectError
from ctxopt.projects.bake import expression as x
from ctxopt.projects.bake import template
from ctxopt.projects.bake.hcl_checks import check_newlines, check_separate, check_separators

# The parser takes 25 milliseconds a kilobyte; what is written by hand has a few dozen of them.
MAX_BYTES = 64 << 10
MAX_DEPTH = 60

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_NO_CODE = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|//[^\n]*')
_OPERATOR = re.compile(r"(==|!=|<=|>=|&&|\|\||[-+*/%<>!?])\Z")


def read_hcl(text: str, path: str) -> x.HclBody:
    """Return a file of HCL; raises ProjectError with the line of what is wrong."""
    text = text.removeprefix("\ufeff")
    tree = _parse(text, path, 0)
    try:
        return _Reader(path, 0, text).body(tree.children[0])
    except RecursionError as problem:
        # Operators in a row nest without a bracket.
        raise ProjectError("is nested too deep", path=path) from problem


def read_expression(text: str, path: str, line: int) -> x.Expression:
    """Return the expression ``text``, which stands on ``line`` of ``path``."""
    text = f"x = (\n{text}\n)"
    tree = _parse(text, path, line - 2)
    attribute = tree.children[0].children[0]
    try:
        return _Reader(path, line - 2, text).expression(attribute.children[-1])
    except RecursionError as problem:
        raise ProjectError("is nested too deep", path=path, line=line) from problem


def _parse(text: str, path: str, before: int) -> Any:
    _check_depth(text, path, before)
    import hcl2
    from lark.exceptions import LarkError, UnexpectedInput

    try:
        return hcl2.parses_to_tree(template.without_trim_marks(text))
    except UnexpectedInput as problem:
        line = problem.line if problem.line and problem.line > 0 else text.count("\n") + 1
        found_text = getattr(getattr(problem, "token", None), "value", "") or ""
        shown = repr(str(found_text).strip()[:40])
        reason = f"not valid HCL: unexpected {shown}" if found_text.strip() else "not valid HCL"
        raise ProjectError(reason, path=path, line=line + before) from problem
    except LarkError as problem:
        raise ProjectError("not valid HCL", path=path, line=1 + before) from problem


def _check_depth(text: str, path: str, before: int) -> None:
    """Refuse brackets that are nested without end, before a parser sees them."""
    # Texts and comments may hold brackets that nothing closes.
    code = _NO_CODE.sub("", text)
    depth = 0
    for found in re.finditer(r"[\[{(]|[\]})]", code):
        depth = depth + 1 if found[0] in "[{(" else max(0, depth - 1)
        if depth > MAX_DEPTH:
            line = code.count("\n", 0, found.start()) + 1 + before
            raise ProjectError(f"is nested more than {MAX_DEPTH} deep", path=path, line=line)


class _Reader:
    """One text; ``before`` is how many lines stand before it in its file."""

    def __init__(self, path: str, before: int, text: str) -> None:
        self.path = path
        self.before = before
        self.original = text

    def line(self, tree: Any) -> int:
        place: Any = getattr(tree, "line", None) or getattr(tree.meta, "line", 1)
        return int(place) + self.before

    def refuse(self, reason: str, tree: Any) -> ProjectError:
        return ProjectError(reason, path=self.path, line=self.line(tree))

    def body(self, tree: Any) -> x.HclBody:
        made = x.HclBody({}, {}, [], self.path)
        items = [item for item in tree.children if item.data in ("attribute", "block")]
        twin = check_separate(items)
        if twin is not None:
            raise self.refuse("two definitions on one line", twin)
        for item in items:
            if item.data == "block":
                made.blocks.append(self.block(item))
                continue
            name = str(item.children[0].children[0])
            if name in made.attributes:
                raise self.refuse(f"{name} was already set at line {made.lines[name]}", item)
            broken = check_newlines(item.children[-1])
            if broken is not None:
                raise self.refuse("a line break in the middle of an expression", broken)
            made.attributes[name] = self.expression(item.children[-1])
            made.lines[name] = self.line(item)
        return made

    def block(self, tree: Any) -> x.HclBlock:
        kind, *labels = (child for child in tree.children if getattr(child, "data", "") != "body")
        names = []
        for label in labels:
            if getattr(label, "data", "") == "string":
                parts = self.expression(label)
                names.append("".join(map(str, parts.parts)) if isinstance(parts, x.Template) else "")  # fmt: skip
            elif getattr(label, "data", "") == "identifier":
                names.append(str(label.children[0]))
        body = next(child for child in tree.children if getattr(child, "data", "") == "body")
        kind_name = str(kind.children[0])
        return x.HclBlock(kind_name, tuple(names), self.body(body), self.line(tree))

    def expression(self, tree: Any) -> x.Expression:
        method = getattr(self, "read_" + str(tree.data), None)
        if method is None:
            raise self.refuse(f"{tree.data} cannot be read", tree)
        made: x.Expression = method(tree, self.line(tree))
        return made

    def read_expr_term(self, tree: Any, _line: int) -> x.Expression:
        return self.expression(_trees(tree)[0])

    def read_int_lit(self, tree: Any, line: int) -> x.Expression:
        return x.Literal(Decimal(str(tree.children[0])), line)

    read_float_lit = read_int_lit

    def read_literal_value(self, tree: Any, line: int) -> x.Expression:
        values = {"true": True, "false": False, "null": None}
        return x.Literal(values[str(tree.children[0])], line)

    def read_identifier(self, tree: Any, line: int) -> x.Expression:
        return x.Variable(str(tree.children[0]), line)

    def read_string(self, tree: Any, line: int) -> x.Expression:
        pieces = [self.piece(part.children[0]) for part in _trees(tree)]
        return template.assemble(pieces, self.path, line)

    def piece(self, part: Any) -> template.Piece:
        kind = getattr(part, "type", "")
        if kind in ("ESCAPED_INTERPOLATION", "ESCAPED_DIRECTIVE"):
            return self.unescape(str(part)[1:], part)
        if kind:
            return self.unescape(str(part), part)
        tokens = [str(child) for child in part.children if hasattr(child, "type")]
        trees = [child for child in part.children if not hasattr(child, "type")]
        if part.data == "interpolation":
            # The parser saw blanks where the marks are.
            start, end = part.children[0].start_pos, part.children[-1].start_pos
            left, right = self.original[start + 2], self.original[end - 1]
            inner = self.expression(trees[0])
            return template.Mark("interpolation", (), inner, left == "~", right == "~")
        names = tuple(str(one.children[0]) for one in trees if one.data == "identifier")
        rest = [one for one in trees if one.data != "identifier"]
        return template.Mark(
            kind=next(token for token in tokens if token.isalpha()),
            names=names,
            expression=self.expression(rest[-1]) if rest else None,
            trims_left=tokens[1] == "~",
            trims_right=tokens[-2] == "~",
        )

    def unescape(self, text: str, tree: Any) -> str:
        def value(found: re.Match[str]) -> str:
            code = found[1]
            if code[0] in "uU" and len(code) > 1:
                return chr(int(code[1:], 16))
            if code not in _ESCAPES:
                raise self.refuse(f"\\{code} is no valid escape sequence", tree)
            return _ESCAPES[code]

        return _ESCAPE.sub(value, text)

    def read_heredoc_template(self, tree: Any, line: int) -> x.Expression:
        token = tree.children[0]
        first, _, rest = (self.original + "\n")[token.start_pos : token.end_pos].partition("\n")
        lines = re.findall(r"[^\n]*\n", rest)[:-1]
        if first.startswith("<<-"):
            lines = _flushed(lines)
        return template.read_template("".join(lines), self.path, line + 1, read_expression)

    read_heredoc_template_trim = read_heredoc_template

    def read_tuple(self, tree: Any, line: int) -> x.Expression:
        return x.Tuple(tuple(self.expression(item) for item in _trees(tree)), line)

    def read_object(self, tree: Any, line: int) -> x.Expression:
        items = []
        twin = check_separators(tree)
        if twin is not None:
            raise self.refuse("a comma or a line break is missing between two values", twin)
        for element in _trees(tree):
            key, value = _trees(element)
            items.append((self.key(key), self.expression(value)))
        return x.Object(tuple(items), line)

    def key(self, tree: Any) -> x.Expression:
        inner = tree.children[0]
        line = self.line(tree)
        if inner.data == "keyword":
            return x.Template((str(inner.children[0]),), line)
        read = self.expression(inner)
        if hasattr(inner.children[0], "type"):
            # A bare word is the key itself; in parentheses it is a variable.
            return read
        if isinstance(read, x.Variable):
            return x.Template((read.name,), line)
        if isinstance(read, x.Literal):
            return x.Template((str(inner.children[0].children[0]),), line)
        return read

    def read_function_call(self, tree: Any, line: int) -> x.Expression:
        name = str(tree.children[0].children[0])
        arguments = next((one for one in _trees(tree) if one.data == "arguments"), None)
        if arguments is None:
            return x.Call(name, (), False, line)
        given = tuple(self.expression(one) for one in _trees(arguments))
        tokens = [one.type for one in arguments.children if hasattr(one, "type")]
        return x.Call(name, given, "ELLIPSIS" in tokens, line)

    def read_index_expr_term(self, tree: Any, line: int) -> x.Expression:
        base, index = _trees(tree)
        return x.Index(self.expression(base), self.index(index), line)

    def index(self, tree: Any) -> x.Expression:
        if tree.data == "short_index":
            return x.Literal(Decimal(str(tree.children[-1])), self.line(tree))
        return self.expression(_trees(tree)[0])

    def read_get_attr_expr_term(self, tree: Any, line: int) -> x.Expression:
        base, attr = _trees(tree)
        return x.Attr(self.expression(base), _attr_name(attr), line)

    def read_full_splat_expr_term(self, tree: Any, line: int) -> x.Expression:
        base, splat = _trees(tree)
        steps = tuple(self.step(one) for one in _trees(splat))
        return x.Splat(self.expression(base), steps, line)

    def step(self, tree: Any) -> str | x.Expression:
        return _attr_name(tree) if tree.data == "get_attr" else self.index(tree)

    read_attr_splat_expr_term = read_full_splat_expr_term

    def read_unary_op(self, tree: Any, line: int) -> x.Expression:
        operator, operand = str(tree.children[0]).strip(), tree.children[-1]
        return x.Unary(operator, self.expression(operand), line)

    def read_binary_op(self, tree: Any, line: int) -> x.Expression:
        left, term = _trees(tree)
        operator, right = _trees(term)
        found = _OPERATOR.search(str(operator.children[0]))
        sign = found[1] if found else ""
        return x.Binary(sign, self.expression(left), self.expression(right), line)

    def read_conditional(self, tree: Any, line: int) -> x.Expression:
        condition, then, otherwise = (self.expression(one) for one in _trees(tree))
        return x.Conditional(condition, then, otherwise, line)

    def read_for_tuple_expr(self, tree: Any, line: int) -> x.Expression:
        intro, *rest = _trees(tree)
        head = _trees(intro)
        condition = None
        if rest[-1].data == "for_cond":
            condition = self.expression(_trees(rest.pop())[0])
        *key, value = (self.expression(one) for one in rest)
        return x.For(
            names=tuple(str(one.children[0]) for one in head[:-1]),
            collection=self.expression(head[-1]),
            key=key[0] if key else None,
            value=value,
            condition=condition,
            grouped=any(getattr(one, "type", "") == "ELLIPSIS" for one in tree.children),
            line=line,
        )

    read_for_object_expr = read_for_tuple_expr


def _trees(tree: Any) -> list[Any]:
    """The children that mean something: no tokens, no line breaks."""
    return [
        child
        for child in tree.children
        if not hasattr(child, "type") and child is not None and child.data != "new_line_or_comment"
    ]


def _attr_name(tree: Any) -> str:
    return str(_trees(tree)[0].children[0])


def _flushed(lines: list[str]) -> list[str]:
    """The lines of ``<<-`` without the indentation that all of them share."""
    filled = [line for line in lines if line.strip()]
    shared = min((len(line) - len(line.lstrip(" \t")) for line in filled), default=0)
    return [line[shared:] if line.strip() else line for line in lines]
