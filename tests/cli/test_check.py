"""``ctxopt check``: limits, states, reports and exit codes, in repositories of its own."""

from __future__ import annotations

import json
import os
import re
import tomllib
from xml.etree import ElementTree

import pytest

from tests.report.test_sarif import check_log
from tests.support.places import ROOT
from tests.support.program import ctxopt
from tests.support.repositories import commit, git, init, write
from tests.support.several import TAKES_ALL, compose
from tests.support.trees import lay

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clean")]

MB = 10**6
DOCKERFILE = "FROM x\nCOPY src data /\n"
START = {"Dockerfile": DOCKERFILE, "src/a": "a" * MB, "data/x": "x"}


def check(cwd, *arguments):
    return ctxopt("check", *arguments, cwd=cwd)


def document(cwd, *arguments):
    done = check(cwd, *arguments, "--format", "json", "--top", "99")
    found = json.loads(done.stdout)
    assert found["version"] == 1
    return found


@pytest.fixture
def repository(tmp_path):
    return init(tmp_path / "r", START)


def stage(root, files):
    write(root, files)
    git(root, "add", "-A")


def test_the_report(repository):
    stage(repository, {"data/orders.parquet": "z" * 35 * MB})
    git(repository, "mv", "src/a", "src/b")
    done = check(repository, "--max-size", "30MB", "--max-growth", "10%", "--min-files", "2")
    assert done.returncode == 1
    assert done.stderr == ""
    assert (
        done.stdout
        == """\
Context        .
Measured       the index, compared with HEAD

Could be sent  36 MB in 4 files, +35 MB (+3499.9%)
               Docker prints 36.01MB, before 1.00MB
Sent           36 MB in 3 files, +35 MB (+3500%)
               Docker prints 36.01MB, before 1.00MB

Limits
  over    could be sent: 36 MB > max-size 30 MB (set by --max-size)
  ok      could be sent: 4 files >= min-files 2 files (set by --min-files)
  over    could be sent: grew by 35 MB, 3499.9% > max-growth 10% (set by
          --max-growth)

Grew
      +35 MB  data/orders.parquet  (0 B -> 35 MB)
              to keep it out: data/orders.parquet

Renamed
        1 MB  src/a -> src/b

Not measured: .git, which nothing keeps back; --working-tree counts it
"""
    )


def test_warn_only_never_fails(repository):
    stage(repository, {"data/big": "z" * 2 * MB})
    done = check(repository, "--max-size", "1MB", "--warn-only")
    assert done.returncode == 0
    assert "over    could be sent: 3 MB > max-size 1 MB" in done.stdout
    done = check(repository, "--against", "nonsense", "--warn-only")
    assert (done.returncode, done.stdout) == (0, "")
    assert "there is no commit 'nonsense'" in done.stderr


def test_the_working_tree(repository):
    write(repository, {"junk": "j" * 5 * MB, ".dockerignore": ".git\n"})
    done = check(repository, "--max-size", "5MB")
    assert done.returncode == 1
    assert "Measured       the working tree\n" in done.stdout
    stage(repository, {})
    assert "the index" in check(repository).stdout
    assert "the working tree" in check(repository, "--working-tree").stdout


SAID = "Not measured: .git, which nothing keeps back; --working-tree counts it\n"


@pytest.mark.parametrize(
    ("files", "options", "is_said"),
    [
        ({"b": "1"}, [], True),
        ({"b": "1", ".dockerignore": "src\n"}, ["--against", "HEAD"], True),
        ({"b": "1", ".dockerignore": ".git\n!.git/HEAD\n"}, [], True),
        ({"b": "1"}, ["--format", "markdown"], True),
        ({"b": "1", ".dockerignore": ".git\n"}, [], False),
        ({"b": "1", ".dockerignore": "**/.git\n"}, ["--format", "markdown"], False),
        ({"b": "1", ".dockerignore": "*\n!src\n"}, [], False),
        ({"b": "1"}, ["--working-tree"], False),
        ({}, [], False),
        ({"src/b": "1"}, ["src"], False),
    ],
)  # fmt: skip
def test_that_no_state_holds_the_history_is_said_once(repository, files, options, is_said):
    stage(repository, files)
    done = check(repository, *options)
    assert done.stdout.count(SAID) == is_said
    if "--format" not in options:
        after = document(repository, *options)["contexts"][0]["after"]
        assert after["lacks_history"] is is_said


@pytest.mark.parametrize(("dockerfile", "is_said"), [(None, True), ("x", False)])
@pytest.mark.parametrize("options", [[], ["--against", "HEAD"]])
def test_the_next_step_without_a_dockerfile(repository, dockerfile, is_said, options):
    stage(repository, {"Dockerfile": dockerfile})
    said = " ".join(check(repository, *options).stdout.split())
    told = "there is no Dockerfile; -f names one, --all takes those of declared builds"
    assert (told in said) is is_said


def test_a_linked_worktree_has_no_history_to_leave_out(repository, tmp_path):
    git(repository, "worktree", "add", "-q", str(tmp_path / "w"))
    stage(tmp_path / "w", {"b": "1"})
    assert SAID not in check(tmp_path / "w").stdout


def test_outside_of_a_repository(tmp_path):
    write(tmp_path / "c", {"a": "x"})
    assert check(tmp_path / "c", "--max-files", "1").returncode == 0
    done = check(tmp_path / "c", "--max-files", "0")
    assert done.returncode == 1
    assert "Sent           not measured in the working tree: there is no Dockerfile" in done.stdout


