"""What an image reads once it runs: fixtures that are loaded, tests that are offered, and twice as often neither."""

from __future__ import annotations

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.evidence.catalog import load_catalog
from ctxopt.evidence.gather import gather_needs
from tests.support.trees import lay

ALL = "FROM a\nCOPY . .\n"
SHOP = {"shop/fixtures/languages.json": 400_000}
STARTED = f'{ALL}ENTRYPOINT ["./entrypoint.sh"]\n'
LOADS = "#!/bin/sh\npython manage.py loaddata languages.json\nexec gunicorn\n"


def needs_of(folder, tree, dockerfile):
    root = lay(folder, {"Dockerfile": dockerfile, **tree})
    return gather_needs(analyze(find_context(root), BuildRequest()), load_catalog())


@pytest.mark.parametrize(
    ("tree", "dockerfile", "reason"),
    [
        ({**SHOP, "shop/models.py": 9}, ALL, "beside shop/models.py"),
        ({**SHOP, "shop/apps.py": 9}, ALL, "beside shop/apps.py"),
        ({**SHOP, "shop/migrations/0001.py": 9}, ALL, "beside shop/migrations"),
        (SHOP, f"{ALL}RUN python manage.py loaddata languages\n", "RUN in line 3 loads fixtures"),
        (SHOP, f"{ALL}CMD python manage.py loaddata languages\n", "CMD in line 3 loads fixtures"),
        ({**SHOP, "entrypoint.sh": LOADS}, STARTED, "entrypoint.sh loads fixtures"),
        (
            {**SHOP, "docker/start.sh": LOADS},
            f"{ALL}COPY docker/start.sh /\nCMD /start.sh\n",
            "docker/start.sh loads fixtures",
        ),
    ],
)
def test_fixtures_that_are_data(tmp_path, tree, dockerfile, reason):
    why = needs_of(tmp_path, tree, dockerfile).why("shop/fixtures")
    assert why is not None
    assert reason in why


@pytest.mark.parametrize(
    ("path", "tree", "dockerfile"),
    [
        ("shop/fixtures", SHOP, ALL),
        ("shop/fixtures", {**SHOP, "models.py": 9, "shop/views.py": 9}, ALL),
        ("shop/fixtures", {**SHOP, "entrypoint.sh": LOADS}, ALL),
        ("shop/fixtures", {**SHOP, "shop/a.py": 9, "README.md": LOADS}, STARTED),
        ("shop/fixtures", {**SHOP, "entrypoint.sh": "exec python unloaddata2.py\n"}, STARTED),
        ("shop/fixtures", SHOP, f"{ALL}RUN python manage.py dumpdata\n"),
        ("tests/fixtures", {"tests/fixtures/a.json": 9, "tests/models.py": 9}, ALL),
        ("shop/tests/fixtures", {"shop/tests/fixtures/a": 9, "entrypoint.sh": LOADS}, STARTED),
        ("cypress/fixtures", {"cypress/fixtures/a": 9, "entrypoint.sh": LOADS}, STARTED),
        ("e2e/x/fixtures", {"e2e/x/fixtures/a": 9, "e2e/x/apps.py": 9}, ALL),
        ("spec/fixtures", {"spec/fixtures/a": 9, "spec/models.py": 9}, ALL),
        ("a/__tests__/fixtures", {"a/__tests__/fixtures/a": 9, "a/__tests__/apps.py": 9}, ALL),
        # Installed packages have applications as well, and stay leftovers.
        ("node_modules", {"node_modules/x/fixtures/a": 9, "node_modules/x/models.py": 9}, ALL),
        (".venv", {".venv/lib/x/fixtures/a": 9, ".venv/lib/x/apps.py": 9}, ALL),
    ],
)
def test_fixtures_that_are_none(tmp_path, path, tree, dockerfile):
    assert needs_of(tmp_path, tree, dockerfile).why(path) is None


CASE = """#!/bin/bash
case "$1" in
  server) exec gunicorn ;;
  %s)
    shift
    exec %s "$@"
    ;;
esac
"""


