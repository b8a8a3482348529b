"""The rule ``install-after-broad-copy``: each installer once or more, and twice as much that it must not speak of."""

from __future__ import annotations

from typing import Any

import pytest

from ctxopt.severity import Severity
from tests.support.judging import RULE_BY_ID, catches, catches_not, gathered
from tests.support.rebuilds import fast_history

RULE = "install-after-broad-copy"

NODE: dict[str, Any] = {"package.json": '{"dependencies": {"a": "1"}}', "src/a.ts": "1"}
NPM = {**NODE, "package-lock.json": "{}"}
PIP: dict[str, Any] = {"requirements.txt": "flask\n", "app.py": "1"}
PROJECT: dict[str, Any] = {"pyproject.toml": "[project]\nname = 'a'\n", "a/b.py": "1"}
GO: dict[str, Any] = {
    "go.mod": "module m\nrequire a v1\n",
    "go.sum": "",
    "main.go": "package main",
}
CARGO: dict[str, Any] = {"Cargo.toml": "[dependencies]\na = '1'\n", "src/main.rs": "1"}
MAVEN: dict[str, Any] = {"pom.xml": "<project><dependency></dependency></project>", "src/A.java": 1}
GRADLE: dict[str, Any] = {"build.gradle": "plugins {}", "src/A.java": 1}
DOTNET: dict[str, Any] = {"App.csproj": '<PackageReference Include="a" />', "Program.cs": "1"}
PHP: dict[str, Any] = {"composer.json": "{}", "composer.lock": "{}", "index.php": "1"}
RUBY: dict[str, Any] = {"Gemfile": 'gem "a"\n', "Gemfile.lock": "", "app.rb": "1"}
MIX: dict[str, Any] = {"mix.exs": "{:a, '1'}", "mix.lock": "", "lib/a.ex": "1"}


def dockerfile(*lines: str) -> str:
    """Return a Dockerfile of these lines after ``FROM base AS first`` and ``WORKDIR /app``."""
    return "\n".join(("FROM base AS first", "WORKDIR /app", *lines, ""))


