"""``fix``: the lines it writes, what they must not hide, and files that stay as they are."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.config.load import Config
from ctxopt.evidence.facts import Facts
from ctxopt.fix.plan import Fix, plan_fix
from ctxopt.fix.proposal import propose
from ctxopt.languages.ignore.edits import Edit, EditKind
from ctxopt.rules.finding import Finding
from ctxopt.rules.run import RuleResults
from ctxopt.rules.trial import try_edits
from ctxopt.severity import Severity
from tests.support.examples import examples
from tests.support.fixes import fix_of, sizes
from tests.support.judging import BROAD, STAGED, facts_of
from tests.support.program import ctxopt
from tests.support.projects import NAMES, analyze_project, lay_project, load_project
from tests.support.repositories import git, init
from tests.support.trees import above, lay

MB = 1_000_000
pytestmark = pytest.mark.usefixtures("clean")


def texts(fix: Fix) -> list[str]:
    return [text for line in fix.lines for text in line.texts]


def edited(before: bytes | None, edits) -> bytes:
    """The file as a program would make it that reads the edits."""
    lines = os.fsdecode(before or b"").splitlines()
    for edit in reversed(edits):
        start = edit["line"] - 1
        assert lines[start : start + len(edit["old"])] == edit["old"]
        lines[start : start + len(edit["old"])] = edit["new"]
    return os.fsencode("".join(f"{line}\n" for line in lines))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_project(name, tmp_path):
    project = load_project(name)
    root = lay_project(project, str(tmp_path / "p"))
    before = analyze_project(project, root)
    named = ["-f", project.dockerfile] if project.dockerfile else []
    patch = ctxopt("fix", "-q", "--format", "diff", *named, cwd=root)
    planned = plan_fix(before, Config())
    done = ctxopt("fix", "-q", "--format", "json", *named, cwd=root)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    after = analyze_project(project, root)
    assert document["written"] is document["changes"] is (planned.new_content is not None)
    assert document["diff"] == patch.stdout
    own = planned.shown
    assert (
        edited(planned.old_content, document["edits"]) == planned.new_content
        or planned.new_content is None
    )
    was, now = sizes(before.permitted), sizes(after.permitted)
    was.pop(own, None), now.pop(own, None)
    # More is sent only where an exception lets in what the build fails without.
    let_in = {text[1:] for line in planned.lines for text in line.texts if text.startswith("!")}
    assert now.items() - was.items() <= {(path, now.get(path)) for path in let_in}
    lost = set(was) - set(now)
    assert sizes(after.permitted) == sizes(planned.foreseen.permitted)
    assert after.permitted_bytes == planned.foreseen.permitted_bytes
    assert not lost & {*project.expect["reads"]}
    assert not {p for path in lost for p in above(path)} & {*project.expect["kept"]}
    tracked = set(os.fsdecode(git(root, "ls-files", "-z")).split("\0"))
    assert lost & tracked == set(document["tracked"])
    if before.plan and after.plan:
        for old, new in zip(before.plan.sources.uses, after.plan.sources.uses, strict=True):
            assert old.roots == new.roots
        failing = [c for c in after.plan.sources.checks if c.fails]
        assert len(failing) == sum(c.fails for c in before.plan.sources.checks)
    content = after.context.ignore.file and after.context.ignore.file.render()
    again = ctxopt("fix", "-q", *named, cwd=root)
    assert again.returncode == 0
    assert again.stdout.startswith("Nothing to do")
    assert ctxopt("fix", "-q", "--check", *named, cwd=root).returncode == 0
    last = analyze_project(project, root).context.ignore.file
    assert (last and last.render()) == content


TREE = {"node_modules/x.js": 3 * MB, "web/node_modules/y.js": 2 * MB, ".env": "KEY=aaaaaaaaaaaaa\n"}
IGNORED = "node_modules\n.env\nout\n"


def repository(tmp_path, tree=None, dockerfile=STAGED):
    root = lay(tmp_path / "c", {"main.py": "x", "Dockerfile": dockerfile} | (tree or TREE))
    init(root)
    with open(os.path.join(root, ".git", "info", "exclude"), "w") as file:
        file.write(IGNORED)
    git(root, "add", "-A")
    return root


def test_a_new_file_and_its_patch(tmp_path):
    root = repository(tmp_path)
    patch = ctxopt("fix", "--format", "diff", cwd=root)
    assert not os.path.exists(f"{root}/.dockerignore")
    done = ctxopt("fix", cwd=root)
    assert done.returncode == 0
    with open(f"{root}/.dockerignore", "rb") as file:
        written = file.read()
    assert written.startswith(b"# Keys and passwords\n**/.env\n\n# Generated or local")
    assert b"\n**/node_modules\n" in written
    os.remove(f"{root}/.dockerignore")
    subprocess.run(["git", "apply"], cwd=root, input=patch.stdout.encode(), check=True)
    with open(f"{root}/.dockerignore", "rb") as file:
        assert file.read() == written


def test_the_file_of_its_dockerfile_in_a_folder_of_a_repository(tmp_path):
    tree = {"Dockerfile": BROAD, "Dockerfile.dockerignore": "x\r\n", "node_modules/x": 3 * MB}
    root = lay(tmp_path / "top" / "svc", tree)
    init(tmp_path / "top")
    patch = tmp_path / "a.patch"
    assert ctxopt("fix", "--format", "diff", "-o", str(patch), cwd=root).returncode == 0
    for folder in (root, tmp_path / "top"):
        git(folder, "apply", "--check", str(patch))
    assert "Written to Dockerfile.dockerignore" in ctxopt("fix", cwd=root).stdout
    with open(f"{root}/Dockerfile.dockerignore", "rb") as file:
        assert file.read().endswith(b"\r\n**/node_modules\r\n")
    assert not os.path.exists(f"{root}/.dockerignore")


def test_a_link_that_leaves_the_context_is_not_followed(tmp_path):
    root = repository(tmp_path)
    (tmp_path / "other").write_text("x\n")
    os.symlink(tmp_path / "other", f"{root}/.dockerignore")
    done = ctxopt("fix", cwd=root)
    assert done.returncode == 2
    assert "link to something outside" in done.stderr
    assert (tmp_path / "other").read_text() == "x\n"


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "new\n"])
def test_a_name_with_a_line_break_gets_no_line(tmp_path, name):
    root = repository(tmp_path, {f"d/{name}": 3 * MB, "d/axb": "x", "d/newx": "x"}, BROAD)
    with open(os.path.join(root, ".git", "info", "exclude"), "a") as file:
        file.write("/d/*\n!/d/axb\n!/d/newx\n")
    git(root, "rm", "-q", "--cached", f"d/{name}")
    assert not any("?" in text for text in texts(fix_of(root)))
    assert {"d/axb", "d/newx"} <= sizes(fix_of(root).foreseen.permitted).keys()


def test_a_link_to_the_file_of_another_tool_is_not_written(tmp_path):
    root = repository(tmp_path, TREE | {".gitignore": "x\n"})
    os.symlink(".gitignore", f"{root}/.dockerignore")
    for option in ([], ["--dry-run"], ["--check"]):
        done = ctxopt("fix", *option, cwd=root)
        assert (done.returncode, done.stdout) == (2, "")
        assert ".dockerignore is a link to .gitignore" in done.stderr
        assert "cp --remove-destination .gitignore .dockerignore" in done.stderr
    with open(f"{root}/.gitignore") as file:
        assert file.read() == "x\n"
    assert ctxopt("fix", "--per-dockerfile", cwd=root).returncode == 0
    assert os.path.islink(f"{root}/.dockerignore")


@pytest.mark.parametrize("target", ["docker/.dockerignore", "x.dockerignore"])
def test_a_link_to_an_ignore_file_inside_is_written_through(tmp_path, target):
    root = repository(tmp_path, TREE | {target: "x\n"})
    os.symlink(target, f"{root}/.dockerignore")
    assert ctxopt("fix", cwd=root).returncode == 0
    assert os.path.islink(f"{root}/.dockerignore")
    with open(f"{root}/{target}") as file:
        assert file.read().startswith("x\n\n# Keys")


@pytest.mark.parametrize("folder", ["dist", "static/built"])
@pytest.mark.parametrize("step", ["", "RUN npm ci --omit=dev\n", "RUN npm run build\n"])
def test_what_no_step_makes_again_is_not_proven(tmp_path, folder, step):
    tree = {"package.json": "{}", f"{folder}/a.js": 3 * MB, "static/a.css": "x"}
    root = repository(tmp_path, tree, f"FROM node\nCOPY . .\n{step}")
    with open(os.path.join(root, ".git", "info", "exclude"), "a") as file:
        file.write(f"/{folder}\n")
    git(root, "rm", "-q", "-r", "--cached", folder)
    sure = {line.confidence for line in fix_of(root).lines if folder in line.texts[0]}
    if folder == "dist":
        assert sure == ({"proven"} if "build" in step else set())
    else:
        assert sure == ({"likely"} if "build" in step else set())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            b"node_modules",
            (
                b"**/node_modules\n\n# Keys and passwords\n**/.env\n"
                b"\n# Nothing seen in the build reads these\n**/.git\n"
            ),
        ),
        (
            b"\xef\xbb\xbf# mine \xff\r\nnode_modules\r\nb ",
            (
                b"\xef\xbb\xbf# mine \xff\r\n**/node_modules\r\nb \r\n\r\n# Keys and passwords\r\n**/.env\r\n"
                b"\r\n# Nothing seen in the build reads these\r\n**/.git\r\n"
            ),
        ),
        (
            b"#\xe9\n\n\nnode_modules/\n!x",
            (
                b"#\xe9\n\n\n**/node_modules/\n!x\n\n# Keys and passwords\n**/.env\n"
                b"\n# Nothing seen in the build reads these\n**/.git\n"
            ),
        ),
    ],
)
def test_odd_files_change_only_where_it_says(tmp_path, old, new):
    root = repository(tmp_path)
    with open(f"{root}/.dockerignore", "wb") as file:
        file.write(old)
    os.chmod(f"{root}/.dockerignore", 0o640)
    assert ctxopt("fix", cwd=root).returncode == 0
    with open(f"{root}/.dockerignore", "rb") as file:
        assert file.read() == new
    assert os.stat(f"{root}/.dockerignore").st_mode & 0o777 == 0o640
    assert ctxopt("fix", "--check", cwd=root).returncode == 0


def test_the_seconds_follow_the_bandwidth(tmp_path):
    root = repository(tmp_path)
    seconds = [
        json.loads(ctxopt("fix", "--dry-run", "--format", "json", *option, cwd=root).stdout)[
            "saved_seconds"
        ]
        for option in ([], ["--bandwidth", "10 Mbit/s"], ["--bandwidth", "1 Gbit/s"])
    ]
    assert seconds == pytest.approx([seconds[0], seconds[0] * 10, seconds[0] / 10], rel=0.01)
    done = ctxopt("fix", "--bandwidth", "fast", cwd=root)
    assert (done.returncode, done.stdout) == (2, "")


def test_check_and_dry_run_write_nothing(tmp_path):
    root = repository(tmp_path)
    assert ctxopt("fix", "--check", cwd=root).returncode == 1
    done = ctxopt("fix", "--dry-run", cwd=root)
    assert done.returncode == 0
    assert "Not written: .dockerignore" in done.stdout
    assert not os.path.exists(f"{root}/.dockerignore")


@pytest.mark.parametrize(
    ("output", "code"),
    [
        (".dockerignore", 2),
        ("./x/../.dockerignore", 2),
        ("alias", 2),
        ("missing/report", 2),
        ("report", 0),
        ("x/.dockerignore", 2),
        ("/dev/null", 0),
    ],
)
@pytest.mark.parametrize("option", [(), ("--dry-run",), ("--format", "diff")])
@pytest.mark.parametrize("old", [None, "logs\n"])
def test_a_report_never_takes_the_place_of_the_file(tmp_path, output, code, option, old):
    root = repository(tmp_path)
    os.mkdir(f"{root}/x")
    os.symlink(".dockerignore", f"{root}/alias")
    if old is not None:
        with open(f"{root}/.dockerignore", "w") as file:
            file.write(old)
    done = ctxopt("fix", "-o", output, *option, cwd=root)
    assert (done.returncode, done.stdout) == (code, "")
    if code or option:
        assert os.path.exists(f"{root}/.dockerignore") is (old is not None)
        if old is not None:
            with open(f"{root}/.dockerignore") as file:
                assert file.read() == old


def test_nothing_to_do_writes_nothing(tmp_path):
    root = lay(tmp_path / "c", {"main.py": "x", "Dockerfile": BROAD})
    done = ctxopt("fix", cwd=root)
    assert (done.returncode, done.stdout[:13]) == (0, "Nothing to do")
    assert sorted(os.listdir(root)) == ["Dockerfile", "main.py"]


@pytest.mark.parametrize("keep", ["web/node_modules/y.js", "**/node_modules", "web"])
def test_keep_wins(tmp_path, keep):
    root = repository(tmp_path)
    planned = fix_of(root, Config(keep=(keep,)))
    assert "web/node_modules/y.js" in sizes(planned.foreseen.permitted)


@pytest.mark.parametrize(
    "old", [None, b"", b"x\n", b"web\n!web/node_modules\n", b".dockerignore\n"]
)
@pytest.mark.parametrize("dockerfile", ["Dockerfile", "docker/a.Dockerfile"])
def test_an_ignore_file_for_one_dockerfile(tmp_path, old, dockerfile):
    root = repository(tmp_path, TREE | {"docker/a.Dockerfile": STAGED})
    if old is not None:
        with open(f"{root}/.dockerignore", "wb") as file:
            file.write(old)
    planned = fix_of(root, dockerfile=f"{root}/{dockerfile}", per_dockerfile=True)
    named = ["-f", dockerfile, "--per-dockerfile"]
    assert ctxopt("fix", *named, cwd=root).returncode == 0
    with open(f"{root}/{dockerfile}.dockerignore", "rb") as file:
        written = file.read()
    assert written.startswith(old or b"# ")
    assert b"node_modules\n" in written
    after = analyze(find_context(root, dockerfile=f"{root}/{dockerfile}"), BuildRequest())
    assert after.context.ignore.path == f"{dockerfile}.dockerignore"
    assert after.permitted_bytes == planned.foreseen.permitted_bytes
    assert sizes(after.permitted) == sizes(planned.foreseen.permitted)
    assert ctxopt("fix", *named, "--check", cwd=root).returncode == 0
    if old is None:
        assert not os.path.exists(f"{root}/.dockerignore")
    else:
        with open(f"{root}/.dockerignore", "rb") as file:
            assert file.read() == old


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--builder", "classic"], "the classic builder reads no ignore file but .dockerignore"),
        (["-f", "missing"], "Dockerfile 'missing': no such file"),
        ([], "there is no Dockerfile to which an ignore file could belong"),
    ],
)
def test_no_ignore_file_for_one_dockerfile(tmp_path, options, reason):
    root = lay(tmp_path / "c", {"node_modules/x": 3 * MB})
    done = ctxopt("fix", "--per-dockerfile", *options, cwd=root)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
    assert os.listdir(root) == ["node_modules"]


@pytest.mark.parametrize(
    ("comment", "is_kept"),
    [
        ("# ctxopt: keep web/node_modules", True),
        ("#ctxopt: keep   **/y.js  ", True),
        ("\ufeff# ctxopt: keep /web/", True),
        ("# ctxopt: keep web/x", False),
        ("# ctxopt: ignore[test-data] keep web", False),
        ("# ctxopt keep web", False),
        (" # ctxopt: keep web", False),
        ("x # ctxopt: keep web", False),
        ("# keep web", False),
    ],
)
def test_a_comment_keeps(tmp_path, comment, is_kept):
    root = repository(tmp_path, TREE | {".dockerignore": f"{comment}\n"})
    planned = fix_of(root)
    assert ("web/node_modules/y.js" in sizes(planned.foreseen.permitted)) is is_kept
    assert "node_modules/x.js" not in sizes(planned.foreseen.permitted)


@pytest.mark.parametrize(
    "text", ["keep !web", "keep [", "keep a[z-a]", "keep !", "keep", "keeps web", "kep web", ""]
)
def test_a_comment_that_asks_for_nothing_known_is_a_mistake(tmp_path, text):
    root = repository(tmp_path, TREE | {".dockerignore": f"x\n# ctxopt: {text}\n"})
    done = ctxopt("fix", cwd=root)
    assert (done.returncode, done.stdout) == (2, "")
    assert ".dockerignore:2: " in done.stderr


def test_what_is_suppressed_or_not_selected_is_left_alone(tmp_path):
    root = repository(tmp_path)
    assert texts(
        fix_of(root, Config(ignore=("secret-file", "git-ignored", "version-control")))
    ) == ["**/node_modules"]
    with open(f"{root}/.dockerignore", "w") as file:
        file.write("# ctxopt: ignore[dependency-folder] shipped\n\n")
    assert "**/node_modules" not in texts(fix_of(root))


def test_other_dockerfiles_and_other_stages_keep_what_they_name(tmp_path):
    tree = {"out/app": 3 * MB, "src/out/x": 2 * MB}
    root = repository(tmp_path, tree)
    assert any("out" in text for text in texts(fix_of(root)))
    with open(f"{root}/ship.Dockerfile", "w") as file:
        file.write("FROM scratch\nCOPY out/app /app\n")
    assert "out/app" in sizes(fix_of(root).foreseen.permitted)
    os.remove(f"{root}/ship.Dockerfile")
    with open(f"{root}/Dockerfile", "w") as file:
        file.write("FROM scratch AS ship\nCOPY out/app /app\nFROM scratch\nCOPY . .\n")
    assert "out/app" in sizes(fix_of(root).foreseen.permitted)


GENERATED = {"a/out/x.js": 2 * MB, "b/out/x.js": MB}
"""``out`` at the root is made by what runs before the build."""


@pytest.mark.parametrize(
    ("name", "dockerfile", "is_kept"),
    [
        ("ship.Dockerfile", "FROM scratch\nCOPY out/app /app\n", True),
        ("ship.Dockerfile", "FROM scratch\nCOPY out/*.js /app/\n", True),
        ("ship.Dockerfile", "FROM scratch\nRUN --mount=source=out,target=/d true\n", True),
        ("docker/Dockerfile", "FROM scratch\nCOPY main.py out/app /app/\n", True),
        ("ship.Dockerfile", "FROM scratch\nCOPY --from=x out/app /app\n", False),
        # An image of everything, and no step that would make it again.
        ("ship.Dockerfile", "FROM scratch\nCOPY . .\n", True),
        ("ship.Dockerfile", "FROM scratch\nCOPY . .\nRUN make\n", False),
        ("ship.Dockerfile", "COPY out/app /app\n", False),
        ("ship.Dockerfile.md", "FROM scratch\nCOPY out/app /app\n", False),
        ("docker/Dockerfile", "FROM scratch\nCOPY hello out/app /app/\n", False),
    ],
)
def test_what_others_name_stays_even_before_it_is_made(tmp_path, name, dockerfile, is_kept):
    tree = GENERATED | {name: dockerfile, "docker/hello": "x", ".dockerignore": "*ockerfile\n"}
    root = repository(tmp_path, tree, BROAD)
    new = fix_of(root).foreseen
    assert new.matcher.decide("out/app").excluded is not is_kept
    # What nothing names goes by a line of its own, unless an image takes it without making it.
    is_doubtful = dockerfile.endswith("COPY . .\n")
    assert ("a/out/x.js" in sizes(new.permitted)) is is_doubtful


def test_a_wildcard_exception_keeps_only_what_it_alone_lets_in(tmp_path):
    tree = {
        "Dockerfile": BROAD,
        ".dockerignore": "**/*.md\n!**/README.md\n",
        "node_modules/x.js": 3 * MB,
        "node_modules/a/README.md": "x",
    }
    root = lay(tmp_path / "a", tree)
    assert texts(fix_of(root)) == []
    root = lay(tmp_path / "b", tree | {".dockerignore": "*\n!node_modules\n!**/README.md\n"})
    assert texts(fix_of(root)) == []
    root = repository(tmp_path, tree, BROAD)
    assert "**/node_modules" in texts(fix_of(root))
    root = lay(tmp_path / "d", tree | {".dockerignore": "docs\n!**/README.md\n"})
    assert "**/node_modules" in "".join(texts(fix_of(root)))


def test_only_proven_lines(tmp_path):
    root = repository(tmp_path)
    lay(root, {"core.4711": 9 * MB})
    likely = {line.confidence for line in fix_of(root).lines}
    assert likely == {"proven", "likely"}
    assert {line.confidence for line in fix_of(root, least="proven").lines} == {"proven"}


def test_unused_lines_go_on_request(tmp_path):
    root = repository(tmp_path, {"a/b": 1, ".dockerignore": "# x\na\na/b\n"})
    quiet = Config(ignore=("version-control",))
    assert fix_of(root, quiet).new_content is None
    planned = fix_of(root, quiet, prune_unused=True)
    assert planned.new_content == b"# x\na\n"
    assert [line.replaces for line in planned.lines] == [("a/b",)]


PATTERNS = ["**/node_modules", "web", "node_modules", "**/*.js", "!web", "main.py", "*", "**/y.js"]


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.sampled_from(PATTERNS), max_size=5), seed=st.integers(0, 99))
def test_the_order_of_findings_is_nothing_and_the_context_never_grows(
    tmp_path_factory, lines, seed
):
    facts = _facts(tmp_path_factory)
    found = [
        Finding(
            rule="git-ignored",
            severity=Severity.WARNING,
            message="x",
            edits=(Edit(EditKind.ADD, None, line, "x"),),
        )
        for line in lines
    ]
    one = propose(facts, RuleResults(tuple(found)))
    random.Random(seed).shuffle(found)
    other = propose(facts, RuleResults(tuple(found)))
    assert one == other
    trial = try_edits(facts, one.edits)
    assert trial is not None
    assert not trial.difference.gained
    assert "main.py" in sizes(trial.replay.view)
    if one.lines:
        assert one.lines[-1].total_bytes == trial.difference.lost_bytes
        assert sum(line.bytes for line in one.lines) == trial.difference.lost_bytes


_MADE: list[Facts] = []


def _facts(factory):
    if not _MADE:
        tree = TREE | {".dockerignore": "web\n"}
        made = facts_of(factory.mktemp("p"), tree, "FROM a\nCOPY main.py .\nCOPY . .\n")
        _MADE.append(dataclasses.replace(made, config=Config(noise_floor=1)))
    return _MADE[0]