@pytest.mark.parametrize(
    ("tree", "dockerfile"),
    [
        ({"entrypoint.sh": CASE % ("tests", "pytest tests/")}, STARTED),
        ({"entrypoint.sh": CASE % ("test|t", "bundle exec rspec")}, STARTED),
        (
            {"bin/docker-entrypoint": CASE % ("tests", "vendor/bin/phpunit")},
            f'{ALL}WORKDIR /app\nENTRYPOINT ["/app/bin/docker-entrypoint"]\nCMD ["server"]\n',
        ),
        ({}, "FROM ruby AS base\nCOPY . .\nFROM base AS ci\nFROM base AS full\nRUN rake assets:precompile\n"),
        ({}, "FROM a AS base\nCOPY . .\nFROM base AS testing\nRUN pip install pytest\nFROM base\nRUN make\n"),
        ({}, "FROM a AS app\nCOPY . .\nFROM b AS E2E\nCOPY --from=app . .\nFROM app\n"),
    ],
)  # fmt: skip
def test_an_image_that_runs_tests(tmp_path, tree, dockerfile):
    assert needs_of(tmp_path, tree, dockerfile).tests


@pytest.mark.parametrize(
    ("tree", "dockerfile"),
    [
        ({}, STARTED),
        ({"entrypoint.sh": CASE % ("server2", "pytest tests/")}, STARTED),
        ({"entrypoint.sh": CASE % ("tests", "echo nothing to test")}, STARTED),
        ({"entrypoint.sh": CASE % ("latest", "pytest tests/")}, STARTED),
        ({"entrypoint.sh": "if test -f a; then (test -f b); fi\nexec gunicorn\n"}, STARTED),
        # Nobody starts it.
        ({"entrypoint.sh": CASE % ("tests", "pytest tests/")}, ALL),
        ({"scripts/run.sh": CASE % ("tests", "pytest tests/")}, STARTED),
        ({}, "FROM a AS latest\nCOPY . .\nRUN make\n"),
        ({}, "FROM a AS test-data\nCOPY . .\nRUN make\n"),
        ({}, "FROM a AS build\nCOPY . .\nFROM build AS cicd\nFROM build\n"),
        # Such a stage holds nothing of the context.
        ({}, "FROM cypress AS e2e\nRUN true\nFROM a\nCOPY . .\nRUN make\n"),
        ({}, "FROM a AS production\nCOPY . .\nRUN make\nFROM b AS contest\nCOPY . .\n"),
    ],
)
def test_an_image_that_runs_none(tmp_path, tree, dockerfile):
    assert needs_of(tmp_path, tree, dockerfile).tests is None


GO = {"go.mod": "module a\n", "main.go": 9}


@pytest.mark.parametrize(
    ("tree", "dockerfile"),
    [
        (GO, "FROM a/develop\nENV A=1\nWORKDIR /go/src/a\nCOPY . .\n"),
        ({"Cargo.toml": "[package]\n"}, "FROM rust\nRUN apt-get install -y gdb\nCOPY . .\n"),
    ],
)
def test_an_image_to_work_in_keeps_its_tests(tmp_path, tree, dockerfile):
    assert needs_of(tmp_path, tree, dockerfile).tests == "an image to work in"


@pytest.mark.parametrize(
    ("tree", "dockerfile"),
    [
        (GO, "FROM go\nCOPY . .\nRUN go build\n"),
        (GO, f'{ALL}CMD ["./a"]\n'),
        (GO, "FROM a\nCOPY main.go .\n"),
        (GO, "FROM go AS b\nCOPY . .\nRUN go build\nFROM c\nCOPY --from=b /a /a\nCOPY . .\n"),
        # The base image starts it.
        ({"index.php": 9}, "FROM php:8-apache\nCOPY . /var/www/html\n"),
        ({"index.html": 9, "sub/go.mod": 9}, "FROM nginx\nCOPY . /usr/share/nginx/html\n"),
    ],
)
def test_an_image_to_ship_does_not(tmp_path, tree, dockerfile):
    assert needs_of(tmp_path, tree, dockerfile).tests is None