def test_two_commits(repository):
    first = git(repository, "rev-parse", "HEAD").decode().strip()
    git(repository, "checkout", "-q", "-b", "topic")
    commit(repository, {"data/topic": "t" * 10})
    git(repository, "checkout", "-q", "main")
    commit(repository, {"data/main": "m" * 100})
    grown = {
        spec: document(repository, "--against", spec)["contexts"][0]["growth"]["permitted"]["bytes"]
        for spec in (first, "main..topic", "main...topic", "topic..", "..topic")
    }
    assert grown == {
        first: 100, "main..topic": -90, "main...topic": 10, "topic..": 90, "..topic": -90,
    }  # fmt: skip


def test_what_a_rule_changed_is_told_apart(repository):
    commit(repository, {".dockerignore": "data\n", "src/old": "o" * 10})
    stage(repository, {".dockerignore": "src/a\n", "src/old": None, "src/new": "n" * 20})
    context = document(repository)["contexts"][0]
    paths = {kind: [item["path"] for item in found if "path" in item]
             for kind, found in context["changes"].items()}  # fmt: skip
    assert paths["entered"] == ["data/x"]
    assert paths["left"] == ["src/a"]
    assert sorted(paths["growers"]) == [".dockerignore", "src/new"]
    assert paths["shrinkers"] == ["src/old"]


def test_both_views(repository):
    stage(repository, {"docs/manual": "m" * 3 * MB})
    growth = document(repository)["contexts"][0]["growth"]
    assert growth["permitted"]["bytes"] == 3 * MB
    assert growth["transferred"]["bytes"] == 0
    assert check(repository, "--max-size", "2MB", "--view", "transferred").returncode == 0
    assert check(repository, "--max-size", "2MB").returncode == 1


def test_submodules_and_pointers_are_named(repository, tmp_path):
    other = init(tmp_path / "other", {"inside": "i" * 100})
    git(repository, "submodule", "-q", "add", other, "lib/other")
    pointer = (
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 7000000\n"
    )
    stage(repository, {".gitattributes": "*.bin filter=lfs\n"})
    write(repository, {"m.bin": pointer})
    id_ = git(repository, "hash-object", "-w", "--stdin", stdin=pointer.encode()).decode().strip()
    git(repository, "update-index", "--add", "--cacheinfo", f"100644,{id_},m.bin")
    done = check(repository, "--max-size", "5MB")
    assert done.returncode == 1
    assert "Not measured: the submodules lib/other\n" in done.stdout
    assert "Git LFS: 1 file counted with the size the pointer stands for\n" in done.stdout
    assert "+7 MB  m.bin" in done.stdout


def test_a_context_of_several(repository):
    write(repository, {"api/Dockerfile": "FROM x\nCOPY src /\n", "api/src/a": "a" * 10})
    commit(repository, {"ctxopt.toml": (
        'max-files = 9\n[[context]]\npath = "api"\nmax-size = "1 kB"\n'
        '[[context]]\npath = "api"\nview = "transferred"\nmax-size = "9 B"\n'
        '[[context]]\npath = "data"\nmax-files = 0\n'
    )})  # fmt: skip
    for arguments in ([], ["--against", "HEAD"]):
        found = document(repository, *arguments)
        assert [item["context"] for item in found["contexts"]] == ["api", "data"]
        limits = [(item["limit"], item["verdict"]) for item in found["contexts"][0]["limits"]]
        assert limits == [
            ("max-size", "pass"),
            ("max-files", "pass"),
            ("max-size", "fail"),
            ("max-files", "pass"),
        ]
        assert not found["passed"]


