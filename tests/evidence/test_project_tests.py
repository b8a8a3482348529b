"""Projects that test the image they build, and twice as many that do not."""

from __future__ import annotations

import pytest

from ctxopt.evidence.catalog import load_catalog
from ctxopt.evidence.project_tests import find_project_tests
from tests.support.trees import lay

FLOW = ".github/workflows/ci.yml"


def step(command: str) -> str:
    return f"jobs:\n  test:\n    steps:\n      - run: |\n          docker build -t app .\n          {command}\n"


def service(more: str, build: str = "    build: .\n") -> str:
    return f"services:\n  db:\n    image: postgres\n  app:\n{build}{more}  other:\n    image: x\n"


@pytest.mark.parametrize(
    "tree",
    [
        {FLOW: step("docker compose run --name tests redash tests --junitxml=x.xml pytest")},
        {FLOW: step("docker compose run redash tests")},
        {FLOW: step("docker-compose run --rm app pytest -x")},
        {FLOW: step("docker run --rm \\\n            app bundle exec rspec")},
        {"compose.yaml": service("    command: pytest tests/\n")},
        {"docker-compose.ci.yml": service('    command: ["bundle", "exec", "rspec"]\n    tty: true\n')},
        {"docker-compose.yml": service("    entrypoint:\n      - pytest\n      - -x\n    tty: true\n")},
    ],
)  # fmt: skip
def test_a_project_that_tests_its_image(tmp_path, tree):
    assert find_project_tests(lay(tmp_path, tree), load_catalog()) == next(iter(tree))


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {FLOW: step("pytest tests/")},
        {FLOW: step("docker build --target app . && pytest tests/")},
        # The sources are mounted: the image need not hold them.
        {FLOW: step("docker run --rm -v $PWD:/app app pytest")},
        {FLOW: step("docker compose run --volume .:/app app tests")},
        {FLOW: step("docker run -d redis:7 redis-server")},
        {FLOW: step("docker run app ./latest")},
        {FLOW: step("docker compose up -d db")},
        {FLOW: step("docker push app; make test")},
        {f"sub/{FLOW}": step("docker compose run redash tests")},
        {".github/workflows/README.md": step("docker compose run redash tests")},
        {"compose.yaml": service("    command: gunicorn app\n")},
        {"compose.yaml": service("    command: pytest\n    volumes:\n      - .:/app\n")},
        {"compose.yaml": service("    command: pytest\n    volumes:\n      - ./:/app:ro\n")},
        # Another one's image.
        {"compose.yaml": service("    command: pytest\n", build="    image: tester\n")},
        {"compose.yaml": service("    environment:\n      RUN: pytest\n")},
        {"config.yaml": service("    command: pytest\n")},
    ],
)
def test_a_project_that_does_not(tmp_path, tree):
    assert find_project_tests(lay(tmp_path, tree), load_catalog()) is None
