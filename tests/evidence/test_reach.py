"""How far paths travel, and which instruction is named for it."""

from __future__ import annotations

import pytest

from ctxopt.evidence.reach import Reached, Reaches
from ctxopt.languages.dockerfile import parse, resolve
from tests.support.judging import known_facts

TREE = {"main.py": "x", "src/a.py": "x", "src/b/c.py": "x", "docs/a.md": "x"}
STAGED = "FROM a AS x\nCOPY src /src\nFROM b\nCOPY main.py .\nCOPY --from=x /src /src\n"

# Dockerfile, path -> reach, line of the instruction, the most and the least that is taken with it.
REACHED = [
    ("FROM a\nCOPY . .\n", "src/a.py", "final", 2, "", ""),
    ("FROM a\nCOPY src /s\n", "src/a.py", "final", 2, "src", "src"),
    ("FROM a\nCOPY src/a.py /s\n", "src/a.py", "final", 2, "src/a.py", "src/a.py"),
    # Part of a folder is taken: that counts as the folder itself.
    ("FROM a\nCOPY src/a.py /s\n", "src", "final", 2, "src", "src"),
    ("FROM a\nCOPY src/a.py /s\n", "", "final", 2, "", ""),
    # The furthest reach is named, then the instruction that takes most, then the first.
    ("FROM a\nCOPY src /s\nCOPY . .\n", "src/a.py", "final", 3, "", "src"),
    ("FROM a\nCOPY src /s\nCOPY src /t\n", "src/a.py", "final", 2, "src", "src"),
    # What a later stage takes on gets as far as that.
    (STAGED, "src/a.py", "final", 2, "src", "src"),
    (STAGED, "src", "final", 2, "src", "src"),
    (STAGED.replace("=x /src", "=x /src/b"), "src/b/c.py", "final", 2, "src", "src"),
    (STAGED.replace("=x /src", "=x /src/b"), "src/a.py", "builder", 2, "src", "src"),
    (STAGED.replace("=x /src", "=x /other"), "src/a.py", "builder", 2, "src", "src"),
    (STAGED.replace("COPY src", "COPY docs /src\nCOPY src"), "src/a.py", "final", 3, "src", "src"),
    (STAGED, "main.py", "final", 4, "main.py", "main.py"),
    ("FROM a\nRUN --mount=source=src,target=/s true\n", "src/a.py", "sent", 2, "src", "src"),
    ("FROM a\nRUN --mount=target=/s true\nCOPY src /\n", "src/a.py", "final", 3, "", "src"),
    # --exclude takes back what lies below the source, never the source itself.
    ("FROM a\nCOPY --exclude=*.md src /s\n", "src/a.py", "final", 2, "src", "src"),
    ("FROM a\nCOPY --exclude=* src/a.py /s\n", "src/a.py", "final", 2, "src/a.py", "src/a.py"),
    ("FROM a\nCOPY --exclude=[ . /s\n", "src/a.py", "final", 2, "", ""),
]

NOT_TAKEN = [
    ("FROM a\nCOPY main.py .\n", "src/a.py", "permitted"),
    ("FROM a\nCOPY src /s\n", "src2", "permitted"),
    ("FROM a\nCOPY src/b /s\n", "src/a.py", "permitted"),
    ("FROM a AS x\nCOPY src /s\nFROM b\nCOPY main.py .\n", "src/a.py", "permitted"),
    ("FROM a\nCOPY --exclude=*.py src /s\n", "src/a.py", "permitted"),
    ("FROM a\nCOPY --exclude=src . /s\n", "src/a.py", "sent"),
    (None, "src/a.py", "permitted"),
]


def reached(path, dockerfile, **how) -> tuple[Reached, Reached]:
    """What the lookups say, and what the facts say that rules ask."""
    tree = TREE if dockerfile is None else {"Dockerfile": dockerfile, **TREE}
    with known_facts(tree, **how) as facts:
        found = Reaches(facts.analysis, facts.main_uses).of(path)
        return found, found._replace(reach=facts.reach(path))


@pytest.mark.parametrize(("dockerfile", "path", "reach", "line", "root", "nearest"), REACHED)
def test_reached(dockerfile, path, reach, line, root, nearest):
    found, told = reached(path, dockerfile)
    assert found.use is not None
    assert (found.reach, found.use.source.line) == (reach, line)
    assert (found.root, found.nearest) == (root, nearest)
    if path:
        assert told == found


@pytest.mark.parametrize(("dockerfile", "path", "reach"), NOT_TAKEN)
def test_not_taken(dockerfile, path, reach):
    assert reached(path, dockerfile)[0] == Reached(reach)


def test_the_classic_builder_is_sent_everything():
    assert reached("src/a.py", "FROM a\nCOPY main.py .\n", builder="classic")[0] == Reached("sent")


THROUGH = [
    # Dockerfile, path -> lines of the way, whether a step may have made it again, what of it gets so far.
    (STAGED, "src", (5,), False, ()),
    (STAGED.replace("FROM b", "RUN make\nFROM b"), "src", (6,), True, ()),
    (STAGED.replace("=x /src", "=x /src/b"), "src", (5,), False, ("src/b",)),
    (STAGED.replace("=x /src", "=x /src/b/c.py /src/a.py"), "src", (5,), False, ("src/a.py", "src/b/c.py")),
    (STAGED.replace("COPY main.py", "COPY src/b"), "src", (), False, ("src/b",)),
    (STAGED.replace("COPY main.py", "COPY src/b/c.py src/b"), "src", (), False, ("src/b",)),
    ("FROM a\nCOPY src /s\nCOPY src/b /b\n", "src", (), False, ()),
    ("FROM a\nCOPY src/b /b\n", "src/b", (), False, ()),
    ("FROM a\nCOPY src/b /b\n", "", (), False, ("src/b",)),
]  # fmt: skip


@pytest.mark.parametrize(("dockerfile", "path", "through", "may_be_remade", "parts"), THROUGH)
def test_through_stages(dockerfile, path, through, may_be_remade, parts):
    found = reached(path, dockerfile)[0]
    assert (found.through, found.may_be_remade, found.parts) == (through, may_be_remade, parts)
    assert found.reach == "final"


def test_another_build_goes_its_own_way():
    """An instruction that reads the same in another Dockerfile is not the one whose files arrive."""
    with known_facts({"Dockerfile": STAGED, **TREE}) as facts:
        assert facts.plan is not None
        other = resolve(parse(STAGED))
        uses = [
            use._replace(source=source)
            for use, source in zip(facts.main_uses, other.sources, strict=False)
        ]
        assert Reaches(facts.analysis, facts.main_uses).of("src").reach == "final"
        assert Reaches(facts.analysis, uses).of("src").reach == "builder"