MISTAKES = {
    "a context that does not exist": ({"ctxopt.toml": '[[context]]\npath = "api"\nmax-size = 1\n'}, [], "there is no context 'api'"),
    "an unknown key": ({"ctxopt.toml": "max-sise = 1\n"}, [], "unknown key 'max-sise'"),
    "two configurations": ({"ctxopt.toml": "max-size = 1\n", "pyproject.toml": "[tool.ctxopt]\n"}, [], "two configurations"),
    "no such commit": ({}, ["--against", "gone"], "there is no commit 'gone'"),
    "no such folder": ({}, ["missing"], "there is no context 'missing'"),
    "no percentage": ({}, ["--max-growth", "5"], "--max-growth: not a percentage"),
    "less than nothing": ({}, ["--max-files", "-1"], "expected a whole number of 0 or more"),
    "both": ({}, ["--against", "HEAD", "--working-tree"], "cannot be combined"),
    "nothing is known": ({"Dockerfile": "NONSENSE\n"}, ["--against", "HEAD", "--view", "transferred"], "what a build takes of '.' is not known"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name, repository):
    files, arguments, message = MISTAKES[name]
    commit(repository, files)
    done = check(repository, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_a_context_that_a_state_does_not_hold(repository):
    write(repository, {"ctxopt.toml": '[[context]]\npath = "api"\nmax-size = 1\n', "api/a": "x"})
    done = check(repository, "--against", "HEAD")
    assert done.returncode == 2
    assert "there is no context 'api' in the index" in done.stderr


def test_growth_of_an_empty_baseline_is_not_kept(tmp_path):
    root = init(tmp_path / "r")
    stage(root, START | {"data/x": "x" * 2 * MB})
    done = check(root, "--max-growth", "10%")
    assert done.returncode == 2
    assert (
        "could be sent: grew from nothing to 3 MB, max-growth 10% cannot be judged" in done.stderr
    )
    assert check(root, "--max-growth", "10%", "--growth-floor", "9MB").returncode == 0
    assert check(root, "--max-growth", "10%", "--warn-only").returncode == 0


def test_growth_where_nothing_is_staged(repository):
    commit(repository, {"ctxopt.toml": 'max-growth = "10%"\n'})
    write(repository, {"data/untracked": "u" * 5 * MB})
    for arguments in ([], ["--working-tree"], ["--max-growth", "10%"]):
        done = check(repository, *arguments)
        assert done.returncode == 0
        assert (
            "ok      could be sent: no growth, as nothing is staged: max-growth 10%" in done.stdout
        )
    stage(repository, {})
    assert check(repository).returncode == 1
    done = check(repository, "--working-tree")
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        "max-growth (set in ctxopt.toml) has nothing to compare with in the working" in done.stderr
    )


@pytest.mark.parametrize("limits", [["--max-growth", "10%"], []])
def test_growth_where_there_is_no_commit(tmp_path, limits):
    folder = tmp_path / "c"
    write(folder, {"a": "a"} | ({} if limits else {"ctxopt.toml": 'max-growth = "10%"\n'}))
    done = check(folder, *limits)
    assert (done.returncode, done.stdout) == (2, "")
    assert "has nothing to compare with: '.' is in no git repository" in done.stderr
    init(folder)
    done = check(folder, *limits)
    assert (done.returncode, done.stdout) == (2, "")
    assert "has nothing to compare with: there is no commit yet" in done.stderr


def test_places_in_git(repository, tmp_path):
    commit(repository, {"data/y": "y" * 100})
    git(repository, "worktree", "add", "-q", "--detach", str(tmp_path / "w"))
    git(tmp_path, "clone", "-q", "--bare", repository, str(tmp_path / "bare"))
    git(tmp_path, "clone", "-q", "--depth", "1", "file://" + repository, str(tmp_path / "shallow"))
    for place in ("w", "bare"):
        context = document(tmp_path / place, "--against", "HEAD~1")["contexts"][0]
        assert context["growth"]["permitted"]["bytes"] == 100, place
    done = check(tmp_path / "shallow", "--against", "HEAD~1")
    assert done.returncode == 2
    assert "this clone is shallow" in done.stderr


def test_markdown(repository):
    stage(repository, {"data/a|b": "z" * 2 * MB})
    done = check(repository, "--max-size", "1MB", "--format", "markdown")
    assert "| could be sent | 1 MB in 3 files | 3 MB in 4 files | +2 MB (+200%) |" in done.stdout
    assert "- **over**: could be sent: 3 MB \\> max-size 1 MB (set by --max-size)" in done.stdout
    assert "| +2 MB | 0 B | 2 MB | `data/a\\|b` |" in done.stdout


def test_annotations(repository):
    commit(repository, {"app/ctxopt.toml": "max-files = 1\n", "app/a": "a"})
    stage(repository, {"app/b": "b" * MB})
    assert check(repository, "app", "--format", "github").stdout.splitlines() == [
        "::error file=app/ctxopt.toml,title=max-files::app: could be sent: 3 files > max-files 1 file (set in ctxopt.toml)",
        "::notice file=app/b,title=growth::b: 0 B -> 1 MB, +1 MB in the build context%0Ato keep it out: b",
    ]


@pytest.mark.parametrize(
    ("size", "dockerfile", "is_told"),
    [
        (MB, "FROM a\nCOPY . .\n", True),
        (MB, "FROM a\nCOPY src .\n", True),
        (999, "FROM a\nCOPY . .\n", False),
        (MB, "FROM a\nCOPY src/b .\n", False),
        (MB, "FROM a\nCOPY src/* .\n", False),
    ],
)
def test_no_line_for_what_is_small_or_named(repository, size, dockerfile, is_told):
    commit(repository, {"Dockerfile": dockerfile, "src/a": "a"})
    stage(repository, {"src/b": "b" * size})
    done = check(repository)
    assert "src/b" in done.stdout
    assert ("to keep it out" in done.stdout) is is_told


@pytest.mark.parametrize(("floor", "is_told"), [("1 kB", True), ("1 MB", False)])
def test_the_configured_noise_floor_decides_what_is_small(repository, floor, is_told):
    commit(repository, {"ctxopt.toml": f'noise-floor = "{floor}"\n'})
    stage(repository, {"notes/a": "a" * 60_000})
    done = check(repository)
    assert "notes/a" in done.stdout
    assert ("to keep it out: notes/a" in done.stdout) is is_told


def test_init_writes_limits_that_hold(repository):
    done = check(repository, "--init")
    assert done.returncode == 0
    text = (ROOT / repository / "ctxopt.toml").read_text()
    assert done.stdout == text
    assert set(tomllib.loads(text)) == {"max-size", "max-files", "min-files", "max-growth"}
    assert re.search(r"^max-growth = \"25%\"$", text, re.MULTILINE)
    assert check(repository).returncode == 0
    stage(repository, {})
    assert check(repository).returncode == 0
    again = check(repository, "--init")
    assert again.returncode == 2
    assert "there is a configuration already" in again.stderr
    assert (ROOT / repository / "ctxopt.toml").read_text() == text


def test_init_where_nothing_can_be_compared(tmp_path):
    folder = tmp_path / "c"
    write(folder, {"a": "a" * 100})
    for make in (lambda: None, lambda: init(folder)):
        make()
        assert check(folder, "--init").returncode == 0
        assert "max-growth" not in (folder / "ctxopt.toml").read_text()
        assert check(folder).returncode == 0
        os.remove(folder / "ctxopt.toml")


def test_history(repository):
    commit(repository, {"data/big": "b" * 4 * MB}, "add the orders")
    commit(repository, {"data/x": "xy"}, "a\x1b[31mb")
    commit(repository, {".dockerignore": "["}, "broken")
    commit(repository, {".dockerignore": "data/big\n"}, "repaired")
    lines = check(repository, "--history", "9").stdout.splitlines()
    assert lines[2].split() == ["date", "commit", "could", "be", "sent", "change", "sent"]
    assert [line.split()[-1] for line in lines[3:-2] if "2024-01-01" in line] == [
        "repaired", "broken", r"$'a\e[31mb'", "orders", "x",
    ]  # fmt: skip
    assert lines[-1].endswith("changed it by +4 MB: add the orders")
    assert len(lines[-1].split()[0]) == 10
    found = document(repository, "--history", "3")["commits"]
    assert [item["change"] for item in found] == [None, None, 1]
    assert [item["bytes"] for item in found][1] is None
    assert "syntax error in pattern" in found[1]["problem"]
    markdown = check(repository, "--history", "4", "--format", "markdown").stdout
    assert "| 5 MB | **+4 MB** | 5 MB | add the orders |" in markdown
    assert check(repository, "--history", "4", "--format", "junit").returncode == 2


@pytest.mark.parametrize(
    ("width", "last", "has_bar"),
    [
        (40, " w…", False),
        (80, "5 MB  word word word w…", False),
        (120, "5 MB  ████████████  " + "word " * 8 + "wo…", True),
    ],
)
def test_the_history_fits_the_terminal(repository, width, last, has_bar):
    commit(repository, {"data/big": "b" * 4 * MB}, "word " * 30)
    done = ctxopt("check", "--history", "1", cwd=repository, COLUMNS=str(width))
    lines = done.stdout.splitlines()
    assert [line for line in lines if len(line) > width] == []
    assert [line for line in lines if line.endswith(last)]
    assert ("█" in "".join(lines)) is has_bar


def test_the_history_of_a_folder(repository):
    commit(repository, {"api/Dockerfile": "FROM x\nCOPY a /\n", "api/a": "a" * 10}, "api")
    commit(repository, {"api/a": "a" * 5, "api/b": "b" * 7, "data/x": "x" * MB}, "more")
    found = document(repository, "api", "--history", "9")
    assert (found["context"], found["complete"]) == ("api", True)
    assert [(item["bytes"], item["change"], item["transferred_bytes"])
            for item in found["commits"]] == [
        (28, 2, 5), (26, 26, 10), (0, None, None),
    ]  # fmt: skip
    assert document(repository + "/api", "--history", "9")["commits"] == found["commits"]


def test_history_without_any(tmp_path):
    done = check(init(tmp_path / "r"), "--history", "3")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no commit yet" in done.stderr


def test_a_history_agrees_with_the_states(repository):
    commit(repository, {"data/more": "m" * 12})
    last = document(repository, "--history", "1")["commits"][0]
    after = document(repository, "--against", "HEAD")["contexts"][0]["after"]["permitted"]
    assert {key: last[key] for key in ("files", "bytes", "context_bytes")} == {
        key: after[key] for key in ("files", "bytes", "context_bytes")
    }


def test_deletions_and_modes(repository):
    os.chmod(os.path.join(repository, "data/x"), 0o755)
    git(repository, "rm", "-q", "src/a")
    git(repository, "add", "-A")
    context = document(repository, "--max-growth", "0%")["contexts"][0]
    assert [item["path"] for item in context["changes"]["shrinkers"]] == ["src/a"]
    assert context["changes"]["growers"] == []
    assert context["growth"]["permitted"]["files"] == -1
    assert context["limits"][0]["verdict"] == "pass"


def test_a_merge_conflict_is_refused(repository):
    git(repository, "checkout", "-q", "-b", "topic")
    commit(repository, {"data/x": "topic"})
    git(repository, "checkout", "-q", "main")
    commit(repository, {"data/x": "main"})
    git(repository, "merge", "topic", accept=(1,))
    done = check(repository)
    assert (done.returncode, done.stdout) == (2, "")
    assert "the index holds a merge conflict in 'data/x'" in done.stderr


MACHINES = {"ctxopt.toml": 'max-size = "1 MB"\n', ".dockerignore": "x # y\n"}


@pytest.fixture
def broken(repository):
    commit(repository, {"api/" + path: text for path, text in MACHINES.items()})
    stage(repository, {"api/big\x01&<\udcff": "b" * 2 * MB})
    return repository


def test_junit(broken):
    done = check(broken, "api", "--format", "junit", "--fail-on", "warning", "--max-growth", "9%")
    assert done.returncode == 1
    root = ElementTree.fromstring(done.stdout)
    assert root.attrib == {"name": "ctxopt check", "tests": "4", "failures": "4", "errors": "0"}
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert set(cases) == {
        "permitted max-size", "permitted max-growth", "comment-trap .dockerignore:1",
        r"build-stops big\x01&<\xff",
    }  # fmt: skip
    size = cases["permitted max-size"].find("failure")
    assert size is not None
    assert size.text is not None
    assert size.get("message") == "could be sent: 2 MB > max-size 1 MB (set in ctxopt.toml)"
    assert "+2 MB  big\\x01&<\\xff  (to keep it out: big\\x01&<[\ufffd])" in size.text
    assert cases["permitted max-growth"].find("failure") is not None
    commit(broken, {"api/.dockerignore": "big*\n"})
    done = check(broken, "api", "--format", "junit", "--fail-on", "warning")
    root = ElementTree.fromstring(done.stdout)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "0", "0")
    assert [case.get("name") for case in root.iter("testcase")] == [
        "permitted max-size", "findings",
    ]  # fmt: skip


