"""Which folders have a part in a build."""

from __future__ import annotations

import pytest

from ctxopt.evidence.workspaces import Workspaces

HAVE_PART = [
    ("", {}, "true"),
    ("docs", {"started": ["docs"]}, "true"),
    ("docs", {"copied": ["docs/x"]}, "true"),
    ("docs", {}, "cd docs && make"),
    ("docs", {}, "make -C ./docs/"),
    ("a/docs", {}, "make -C a/docs"),
    ("docs", {"packages": {"docs": '{"name": "@x/site"}'}}, "pnpm --filter @x/site build"),
    ("p/a", {"packages": {"": '{"workspaces": ["p/*"]}', "p/a": "{}"}}, "true"),
    ("p/a", {"packages": {"": '{"workspaces": {"packages": ["./p/a/"]}}', "p/a": "{}"}}, "true"),
    ("x/p/a", {"packages": {"x": '{"workspaces": ["p/*"]}', "x/p/a": "{}"}}, "true"),
    ("docs", {"packages": {"docs": "{}"}, "is_managed": True}, "true"),
]

HAVE_NONE = [
    ("docs", {}, "true"),
    ("docs", {}, "make docs-all my.docs mydocs"),
    ("docs", {"started": ["docs/x", "web"]}, "true"),
    ("docs", {"copied": ["web"]}, "true"),
    ("docs", {"is_managed": True}, "true"),
    ("docs", {"packages": {"docs": '{"name": "site"}'}}, "pnpm --filter sites build"),
    ("docs", {"packages": {"docs": '{"name": 7}'}}, "true"),
    ("docs", {"packages": {"docs": '{"name": ""}'}}, "true"),
    ("docs", {"packages": {"docs": "{" * 5000}}, "true"),
    ("docs", {"packages": {"": '{"workspaces": ["p/*"]}', "docs": "{}"}}, "true"),
    ("docs", {"packages": {"": '{"workspaces": "docs"}', "docs": "{}"}}, "true"),
    ("docs", {"packages": {"": '{"workspaces": [7, null]}', "docs": "{}"}}, "true"),
    ("docs", {"packages": {"": '{"workspaces": ["docs"]}'}}, "true"),
    ("docs", {"packages": {"docs": '{"workspaces": ["docs"]}'}}, "true"),
    ("docs", {"packages": {"web": '{"workspaces": ["../docs"]}', "docs": "{}"}}, "true"),
]


def workspaces(told):
    return Workspaces(**{"started": (), "copied": (), "packages": {}, "is_managed": False} | told)


@pytest.mark.parametrize(("folder", "told", "step"), HAVE_PART)
def test_a_folder_has_a_part(folder, told, step):
    assert workspaces(told).has_part(folder, [step])


@pytest.mark.parametrize(("folder", "told", "step"), HAVE_NONE)
def test_a_folder_has_none(folder, told, step):
    assert not workspaces(told).has_part(folder, [step])


SITE = {"": "{}", "demo": "{}"}
CONFIGURES = [
    ("vite.config.ts", SITE, True),
    ("config/vite.config.ts", SITE, True),
    ("docusaurus.config.js", SITE, True),
    ("demo/vite.config.ts", {}, True),
    ("demo/vite.config.ts", SITE, False),
    ("demo/config/vite.config.ts", SITE, False),
    ("site/docusaurus.config.js", SITE, False),
    ("site/docusaurus.config.js", {}, False),
]


@pytest.mark.parametrize(("path", "packages", "expected"), CONFIGURES)
def test_a_configuration_of_a_package_that_has_a_part(path, packages, expected):
    assert workspaces({"packages": packages}).configures(path, ["npm run build"]) is expected