LATE: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "npm": (NPM, "npm ci", ["COPY package.json package-lock.json ./", "RUN npm ci"]),
    "npm with flags": (NPM, "npm ci --omit=dev --loglevel error", ["RUN npm ci --omit=dev"]),
    "npm with a registry": (
        {**NPM, ".npmrc": ""},
        "npm install",
        ["COPY package.json package-lock.json .npmrc ./"],
    ),
    "npm in a folder": (
        {"web/package.json": "{}", "web/a.js": "1"},
        "cd web && npm install && npm run build",
        ["COPY web/package.json web/", "RUN cd web && npm install"],
    ),
    "npm by an option": (
        {"web/package.json": "{}", "web/a.js": "1"},
        "npm --prefix web ci",
        ["COPY web/package.json web/", "RUN npm --prefix web ci"],
    ),
    "npm with hooks of git": (
        {**NODE, "package.json": '{"scripts": {"prepare": "husky install"}}'},
        "npm install",
        ["COPY package.json ./"],
    ),
    "npm without its scripts": (
        {**NODE, "package.json": '{"scripts": {"postinstall": "node a.js"}}'},
        "npm install --ignore-scripts",
        ["RUN npm install --ignore-scripts"],
    ),
    "yarn": ({**NODE, "yarn.lock": ""}, "yarn", ["COPY package.json yarn.lock ./", "RUN yarn"]),
    "yarn with a release": (
        {**NODE, ".yarnrc.yml": "", ".yarn/releases/yarn.cjs": "1"},
        "corepack enable && yarn install --immutable",
        ["COPY .yarn .yarn/", "RUN corepack enable && yarn install --immutable"],
    ),
    "pnpm": (
        {**NODE, "pnpm-lock.yaml": "", "pnpm-workspace.yaml": "onlyBuiltDependencies: []\n"},
        "pnpm install --frozen-lockfile",
        ["COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./"],
    ),
    "bun": ({**NODE, "bun.lock": ""}, "bun install", ["COPY package.json bun.lock ./"]),
    "pip": (
        PIP,
        "pip install --no-cache-dir -r requirements.txt",
        ["COPY requirements.txt ./", "RUN pip install --no-cache-dir -r requirements.txt"],
    ),
    "pip by its whole path": (
        PIP,
        "python3 -m pip install -r /app/requirements.txt",
        ["COPY requirements.txt /app/"],
    ),
    "pip with another list": (
        {"requirements/prod.txt": "-r base.txt\n", "requirements/base.txt": "a", "app.py": "1"},
        "pip install gunicorn -r requirements/prod.txt",
        ["COPY requirements/prod.txt requirements/base.txt requirements/"],
    ),
    "uv pip": (PIP, "uv pip sync requirements.txt", ["COPY requirements.txt ./"]),
    "uv": (
        {**PROJECT, "uv.lock": ""},
        "uv sync --frozen",
        ["COPY pyproject.toml uv.lock ./", "RUN uv sync --frozen --no-install-project"],
    ),
    "poetry": (
        {**PROJECT, "poetry.lock": ""},
        "pip install poetry && poetry install --only main",
        ["RUN pip install poetry && poetry install --only main --no-root"],
    ),
    "pdm": (PROJECT, "pdm install --prod", ["RUN pdm install --prod --no-self"]),
    "pipenv": ({"Pipfile": "", "a.py": "1"}, "pipenv install --system", ["COPY Pipfile ./"]),
    "go": (GO, "go mod download", ["COPY go.mod go.sum ./", "RUN go mod download"]),
    "go build": (GO, "CGO_ENABLED=0 go build -o /a ./cmd", ["RUN go mod download"]),
    "cargo": (CARGO, "cargo build --release", ["cargo-chef"]),
    "maven": (
        {**MAVEN, "mvnw": "", ".mvn/wrapper/a": "1"},
        "./mvnw -B package",
        [
            "COPY pom.xml mvnw ./",
            "COPY .mvn .mvn/",
            "RUN ./mvnw --batch-mode dependency:go-offline",
        ],
    ),
    "gradle": (GRADLE, "gradle bootJar", ["RUN gradle --no-daemon dependencies"]),
    "dotnet": (DOTNET, "dotnet publish -c Release", ["COPY App.csproj ./", "RUN dotnet restore"]),
    "dotnet with a project": (
        {f"src/{path}": text for path, text in DOTNET.items()},
        "dotnet build src/App.csproj",
        ["COPY src/App.csproj src/", "RUN dotnet restore src/App.csproj"],
    ),
    "composer": (
        PHP,
        "composer install --no-dev",
        ["RUN composer install --no-dev --no-scripts --no-autoloader"],
    ),
    "bundler": (
        RUBY,
        "bundle config set without dev && bundle install",
        ["COPY Gemfile Gemfile.lock ./", "RUN bundle config set without dev && bundle install"],
    ),
    "mix": (MIX, "mix do deps.get, compile", ["COPY mix.exs mix.lock ./", "RUN mix deps.get"]),
}


@pytest.mark.parametrize("case", LATE)
def test_an_install_after_all_sources(case):
    tree, script, lines = LATE[case]
    text = dockerfile("COPY . .", f"RUN {script}")
    found = catches(RULE, {**tree, "Dockerfile": text}, line=4)
    assert found.severity is Severity.INFO
    assert found.message.endswith("with COPY . in line 3")
    assert all(line in found.help for line in lines), found.help


