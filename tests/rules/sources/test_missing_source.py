"""The rule ``missing-source``: what it finds, and twice as much that it must not."""

from __future__ import annotations

import subprocess

import pytest

from ctxopt.rules.sources.missing_source import check
from ctxopt.severity import Severity
from tests.rules.sources.contexts import TREE, build
from tests.support.judging import catches, catches_not, every_finding, find, findings, gathered
from tests.support.repositories import git, init, write
from tests.support.trees import lay


@pytest.mark.parametrize(
    "instruction",
    ["COPY gone /", "ADD gone.tar /", "RUN --mount=type=bind,source=gone,target=/x true"],
)
def test_missing_source(instruction):
    found = catches("missing-source", build("# c", instruction), line=3)
    assert found.location.file == "Dockerfile"
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize(
    "instruction",
    [
        "COPY src /",
        "COPY . /",
        "COPY package*.json /",
        "COPY package-lock.jso[n] /",
        "COPY --from=busybox /gone /",
        "ADD https://example.com/gone /",
        "RUN --mount=type=cache,target=/gone true",
    ],
)
def test_sources_that_are_there(instruction):
    catches_not("missing-source", build(instruction))


def test_a_dockerfile_for_another_folder():
    text = "FROM scratch\nCOPY nginx.conf /\nCOPY run.sh /\n"
    tree = {"web/Dockerfile": text, "web/nginx.conf": 1, "web/run.sh": 1}
    found = catches("missing-source", tree, dockerfile="web/Dockerfile", line=2)
    assert found.severity is Severity.WARNING
    assert "they are in web" in found.help


def test_sources_that_are_made_before_the_build():
    tree = {"Dockerfile": "FROM scratch\nCOPY dist/app /\nCOPY src /\n", "src/a": 1}
    assert catches("missing-source", tree, line=2).severity is Severity.INFO


def test_a_stage_that_is_not_built_misses_nothing():
    text = "FROM scratch AS other\nCOPY gone /\nFROM scratch\nCOPY src /\n"
    catches_not("missing-source", {**TREE, "Dockerfile": text})


def missing(folder, instruction, gitignore, **more):
    """What the rule says of one instruction in a repository with these rules of git."""
    tree = {
        "src/a": "1",
        ".gitignore": gitignore,
        "Dockerfile": f"FROM scratch\nCOPY src /\n{instruction}\n",
    }
    return findings("missing-source", folder, {**tree, **more}, None, ignored="")


@pytest.mark.parametrize(
    ("instruction", "gitignore"),
    [
        ("COPY server /usr/bin/", "/server\n"),
        ("COPY server /usr/bin/", "server/\n"),
        ("COPY made/app /usr/bin/", "/made/\n"),
        ("COPY server /usr/bin/", "/server/*\n"),
        ("COPY app.jar /", "*.jar\n"),
        ("ADD data/model.bin /", "data/*.bin\n"),
        ("RUN --mount=type=bind,source=server,target=/x true", "/server\n"),
        ('COPY ["a b", "/"]', "a b\n"),
    ],
)
def test_what_git_ignores_is_made_before_the_build(tmp_path, instruction, gitignore):
    (found,) = missing(tmp_path, instruction, gitignore)
    assert found.severity is Severity.INFO
    assert found.help == "git ignores it: make it before the build"


@pytest.mark.parametrize(
    ("instruction", "gitignore"),
    [
        ("COPY server /usr/bin/", ""),
        ("COPY server /usr/bin/", "/bin/server\n"),
        ("COPY server /usr/bin/", "server.log\n"),
        ("COPY server /usr/bin/", "/server/*.log\n"),
        ("COPY server /usr/bin/", "server\n!server\n"),
        ("COPY server /usr/bin/", "# server\n"),
        ("COPY sub/server /usr/bin/", "/server\n"),
        ("COPY app.jar /", "*.war\n"),
        ("COPY ../server /usr/bin/", "/serve\n"),
        ('COPY ":(top)server" /usr/bin/', "/server\n"),
    ],
)
def test_what_git_does_not_ignore_is_an_error(tmp_path, instruction, gitignore):
    (found,) = missing(tmp_path, instruction, gitignore)
    assert found.severity is Severity.ERROR


