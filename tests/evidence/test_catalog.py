"""The catalogue: the form of its data, what it must match, what it must leave alone, and that lookups are exact."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctxopt.evidence.catalog import (
    TWIN,
    Catalog,
    CatalogEntry,
    CatalogKind,
    NameConfidence,
    PathType,
    Stack,
    load_catalog,
)
from ctxopt.fix.preventive import RULE_OF_KIND
from scripts.catalog_twin import render_twin

CATALOG = load_catalog()
RAW = tomllib.loads(
    files("ctxopt").joinpath("evidence", "data", "catalog.toml").read_text(encoding="utf-8")
)


def words(text: str) -> list[str]:
    return text.split()


STACKS = words("""
    any cpp dart dotnet elixir frontend go haskell jvm ml monorepo node php python r ruby rust swift terraform
""")

# Names that many things share: alone they prove nothing.
GENERIC = words("""
    bin build dist out data datasets vendor env venv tmp coverage target packages publish artifacts log logs docs site
    test tests spec fixtures e2e runs outputs checkpoints deps storage cover core tags wheels charts
""")


# --------------------------------------------------------------------------- form


def ids(entry: CatalogEntry) -> str:
    return f"{entry.stack}:{entry.pattern}"


@pytest.mark.parametrize("entry", CATALOG.entries, ids=ids)
def test_an_entry_is_well_formed(entry: CatalogEntry):
    assert entry.kind in get_args(CatalogKind)
    assert entry.type in get_args(PathType)
    assert entry.confidence in get_args(NameConfidence)
    assert entry.stack in STACKS
    assert re.fullmatch(r"[A-Z.].*\.", entry.reason)
    assert "\n" not in entry.reason
    assert ". " not in entry.reason
    assert re.fullmatch(r"https://[a-z0-9.-]+\.[a-z]+/\S*|https://[a-z0-9.-]+\.[a-z]+", entry.link)
    assert entry.keep_when == "" or re.fullmatch(r"When .*\.", entry.keep_when)
    for names in (entry.manifests, entry.except_names):
        assert isinstance(names, tuple)
        assert all(name and "/" not in name for name in names)
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("entry", CATALOG.entries, ids=ids)
@pytest.mark.slow
def test_a_pattern_means_what_it_seems_to_mean(entry: CatalogEntry):
    """Only what Docker reads the way everybody does: no exception, comment, brace, anchor or negated class."""
    tail = entry.pattern.removeprefix("**/")
    assert tail != entry.pattern, "a name at any depth needs **/"
    assert tail == tail.strip()
    assert not re.search(r"\*\*|//|[\\{}^|!\n]|\[[^\]]*[/*?]", tail)
    assert tail[0] != "/"
    assert tail[-1] != "/"
    assert tail.strip("*?/") != ""
    assert tail not in {
        "*.md",
        "*.json",
        "*.txt",
        "*.yml",
        "*.yaml",
        "*.toml",
        "*.lock",
        "*.jar",
        "*.sql",
    }
    assert not {".", "..", ""} & set(tail.split("/"))
    for chars in re.findall(r"\[([^\]]*)\]", tail):
        assert re.fullmatch(r"([A-Za-z]|0-9)+", chars)
    assert tail.count("[") == tail.count("]")


@pytest.mark.parametrize("entry", CATALOG.entries, ids=ids)
@pytest.mark.slow
def test_an_excepted_name_is_one_that_the_pattern_hits(entry: CatalogEntry):
    last = re.sub(r"\[(.)[^\]]*\]", r"\1", entry.pattern.rpartition("/")[2])
    for glob in entry.except_names:
        sample = glob.replace("[!0-9]", "x").replace("*", "")
        filled = glob.replace("[!0-9]", "x").replace("*", last.replace("*", "a"))
        assert any(
            slow_name(last, name)
            for name in (sample, filled, "a" + sample, last.split("*")[0] + sample)
        ), glob


def test_no_entry_twice_and_sorted():
    keys = [(entry.stack, entry.pattern, entry.type) for entry in CATALOG.entries]
    assert keys == sorted(set(keys))


def test_only_known_fields_and_no_empty_ones():
    known = {"pattern", "kind", "type", "stack", "confidence", "reason", "link"}
    for table in RAW["entry"]:
        assert known <= set(table)
        assert set(table) <= known | {"rebuilt_by", "manifests", "except", "keep_when"}
        assert all(table.values())


def test_generic_names_are_never_sure():
    sure = {entry.pattern for entry in CATALOG.entries if entry.confidence == "high"}
    assert not sure & {f"**/{name}" for name in GENERIC}
    assert {f"**/{name}" for name in GENERIC} <= {entry.pattern for entry in CATALOG.entries}


def test_a_generic_build_output_names_its_manifest():
    for entry in CATALOG.entries:
        if (
            entry.type == "dir"
            and entry.kind in {"build-output", "dependencies"}
            and entry.confidence == "low"
        ):
            assert entry.manifests or entry.stack in {"any", "ml"}, entry


def test_what_can_be_rebuilt_says_how():
    for entry in CATALOG.entries:
        if entry.kind in {"dependencies", "build-output"}:
            assert entry.rebuilt_by, entry


def test_counts():
    assert len(CATALOG.entries) >= 500
    stacks = Counter(entry.stack for entry in CATALOG.entries)
    assert set(stacks) == set(STACKS) == set(CATALOG.stacks)
    minimum = {
        "any": 200,
        "node": 30,
        "frontend": 30,
        "python": 30,
        "ml": 40,
        "jvm": 15,
        "dotnet": 15,
        "terraform": 15,
    }
    for stack in STACKS:
        few = 3 if stack in {"dart", "haskell", "r"} else 8
        assert stacks[stack] >= minimum.get(stack, few), stack
    kinds = Counter(entry.kind for entry in CATALOG.entries)
    assert set(kinds) == set(get_args(CatalogKind))
    assert kinds["secret"] >= 70


# --------------------------------------------------------------------------- names

# name, is it a folder, kind of every entry that matches
POSITIVE = [
    ("node_modules", True, "dependencies"),
    (".npm", True, "cache"),
    (".pnpm-store", True, "cache"),
    (".pnp.cjs", False, "dependencies"),
    (".eslintcache", False, "cache"),
    ("tsconfig.tsbuildinfo", False, "cache"),
    (".nyc_output", True, "test-report"),
    ("npm-debug.log.123", False, "log log"),
    ("yarn-error.log", False, "log log"),
    ("report.20240101.120000.1.0.001.json", False, "dump"),
    ("Heap.heapsnapshot", False, "dump"),
    (".next", True, "build-output"),
    (".nuxt", True, "build-output"),
    (".angular", True, "cache"),
    (".svelte-kit", True, "build-output"),
    (".astro", True, "cache"),
    ("storybook-static", True, "build-output"),
    (".turbo", True, "cache"),
    ("bazel-out", True, "build-output"),
    ("bazel-bin", False, "build-output"),
    (".pants.d", True, "cache"),
    ("__pycache__", True, "cache"),
    ("mod.cpython-312.pyc", False, "cache"),
    (".venv", True, "dependencies"),
    ("venv", True, "dependencies"),
    ("pkg.egg-info", True, "build-output"),
    (".coverage.host.1", False, "test-report"),
    ("celerybeat-schedule.db", False, "dump cache"),
    (".tox", True, "cache"),
    ("target", True, "build-output build-output build-output"),
    ("vendor", True, "dependencies dependencies dependencies"),
    ("dist", True, "build-output build-output build-output"),
    ("obj", True, "build-output"),
    (".gradle", True, "cache"),
    ("hs_err_pid42.log", False, "log dump"),
    ("heap.hprof", False, "dump"),
    (".vs", True, "editor"),
    ("App.csproj.user", False, "editor"),
    (".phpunit.result.cache", False, "cache"),
    ("CMakeCache.txt", False, "cache"),
    ("cmake-build-debug", True, "build-output"),
    ("main.o", False, "build-output"),
    ("erl_crash.dump", False, "dump dump"),
    ("DerivedData", True, "build-output"),
    (".terraform", True, "dependencies"),
    ("terraform.tfstate", False, "infrastructure-state"),
    ("terraform.tfstate.backup", False, "infrastructure-state"),
    ("prod.tfvars", False, "secret"),
    ("model.safetensors", False, "model"),
    ("model.onnx", False, "model"),
    ("pytorch_model-00001.bin", False, "model"),
    ("train.parquet", False, "data"),
    ("mlruns", True, "cache"),
    ("wandb", True, "cache"),
    ("events.out.tfevents.1700000000.host", False, "log"),
    (".git", True, "version-control"),
    (".git", False, "version-control"),
    (".idea", True, "editor"),
    (".vscode", True, "editor"),
    (".main.c.swp", False, "editor"),
    ("notes.txt~", False, "editor"),
    (".#notes", False, "editor"),
    ("#notes#", False, "editor"),
    (".DS_Store", False, "os"),
    ("._photo.jpg", False, "os"),
    ("Desktop.ini", False, "os"),
    ("$RECYCLE.BIN", True, "os"),
    ("Thumbs.db", False, "os"),
    (".github", True, "ci"),
    (".gitlab-ci.yml", False, "ci"),
    ("azure-pipelines-release.yml", False, "ci"),
    ("junit-unit.xml", False, "test-report"),
    ("Dockerfile", False, "container"),
    ("Dockerfile.dev", False, "container"),
    ("api.Dockerfile", False, "container"),
    (".dockerignore", False, "container"),
    ("api.Dockerfile.dockerignore", False, "container"),
    ("compose.override.yaml", False, "container"),
    ("docker-compose.prod.yml", False, "container"),
    ("debug.log", False, "log"),
    ("debug.log.1", False, "log"),
    ("core", False, "dump"),
    ("core.31337", False, "dump"),
    ("perf.data", False, "dump"),
    ("dump.rdb", False, "dump"),
    ("backup.sql.gz", False, "dump"),
    ("dump.sql", False, "dump"),
    ("shop_dump_2024.sql", False, "dump"),
    ("db/backup-1.sql", False, "dump"),
    ("backup.tar.gz", False, "archive dump"),
    ("shop-backup-2024.zip", False, "archive dump"),
    ("release.tar.gz", False, "archive"),
    ("demo.mp4", False, "media"),
    (".env", False, "secret"),
    (".env.local", False, "secret"),
    (".env.production.local", False, "secret"),
    (".env.production", False, "secret"),
    (".env.prod", False, "secret"),
    ("prod.env", False, "secret"),
    ("id_rsa", False, "secret"),
    ("id_ed25519_sk", False, "secret"),
    ("server.key", False, "secret"),
    ("server.pem", False, "secret"),
    ("master.key", False, "secret"),
    ("store.jks", False, "secret"),
    (".ssh", True, "secret"),
    (".kube", True, "secret"),
    ("kubeconfig", False, "secret"),
    (".npmrc", False, "secret"),
    (".pypirc", False, "secret"),
    (".netrc", False, "secret"),
    ("my-service-account-prod.json", False, "secret"),
    ("client_secret_123.json", False, "secret"),
    ("README.md", False, "docs"),
]

NOT_FILES = words("""
    .env.example .env.sample .env.template .env.dist .env.defaults .env.schema .env.vault .env.d.ts .env.js .env.md
    .env.example.local.md example.env sample.env template.env prod.example.env environment.ts environment.prod.ts env.py
    perf.data.txt perf.data.older perf.dat xperf.data perf_data
    env.ts env.d.ts dotenv.js core.py core.ts core.js core.h core.1.js core.2a core-js core.min.js scored coredump.go
    id_rsa.pub id_ed25519.pub id_rsa.md id_rsa_test.go keys.ts key.go keyboard.js monkey public.key server.pub.key
    ca.pem cert.pem my-cert.pem fullchain.pem pubkey.pem dhparam.pem ca-bundle.pem truststore.jks debug.keystore
    target.go target mybuild build.rs build.gradle build.gradle.kts build.sbt logger.js log.txt catalog.txt blog.ts
    changelog.js dist.ts dist node_modules.md node_modules vendor.js vendor venv.py tmp.go tmp.tmpl
    package.json package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb Cargo.lock
    Cargo.toml go.mod go.sum go.work poetry.lock uv.lock Pipfile Pipfile.lock pyproject.toml requirements.txt
    composer.json composer.lock Gemfile Gemfile.lock mix.exs mix.lock pom.xml gradle.lockfile gradle.properties
    gradle-wrapper.jar gradle-wrapper.properties maven-wrapper.jar maven-wrapper.properties gradlew mvnw app.jar
    Makefile LICENSE LICENSE.md NOTICE index.md readme.rst INSTALL.md SECURITY.md main.tf variables.tf
    .terraform.lock.hcl example.tfvars prod.example.tfvars settings.py secrets.py secret.ts credentials.ts token.go
    service-account.ts service-account.example.json client_secret.sample.json serviceaccount.go kube.go kubeconfig.go
    Dockerfile.go Dockerfile.md Dockerfile.j2 dockerfile.go compose.py compose.ts docker-compose.ts docker.json
    .gitkeep .keep .npmignore .nvmrc .node-version .python-version .ruby-version .tool-versions .babelrc .prettierrc
    .eslintrc.json .browserslistrc .yarnrc.yml .bazelrc tsconfig.json tsconfig.build.json vite.config.ts
    next.config.js angular.json nuxt.config.ts bazel-deps.bzl coverage.py .coveragerc .coverage.toml cover.go dump.py
    backup.sh archive.py tar.go zip.ts image.png logo.svg favicon.ico font.woff2 model.py models.py weights.py data.py
    data.json dataset.py schema.sql 001_init.sql styles.css app.js.map main.c main.h libfoo.so libfoo.a plot.plt.py
    Thumbs.dbx DS_Store DS_Store.txt idea.md vscode.md Jenkinsfile.md codecov.py junit.py report.json report.2024.json
    known_hosts authorized_keys appsettings.json appsettings.Production.json Directory.Build.props nuget.config
    web.config global.json celerybeat-schedule.py default.pprof vgcore.h state.tfstate.md gitignore dockerignore
    .vault_pass.sh Rakefile config.ru manage.py wsgi.py main.test.js app.spec.ts users.tsx orcs.py parquet.go
    .bashrc .profile pid.go process.pid.ts sock.go swap.swpx tags.go