SPARED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "the manifests come first": (NPM, ("COPY package*.json ./", "RUN npm ci", "COPY . .")),
    "a second install": (NPM, ("COPY package*.json ./", "RUN npm ci", "COPY . .", "RUN npm ci")),
    "a second one of another kind": (
        {**PROJECT, "uv.lock": ""},
        (
            "COPY pyproject.toml uv.lock ./",
            "RUN uv sync --no-install-project",
            "COPY . .",
            "RUN uv sync",
        ),
    ),
    "the base has installed": (
        NPM,
        ("COPY package.json ./", "RUN npm ci", "FROM first", "COPY . .", "RUN npm ci"),
    ),
    "go downloads first": (GO, ("COPY go.* ./", "RUN go mod download", "COPY . .", "RUN go build")),
    "cargo-chef": (CARGO, ("RUN cargo chef cook", "COPY . .", "RUN cargo build")),
    "a dummy main": (
        CARGO,
        (
            "COPY Cargo.toml ./",
            "RUN mkdir src && touch src/main.rs && cargo build",
            "COPY . .",
            "RUN cargo build",
        ),
    ),
    "maven goes offline": (
        MAVEN,
        ("COPY pom.xml ./", "RUN mvn dependency:go-offline", "COPY . .", "RUN mvn package"),
    ),
    "dotnet restores first": (
        DOTNET,
        ("COPY *.csproj ./", "RUN dotnet restore", "COPY . .", "RUN dotnet publish"),
    ),
    "restored elsewhere": (DOTNET, ("COPY . .", "RUN dotnet publish --no-restore")),
    "modules of another stage": (
        NPM,
        ("FROM node", "COPY --from=first /app/node_modules node_modules", "COPY . .", "RUN npm ci"),
    ),
    "the list lies in /tmp": (
        PIP,
        (
            "COPY requirements.txt /tmp/",
            "RUN pip install -r /tmp/requirements.txt",
            "COPY . .",
            "RUN pip install -r requirements.txt",
        ),
    ),
    "only sources of one folder": (NPM, ("COPY src src", "COPY package*.json ./", "RUN npm ci")),
    "a folder of lists": (
        {"requirements/a.txt": "a", "requirements/b.txt": "b", "a.py": "1"},
        ("COPY requirements requirements", "RUN pip install -r requirements/a.txt", "COPY . ."),
    ),
    "behind an ignore file that permits manifests": (
        {**NPM, ".dockerignore": "*\n!package*.json\n"},
        ("COPY . .", "RUN npm ci"),
    ),
    "a mounted folder": (NPM, ("RUN --mount=type=bind,target=. npm ci",)),
    "a mounted manifest": (
        NPM,
        ("COPY . .", "RUN --mount=type=bind,source=package.json,target=package.json npm ci"),
    ),
    "a mount without a type": (NPM, ("COPY . .", "RUN --mount=target=. npm ci")),
    "a cache": (GO, ("COPY . .", "RUN --mount=type=cache,target=/go/pkg/mod go build")),
    "a stage for development": (NPM, ("FROM base AS dev", "WORKDIR /app", "COPY . .", "RUN npm i")),
    "a stage for tests": (NPM, ("FROM base AS Test", "WORKDIR /app", "COPY . .", "RUN npm i")),
    "a stage that nothing needs": (NPM, ("COPY . .", "RUN npm ci", "FROM scratch", "COPY src /")),
    "workspaces": (
        {**NPM, "package.json": '{"workspaces": ["packages/*"]}'},
        ("COPY . .", "RUN npm ci"),
    ),
    "workspaces of pnpm": (
        {**NODE, "pnpm-workspace.yaml": "packages:\n  - apps/*\n"},
        ("COPY . .", "RUN pnpm i"),
    ),
    "a package by path": (
        {**NODE, "package.json": '{"dependencies": {"a": "file:a"}}'},
        ("COPY . .", "RUN npm i"),
    ),
    "patches": (
        {**NODE, "package.json": '{"pnpm": {"patchedDependencies": {}}}'},
        ("COPY . .", "RUN pnpm i"),
    ),
    "a script that runs at the end": (
        {**NODE, "package.json": '{"scripts": {"postinstall": "prisma generate"}}'},
        ("COPY . .", "RUN npm i"),
    ),
    "hooks of git and more": (
        {**NODE, "package.json": '{"scripts": {"prepare": "husky && npm run build"}}'},
        ("COPY . .", "RUN npm i"),
    ),
    "lerna": ({**NODE, "lerna.json": "{}"}, ("COPY . .", "RUN yarn")),
    "a tool for all": (NPM, ("COPY . .", "RUN npm install -g pnpm")),
    "a package by name": (NPM, ("COPY . .", "RUN npm install left-pad")),
    "one package of many": (NPM, ("COPY . .", "RUN pnpm install --filter web")),
    "no manifest there": ({"src/a.ts": "1"}, ("COPY . .", "RUN npm ci")),
    "another folder": (NPM, ("COPY . .", "RUN cd $WEB && npm ci")),
    "a build alone": (NPM, ("COPY . .", "RUN npm run build")),
    "whichever is there": (
        NPM,
        ("COPY . .", "RUN if [ -f yarn.lock ]; then yarn; else npm ci; fi"),
    ),
    "the project itself": (PROJECT, ("COPY . .", "RUN pip install .")),
    "the project, editable": (PROJECT, ("COPY . .", "RUN pip install -e '.[dev]'")),
    "the project with its list": (PIP, ("COPY . .", "RUN pip install . -r requirements.txt")),
    "a list with the project": (
        {**PIP, "requirements.txt": "flask\n-e .\n"},
        ("COPY . .", "RUN pip install -r requirements.txt"),
    ),
    "a list that includes a path": (
        {**PIP, "requirements.txt": "-r base.txt\n", "base.txt": "./lib\n"},
        ("COPY . .", "RUN pip install -r requirements.txt"),
    ),
    "a list that lacks another": (
        {**PIP, "requirements.txt": "-r gone.txt\n"},
        ("COPY . .", "RUN pip install -r requirements.txt"),
    ),
    "a list with a wheel": (
        {**PIP, "requirements.txt": "wheels/a-1.whl\n"},
        ("COPY . .", "RUN pip install -r requirements.txt"),
    ),
    "wheels of a folder": (
        PIP,
        ("COPY . .", "RUN pip install --no-index --find-links=wheels -r requirements.txt"),
    ),
    "packages by name": (PIP, ("COPY . .", "RUN pip install flask")),
    "a workspace of uv": (
        {**PROJECT, "pyproject.toml": "[tool.uv.workspace]\n"},
        ("COPY . .", "RUN uv sync"),
    ),
    "a path for uv": (
        {**PROJECT, "pyproject.toml": "[tool.uv.sources]\na = { path = '../a' }\n"},
        ("COPY . .", "RUN uv sync"),
    ),
    "dependencies that setuptools reads": (
        {**PROJECT, "pyproject.toml": "[project]\ndynamic = ['dependencies']\n"},
        ("COPY . .", "RUN uv sync"),
    ),
    "the project of poetry alone": (PROJECT, ("COPY . .", "RUN poetry install --only-root")),
    "pipenv by path": (
        {"Pipfile": "a = {path = '.', editable = true}\n", "a.py": "1"},
        ("COPY . .", "RUN pipenv install"),
    ),
    "go with its vendor": ({**GO, "vendor/modules.txt": ""}, ("COPY . .", "RUN go build")),
    "go.work": ({**GO, "go.work": ""}, ("COPY . .", "RUN go build")),
    "a module by path": (
        {**GO, "go.mod": "require a v1\nreplace a => ./a\n"},
        ("COPY . .", "RUN go build"),
    ),
    "no modules": ({**GO, "go.mod": "module m\n"}, ("COPY . .", "RUN go build")),
    "a tool of go": (GO, ("COPY . .", "RUN go install example.org/tool@latest")),
    "a tool of cargo": (CARGO, ("COPY . .", "RUN cargo install cargo-watch")),
    "crates that are vendored": ({**CARGO, "vendor/a/b.rs": "1"}, ("COPY . .", "RUN cargo build")),
    "no crates": ({**CARGO, "Cargo.toml": "[package]\n"}, ("COPY . .", "RUN cargo build")),
    "modules of maven": (
        {**MAVEN, "pom.xml": "<modules></modules><dependency>"},
        ("COPY . .", "RUN mvn package"),
    ),
    "part of maven": (MAVEN, ("COPY . .", "RUN mvn -pl web -am package")),
    "projects of gradle": (
        {**GRADLE, "settings.gradle": "include 'web'\n"},
        ("COPY . .", "RUN gradle build"),
    ),
    "buildSrc": ({**GRADLE, "buildSrc/a.kt": "1"}, ("COPY . .", "RUN gradle build")),
    "a solution": ({**DOTNET, "All.sln": ""}, ("COPY . .", "RUN dotnet restore")),
    "a project that names another": (
        {**DOTNET, "App.csproj": '<PackageReference/><ProjectReference Include="b" />'},
        ("COPY . .", "RUN dotnet restore"),
    ),
    "packages of composer by path": (
        {**PHP, "composer.json": '{"repositories": [{"type": "path", "url": "a"}]}'},
        ("COPY . .", "RUN composer install"),
    ),
    "the autoloader": (PHP, ("COPY . .", "RUN composer dump-autoload")),
    "a gemspec": ({**RUBY, "Gemfile": "gemspec\n"}, ("COPY . .", "RUN bundle install")),
    "a gem by path": ({**RUBY, "Gemfile": "gem 'a', path: 'a'\n"}, ("COPY . .", "RUN bundle")),
    "a program of a gem": (RUBY, ("COPY . .", "RUN bundle exec rake")),
    "an umbrella": ({**MIX, "mix.exs": 'apps_path: "apps"'}, ("COPY . .", "RUN mix deps.get")),
    "a version in a file": (
        {**MIX, "mix.exs": 'File.read!("VERSION")'},
        ("COPY . .", "RUN mix deps.get"),
    ),
    "packages of the system": (NPM, ("COPY . .", "RUN apt-get install -y npm")),
    "a trigger": (NPM, ("COPY . .", "ONBUILD RUN npm ci", "FROM first")),
}