def test_gitlab(broken):
    done = check(broken, "api", "--format", "gitlab", "--fail-on", "warning")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    found = [
        (item["check_name"], item["severity"], item["location"]["path"], item["location"]["lines"])
        for item in report
    ]
    assert found == [
        ("max-size", "critical", "api/ctxopt.toml", {"begin": 1}),
        ("build-stops", "critical", r"api/big\x01&<\xff", {"begin": 1}),
        ("comment-trap", "major", "api/.dockerignore", {"begin": 1}),
    ]
    assert all(set(item) >= {"description", "fingerprint"} for item in report)
    assert len({item["fingerprint"] for item in report}) == len(report)
    assert json.loads(check(broken, "--format", "gitlab").stdout) == []


def test_sarif(broken):
    done = check(broken, "api", "--format", "sarif", "--fail-on", "warning")
    assert done.returncode == 1
    run = check_log(done.stdout)
    assert [
        (
            result["ruleId"],
            result["level"],
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        )
        for result in run["results"]
    ] == [
        ("max-size", "error", "api/ctxopt.toml"),
        ("build-stops", "error", "api/big%01%26%3C%FF"),
        ("comment-trap", "warning", "api/.dockerignore"),
    ]
    assert json.loads(check(broken, "--format", "sarif").stdout)["runs"][0]["results"] == []