""")

NOT_FOLDERS = words("""
    src app lib public static assets scripts config migrations templates views gradle .mvn wrapper node_modules_old
    my_node_modules node-modules targets builds mydist distribution binary cabinet objects outputs_old environ envs
    venvs testing tester contest latest testdata2 datasource database models model caches logger logging core corelib
    docs-src documents .config .docker .cargo .yarn .storybook .nx .dvc .vitepress .well-known .githooks gitops
    git idea vscode terraform modules e2e-utils cypress crates pkg cmd internal depsgraph bazel-rules.d bazel tags
    .env README.md debug.log Dockerfile .m2 .psalm renv Carthage bundle packs nextjs nuxt turbo kube ssh aws
    coverage-tools vendors vendored specs tests_support fixture secrets keys certs charts2 .changeset
""")


@pytest.mark.parametrize(("name", "is_dir", "kinds"), POSITIVE)
def test_known_names(name: str, is_dir: bool, kinds: str):
    found = CATALOG.match_name(name, is_dir)
    assert sorted(entry.kind for entry in found) == sorted(kinds.split())
    assert found == CATALOG.match_path(name, is_dir) == CATALOG.match_path(f"a/b/{name}", is_dir)


@pytest.mark.parametrize("name", NOT_FILES)
def test_files_that_merely_look_alike(name: str):
    assert CATALOG.match_name(name, False) == ()
    assert CATALOG.match_path(f"pkg/{name}", False) == ()


@pytest.mark.parametrize("name", NOT_FOLDERS)
def test_folders_that_merely_look_alike(name: str):
    assert CATALOG.match_name(name, True) == ()
    assert CATALOG.match_path(f"pkg/{name}", True) == ()


def test_the_tables_are_long_enough():
    assert len(POSITIVE) >= 60
    assert len(set(NOT_FILES)) + len(set(NOT_FOLDERS)) >= 120


@pytest.mark.parametrize(
    ("path", "is_dir", "patterns"),
    [
        (".yarn/cache", True, ["**/.yarn/cache"]),
        ("web/.yarn/cache", True, ["**/.yarn/cache"]),
        ("web/.yarn/install-state.gz", False, ["**/.yarn/install-state.gz"]),
        ("a/.docker/config.json", False, ["**/.docker/config.json"]),
        ("vendor/bundle", True, ["**/vendor/bundle"]),
        ("config/credentials/production.key", False, ["**/*.key", "**/config/credentials/*.key"]),
        ("bootstrap/cache/packages.php", False, ["**/bootstrap/cache/*.php"]),
        ("docs/_build", True, ["**/_build", "**/docs/_build"]),
        (".config/gcloud", True, ["**/.config/gcloud"]),
        ("myvendor/bundle", True, []),
        ("vendor/bundle/ruby", True, []),
        ("vendor/x/bundle", True, []),
        ("a.docker/config.json", False, []),
        (".docker/config.json", True, []),
        (".yarn/releases", True, []),
        (".yarn/plugins", True, []),
        ("gradle/wrapper/gradle-wrapper.jar", False, []),
        (".mvn/wrapper/maven-wrapper.jar", False, []),
        (".cargo/config.toml", False, []),
        ("app/config.json", False, []),
        ("bootstrap/cache/a/b.php", False, []),
    ],
)
def test_known_paths(path: str, is_dir: bool, patterns: list[str]):
    assert [entry.pattern for entry in CATALOG.match_path(path, is_dir)] == patterns


def test_no_manifest_or_lock_file_is_ever_an_entry():
    for stack in CATALOG.stacks.values():
        for glob in stack.locks + stack.manifests:
            name = glob.replace("*", "x")
            assert CATALOG.match_name(name, False) == (), name


def test_credible_beside_its_manifest():
    by_stack = {entry.stack: entry for entry in CATALOG.match_name("target", True)}
    assert set(by_stack) == {"rust", "jvm", "ml"}
    assert by_stack["rust"].is_credible({"Cargo.toml", "src"})
    assert not by_stack["rust"].is_credible({"pom.xml"})
    assert not by_stack["jvm"].is_credible(())
    (obj,) = CATALOG.match_name("obj", True)
    assert obj.is_credible(["Api.csproj"])
    (modules,) = CATALOG.match_name("node_modules", True)
    assert modules.is_credible(())


# --------------------------------------------------------------------------- lookups against a slow matcher


def slow_name(glob: str, name: str) -> bool:
    """Match one component, character by character."""
    if not glob:
        return not name
    if glob[0] == "*":
        return any(slow_name(glob[1:], name[i:]) for i in range(len(name) + 1))
    if not name:
        return False
    if glob[0] == "[":
        inside, _, rest = glob[1:].partition("]")
        chars = {
            chr(c) for a, b in re.findall("(.)-(.)", inside) for c in range(ord(a), ord(b) + 1)
        }
        chars |= set(re.sub(".-.", "", inside))
        return name[0] in chars and slow_name(rest, name[1:])
    return glob[0] in ("?", name[0]) and slow_name(glob[1:], name[1:])


def slow_path(pattern: str, path: str) -> bool:
    globs, parts = pattern.split("/"), path.split("/")
    if globs[0] == "**":
        globs = globs[1:]
        parts = parts[-len(globs) :]
    return len(globs) == len(parts) and all(map(slow_name, globs, parts))


def slow_match(catalog: Catalog, path: str, is_dir: bool) -> tuple[CatalogEntry, ...]:
    name = path.rpartition("/")[2]
    return tuple(
        entry
        for entry in catalog.entries
        if entry.type in ("any", "dir" if is_dir else "file")
        and slow_path(entry.pattern, path)
        and not any(fnmatchcase(name, glob) for glob in entry.except_names)
    )


TAILS = sorted({entry.pattern.removeprefix("**/") for entry in CATALOG.entries})
FILL = st.text(st.sampled_from("a0.-_~#x"), max_size=3)


@st.composite
def near_paths(draw: st.DrawFn) -> str:
    """Paths on the edge of a pattern: wildcards filled, a character more or less, folders before."""
    tail = draw(st.sampled_from(TAILS))
    path = re.sub(
        r"\*|\?|\[[^\]]*\]",
        lambda m: draw(FILL) if m[0] == "*" else draw(st.sampled_from("0aD1")),
        tail,
    )
    path = (
        draw(st.sampled_from(["", "", "", "a", ".", "x-"]))
        + path
        + draw(st.sampled_from(["", "", "", "s", ".md", "~"]))
    )
    return draw(st.sampled_from(["", "", "src/", "a/b/"])) + path


@given(near_paths() | st.text(st.characters(exclude_characters="/"), max_size=12), st.booleans())
@example("", False)
@example(".", False)
@example("a.log\n", False)
@example("\n.log", False)
@example("b/#\n#", False)
@example("\udcff.tar.gz", False)
def test_lookups_agree_with_a_slow_matcher(path: str, is_dir: bool):
    expected = slow_match(CATALOG, path, is_dir)
    assert CATALOG.match_path(path, is_dir) == expected
    if "/" not in path:
        by_name = tuple(entry for entry in expected if entry.pattern.count("/") == 1)
        assert CATALOG.match_name(path, is_dir) == by_name


def entry_for(pattern: str) -> CatalogEntry:
    return CatalogEntry(pattern, "cache", "any", "any", "high", "Why.", "https://example.org/")


@given(
    st.lists(st.text(st.sampled_from("ab.*?"), min_size=1, max_size=5), min_size=1, max_size=6),
    st.lists(st.booleans(), min_size=6, max_size=6),
    st.text(st.sampled_from("ab./"), max_size=7),
)
def test_any_catalogue_agrees_with_a_slow_matcher(tails: list[str], rooted: list[bool], path: str):
    tails = [re.sub(r"\*+", "*", tail) for tail in tails]
    entries = [
        entry_for(tail if root else f"**/{tail}") for tail, root in zip(tails, rooted, strict=False)
    ]
    catalog = Catalog(entries)
    assert catalog.match_path(path, False) == slow_match(catalog, path, False)


def test_the_catalogue_is_read_once():
    assert load_catalog() is CATALOG


def test_entries_cannot_be_changed():
    with pytest.raises(AttributeError):
        CATALOG.entries[0].kind = "data"  # type: ignore[misc]


# --------------------------------------------------------------------------- stacks


@pytest.mark.parametrize("stack", CATALOG.stacks.values(), ids=lambda stack: stack.name)
def test_a_stack_is_well_formed(stack: Stack):
    assert stack.name in STACKS
    assert stack.name == "any" or stack.manifests
    for names in (
        stack.manifests,
        stack.locks,
        stack.test_commands,
        stack.test_skips,
        stack.version_from_git,
        stack.coming,
    ):
        assert len(set(names)) == len(names)
        assert all(names)
    assert all(pair[0] and "/" not in pair[0] for pair in stack.version_from_git)
    # Each of them is an entry of the same stack, whose rule would report it.
    known = {entry.pattern: entry.kind for entry in CATALOG.entries if entry.stack == stack.name}
    assert {known[pattern] for pattern in stack.coming} <= set(RULE_OF_KIND)


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("pyproject.toml", 'requires = ["setuptools", "setuptools-scm>=8"]', True),
        ("pyproject.toml", "[tool.setuptools_scm]", True),
        ("pyproject.toml", 'requires = ["hatchling", "hatch-vcs"]', True),
        ("pyproject.toml", 'requires = ["uv-dynamic-versioning"]', True),
        ("pyproject.toml", 'requires = ["hatchling"]', False),
        ("hatch.toml", '[version]\nsource = "vcs"', True),
        ("setup.cfg", "[versioneer]", True),
        ("setup.py", "setup(pbr=True)", True),
        ("versioneer.py", "", True),
        ("GitVersion.yml", "", True),
        ("Api.csproj", '<PackageReference Include="MinVer" />', True),
        ("Directory.Build.props", '<PackageReference Include="Nerdbank.GitVersioning" />', True),
        ("pom.xml", "<artifactId>git-commit-id-maven-plugin</artifactId>", True),
        ("build.gradle.kts", 'id("pl.allegro.tech.build.axion-release")', True),
        ("build.gradle", "id 'com.palantir.git-version'", True),
        ("build.sbt", "version := sys.props", False),
        ("plugins.sbt", 'addSbtPlugin("com.github.sbt" % "sbt-dynver" % "5")', True),
        ("Cargo.toml", 'vergen = "9"', True),
        ("build.rs", 'Command::new("git")', True),
        ("x.gemspec", "spec.files = `git ls-files -z`.split", True),
        ("Makefile", "VERSION := $(shell git describe --tags)", True),
        ("api.Dockerfile", "RUN git rev-parse HEAD > version", True),
        ("main.go", 'if s.Key == "vcs.revision" {', True),
        ("package.json", '{"name": "a", "version": "1.0.0"}', False),
        ("README.md", "run git describe", False),
    ],
)
def test_reading_git_is_seen(name: str, text: str, found: bool):
    assert bool(CATALOG.version_from_git(name, text)) is found


@pytest.mark.parametrize(
    ("script", "command"),
    [
        ("pytest", "pytest"),
        ("python -m pytest -q", "pytest"),
        ("poetry run pytest", "pytest"),
        ("pip install -r dev.txt && tox -e py", "tox"),
        ("npm ci && npm test", "npm test"),
        ("npm run test:unit", "npm test"),
        ('["npm", "run", "test"]', "npm test"),
        ("./node_modules/.bin/jest --ci", "jest"),
        ("CI=true yarn --cwd web test", "yarn test"),
        ("go test ./...", "go test"),
        ("cd x; cargo test --release", "cargo test"),
        ("mvn -B package", "mvn package"),
        ("./mvnw clean verify", "mvnw verify"),
        ("./gradlew :app:build", "gradlew build"),
        ("gradle check", "gradle check"),
        ("bundle exec rake", "rake"),
        ("vendor/bin/phpunit", "phpunit"),
        ("dotnet test -c Release", "dotnet test"),
        ("MIX_ENV=test mix test", "mix test"),
        ("cmake --build . && ctest", "ctest"),
        ("make check", "make check"),
        ("npm ci && npm run build", None),
        ("npm install -g jest", None),
        ("pip install pytest", None),
        ("apt-get install -y make check tox", None),
        ("mvn -B package -DskipTests", None),
        ("mvn -Dmaven.test.skip=true package", None),
        ("mvn dependency:go-offline", None),
        ("gradle build -x test", None),
        ("gradle bootJar", None),
        ("bundle exec rake assets:precompile", None),
        ("go build ./cmd/test", None),
        ("go build -o app . && echo test", None),
        ("cargo build --release", None),
        ("make install", None),
        ("dotnet publish tests.csproj", None),
    ],
)
def test_running_tests_is_seen(script: str, command: str | None):
    assert CATALOG.test_command(script) == command


# --------------------------------------------------------------------------- speed


def test_the_fast_twin_holds_what_the_toml_files_hold():
    """``python -m scripts.catalog_twin`` writes it anew."""
    assert (
        files("ctxopt").joinpath("evidence", "data", TWIN).read_text(encoding="utf-8")
        == render_twin()
    )


@pytest.mark.parametrize("entry", CATALOG.entries, ids=ids)
@pytest.mark.slow
def test_the_sieve_lets_every_entry_through(entry: CatalogEntry):
    name = re.sub(r"\[(.)[^\]]*\]", r"\1", entry.pattern.rpartition("/")[2]).replace("*", "x")
    names = ["index", name, "README"]
    assert name in CATALOG.may_match("/".join(names), names)


def test_the_sieve_holds_back_what_no_entry_is_about():
    names = ["index.js", "main.py", "a.go", "Makefile", "package.json", "x", "", "-", "no.", ".x"]
    assert CATALOG.may_match("/".join(names), names) == []


def test_hits_tells_what_a_pattern_hides_besides():
    meant, besides = CATALOG.hits("src/build", False)
    assert meant == ()
    assert "**/build" in {entry.pattern for entry in besides}
    meant, besides = CATALOG.hits("a/node_modules", True)
    assert [entry.pattern for entry in meant] == ["**/node_modules"]
    assert besides == ()
    assert "**/*.db" in {entry.pattern for entry in CATALOG.hits("Thumbs.db", False)[1]}
