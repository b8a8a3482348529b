"""No line hides what kept sources reach of a folder of tests, and other folders still go."""

from __future__ import annotations

import pytest

from tests.support.fixes import fix_of, sizes
from tests.support.repositories import git, init
from tests.support.trees import lay

pytestmark = pytest.mark.usefixtures("clean")

BIG = 300_000


def build(step):
    return f"FROM a\nWORKDIR /app\nCOPY . .\nRUN {step}\n"


NODE = {
    "Dockerfile": build("npm ci && npm run build"),
    "package.json": '{"scripts": {"build": "tsc"}}',
}
RUST = {
    "Dockerfile": build("cargo build --release"),
    "Cargo.toml": "[package]\nname = 'a'\n",
    "src/main.rs": "mod mock;",
}
PYTHON = {"Dockerfile": build("pip install ."), "shop/__init__.py": "x"}
JAVA = {"Dockerfile": build("mvn package -DskipTests"), "pom.xml": "<project/>"}
RUBY = {"Dockerfile": build("rake assets:precompile"), "Gemfile": "x"}
BUNDLE = "src/mock/fixtures/bundle.bin"
FAKE = "src/test/fixtures/fake-store.ts"
BARS = "src/__tests__/bar.fixtures.ts"

# The tree, the lines that are written, and what must arrive.
KEPT = [
    (NODE | {"src/service.ts": "import { FakeStore } from './test/fixtures/fake-store.js'", FAKE: "x", "src/test/big.ts": BIG}, [], [FAKE]),
    (NODE | {"src/bar.stories.tsx": "import { bars } from './__tests__/bar.fixtures'", BARS: "x", "src/__tests__/bar.test.ts": BIG}, [], [BARS]),
    (NODE | {"src/service.ts": "import './test/fixtures/fake-store'", FAKE: "x", "src/test/e2e/data.json": BIG}, [], [FAKE]),
    (RUST | {"src/mock/mod.rs": 'pub const B: &[u8] = include_bytes!("fixtures/bundle.bin");', BUNDLE: BIG}, [], [BUNDLE]),
    (RUST | {"Cargo.toml": "[[bin]]\nname = 'g'\npath = 'tests/bin/g.rs'\n", "tests/bin/g.rs": "fn main() {}", "tests/x.rs": BIG}, [], ["tests/bin/g.rs"]),
    (PYTHON | {"shop/management/commands/seed.py": "from shop.tests.factories import make_user", "shop/tests/factories.py": BIG}, [], ["shop/tests/factories.py"]),
    (PYTHON | {"shop/seed.py": "from .tests.factories import make", "shop/tests/factories.py": "x", "tests/x.py": BIG}, ["tests"], ["shop/tests/factories.py"]),
    (RUBY | {"a.rb": "require_relative 'spec/support/fakes'", "spec/support/fakes.rb": "x", "spec/a_spec.rb": BIG}, [], ["spec/support/fakes.rb"]),
    (JAVA | {"src/main/java/com/acme/test/X.java": "x", "src/test/java/XTest.java": BIG}, ["src/test"], ["src/main/java/com/acme/test/X.java"]),
    ({"Dockerfile": build("make"), "Makefile": "all:", "src/a.c": '#include "tests/data.h"', "tests/data.h": BIG}, [], ["tests/data.h"]),
]  # fmt: skip

FREE = [
    (NODE | {"src/service.ts": "import './store'", FAKE: "x", "src/test/big.ts": BIG}, ["**/test"]),
    (NODE | {"src/service.ts": "// import './test/fixtures/fake-store'", FAKE: "x", "src/test/big.ts": BIG}, ["**/test"]),
    (NODE | {"package.json": '{"scripts": {"build": "esbuild"}}', "src/a.test.ts": "import './test/big'", "src/test/big.ts": BIG}, ["**/test"]),
    (NODE | {"src/__tests__/a.test.ts": "import './bar.fixtures'", BARS: BIG}, ["**/__tests__"]),
    (NODE | {"src/a.ts": "import './tests/b'", "src/__tests__/b.ts": BIG}, ["**/__tests__"]),
    (RUST | {"src/mock/mod.rs": 'include_bytes!("other.bin");', BUNDLE: BIG}, ["**/fixtures"]),
    (RUST | {"src/mock/mod.rs": 'fn a() {}\n\n#[cfg(test)]\nmod tests {\n    const B: &[u8] = include_bytes!("fixtures/bundle.bin");\n}\n', BUNDLE: BIG}, ["**/fixtures"]),
    (RUST | {"Cargo.toml": "[[bin]]\nname = 'g'\npath = 'src/main.rs'\n", "tests/x.rs": BIG}, ["**/tests"]),
    (RUST | {"src/lib.rs": "#[cfg(test)]\nmod tests;", "src/tests/mod.rs": BIG}, ["**/tests"]),
    (PYTHON | {"shop/seed.py": "from shop.models import User", "shop/tests/factories.py": BIG}, ["**/tests"]),
    (PYTHON | {"shop/test_seed.py": "from shop.tests.factories import make", "shop/tests/factories.py": BIG}, ["**/tests"]),
    (PYTHON | {"shop/seed.py": "# from shop.tests.factories import make", "shop/tests/factories.py": BIG}, ["**/tests"]),
    (PYTHON | {"shop/seed.py": "from django.tests.factories import make", "shop/tests/factories.py": BIG}, ["**/tests"]),
    (RUBY | {"a.rb": "require_relative 'lib/fakes'", "spec/a_spec.rb": BIG}, ["**/spec"]),
    (RUBY | {"a_spec.rb": "require_relative 'spec/support'", "spec/support.rb": BIG}, ["**/spec"]),
    (JAVA | {"src/main/java/com/acme/X.java": "import com.acme.test.X;", "src/test/java/XTest.java": BIG}, ["**/test"]),
    (JAVA | {"src/main/native/test/x": BIG}, ["**/test"]),
    ({"Dockerfile": build("make"), "Makefile": "all:", "src/a.c": '#include "data.h"', "tests/data.h": BIG}, ["**/tests"]),
    ({"Dockerfile": build("make"), "Makefile": "all:", "src/a_test.c": '#include "tests/data.h"', "tests/data.h": BIG}, ["**/tests"]),
    ({"Dockerfile": build("make"), "Makefile": "all:", "docs/a.md": '#include "tests/data.h"', "tests/data.h": BIG}, ["**/tests"]),
]  # fmt: skip


def lines_of(folder, tree):
    root = lay(folder, tree)
    init(root)
    git(root, "add", "-A")
    fix = fix_of(root)
    lines = [text for line in fix.lines for text in line.texts if text != ".git"]
    return fix, [line for line in lines if line.rpartition("/")[2] != ".git"]


@pytest.mark.parametrize(("tree", "lines", "arriving"), KEPT)
def test_what_sources_reach_stays(tmp_path, tree, lines, arriving):
    fix, found = lines_of(tmp_path, tree)
    assert found == lines
    assert set(arriving) <= set(sizes(fix.foreseen.permitted))


@pytest.mark.parametrize(("tree", "lines"), FREE)
def test_what_no_source_reaches_goes(tmp_path, tree, lines):
    assert lines_of(tmp_path, tree)[1] == lines