def test_findings_in_every_format(broken):
    write(broken, {"ctxopt.toml": '[[context]]\npath = "api"\nmax-files = 99\n'})
    found = document(broken, "--fail-on", "warning")
    assert not found["passed"]
    assert (found["findings"]["failing"], found["findings"]["judged"]) == (2, True)
    assert found["findings"]["new"][1]["file"] == "api/.dockerignore"
    assert document(broken)["findings"] is None
    annotated = check(broken, "--fail-on", "warning", "--format", "github").stdout
    assert "::warning file=api/.dockerignore,line=1,title=comment-trap::" in annotated
    markdown = check(broken, "--fail-on", "warning", "--format", "markdown").stdout
    assert "| warning | `comment-trap` | `api/.dockerignore:1` |" in markdown
    assert "2 new at or over warning, 0 below it\n" in markdown


NAMED = {
    "app/Dockerfile": "FROM x\nCOPY --from=extra data more /\nCOPY a /\n",
    "app/a": "a",
    "shared/data/one": "1" * MB,
    "shared/more": "m",
    "shared/never": "n" * 10,
    "shared/.dockerignore": "**/*.tmp\n",
    "shared/Dockerfile.dockerignore": "data\n",
}


def test_named_contexts_in_states(tmp_path):
    root = init(tmp_path / "r", NAMED)
    stage(root, {"shared/data/two": "2" * 2 * MB, "shared/data/x.tmp": "t" * 9 * MB})
    named = ("app", "--build-context", "Extra=shared")
    done = check(root, *named)
    assert "Named extra    3 MB in 3 files, +2 MB\n" in done.stdout
    assert "Sent           1 B in 1 file, unchanged\n" in done.stdout
    context = document(root, *named)["contexts"][0]
    (on_disk,) = document(root, *named, "--working-tree")["contexts"][0]["after"]["named_contexts"]
    assert context["after"]["named_contexts"] == [on_disk]
    assert (on_disk["files"], on_disk["bytes"]) == (3, 3 * MB + 1)
    assert context["before"]["named_contexts"][0]["bytes"] == MB + 1
    markdown = check(root, *named, "--format", "markdown").stdout
    assert "| named context `extra` | 1 MB in 2 files | 3 MB in 3 files | +2 MB |" in markdown


def test_named_contexts_that_are_no_part_of_a_state(tmp_path):
    root = init(tmp_path / "r", NAMED)
    write(tmp_path, {"outside/data/x": "x", "r/untracked/data/x": "x"})
    for value, message in (
        ("../outside", "build context 'extra' is outside of the repository"),
        ("untracked", "build context 'extra': there is no folder 'untracked' in the index"),
    ):
        done = check(root, "app", "--build-context", f"extra={value}", "--against", "HEAD")
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr
        assert check(root, "app", "--build-context", f"unused={value}").returncode == 0
    for value in ("docker-image://alpine", "https://example.org/x.git"):
        done = check(root, "app", "--build-context", f"extra={value}", "--against", "HEAD")
        assert (done.returncode, "Named" in done.stdout) == (0, False)
    # A folder that is new has nothing before.
    stage(root, {"new/data/x": "x" * 10})
    done = check(root, "app", "--build-context", "extra=new", "--against", "HEAD")
    assert "Named extra    10 B in 1 file, +10 B\n" in done.stdout


