"""The builders: their differences one by one, and sizes as their clients print them."""

from __future__ import annotations

import pytest

from ctxopt.build.context import builder_named
from ctxopt.builder import BUILDER_NAMES, BUILDERS, BUILDKIT, CLASSIC, DOCKERS, PODMAN
from ctxopt.errors import ContextError


def test_every_name_has_its_builder():
    assert [builder.name for builder in BUILDERS] == list(BUILDER_NAMES)
    for builder in BUILDERS:
        assert builder_named(builder.name) is builder
        assert str(builder) == builder.name


@pytest.mark.parametrize("name", ["", "BuildKit", "buildkit ", "build", "docker", "classic\n", "Podman", "buildah"])  # fmt: skip
def test_other_names_have_none(name):
    with pytest.raises(ContextError) as caught:
        builder_named(name)
    assert caught.value.message == f"there is no builder {name!r}"
    assert caught.value.hint == "buildkit, classic or podman"


@pytest.mark.parametrize(
    ("builder", "permitted", "transferred"),
    [
        (BUILDKIT, "could be sent", "sent"),
        (CLASSIC, "sent", "sent"),
        (PODMAN, "could be taken", "taken"),
    ],
)
def test_what_views_are_called(builder, permitted, transferred):
    assert builder.words_for("permitted") == permitted
    assert builder.words_for("transferred") == transferred


def test_the_two_of_docker():
    assert set(DOCKERS) == set(BUILDERS) - {PODMAN}
    assert [builder.sends_context for builder in BUILDERS] == [True, True, False]


def test_they_differ_in_every_field():
    # A field in which all agree is no difference, and belongs to no builder.
    for field in BUILDKIT._fields:
        assert len({getattr(builder, field) for builder in BUILDERS}) > 1, field


@pytest.mark.parametrize("builders", [(BUILDKIT, CLASSIC), (BUILDKIT, PODMAN), (CLASSIC, PODMAN)])
def test_no_two_are_alike(builders):
    one, two = builders
    assert sum(getattr(one, field) != getattr(two, field) for field in one._fields) > 3


@pytest.mark.parametrize(
    ("ignore_path", "buildkit", "classic", "podman"),
    [
        (None, True, True, True),
        (".dockerignore", True, True, True),
        ("Dockerfile.dockerignore", True, False, True),
        ("sub/.dockerignore", True, False, True),
        ("./.dockerignore", True, False, True),
        (".Dockerignore", True, False, True),
        (".containerignore", False, False, True),
        ("Containerfile.containerignore", False, False, True),
        ("docker/Dockerfile.containerignore", False, False, True),
    ],
)
def test_ignore_files(ignore_path, buildkit, classic, podman):
    assert BUILDKIT.reads(ignore_path) is buildkit
    assert CLASSIC.reads(ignore_path) is classic
    assert PODMAN.reads(ignore_path) is podman


@pytest.mark.parametrize(
    ("size", "buildkit", "classic"),
    [
        (0, "0B", "0B"),
        (2, "2B", "2B"),
        (999, "999B", "999B"),
        (1000, "1.00kB", "1kB"),
        (1001, "1.00kB", "1.001kB"),
        (1005, "1.00kB", "1.005kB"),
        (2048, "2.05kB", "2.048kB"),
        (10_240, "10.24kB", "10.24kB"),
        (123_456, "123.46kB", "123.5kB"),
        # Rounded up in the unit at hand, as the clients do.
        (999_999, "1000.00kB", "1000kB"),
        (1_000_000, "1.00MB", "1MB"),
        (35_678_901, "35.68MB", "35.68MB"),
        (1_500_000_000, "1.50GB", "1.5GB"),
        (10**12, "1.00TB", "1TB"),
        (10**15, "1.00PB", "1PB"),
        (10**18, "1.00EB", "1EB"),
        (10**21, "1000.00EB", "1000EB"),
    ],
)
def test_printed(size, buildkit, classic):
    assert BUILDKIT.printed(size) == buildkit
    assert CLASSIC.printed(size) == classic
    assert PODMAN.printed(size) == ""
