"""Code that opens .git itself, and code that only speaks of it."""

from __future__ import annotations

import pytest

from tests.evidence.test_needs import ALL, needs_of, run

HEAD = {".git/HEAD": "x"}

OPENED = [
    ("lib/Configuration.php", "$head = __DIR__ . '/../.git/HEAD';\nif (@is_readable($head)) {}"),
    ("index.php", "file_get_contents('.git/HEAD')"),
    ("app/helpers.php", "file(base_path('.git/refs/heads/main'))"),
    ("shop/version.py", "open('.git/HEAD').read()"),
    ("shop/__init__.py", "Path(__file__).parent / '.git' / 'HEAD'"),
    ("shop/settings.py", "os.path.join(BASE_DIR, '.git', 'HEAD')"),
    ("src/version.js", "readFileSync(path.join(__dirname, '..', '.git', 'HEAD'))"),
    ("src/build-info.ts", "fs.readFileSync('./.git/HEAD', 'utf8')"),
    ("config/initializers/version.rb", "File.read(Rails.root.join('.git/HEAD'))"),
    ("lib/a/version.rb", 'File.open("#{__dir__}/x"); File.read(".git/packed-refs")'),
    ("version.go", 'os.ReadFile(".git/HEAD")'),
    ("cmd/build.go", 'b, _ := ioutil.ReadFile("../.git/HEAD")'),
]

NOT_OPENED = [
    ("lib/Configuration.php", "// the hash is in git, see .git"),
    ("lib/Configuration.php", "$url = 'https://x.org/a.git/HEAD';"),
    ("lib/config.php", "$head = $repository . '/.git/HEAD';"),
    ("lib/config.py", "open(os.path.join(repo, '.git', 'HEAD'))"),
    ("lib/config.py", "open(f'{path}/.git/HEAD')"),
    ("lib/config.py", "IGNORED = ['.git', '.hg']"),
    ("lib/config.py", "'.gitignore'"),
    ("lib/config.py", "open('.github/HEAD')"),
    ("lib/config.py", "open('.git/config')"),
    ("lib/config.js", "clone(url, dir + '/.git/HEAD')"),
    ("lib/test_version.py", "open('.git/HEAD')"),
    ("lib/version.test.js", "readFileSync('.git/HEAD')"),
    ("tests/version.py", "open('.git/HEAD')"),
    ("src/fixtures/version.py", "open('.git/HEAD')"),
    ("lib/paint.py", "open('.git/HEAD')"),
    ("version.txt", "open('.git/HEAD')"),
    ("README.md", "open('.git/HEAD')"),
    ("node_modules/a/version.js", "readFileSync('.git/HEAD')"),
    ("version.rs", "read('.git/HEAD')"),
    ("lib/version.py/x", "open('.git/HEAD')"),
    ("version.py", ""),
]


ASKED = [
    ("src/views/about.nim", 'const hash = staticExec("git show -s --format=%h")', False),
    ("src/app.nim", 'const v = gorge "git describe --tags"', False),
    ("src/app.nim", 'const v = gorgeEx("cd .. && git describe --dirty")', True),
    ("src/site.cr", "VERSION = {{ `git describe --tags`.stringify }}", False),
    ("src/site.cr", 'BRANCH = {{ "#{`git branch`.strip}" }}', False),
    ("src/site.cr", '{% v = system("git status --porcelain") %}', True),
]

NOT_ASKED = [
    ("src/app.nim", "# const v = the git tag"),
    ("src/app.nim", 'echo execProcess("git describe")'),
    ("src/app.nim", 'const v = staticExec("date")\necho "git is here"'),
    ("src/app.nim", 'const v = staticRead("git describe")'),
    ("src/site.cr", "puts `git describe`"),
    ("src/site.cr", '{{ run("./macros") }} # git describe'),
    ("src/site.cr", '"{{ name }} of git "'),
    ("spec/site.cr", "VERSION = {{ `git describe` }}"),
    ("tests/about.nim", 'const h = staticExec("git show")'),
    ("src/about.nimble.md", 'staticExec("git show")'),
    ("src/about.py", 'staticExec("git show")'),
    ("docs/about.md", "{{ `git describe` }}"),
]


@pytest.mark.parametrize(("path", "text", "compares"), ASKED)
def test_the_compiler_asks(tmp_path, path, text, compares):
    needs = needs_of(tmp_path, HEAD | {path: text}, run("true"))
    assert needs.git == (f"{path} asks git while it is compiled",)
    assert needs.compares is compares


@pytest.mark.parametrize(("path", "text"), NOT_ASKED)
def test_the_compiler_does_not_ask(tmp_path, path, text):
    assert needs_of(tmp_path, HEAD | {path: text}, run("true")).git == ()


@pytest.mark.parametrize(("path", "text"), OPENED)
def test_code_opens_it(tmp_path, path, text):
    needs = needs_of(tmp_path, HEAD | {path: text}, run("true"))
    assert needs.git == (f"{path} opens a file of .git",)
    assert not needs.compares


@pytest.mark.parametrize(("path", "text"), NOT_OPENED)
def test_code_does_not(tmp_path, path, text):
    assert needs_of(tmp_path, HEAD | {path: text}, run("true")).git == ()


APART = [
    (HEAD, "FROM a\nCOPY version.py .\n"),
    (HEAD, "FROM a AS b\nCOPY .git .\nFROM c\nCOPY version.py .\n"),
    ({}, ALL),
    (HEAD | {".dockerignore": ".git"}, ALL),
    (HEAD | {".dockerignore": "version.py"}, ALL),
]


@pytest.mark.parametrize(("tree", "dockerfile"), APART)
def test_code_without_a_history_beside_it(tmp_path, tree, dockerfile):
    found = needs_of(tmp_path, {"version.py": "open('.git/HEAD')"} | tree, dockerfile).git
    assert not any("opens" in reason for reason in found)
