"""Which crates are built together, as far as their manifests say."""

from __future__ import annotations

import pytest

from ctxopt.evidence.cargo_workspace import crates_built


@pytest.mark.parametrize(
    ("texts", "built"),
    [
        ({"": '[workspace]\nmembers = ["crates/*"]\n', "crates/a": ""}, {"", "crates/a"}),
        ({"": '[workspace]\nmembers = ["lib/a"]\n', "lib/a": "", "lib/b": ""}, {"", "lib/a"}),
        ({"": "[package]\n", "crates/a": ""}, {""}),
        ({"": '[workspace]\nmembers = ["a"]\nexclude = ["a"]\n', "a": ""}, {""}),
        # Hostile or broken: nothing is known, and nothing fails.
        ({"": "a=" + "{a=" * 400, "a": ""}, {""}),
        ({"": "[" * 5_000, "a": ""}, {""}),
        ({"": "workspace = 3\n", "a": ""}, {""}),
        ({"": '[workspace]\nmembers = "a"\n', "a": ""}, {""}),
        ({"": "\0", "a": ""}, {""}),
    ],
)
def test_crates_built(texts, built):
    assert crates_built(texts, [""]) == built
