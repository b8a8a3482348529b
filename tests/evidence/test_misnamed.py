"""Names that look like those of ignore files, and twice as many that do not."""

from __future__ import annotations

import pytest

from ctxopt.evidence.misnamed import find_misnamed, folders_to_search

PRODUCTION = {"Dockerfile.prod", "a"}


@pytest.mark.parametrize(
    ("name", "beside", "reason"),
    [
        (".Dockerignore", set(), "written just like that"),
        (".dockerIgnore", set(), "written just like that"),
        (".dockerignore ", set(), "written just like that"),
        ("dockerignore", set(), "and no other"),
        ("dockerignore.txt", set(), "and no other"),
        (".dockerignore.txt", set(), "and no other"),
        (".dockerignore.prod", PRODUCTION, "and no other"),
        (".dockerignore-dev", PRODUCTION, "and no other"),
        (".dockerginore", set(), "and no other"),
        (".dockerignor", set(), "and no other"),
        (".dockeringore", set(), "and no other"),
        (".dockerignored", set(), "and no other"),
        (".docker-ignore", set(), "and no other"),
        (".dockeriignore", set(), "and no other"),
        (".dcokerignore", set(), "and no other"),
        (".dokerignore", set(), "and no other"),
        ("bockerignore", set(), "and no other"),
        ("Dockerfile.dockerignore", PRODUCTION, "called Dockerfile, and there is none"),
        ("Dockerfile.dockerignore", {"dockerfile"}, "called Dockerfile, and there is none"),
        ("prod.dockerignore", PRODUCTION, "called prod, and there is none"),
        ("Dockerfile.prod.dockerIgnore", PRODUCTION, "the ending has to be .dockerignore"),
        (".containerignore", set(), "Podman reads it"),
        ("Dockerfile.prod.containerignore", PRODUCTION, "Podman reads it"),
    ],
)
def test_misnamed(name, beside, reason):
    (found,) = find_misnamed("d", {name, *beside})
    assert found.path == f"d/{name}"
    assert reason in found.reason
    assert found.is_podmans is name.endswith("containerignore")


@pytest.mark.parametrize(
    "name",
    [
        ".dockerignore", ".gitignore", ".ignore", ".npmignore", ".eslintignore", ".prettierignore", ".helmignore",
        ".gcloudignore", ".vercelignore", ".slugignore", ".cfignore", ".hgignore", ".bzrignore", ".terraformignore",
        ".dockerignore.bak", ".dockerignore.example", ".dockerignore.tmpl", ".dockerignore~", ".dockerignore.j2",
        "dockerignore.go", "dockerignore_test.go", "dockerignore.py", "dockerignore.md", ".dockerignore.orig",
        "Dockerfile.prod.dockerignore", "Dockerfile", "Dockerfile.prod", "docker-compose.yml", ".dockercfg",
        ".dockleignore", ".docsignore", ".docksalignore", ".dokkuignore", ".dockerlintignore", ".hadolintignore",
        ".dockerfileignore", ".docker", "ignore", "README.md", ".stylelintignore", "ignorefile.go", ".rgignore", ".fdignore",
    ],
)  # fmt: skip
def test_no_ignore_file(name):
    assert list(find_misnamed("", {name, "Dockerfile.prod"})) == []


@pytest.mark.parametrize(
    ("dockerfile", "folders"),
    [(None, [""]), ("Dockerfile", [""]), ("a/b/Dockerfile", ["", "a/b"])],
)
def test_where_they_are_looked_for(dockerfile, folders):
    assert folders_to_search(dockerfile) == folders