@pytest.mark.parametrize("case", SPARED)
def test_an_install_that_is_fine_or_cannot_come_first(case):
    tree, lines = SPARED[case]
    catches_not(RULE, {**tree, "Dockerfile": dockerfile(*lines)})


def test_there_are_twice_as_many_that_are_spared():
    assert len(SPARED) >= 2 * len(LATE)


def test_the_lines_name_whole_folders_where_workdir_comes_between():
    text = "FROM base\nCOPY . /app\nWORKDIR /app\nRUN npm ci\n"
    found = catches(RULE, {**NPM, "Dockerfile": text}, line=4)
    assert "`COPY package.json package-lock.json /app/`, `RUN cd /app && npm ci`" in found.help


def test_manifests_that_are_there_are_not_copied_again():
    text = dockerfile("COPY package*.json ./", "COPY . .", "RUN npm ci")
    found = catches(RULE, {**NPM, "Dockerfile": text}, line=5)
    assert "write above line 4: `RUN npm ci`;" in found.help


@pytest.mark.parametrize(
    "lines",
    [
        ("COPY . .", "RUN apk add npm", "RUN npm ci"),
        ("COPY . .", "RUN cp .env.example .env && npm ci", "RUN true"),
    ],
)
def test_what_sets_up_the_tool_is_spoken_of(lines):
    tree = {**NPM, "Dockerfile": dockerfile(*lines)}
    line = 3 + next(place for place, text in enumerate(lines) if "npm ci" in text)
    found = catches(RULE, tree, line=line)
    assert "`RUN npm ci`, after what sets up the tool" in found.help