def test_the_largest_grower_is_not_lost_among_others(repository):
    files = {f"src/{name}/{name}.bin": "b" * MB for name in "bcdefg"}
    stage(repository, files | {"src/orders.parquet": "z" * 5 * MB})
    growers = document(repository)["contexts"][0]["changes"]["growers"]
    assert (growers[0]["path"], growers[0]["line"]) == ("src/orders.parquet", "src/orders.parquet")
    assert {item["line"] for item in growers[1:]} == {"**/*.bin"}
    # What comes as a whole is named as a whole, and so is what is all of one kind.
    files = {f"new/{name}.{kind}": "n" * MB for name in "abc" for kind in ("x", "y")}
    stage(repository, files)
    (new,) = [item for item in document(repository)["contexts"][0]["changes"]["growers"]
              if item["path"] == "new"]  # fmt: skip
    assert (new["files"], new["line"]) == (6, "new")


def permitted(cwd, *arguments):
    """Files and bytes before and after in the first context."""
    context = document(cwd, *arguments)["contexts"][0]
    return [
        (context[side]["permitted"]["files"], context[side]["permitted"]["bytes"])
        for side in ("before", "after")
    ]


def test_a_head_without_commits(tmp_path):
    root = init(tmp_path / "r")
    stage(root, {"a": "a" * 10})
    assert permitted(root) == [(0, 0), (1, 10)]
    assert check(root, "--max-size", "9B").returncode == 1
    assert check(root, "--against", "HEAD..HEAD").returncode == 0
    done = check(root, "--against", "main~1")
    assert (done.returncode, done.stdout) == (2, "")
    git(root, "rm", "-q", "--cached", "a")
    assert "the working tree" in check(root).stdout


def test_a_detached_head(repository):
    git(repository, "checkout", "-q", "--detach")
    stage(repository, {"data/y": "y" * 10})
    assert permitted(repository)[1] == (4, MB + len(DOCKERFILE) + 11)
    commit(repository)
    assert permitted(repository, "--against", "main...")[0] == (3, MB + len(DOCKERFILE) + 1)
    assert check(repository, "--against", "nowhere").returncode == 2


def test_a_worktree(repository, tmp_path):
    tree = str(tmp_path / "w")
    git(repository, "worktree", "add", "-q", "-b", "topic", tree)
    stage(tree, {"data/y": "y" * 10})
    assert permitted(tree)[1] == (4, MB + len(DOCKERFILE) + 11)
    assert permitted(tree, "--against", "main")[0] == (3, MB + len(DOCKERFILE) + 1)
    assert "the working tree" in check(repository).stdout


