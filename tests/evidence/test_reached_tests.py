"""What kept sources reach of folders that look like tests: what is found, and twice as often what is not."""

from __future__ import annotations

import os
import time

import pytest

from ctxopt.build.analysis import analyze
from ctxopt.build.context import find_context
from ctxopt.build.request import BuildRequest
from ctxopt.evidence import reached_tests
from ctxopt.evidence.catalog import load_catalog
from ctxopt.evidence.gather import gather_needs
from ctxopt.evidence.source_references import is_source, references
from tests.support.trees import lay


def needs_of(folder, tree, *steps):
    runs = "".join(f"RUN {step}\n" for step in steps)
    root = lay(folder, {"Dockerfile": f"FROM a\nCOPY . .\n{runs}", **tree})
    return gather_needs(analyze(find_context(root), BuildRequest()), load_catalog())


def package(**scripts):
    texts = ", ".join(f'"{name}": "{command}"' for name, command in scripts.items())
    return f'{{"scripts": {{{texts}}}}}'


FAKE = "src/test/fixtures/fake-store.ts"
STORE = {"src/service.ts": "import { FakeStore } from './test/fixtures/fake-store.js'", FAKE: "x"}
BARS = "src/__tests__/bar.fixtures.ts"

REACHED = [
    (FAKE, STORE, "named by src/service.ts"),
    ("tests/a.js", {"a.js": "import('./tests/a')", "tests/a.js": "x"}, "named by a.js"),
    ("tests/a.json", {"a.cjs": "const a = require('./tests/a')", "tests/a.json": "x"}, "named by a.cjs"),
    ("tests/a.ts", {"a.mjs": "export * from \"./tests/a\";", "tests/a.ts": "x"}, "named by a.mjs"),
    ("tests/index.ts", {"a.tsx": "import './tests'", "tests/index.ts": "x"}, "named by a.tsx"),
    ("tests/a.svg", {"a.vue": "<script>\nimport a from './tests/a.svg?raw'", "tests/a.svg": "x"}, "named by a.vue"),
    ("tests/a.js", {"b/a.svelte": "import {\n  a,\n} from '../tests/a'", "tests/a.js": "x"}, "named by b/a.svelte"),
    ("tests/a.ts", {"a.ts": "import './tests/a.js'", "tests/a.ts": "import './b'", "tests/b.ts": "x"}, "named by a.ts"),
    # What a program opens or lists that a runner may start.
    ("tests/ops/cases", {"Gruntfile.js": "x", "gen.mjs": "readdirSync(path.join(root, '/tests/ops/cases/'))", "tests/ops/cases/a.mjs": "x"}, "named by gen.mjs"),
    ("tests/a.json", {"gulpfile.js": "x", "scripts/seed.py": "open('../tests/a.json')", "tests/a.json": "x"}, "named by scripts/seed.py"),
    # What is reached reaches further.
    ("e2e/b.json", {"package.json": "{}", "a.ts": "import './tests/a'", "tests/a.ts": "import '../e2e/b.json'", "e2e/b.json": "x"}, "named by tests/a.ts"),
    ("shop/tests/factories.py", {"shop/tests/factories.py": "x", "shop/seed/s.py": "from shop.tests.factories import make"}, "named by shop/seed/s.py"),
    ("src/shop/tests/factories.py", {"src/shop/tests/factories.py": "x", "src/shop/s.py": "import os, shop.tests.factories as f"}, "named by src/shop/s.py"),
    ("shop/tests/factories.py", {"shop/tests/factories.py": "x", "shop/s.py": "if X:\n    from .tests import factories"}, "named by shop/s.py"),
    ("shop/tests/__init__.py", {"shop/tests/__init__.py": "x", "shop/a/s.py": "from ..tests import make"}, "named by shop/a/s.py"),
    ("shop/tests/b.py", {"shop/tests/b.py": "x", "shop/s.py": "from .tests import (\n    a,\n    b,  # yes\n)"}, "named by shop/s.py"),
    ("spec/support/fakes.rb", {"Gemfile": "", "spec/support/fakes.rb": "x", "a.rb": "require_relative 'spec/support/fakes'"}, "named by a.rb"),
    ("spec/a.rb", {"Gemfile": "", "spec/a.rb": "x", "lib/a.rake": "require_relative('../spec/a.rb')"}, "named by lib/a.rake"),
    ("tests/data.h", {"tests/data.h": "x", "src/a.c": '#include "tests/data.h"'}, "named by src/a.c"),
    ("src/tests/data.h", {"src/tests/data.h": "x", "src/a.cpp": ' # include "tests/data.h"'}, "named by src/a.cpp"),
    ("src/m/fixtures/b.bin", {"src/m/fixtures/b.bin": "x", "src/m/mod.rs": 'const B: &[u8] = include_bytes!("fixtures/b.bin");'}, "named by src/m/mod.rs"),
    ("fixtures/b", {"fixtures/b": "x", "src/a.rs": 'include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/b"))'}, "named by src/a.rs"),
    ("src/test/mod.rs", {"src/test/mod.rs": "x", "src/lib.rs": "pub mod test;"}, "named by src/lib.rs"),
    ("src/a/test/b.rs", {"src/a/test/b.rs": "x", "src/a.rs": '#[path = "a/test/b.rs"]\nmod b;'}, "named by src/a.rs"),
    ("tests/bin/g.rs", {"tests/bin/g.rs": "x", "Cargo.toml": "[[bin]]\nname = 'g'\npath = 'tests/bin/g.rs'\n"}, "Cargo.toml reads it as target"),
    ("tests/l.rs", {"tests/l.rs": "x", "Cargo.toml": "[lib]\npath = 'tests/l.rs'\n"}, "Cargo.toml reads it as target"),
    ("tests/e.rs", {"tests/e.rs": "x", "Cargo.toml": "[[example]]\nname = 'e'\npath = 'tests/e.rs'\n"}, "Cargo.toml reads it as example target"),
    ("tests/b.rs", {"tests/b.rs": "x", "Cargo.toml": "[package]\nbuild = 'tests/b.rs'\n"}, "Cargo.toml reads it as build"),
    ("src/main/java/com/acme/test", {"src/main/java/com/acme/test/X.java": "x"}, "part of src/main/java"),
    ("m/src/main/resources/fixtures", {"m/src/main/resources/fixtures/a": "x"}, "part of src/main/resources"),
    ("src/commonMain/kotlin/a/test", {"src/commonMain/kotlin/a/test/X.kt": "x"}, "part of src/commonMain/kotlin"),
]  # fmt: skip