def test_a_folder_is_entered_once():
    tree = {"web/package.json": "{}", "web/a.js": "1"}
    text = dockerfile("COPY . .", "RUN cp web/a.js . && npm --prefix web ci")
    found = catches(RULE, {**tree, "Dockerfile": text}, line=4)
    assert "`RUN npm --prefix web ci`" in found.help


def test_packages_that_another_stage_brings_later_have_not_spared_the_install():
    text = dockerfile(
        "FROM node", "COPY . .", "RUN npm ci", "COPY --from=first /a/node_modules /tools/"
    )
    catches(RULE, {**NPM, "Dockerfile": text}, line=5)


def test_one_project_is_told_once():
    text = dockerfile("COPY . .", "RUN npm ci && npm ci --omit=dev", "RUN npm ci")
    catches(RULE, {**NPM, "Dockerfile": text}, line=4)


def test_each_project_is_told():
    tree = {"web/package.json": "{}", "api/package.json": "{}", "a.js": "1"}
    text = dockerfile("COPY . .", "RUN cd web && npm i", "RUN cd api && npm i")
    catches(RULE, {**tree, "Dockerfile": text}, line=[4, 5])


@pytest.mark.parametrize(
    "path", ["Dockerfile.local", "docker/dev.Dockerfile", ".devcontainer/Dockerfile"]
)
def test_a_dockerfile_for_development(path):
    text = dockerfile("COPY . .", "RUN npm ci")
    catches_not(RULE, {**NPM, path: text}, dockerfile=path)


def test_a_wrapper_that_the_step_does_not_call():
    tree = {**GRADLE, "gradlew": "", "gradle/libs.versions.toml": ""}
    text = dockerfile("COPY . .", "RUN gradle build")
    found = catches(RULE, {**tree, "Dockerfile": text}, line=4)
    assert "`RUN gradle --no-daemon dependencies`" in found.help


def test_flags_of_the_step_stay():
    text = dockerfile("COPY . .", "RUN --mount=type=secret,id=npm npm ci")
    found = catches(RULE, {**NPM, "Dockerfile": text}, line=4)
    assert "`RUN --mount=type=secret,id=npm npm ci`" in found.help


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (["src/a.ts"] * 3, "3 of the last 3 commits would have kept them in the cache"),
        (["src/a.ts", "package.json"] * 2, "2 of the last 4 commits would have kept them"),
        (["src/a.ts", "docs/a.md"], "1 of the last 2 commits would have kept them"),
        # Without a history, or where none of it was for nothing, there is nothing to count.
        (["package-lock.json"] * 2, "ctxopt rebuilds counts"),
        ([], "ctxopt rebuilds counts"),
    ],
)
def test_what_it_has_cost(tmp_path, changes, told):
    text = dockerfile("COPY . .", "RUN npm ci")
    trees = [{**NPM, "Dockerfile": text, "docs/a.md": "1", ".dockerignore": ".git\ndocs\n"}]
    for number, path in enumerate(changes):
        trees.append({**trees[-1], path: f"{{}}{' ' * (number + 1)}"})
    (found,) = RULE_BY_ID[RULE].check(gathered(fast_history(tmp_path / "r", trees)))
    assert told in found.help
