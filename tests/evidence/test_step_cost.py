"""Which steps people wait for."""

from __future__ import annotations

import pytest

from ctxopt.evidence.step_cost import cost_of
from ctxopt.languages.dockerfile import parse, resolve


def cost(script: str) -> str | None:
    build = resolve(parse(f"FROM a\nRUN {script}\n"))
    return cost_of(build.runs[0])


@pytest.mark.parametrize(
    "script",
    [
        "npm ci", "/opt/venv/bin/pip install .", "npm --prefix web ci", "yarn", "yarn --frozen-lockfile", "yarn install --frozen-lockfile", "pnpm i", "bun install",
        "corepack enable && pnpm install --frozen-lockfile", "pip install -r requirements.txt", "uv sync --frozen",
        "python -m pip install .", "poetry install --no-root", "go mod download", "cargo fetch", "cargo chef cook --release",
        "bundle install", "composer install --no-dev", "dotnet restore app.csproj", "mix deps.get", "mix do deps.get, deps.compile",
        "apt-get update && apt-get install -y curl", "apk add --no-cache git", "dnf -y install gcc", "gem install bundler",
        "./mvnw -B dependency:go-offline", "conda env create -f e.yml && conda install x",
    ],
)  # fmt: skip
def test_installs(script):
    assert cost(script) == "installs packages"


@pytest.mark.parametrize(
    "script",
    [
        "make", "go build ./...", "cargo build --release", "npm run build", "tsc", "mvn package", "./gradlew build",
        "dotnet publish -c Release", "gcc -o a a.c", "cmake --build .", "xx-cargo build --release", "xx-go build -o /a .", "./build.sh", "A=1 ./hack/build", "sh -e scripts/build-all.sh --fast", '["cargo", "build"]', "vite build",
    ],
)  # fmt: skip
def test_compiles(script):
    assert cost(script) == "compiles"


@pytest.mark.parametrize(
    "script",
    [
        "true", "echo npm", "mkdir -p /app", "chmod +x run.sh", "rm -rf node_modules", "useradd app", "ln -s a b",
        "apt-get update", "rm -rf /var/lib/apt/lists/*", "cp -r dist /srv", "curl -O https://example.org/x.tgz", "sed -i s/a/b/ c",
        "ls /usr/bin/gcc", "tar xf a.tar", "date", "chown -R app /app", "git config --global x y", "mv a b", "touch a",
        "find . -name '*.pyc' -delete", "test -f a", "cat a", "groupadd app", "install -d /app", "wget https://example.org",
        "sleep 1", "env", "printf a", "unzip a.zip", "exit 0", "pwd", "ldconfig /lib", "nginx -t", "mkdir go", "cd make",
        "su app", "apk del git", "npm --version", "go version", "pip --version", "which gcc", "echo 'make it'",
        "setcap x y", "update-ca-certificates", "head -1 a", "locale-gen", "passwd -l root", "id app", "export A=b",
        "unlink a", "xz -d a", "tail a", "source a", "sha256sum a", "uname -a", "sudo -V", "test -x npm",
        "yum clean all", "apt-get clean", "apt-cache policy", "dpkg -l", "pip config list", "npm config set a b",
        "npm cache clean --force", "yarn cache clean", "cat go.mod", "cargo new --bin /app", "cargo chef prepare", "cp -r a/build /b", "rm -rf ./build", "ls ./build.sh", "cd /src/build", "cp Cargo.toml /tmp",
    ],
)  # fmt: skip
def test_neither(script):
    assert cost(script) is None