NOT_REACHED = [
    ("src/test", {"src/service.ts": "import { a } from './store'", FAKE: "x"}),
    ("src/test", {"src/service.ts": "import { a } from 'test/fixtures/fake-store'", FAKE: "x"}),
    ("src/test", {"src/service.ts": "// import './test/fixtures/fake-store'", FAKE: "x"}),
    ("src/test", {"src/service.ts": "/**\n * import './test/fixtures/fake-store'\n */", FAKE: "x"}),
    ("src/test", {"src/service.ts": "load('./test/fixtures/fake-store')", FAKE: "x"}),
    ("src/test", {"service.ts": "import './test/fixtures/fake-store'", FAKE: "x"}),
    ("src/test", {"src/service.md": "import './test/fixtures/fake-store'", FAKE: "x"}),
    ("src/test", {**STORE, ".dockerignore": "src/service.ts"}),
    ("src/test", {"src/service.ts": "import './test/fixtures/fake'", FAKE: "x"}),
    ("src/test", {"src/service.ts": "import '../../../src/test/fixtures/fake-store'", FAKE: "x"}),
    ("src/test", {"src/test/a.ts": "import './fixtures/fake-store'", FAKE: "x"}),
    ("src/test", {"node_modules/a/i.js": "require('../../src/test/fixtures/fake-store')", FAKE: "x"}),
    ("src/test/e2e", STORE | {"package.json": "{}", "src/test/e2e/data.json": "x"}),
    ("src/test", {"src/service.test.ts": "import './test/fixtures/fake-store'", FAKE: "x"}),
    ("src/test", {"vitest.config.ts": "import './src/test/fixtures/fake-store'", FAKE: "x"}),
    ("shop/tests", {"shop/tests/a.py": "x", "shop/s.py": "from shop.test.a import b"}),
    ("shop/tests", {"shop/tests/a.py": "x", "shop/s.py": "# from shop.tests.a import b"}),
    ("shop/tests", {"shop/tests/a.py": "x", "shop/s.py": "x = 'from shop.tests.a import b'"}),
    ("shop/tests", {"shop/tests/a.py": "x", "shop/test_s.py": "from shop.tests.a import b"}),
    ("shop/tests", {"shop/tests/a.py": "x", "shop/conftest.py": "from shop.tests.a import b"}),
    ("shop/tests", {"shop/tests/a.py": "x", "shop/s_test.py": "from .tests.a import b"}),
    ("shop/tests", {"shop/tests/a.py": "x", "shop/s.py": "from ..tests.a import b"}),
    ("shop/tests", {"shop/tests/a.py": "x", "shop/s.py": "from .....tests.a import b"}),
    ("shop/tests", {"shop/tests/a.py": "x", "shop/s.py": "from django.tests.a import b"}),
    ("shop/tests", {"shop/tests/a.py": "x", "shop/s.py": "from shop.testsuite import tests"}),
    ("shop/tests", {"shop/tests/a.py": "x", "shop/s.py": "from . import views"}),
    ("spec", {"Gemfile": "", "spec/a.rb": "x", "a.rb": "# require_relative 'spec/a'"}),
    ("spec", {"Gemfile": "", "spec/a.rb": "x", "a.rb": "require 'spec/a'"}),
    ("spec", {"Gemfile": "", "spec/a.rb": "x", "a_spec.rb": "require_relative 'spec/a'"}),
    ("spec", {"Gemfile": "", "spec/a.rb": "x", "lib/a.rb": "require_relative 'spec/a'"}),
    ("spec", {"Gemfile": "", "spec/a.rb": "x", "spec_helper.rb": "require_relative 'spec/a'"}),
    ("tests", {"tests/data.h": "x", "src/a.c": '// #include "tests/data.h"'}),
    ("tests", {"tests/data.h": "x", "src/a.c": '#include "tests/other.h"'}),
    ("tests", {"tests/data.h": "x", "src/a_test.c": '#include "tests/data.h"'}),
    ("tests", {"tests/data.h": "x", "src/a.txt": '#include "tests/data.h"'}),
    ("src/m/fixtures", {"src/m/fixtures/b.bin": "x", "src/lib.rs": 'include_bytes!("fixtures/b.bin")'}),
    ("fixtures", {"fixtures/b.bin": "x", "src/a.rs": 'include_bytes!("fixtures/b.bin")'}),
    ("src/fixtures", {"src/fixtures/b": "x", "src/a.rs": 'x!();\n#[cfg(test)]\nmod tests {\n    const B: &str = include_str!("fixtures/b");\n}\n'}),
    ("src/fixtures", {"src/fixtures/b": "x", "src/tests.rs": 'include_str!("fixtures/b");'}),
    ("src/fixtures", {"src/fixtures/b": "x", "src/a_tests.rs": 'include_str!("fixtures/b");'}),
    ("src/fixtures", {"src/fixtures/b": "x", "src/a.rs": 'read("fixtures/b");'}),
    ("src/tests", {"src/tests/mod.rs": "x", "src/lib.rs": "#[cfg(test)]\nmod tests;"}),
    ("src/tests", {"src/tests/mod.rs": "x", "src/lib.rs": '#[cfg(all(test, feature = "a"))]\npub(crate) mod tests;'}),
    ("src/tests", {"src/tests/mod.rs": "x", "src/lib.rs": "mod tests {}"}),
    ("src/tests", {"src/tests/mod.rs": "x", "src/lib.rs": "// mod tests;"}),
    ("src/tests", {"src/tests/mod.rs": "x", "src/a.rs": "mod tests;"}),
    ("tests", {"tests/bin/g.rs": "x", "Cargo.toml": "[[bin]]\nname = 'g'\n"}),
    ("tests", {"tests/l.rs": "x", "Cargo.toml": "[lib]\nname = 'l'\n"}),
    ("tests", {"tests/l.rs": "x", "Cargo.toml": "lib = 3\nbin = 'tests/l.rs'\n"}),
    ("tests", {"tests/l.rs": "x", "Cargo.toml": "[package]\nbuild = false\n"}),
    ("src/test", {"src/test/java/com/acme/X.java": "x", "src/main/java/com/acme/Y.java": "x"}),
    ("src/main/test", {"src/main/test/a": "x"}),
    ("test/java", {"test/java/X.java": "x"}),
    ("src/mainframe/java/test", {"src/mainframe/java/test/X.java": "x"}),
    ("main/java/test", {"main/java/test/X.java": "x"}),
    ("src/test/java/test", {"src/test/java/test/X.java": "x"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "tree", "reason"), REACHED)
def test_reached(tmp_path, path, tree, reason):
    assert needs_of(tmp_path, tree).why(path) == reason


@pytest.mark.parametrize(("path", "tree"), NOT_REACHED)
def test_not_reached(tmp_path, path, tree):
    assert needs_of(tmp_path, tree).why(path) is None


BESIDE = {BARS: "x", "src/bar.test.tsx": "import { bars } from './__tests__/bar.fixtures'"}
CHECKER = '{"scripts": {"build": "vite build"}, "devDependencies": {"vite-plugin-checker": "1"}}'

COMPILED = [
    (package(build="tsc"), "npm run build"),
    (package(build="npm run types", types="tsc -p ."), "npm ci && npm run build"),
    (package(build="next build"), "pnpm --filter web build"),
    (package(prebuild="vue-tsc", build="vite build"), "yarn build"),
    (package(types="tsc"), "make app"),
    ("{}", "npx tsc"),
    (CHECKER, "npm run build"),
]

NOT_COMPILED = [
    (package(build="vite build"), "npm run build"),
    (package(build="vite build", types="tsc"), "npm run build"),
    (package(types="tsc"), "npm ci"),
    (package(build="tsc-alias && tsconfig"), "npm run build"),
    (package(build="next export"), "npm run build"),
    (package(build="tsc"), "npm run rebuild"),
    (package(build="tsc"), "ls /app/build"),
    (package(build="tsc"), "true"),
    (CHECKER, "npm run lint"),
    ("[]", "npm run build"),
    ('{"scripts": ["tsc"]}', "npm run build"),
    ('{"scripts": {"build": 3}}', "npm run build"),
    ("{" * 5000, "npm run build"),
    ("", "esbuild src/index.ts"),
]


@pytest.mark.parametrize(("manifest", "step"), COMPILED)
def test_a_step_that_compiles_everything_reads_the_tests_beside_the_sources(
    tmp_path, manifest, step
):
    needs = needs_of(tmp_path, BESIDE | {"package.json": manifest}, step)
    assert needs.why("src/__tests__") == "named by src/bar.test.tsx"


@pytest.mark.parametrize(("manifest", "step"), NOT_COMPILED)
def test_other_steps_do_not(tmp_path, manifest, step):
    assert (
        needs_of(tmp_path, BESIDE | {"package.json": manifest}, step).why("src/__tests__") is None
    )


def test_without_a_folder_of_tests_no_source_is_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(reached_tests, "references", None)
    monkeypatch.setattr(reached_tests, "is_source", None)
    assert needs_of(tmp_path, {"a.ts": "import './b'", "b.ts": "x"}).why("b.ts") is None


@pytest.mark.parametrize("bound", ["MOST_SOURCES", "MOST_TEXT"])
def test_what_is_read_is_bounded(tmp_path, monkeypatch, bound):
    monkeypatch.setattr(reached_tests, bound, 0)
    assert needs_of(tmp_path, STORE).why(FAKE) is None


def test_links_and_pipes_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.ts")
    tree = {"a.ts": {"link": "note.txt"}, "note.txt": "import './tests/a'", "tests/a.ts": "x"}
    assert needs_of(tmp_path, tree).why("tests") is None


@pytest.mark.parametrize("name", ["a.ts", "a.py", "a.rb", "a.c", "a.rs"])
@pytest.mark.parametrize(
    "piece",
    [
        "import ", "import(", "require(  ", "from ", "from a import (", "from a import b,", "import a,", " ", "\n ", ".",
        "require_relative ", "# include ", "#include \"", "include_str!(", "#[cfg(test)]\nmod a {", "#[cfg(test)]\n", "mod a ",
        "from './", "../", "pub(", "include!(concat!(env!(\"CARGO_MANIFEST_DIR\"),", "from .", "from " + "." * 150 + "a import b\n",
    ],
)  # fmt: skip
def test_hostile_texts_take_no_time(name, piece):
    text = piece * ((1 << 18) // len(piece))
    start = time.process_time()
    for _ in references("a/" * 50 + name, text):
        pass
    assert (
        time.process_time() - start < 30
    )  # what does not end takes minutes; no machine is that slow


def test_the_languages():
    names = ["a.ts", "Gemfile", "x.py", "b.rs", "ts", "a.go", ".py", "c.h", "README.md", "a.ts.map"]
    assert [name for name in names if is_source(name)] == [
        "a.ts",
        "Gemfile",
        "x.py",
        "b.rs",
        ".py",
        "c.h",
    ]