def test_a_bare_repository(repository, tmp_path):
    bare = str(tmp_path / "bare.git")
    git(tmp_path, "clone", "-q", "--bare", repository, bare)
    for arguments in ([], ["--working-tree"], ["--max-growth", "5%"], ["--init"],
                      ["--baseline", "b.json", "--write-baseline"]):  # fmt: skip
        done = check(bare, *arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert f"error: {bare} is a bare repository: it has no working tree" in done.stderr
    assert not {"ctxopt.toml", "b.json"} & set(os.listdir(bare))
    assert permitted(bare, "--against", "main")[1] == (3, MB + len(DOCKERFILE) + 1)
    done = check(bare, "--against", "main", "--fail-on", "error")
    assert "a bare repository has none" in done.stderr


def test_a_shallow_clone(repository, tmp_path):
    for number in range(3):
        commit(repository, {"data/y": "y" * number})
    shallow = str(tmp_path / "shallow")
    git(tmp_path, "clone", "-q", "--depth", "2", "file://" + repository, shallow)
    assert permitted(shallow, "--against", "HEAD~1")[0][0] == 4
    for spec in ("HEAD~2", "HEAD~2..HEAD", "HEAD~3...HEAD"):
        done = check(shallow, "--against", spec)
        assert (done.returncode, done.stdout) == (2, "")
        assert "this clone is shallow" in done.stderr
    assert document(shallow, "--history", "9")["complete"] is False
    stage(shallow, {"data/z": "z"})
    assert permitted(shallow)[1][0] == 5


def test_renames_and_kinds(repository):
    git(repository, "mv", "src/a", "data/a")
    context = document(repository)["contexts"][0]
    assert context["changes"]["renames"] == [{"before": "src/a", "after": "data/a", "bytes": MB}]
    assert context["changes"]["growers"] == context["changes"]["shrinkers"] == []
    # A file that becomes a link is no file any more.
    git(repository, "reset", "-q", "--hard")
    stage(repository, {"data/x": None})
    stage(repository, {"data/x": {"link": "../src/a"}})
    assert permitted(repository) == [(3, MB + len(DOCKERFILE) + 1), (2, MB + len(DOCKERFILE))]
    git(repository, "reset", "-q", "--hard")
    write(repository, {"data/announced": "a" * 10})
    git(repository, "add", "-N", "data/announced")
    assert "the working tree" in check(repository).stdout


@pytest.mark.parametrize(
    ("before", "after", "files"),
    [
        (None, "data\n", [3, 3]),  # the file itself comes, data/x goes
        ("data\n", None, [3, 3]),
        ("data\n", "data\nsrc\n", [3, 2]),
        ("data\n", "*\n!data\n", [3, 1]),
        ("data\n", "# data\n", [3, 4]),
    ],
)
def test_staged_ignore_files(repository, before, after, files):
    if before is not None:
        commit(repository, {".dockerignore": before})
    stage(repository, {".dockerignore": after})
    # What lies in the working tree has no say.
    write(repository, {".dockerignore": "**\n"})
    assert [count for count, _ in permitted(repository, "--against", "HEAD")] == files


def test_an_ignore_file_that_docker_refuses(repository):
    stage(repository, {".dockerignore": "x\n[\n"})
    done = check(repository)
    assert (done.returncode, done.stdout) == (2, "")
    assert "the index: .dockerignore:2: " in done.stderr
    assert "the index: the index" not in done.stderr


def test_a_submodule_as_the_context(repository, tmp_path):
    other = init(tmp_path / "other", {"inside": "i" * 100})
    git(repository, "submodule", "-q", "add", other, "lib")
    assert permitted(repository + "/lib", "--against", "HEAD")[1] == (1, 100)
    commit(repository)
    write(repository, {"ctxopt.toml": '[[context]]\npath = "lib"\nmax-size = "1 kB"\n'})
    done = check(repository, "--against", "HEAD")
    assert (done.returncode, done.stdout) == (2, "")
    assert "lib" in done.stderr


ALL = {
    "compose.yaml": compose(api="./api", far="https://example.com/x.git"), "api/Dockerfile": TAKES_ALL, "api/x": "x" * 5000,
    "broken/compose.yaml": "services:\n  x:\n    build: [\n",
}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "args", "code", "told"),
    [
        ({}, ["--max-size", "1MB"], 0, ""),
        ({}, ["--max-size", "1kB"], 1, ""),
        ({}, [], 0, "not checked: far: its context is remote"),
        ({}, [], 0, "warning: broken/compose.yaml:"),
        ({}, ["-f", "api/Dockerfile"], 2, "--file is about one build"),
        ({}, ["--target", "x"], 2, "--target is about one build"),
        ({}, ["--build-arg", "A=1"], 2, "--build-arg is about one build"),
        ({}, ["--build-context", "a=."], 2, "--build-context is about one build"),
        ({}, ["--ignorefile", "x"], 2, "--ignorefile is about one build"),
        ({}, ["--init"], 2, "--init is about one build"),
        ({}, ["--history", "2"], 2, "--history is about one build"),
        (
            {"api/Dockerfile": "FROM a\nCOPPY x y\n"},
            [],
            2,
            "api cannot be measured: api/Dockerfile:2:",
        ),
    ],
)
def test_every_declared_build(tmp_path, more, args, code, told):
    done = check(lay(tmp_path, ALL | more), "--all", *args)
    assert done.returncode == code
    assert told in done.stderr


def test_the_limits_of_a_service(tmp_path):
    text = 'max-size = "1MB"\n[[context]]\nservice = "api"\nmax-size = "1kB"\n'
    root = lay(tmp_path, ALL | {"ctxopt.toml": text})
    for args in ((), ("--all",)):
        done = check(root, *args)
        assert done.returncode == 1
        assert "> max-size 1 kB" in done.stdout
    (tmp_path / "ctxopt.toml").write_text(text.replace("api", "none"))
    assert "there is no service 'none' with a build" in check(root).stderr


def test_no_project_file_is_read_where_no_service_has_limits(tmp_path):
    text = '[[context]]\npath = "api"\nmax-size = "1MB"\n'
    done = check(lay(tmp_path, ALL | {"ctxopt.toml": text}))
    assert (done.returncode, done.stderr) == (0, "")


NPM = "FROM a\nCOPY . .\nRUN npm ci\n"
SEVERAL = {
    "compose.yaml": "services:\n  web: {build: {context: ., dockerfile: web.Dockerfile}}\n  api: {build: ./api}\n"
    "  job: {build: {context: ., dockerfile: job.Dockerfile}}\n  far: {build: https://example.com/x.git}\n",
    "web.Dockerfile": NPM, "api/Dockerfile": NPM, "api/x": "x" * 1000, "job.Dockerfile": NPM + "RUN true\n",
    "job.Dockerfile.dockerignore": "api\n", "other/Dockerfile": NPM, "package.json": "{}",
    "examples/compose.yaml": "services: {e: {build: .}}\n", "examples/Dockerfile": NPM, ".gitignore": "node_modules\n",
}  # fmt: skip


def test_init_writes_what_is_declared(tmp_path):
    root = init(tmp_path / "r", SEVERAL)
    done = check(root, "--init")
    assert done.returncode == 0
    limits = tomllib.loads(done.stdout)
    assert [(each["path"], each.get("dockerfile")) for each in limits["context"]] == [
        (".", None),
        (".", "job.Dockerfile"),
        ("api", None),
    ]
    assert set(limits) == {"max-growth", "context"}
    assert re.findall(r"^# (web|api|job)$", done.stdout, re.MULTILINE) == ["web", "job", "api"]
    assert check(root).returncode == 0
    commit(root, {})
    assert check(root, "--against", "HEAD~1..HEAD").returncode == 0