def test_what_git_tracks_is_no_output_of_anything(tmp_path):
    tree = {"server": "1", "src/a": "1", "Dockerfile": "FROM scratch\nCOPY src /\nCOPY server /\n"}
    root = init(tmp_path, {**tree, ".gitignore": ""})
    write(root, {".gitignore": "/server\n", "server": None})
    (found,) = [item for item in every_finding(gathered(root)) if item.rule == "missing-source"]
    assert found.severity is Severity.ERROR


def test_a_context_below_the_top_of_the_repository(tmp_path):
    tree = {"web/src/a": "1", "web/Dockerfile": "FROM scratch\nCOPY src /\nCOPY server /\n"}
    init(tmp_path, {**tree, ".gitignore": "/web/server\n"})
    (found,) = [
        item for item in every_finding(gathered(tmp_path / "web")) if item.rule == "missing-source"
    ]
    assert found.severity is Severity.INFO


@pytest.mark.parametrize(
    ("ignore_file", "line"),
    [
        ("target/\n", 1),
        (".git\n**/target\n", 2),
        ("*\n!src\n", 1),
        ("target/*\n", 1),
        ("**/*.jar\n", 1),
    ],
)
def test_making_it_does_not_help_where_a_line_hides_it(ignore_file, line):
    tree = {
        **TREE,
        "Dockerfile": "FROM a\nCOPY src /\nCOPY target/app.jar /\n",
        ".dockerignore": ignore_file,
    }
    (found,) = find("missing-source", tree)
    assert found.severity is Severity.ERROR
    assert "make it before the build, and add !target/app.jar" in found.help
    assert f".dockerignore:{line} (" in found.help


@pytest.mark.parametrize(
    "ignore_file", ["", "targets\n", "target\n!target/app.jar\n", "*\n!src\n!target\n", "app.jar\n"]
)
def test_making_it_is_enough_where_no_line_hides_it(ignore_file):
    tree = {
        **TREE,
        "Dockerfile": "FROM a\nCOPY src /\nCOPY target/app.jar /\n",
        ".dockerignore": ignore_file,
    }
    (found,) = find("missing-source", tree)
    assert (found.severity, found.help) == (Severity.INFO, "make it before the build")


@pytest.mark.parametrize(
    ("ignore_file", "severity"),
    [
        ("target/\n!target/lib/*.jar\n", Severity.INFO),
        ("*\n!src\n!target/lib/**\n", Severity.INFO),
        # Tried before the line that hides it, beside it, or not below it.
        ("!target/lib/*.jar\ntarget/\n", Severity.ERROR),
        ("target/\n!target/*.jar\n", Severity.ERROR),
        ("target/\n!target/library/*.jar\n", Severity.ERROR),
        ("target/\ntarget/lib/*.jar\n", Severity.ERROR),
    ],
)
def test_a_folder_that_is_made_comes_with_what_exceptions_let_in(ignore_file, severity):
    tree = {
        **TREE,
        "Dockerfile": "FROM a\nCOPY src /\nCOPY target/lib/ /lib/\n",
        ".dockerignore": ignore_file,
    }
    (found,) = find("missing-source", tree)
    assert found.severity is severity


UNSET = "pass --build-arg ARTIFACT=..."


@pytest.mark.parametrize(
    ("base", "instructions", "message", "advice"),
    [
        ("a", ("ARG ARTIFACT", "COPY ${ARTIFACT}.jar x.jar"),
         "ARG ARTIFACT has no value, so ${ARTIFACT}.jar is /.jar, which does not exist", UNSET),
        ("scratch", ("ARG ARTIFACT", "COPY lib/$ARTIFACT.jar /"), "ARG ARTIFACT has no value", UNSET),
        ("a", ("ARG A", "ARG B", "COPY $A-$B /"), "ARG A and ARG B have no value",
         "pass --build-arg A=... --build-arg B=..."),
        ("a", ("ARG A", "RUN --mount=type=bind,source=lib/x$A,target=/x true"),
         "ARG A has no value, so the source is /lib/x", "pass --build-arg A=..."),
        ("a", ("COPY $GLOBAL.jar /",), "$GLOBAL is declared before the first FROM alone",
         "repeat ARG GLOBAL in the stage"),
        ("a", ("COPY $HOME_OF/x /",), "only the base image could give $HOME_OF a value", "see what the base image sets"),
    ],
)  # fmt: skip
def test_an_argument_without_a_value_is_the_cause(base, instructions, message, advice):
    lines = ["ARG GLOBAL", f"FROM {base}", "COPY src /", *instructions]
    (found,) = find("missing-source", {**TREE, "Dockerfile": "\n".join(lines) + "\n"})
    assert message in found.message
    assert (found.severity, found.help) == (Severity.WARNING, advice)


