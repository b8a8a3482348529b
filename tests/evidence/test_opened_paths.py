"""Paths in quotes that a program opens, and twice as many that it does not."""

from __future__ import annotations

import pytest

from ctxopt.evidence.opened_paths import opened_paths

OPENED = [
    (
        "scripts/gen.mjs",
        'const d = path.join(process.cwd() + "/tests/ops/cases/");',
        "tests/ops/cases",
    ),
    ("scripts/gen.mjs", "fs.readdirSync('./tests/ops')", "tests/ops"),
    ("scripts/gen.js", "fs.readFileSync(`../tests/a.json`)", "tests/a.json"),
    ("shop/seed.py", "with open('tests/fixtures/a.json') as f:", "tests/fixtures/a.json"),
    ("shop/seed.py", "Path('fixtures/a.json').read_text()", "shop/fixtures/a.json"),
    ("db/seeds.rb", "File.read(Rails.root.join('spec/fixtures/a.yml'))", "spec/fixtures/a.yml"),
    ("main.go", 'b, err := os.ReadFile("testdata/a.json")', "testdata/a.json"),
    ("app/seed.php", "file_get_contents('tests/a.csv')", "tests/a.csv"),
]

NOT_OPENED = [
    ("Gruntfile.js", 'command: "node tests/node/index.mjs",'),
    ("Gruntfile.js", 'tests: ["tests/**/*.mjs"],'),
    ("noxfile.py", "session.run('pytest', 'tests/unit')"),
    ("build.mjs", 'exec("vitest run tests/unit")'),
    ("a.js", "// path.join(root, 'tests/a')"),
    ("a.py", "# open('tests/a')"),
    ("a.js", " * readFileSync('tests/a')"),
    ("a.js", "path.join(root, 'tests')"),
    ("a.js", "const url = 'https://example.org/tests/a'; open(url)"),
    ("a.js", "path.join(root, `tests/${name}/x`)"),
    ("a.js", "glob('tests/**/*.js')"),
    ("a.py", "PATHS = ['tests/a', 'tests/b']"),
    ("scripts/run-tests.js", "path.join(root, 'tests/e2e/a')"),
    ("spec_runner.rb", "File.read('spec/a.yml')"),
    ("eslint-rules.js", "path.join(root, 'tests/a')"),
    ("a.py", "open('../../../etc/tests')"),
]


@pytest.mark.parametrize(("path", "text", "meant"), OPENED)
def test_opened(path, text, meant):
    (options,) = opened_paths(path, text)
    assert meant in options


@pytest.mark.parametrize(("path", "text"), NOT_OPENED)
def test_not_opened(path, text):
    found = [option for options in opened_paths(path, text) for option in options]
    assert not any(option.startswith(("tests", "spec")) for option in found)