@pytest.mark.parametrize(
    ("tree", "wanted"),
    [
        ({"compose.yaml": "services: {a: {build: {context: ., dockerfile: d/Dockerfile}}}\n", "d/Dockerfile": NPM}, {"dockerfile": "d/Dockerfile"}),
        ({"compose.yaml": "services: {a: {build: {context: ., dockerfile: d/A}}, b: {build: {context: ., dockerfile: d/B}}}\n", "d/A": NPM, "d/B": NPM}, {}),
        ({"compose.yaml": "services: {a: {build: .}}\n", "Dockerfile": NPM}, {}),
        ({"compose.yaml": "services: {a: {image: b}}\n", "Dockerfile": NPM}, {}),
        ({"Dockerfile": NPM, "a/Dockerfile": NPM}, {}),
        ({"x/compose.yaml": "services: {a: {build: .}}\n", "x/Dockerfile": NPM, "Dockerfile": NPM}, {}),
    ],
)  # fmt: skip
def test_init_of_one_context_is_about_the_root(tmp_path, tree, wanted):
    root = init(tmp_path / "r", tree)
    limits = tomllib.loads(check(root, "--init").stdout)
    assert "context" not in limits
    assert {key: limits[key] for key in limits if not key.startswith(("max", "min"))} == wanted
    assert check(root).returncode == 0


def test_all_tells_each_context_once_after_init(tmp_path):
    text = "services: {web: {build: ./web}, api: {build: ./api}}\n"
    root = init(
        tmp_path / "r", {"compose.yaml": text, "web/Dockerfile": NPM, "api/Dockerfile": NPM}
    )
    check(root, "--init")
    said = check(root, "--all").stdout
    assert re.findall(r"(?m)^Context +(\S+)$", said) == ["api", "web"]


def test_init_keeps_the_options_that_it_was_given(tmp_path):
    root = init(tmp_path / "r", {"d/D": "FROM a AS x\nCOPY . .\nFROM x\n", **SEVERAL})
    given = [
        "-f",
        os.path.join(root, "d/D"),
        "--target",
        "x",
        "--builder",
        "classic",
        "--build-arg",
        "A=1",
        "--build-arg",
        "B",
    ]
    limits = tomllib.loads(
        check(root, "--init", *given, "--max-growth", "7%", "--fail-on", "error").stdout
    )
    assert "context" not in limits
    kept = {
        key: limits[key]
        for key in ("dockerfile", "target", "builder", "build-args", "max-growth", "fail-on")
    }
    assert kept == {
        "dockerfile": "d/D", "target": "x", "builder": "classic", "build-args": {"A": "1"}, "max-growth": "7%", "fail-on": "error",
    }  # fmt: skip


ONE = {
    "Dockerfile": NPM,
    "package.json": "{}",
    ".gitignore": "node_modules\n",
    ".dockerignore": ".git\n",
}


@pytest.mark.parametrize(("tree", "command"), [(ONE, "ctxopt fix"), (SEVERAL, "ctxopt fix --all")])
def test_init_says_where_a_fix_comes_first(tmp_path, tree, command):
    root = init(tmp_path / "r", tree)
    write(root, {"node_modules/a.js": "x" * 3_000_000})
    done = check(root, "--init")
    assert re.search(
        rf"^run {command} first: [3-9](\.\d)? MB could be sent now, ", done.stderr, re.MULTILINE
    )
    limits = tomllib.loads(done.stdout)
    assert not [each for each in limits.get("context", [limits]) if "MB" in each["max-size"]]
    # It is today's tree that is over them.
    assert check(root).returncode == 1


def test_init_says_nothing_where_a_fix_has_nothing_to_do(tmp_path):
    root = init(tmp_path / "r", ONE)
    assert check(root, "--init").stderr == "written to ctxopt.toml\n"
    assert check(root).returncode == 0


@pytest.mark.parametrize(
    ("args", "last"),
    [
        (["--all", "--max-size", "1MB"], "2 contexts, 2 limits: every limit holds"),
        (["--all", "--max-size", "1kB"], "2 contexts, 2 limits: 1 broken, in api"),
        (["--all", "--max-size", "1kB", "--max-files", "1"], "2 contexts, 4 limits: 3 broken, in api, web"),
        (["--all"], "No limits are set: ctxopt check --init writes some"),
        (["--max-size", "1MB"], "max-size 1 MB (set by --max-size)"),
        ([], "No limits are set: ctxopt check --init writes some"),
    ],
)  # fmt: skip
def test_several_contexts_end_with_what_holds_of_all(tmp_path, args, last):
    tree = {
        "compose.yaml": compose(api="./api", web="./web"), "api/Dockerfile": TAKES_ALL, "api/x": "x" * 5000,
        "web/Dockerfile": TAKES_ALL, "web/x": "x",
    }  # fmt: skip
    done = check(lay(tmp_path, tree), *args)
    assert done.stdout.rstrip().endswith(last)
    assert done.stdout.count("No limits are set") == last.startswith("No limits")


def test_contexts_without_a_limit_are_counted(tmp_path):
    limited = '[[context]]\npath = "a"\nmax-files = 9\n[[context]]\npath = "b"\n'
    done = check(lay(tmp_path, {"ctxopt.toml": limited, "a/x": "x", "b/x": "x"}))
    assert done.stdout.endswith("\n2 contexts, 1 limit: every limit holds; 1 context without one\n")
    assert "No limits are set" not in done.stdout