@pytest.mark.parametrize(
    ("base", "instructions"),
    [
        ("scratch", ("COPY gone$UNKNOWN /",)),
        ("a", ("ARG A=gone", "COPY $A /")),
        ("a", ("ENV A=gone", "COPY $A /")),
        ("a", ("ARG A=", "COPY gone$A /")),
        ("a", ("ARG A", "COPY gone ${A:-src}/ /x/")),
        ("a", ("ARG A", "COPY gone /")),
        ("a", ("ARG A", "COPY gone $A/src /x/")),
    ],
)
def test_a_source_with_all_values_is_judged(base, instructions):
    lines = [f"FROM {base}", "COPY src /", *instructions]
    (found,) = find("missing-source", {**TREE, "Dockerfile": "\n".join(lines) + "\n"})
    assert found.severity is Severity.ERROR
    assert found.help == "correct the source, or make the file first"


def test_an_argument_that_is_given_or_that_a_base_stage_takes():
    text = "FROM a AS x\nARG A\nFROM x\nCOPY src /\nCOPY gone$A /\n"
    (found,) = find("missing-source", {**TREE, "Dockerfile": text})
    assert found.help == "pass --build-arg A=..."
    (found,) = find("missing-source", {**TREE, "Dockerfile": text}, args={"A": "1"})
    assert found.severity is Severity.ERROR


_WEB = "FROM scratch\nCOPY turbo.json /\nCOPY apps/web /web\n"


def in_repository(folder, tree, context, dockerfile):
    """What the rule says of a context inside of a repository."""
    root = init(folder, tree)
    place = f"{root}/{context}".rstrip("/")
    facts = gathered(place, dockerfile=f"{root}/{dockerfile}")
    return [item for item in every_finding(facts) if item.rule == "missing-source"]


@pytest.mark.parametrize(
    ("context", "above"),
    [("apps/web", "../.."), ("apps", "..")],
)
def test_the_folder_above_that_has_all_sources(tmp_path, monkeypatch, context, above):
    tree = {"apps/web/Dockerfile": _WEB, "apps/web/a": "1", "turbo.json": "{}"}
    monkeypatch.chdir(tmp_path)
    (found,) = in_repository(tmp_path, tree, context, "apps/web/Dockerfile")
    assert found.severity is Severity.WARNING
    assert "built with another folder as its context" in found.message
    assert found.help == f"all of them are in {above}: ctxopt scan -f apps/web/Dockerfile ."


def test_what_is_made_before_the_build_is_missing_there_too(tmp_path):
    tree = {"web/Dockerfile": _WEB + "COPY dist /d\n", "apps/web/a": "1", "turbo.json": "{}"}
    (found,) = in_repository(tmp_path, tree, "web", "web/Dockerfile")
    assert found.severity is Severity.WARNING
    assert "all of them are in ..: " in found.help


def test_a_devcontainer_says_what_its_context_is(tmp_path):
    tree = {
        ".devcontainer/devcontainer.json": '{"build": {"dockerfile": "Dockerfile", "context": ".."}}',
        ".devcontainer/Dockerfile": "FROM scratch\nCOPY setup.py /\n",
        "setup.py": "1",
    }
    (found,) = in_repository(tmp_path, tree, ".devcontainer", ".devcontainer/Dockerfile")
    assert found.help.startswith("devcontainer.json names ..: ctxopt scan -f ")
    assert found.message.startswith("setup.py does not exist here")


@pytest.mark.parametrize(
    ("tree", "context"),
    [
        # Not all of them are above.
        ({"apps/web/Dockerfile": _WEB, "apps/web/a": "1"}, "apps/web"),
        ({"web/Dockerfile": _WEB, "turbo.json": "{}"}, "web"),
        # The top of the working tree is as high as a context gets.
        ({"Dockerfile": _WEB}, ""),
    ],
)
def test_no_folder_above_has_all_sources(tmp_path, tree, context):
    dockerfile = f"{context}/Dockerfile".lstrip("/")
    tree = {**tree, "sub/x": "1"}
    found = in_repository(tmp_path, tree, context, dockerfile)
    assert not any("all of them are in" in item.help for item in found)


def test_above_a_folder_that_is_in_no_repository_nothing_is_looked_for(tmp_path):
    lay(tmp_path, {"turbo.json": "{}", "apps/web/Dockerfile": _WEB})
    found = every_finding(gathered(tmp_path / "apps" / "web"))
    assert not any("all of them are in" in item.help for item in found)


def test_a_source_that_lies_beside_the_dockerfile():
    tree = {
        "docker/Dockerfile": "FROM scratch\nCOPY ./run.sh /\nCOPY app /app\n",
        "docker/run.sh": 1,
        "app/x": 1,
    }
    found = catches("missing-source", tree, dockerfile="docker/Dockerfile", line=2)
    assert found.help == "sources start at the root of the context: write docker/run.sh"


@pytest.mark.parametrize("path", ["run.sh", "docker/run.sh", "app/run.sh"])
def test_a_source_that_lies_nowhere_is_not_looked_for(path):
    tree = {"docker/Dockerfile": "FROM scratch\nCOPY gone.sh /\nCOPY app /app\n", "app/x": 1}
    found = catches("missing-source", {**tree, path: 1}, dockerfile="docker/Dockerfile", line=2)
    assert found.help == "correct the source, or make the file first"


def test_a_git_that_is_a_file_is_one_finding():
    text = "FROM scratch\nCOPY .git/HEAD /\nCOPY ./.git/refs /r\nCOPY src /\n"
    tree = {"Dockerfile": text, ".git": "gitdir: ../.git/modules/x\n", "src/a": 1}
    found = catches("missing-source", tree, line=2)
    assert "(also in line 3)" in found.message
    assert found.help.startswith(".git is a file here, as in a worktree or a submodule")


@pytest.mark.parametrize("git", [{}, {".git/config": "x"}])
def test_a_git_that_is_none(git):
    tree = {"Dockerfile": "FROM scratch\nCOPY .git/HEAD /\nCOPY src /\n", "src/a": 1, **git}
    found = catches("missing-source", tree, line=2)
    assert ".git is a file" not in found.help


@pytest.mark.parametrize("target", ["gone", "../out", "/etc/passwd"])
def test_a_link_that_leads_nowhere(target):
    tree = {"Dockerfile": "FROM a\nCOPY conf/link /x\nCOPY a /a\n", "a": 1}
    (found,) = find("missing-source", {**tree, "conf/link": {"link": target}})
    assert (
        found.help == f"it is a link to {target}, which is not in the context: name a path that is"
    )


@pytest.mark.parametrize(
    ("dockerfile", "tree"),
    [
        ("COPY conf/link /x", {"conf/link": {"link": "b"}, "conf/b": 1}),
        ("COPY conf/link /x", {"conf/link": {"link": "/b"}, "b": 1}),
        ("COPY conf /x", {"conf/link": {"link": "gone"}}),
        ("COPY . /x", {"link": {"link": "gone"}}),
        ("COPY conf/other /x", {"conf/link": {"link": "gone"}}),
        ("COPY link /x", {"conf/link": {"link": "gone"}}),
    ],
)
def test_no_link_is_the_cause(dockerfile, tree):
    found = find(
        "missing-source", {"Dockerfile": f"FROM a\n{dockerfile}\nCOPY a /a\n", "a": 1, **tree}
    )
    assert not any("it is a link" in item.help for item in found)


TRACKED = {
    "Dockerfile": "FROM a\nCOPY src /s\nCOPY docs/a /d\nCOPY web /w\nCOPY top /t\nCOPY gone /g\n",
    "src/a": "1",
    "docs/a": "1",
    "docs/b": "1",
    "web/x/y": "1",
    "top": "1",
    "gone": "1",
}
ADD = "git has it, and this checkout is sparse: git sparse-checkout add"


@pytest.mark.parametrize(
    ("kept", "removed", "told"),
    [
        (["src"], [], {"docs/a": f"{ADD} docs", "web": f"{ADD} web"}),
        (["src", "web/x"], [], {"docs/a": f"{ADD} docs"}),
        (["src"], ["top"], {"docs/a": f"{ADD} docs", "web": f"{ADD} web", "top": "git restore top brings it back"}),
        (None, ["docs"], {"docs/a": "git restore docs/a brings it back"}),
        (None, ["docs/b"], {}),
        (["src", "docs", "web"], [], {}),
        (None, [], {}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("below", ["", "app/"])
def test_what_git_has_and_the_working_tree_lacks(tmp_path, clean, kept, removed, told, below):
    root = lay(tmp_path, {below + path: content for path, content in TRACKED.items()})
    init(root)
    git(root, "add", "-A", ".", f":!{below}gone")
    git(root, "commit", "-qm", "x")
    if kept is not None:
        git(root, "sparse-checkout", "set", *(below + path for path in kept))
    context = tmp_path / below
    (context / "gone").unlink()
    for path in removed:
        subprocess.run(["rm", "-r", str(context / path)], check=True)
    found = {item.paths[0]: item.help for item in check(gathered(context))}
    assert found.pop("gone") == "correct the source, or make the file first"
    assert list(found) == list(told)
    assert all(told[path] in help_ for path, help_ in found.items())


RELEASED = "builds:\n  - binary: app\ndockers:\n  - goarch: amd64\n    dockerfile: {}\n"


@pytest.mark.parametrize(
    ("name", "text", "dockerfile"),
    [
        (".goreleaser.yml", RELEASED.format("Dockerfile"), "Dockerfile"),
        (".goreleaser.yaml", RELEASED.format('"./build/Dockerfile"'), "build/Dockerfile"),
        ("goreleaser.yml", "dockers:\n- image_templates: [a]\n", "Dockerfile"),
        (".goreleaser-linux.yaml", "dockers_v2:\n  - images: [a]\n", "Dockerfile"),
    ],
)
def test_a_release_tool_makes_what_it_builds_with(name, text, dockerfile):
    tree = {dockerfile: "FROM a\nCOPY app /\nCOPY other /\n", name: text, "src/a.go": 1}
    found = find("missing-source", tree, dockerfile=dockerfile)
    assert [item.severity for item in found] == [Severity.INFO, Severity.INFO]
    assert found[0].help.startswith(f"{name} has it built in a folder of its own")


@pytest.mark.parametrize(
    ("name", "text", "dockerfile"),
    [
        (".goreleaser.yml", "builds:\n  - binary: app\n", "Dockerfile"),
        (".goreleaser.yml", "# dockers:\n", "Dockerfile"),
        (".goreleaser.yml", RELEASED.format("Dockerfile.release"), "Dockerfile"),
        (".goreleaser.yml", RELEASED.format("Dockerfile"), "build/Dockerfile"),
        ("ci/.goreleaser.yml", RELEASED.format("Dockerfile"), "Dockerfile"),
        ("my-goreleaser.yml", RELEASED.format("Dockerfile"), "Dockerfile"),
        (".goreleaser.md", RELEASED.format("Dockerfile"), "Dockerfile"),
        ("compose.yml", RELEASED.format("Dockerfile"), "Dockerfile"),
    ],
)
def test_no_release_tool_builds_it(name, text, dockerfile):
    tree = {dockerfile: "FROM a\nCOPY app /\nCOPY src /\n", name: text, "src/a.go": 1}
    (found,) = find("missing-source", tree, dockerfile=dockerfile)
    assert found.severity is Severity.ERROR
