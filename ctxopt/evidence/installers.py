"""What installs packages, from which manifests, and what shows that it reads more than these. Pure.

A command is known by its words; what a manifest says is read by ``late_installs``. Sources: the references of npm, Yarn, pnpm, Bun,
pip, uv, Poetry, PDM, Pipenv, Go modules, Cargo, Maven, Gradle, NuGet, Composer, Bundler and Mix.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from typing import Final, NamedTuple


class Installer(NamedTuple):
    """One way to install packages."""

    tool: str
    called: str
    """What stands in every command that calls it; asked first, for expressions take long to make."""
    command: str
    """What the words of a command match that does it."""
    manifests: tuple[str, ...]
    """What it reads first, in the folder where it works: one of these has to be there."""
    beside: tuple[str, ...] = ()
    """What it also reads where that is there; what ends in a slash is a folder."""
    unless: str = r"(?!)"
    """What the words of such a command match that does something else."""
    reads_more: str = r"(?!)"
    """What a manifest matches where more than manifests is needed: other packages of the repository, texts that it reads."""
    scripts: str = r"(?!)"
    """What a manifest matches where scripts of the project run at the end, unless the command says ``--ignore-scripts``."""
    stopped_by: tuple[str, ...] = ()
    """What lies beside the manifest where more is needed, or nothing is fetched."""
    asks_for: str = ""
    """What a manifest matches where there is something to install."""
    instead: str = ""
    """A command that installs the same, and needs no sources; nothing where the command itself does."""
    flags: tuple[str, ...] = ()
    """What the command has to be told to need no sources."""
    named: str = ""
    """How a command names its manifests, where it does."""
    has_lines: bool = True
    """Whether lines above the COPY would do; else ``ADVICE`` tells what does."""


class InstallCommand(NamedTuple):
    """One command that installs packages."""

    installer: Installer
    text: str
    """As it is written."""
    words: str
    """Without quotes, and with one blank between them."""
    folder: str | None
    """Where it works, from the folder in which its step starts, which is ``""``; None where that is not known."""
    entered: str
    """The same without what its own options say; empty where that is not known."""
    before: str
    """What its step does first, with the operator that leads on to it."""

    @property
    def named(self) -> tuple[str, ...]:
        """The manifests that it names, from its folder."""
        if not self.installer.named:
            return ()
        return tuple(re.findall(self.installer.named, self.words))


ADVICE: Final = {
    "cargo": "cargo-chef compiles them in a step before the sources come,"
    " or RUN --mount=type=cache,target=/usr/local/cargo/registry keeps what was downloaded",
}
"""What helps where no lines for the Dockerfile hold for every project."""

_FLAGS: Final = r"(?: --?[\w-]+(?:[= ][^-\s]\S*)?)*"
_SCRIPTS: Final = (
    r"\"(?:(?:pre|post)?install|prepare)\"\s*:\s*\""
    r"(?!(?:npx\s+)?(?:is-ci\s*\|\|\s*)?(?:husky|lefthook|simple-git-hooks|only-allow)\b[^\"&;]*\")"
)
"""Scripts that run at the end; those that set up hooks of git read no sources."""
_OTHER_PACKAGES: Final = (
    r"\"workspaces\"\s*:|\"(?:file|link|portal|workspace|patch):|\"patchedDependencies\"\s*:"
    r"|(?m:^(?:packages|patchedDependencies)\s*:)"
)
_OF_NODE: Final = r" (?:-g|--global|-[DSEOPw]|--save\S*|--workspaces?\S*|--location\S*|--filter\S*|-F|-r|--recursive)(?: |$)"
_BY_PATH: Final = r"\bpath\s*=\s*[\"']|\bfile:/"


def _node(tool: str, verbs: str, beside: tuple[str, ...]) -> Installer:
    return Installer(
        tool=tool,
        called=tool,
        command=rf"{tool}{_FLAGS}{verbs}{_FLAGS}$",
        manifests=("package.json",),
        beside=(*beside, ".npmrc"),
        unless=_OF_NODE,
        reads_more=_OTHER_PACKAGES,
        scripts=_SCRIPTS,
        stopped_by=("lerna.json",),
    )


_REQUIREMENTS: Final = r" (?:-r|--requirement|sync)[ =]?([\w./-]+)"
_REQUIRES_SOURCES: Final = r"(?m)^\s*(?:-e\b|--editable|-f\b|--find-links|\.{1,2}(?:/|\[|\s|$)|/|[\w.-]+/\S*\.(?:whl|zip|gz)\b)|\bfile:"
_PYPROJECT: Final = (
    rf"\[tool\.uv\.workspace\]|\bworkspace\s*=\s*true|{_BY_PATH}"
    r"|\bdynamic\s*=\s*\[[^\]]*dependencies"
)

INSTALLERS: Final[tuple[Installer, ...]] = (
    _node("npm", " (?:ci|clean-install|i|install)", ("package-lock.json", "npm-shrinkwrap.json")),
    _node("yarn", "(?: install)?", ("yarn.lock", ".yarnrc", ".yarnrc.yml", ".yarn/")),
    _node(
        "pnpm", " (?:i|install|fetch)", ("pnpm-lock.yaml", "pnpm-workspace.yaml", ".pnpmfile.cjs")
    ),
    _node("bun", " (?:i|install)", ("bun.lock", "bun.lockb", "bunfig.toml")),
    Installer(
        tool="pip",
        called="pip",
        command=rf"(?=.*{_REQUIREMENTS})(?:(?:\S*/)?pip[\d.]*|(?:\S*/)?python[\d.]* -m pip|uv pip) (?:install|wheel|download|sync)\b",
        manifests=(),
        unless=r" (?:\.{1,2}(?:/\S*)?|-e|--editable\S*|-f|--find-links\S*|--no-index|-r ?\.{0,2}/\S*\*\S*)(?: |$)",
        reads_more=_REQUIRES_SOURCES,
        named=_REQUIREMENTS,
    ),
    Installer(
        tool="uv",
        called="uv ",
        command=r"uv(?: -\S+)* sync\b",
        manifests=("pyproject.toml",),
        beside=("uv.lock", "uv.toml", ".python-version"),
        unless=r" --(?:package|all-packages|script)\b",
        reads_more=_PYPROJECT,
        flags=("--no-install-project",),
    ),
    Installer(
        tool="poetry",
        called="poetry",
        command=r"poetry(?: -\S+)* (?:install|sync)\b",
        manifests=("pyproject.toml",),
        beside=("poetry.lock", "poetry.toml"),
        unless=r" --only-root\b",
        reads_more=_PYPROJECT,
        flags=("--no-root",),
    ),
    Installer(
        tool="pdm",
        called="pdm",
        command=r"pdm(?: -\S+)* (?:install|sync)(?: -.*)?$",
        manifests=("pyproject.toml",),
        beside=("pdm.lock",),
        reads_more=_PYPROJECT,
        flags=("--no-self",),
    ),
    Installer(
        tool="pipenv",
        called="pipenv",
        command=r"pipenv (?:install|sync)(?: -\S+)*$",
        manifests=("Pipfile",),
        beside=("Pipfile.lock",),
        reads_more=rf"{_BY_PATH}|\beditable\b|\bfile\s*=",
    ),
    Installer(
        tool="go",
        called="go ",
        command=r"(?:xx-)?go (?:-C \S+ )?(?:build|install|run|test|mod download)\b",
        manifests=("go.mod",),
        beside=("go.sum",),
        unless=r"@|-mod[= ]vendor",
        reads_more=r"=>\s*\.{1,2}/",
        stopped_by=("go.work", "vendor/modules.txt"),
        asks_for=r"(?m)^\s*require\b",
        instead="go mod download",
    ),
    Installer(
        tool="cargo",
        called="cargo",
        command=r"(?:xx-)?cargo (?:\+\S+ )?(?:build|b|run|test|fetch|vendor|chef cook|install .*--path)(?: |$)",
        manifests=("Cargo.toml",),
        beside=("Cargo.lock",),
        unless=r" --offline\b",
        stopped_by=(".cargo/config.toml", ".cargo/config", "vendor"),
        asks_for=r"dependencies[\].]",
        has_lines=False,
    ),
    Installer(
        tool="maven",
        called="mvn",
        command=r"(?:\S*/|sh )?mvnw?\b.* (?:package|install|verify|compile|deploy|test|[\w.-]+:[\w:-]+)(?: |$)",
        manifests=("pom.xml",),
        beside=("mvnw", ".mvn/"),
        unless=r" (?:-f|--file|-pl|--projects|-o|--offline)\b",
        reads_more=r"<modules?>|<systemPath>|<relativePath>[^<]|<url>\s*file:",
        stopped_by=("../pom.xml",),
        asks_for=r"<(?:dependency|plugin|parent)>",
        instead="mvn --batch-mode dependency:go-offline",
    ),
    Installer(
        tool="gradle",
        called="gradle",
        command=r"(?:\S*/|sh )?gradlew?(?: .*)? (?:\S*:)?(?:build|assemble|\w*[jJ]ar|war|installDist|test|compile\w+|dependencies)(?: |$)",
        manifests=("build.gradle.kts", "build.gradle"),
        beside=(
            "settings.gradle.kts",
            "settings.gradle",
            "gradle.properties",
            "gradlew",
            "gradle/",
        ),
        unless=r" (?:-p|--project-dir|-b|--build-file|--offline)\b",
        reads_more=r"(?m)^\s*include(?:Build)?\b|\bapply\s*\(?\s*from\b|\bproject\(|\bfileTree\(",
        stopped_by=("buildSrc",),
        instead="gradle --no-daemon dependencies",
    ),
    Installer(
        tool="dotnet",
        called="dotnet",
        command=r"dotnet (?:restore|build|publish|test|pack)\b",
        manifests=("*.csproj", "*.fsproj", "*.vbproj"),
        beside=(
            "NuGet.Config",
            "nuget.config",
            "NuGet.config",
            "Directory.Build.props",
            "Directory.Packages.props",
            "global.json",
            "packages.lock.json",
        ),
        unless=r" --no-restore\b|\.slnx?\b",
        reads_more=r"<ProjectReference\b|<Import\b|\$\(SolutionDir\)",
        stopped_by=("*.sln", "*.slnx", "../*.props", "../[Nn]u[Gg]et.[Cc]onfig", "../../*.props"),
        asks_for=r"<PackageReference\b",
        instead="dotnet restore",
        named=r" ([\w./-]+\.(?:cs|fs|vb)proj)\b",
    ),
    Installer(
        tool="composer",
        called="composer",
        command=r"(?:php )?(?:\S*/)?composer(?:\.phar)?(?: -\S+)* install\b",
        manifests=("composer.json",),
        beside=("composer.lock", "symfony.lock", "auth.json"),
        reads_more=r"\"type\"\s*:\s*\"path\"",
        flags=("--no-scripts", "--no-autoloader"),
    ),
    Installer(
        tool="bundler",
        called="bundle",
        command=r"(?:bin/)?bundle(?: install\b|$| -)",
        manifests=("Gemfile",),
        beside=("Gemfile.lock", ".ruby-version", ".tool-versions"),
        reads_more=r"(?m)^\s*(?:gemspec\b|eval|require_relative)|\bpath:|:path\b"
        r"|\bFile\.(?!(?:read|exist\?)\(?\s*[\"']\.(?:ruby|tool)-version)|\bDir\b|__dir__|\beval",
    ),
    Installer(
        tool="mix",
        called="mix ",
        command=r"mix (?:do .*)?deps\.get\b",
        manifests=("mix.exs",),
        beside=("mix.lock",),
        reads_more=r"\bapps_path:|\bpath:|\bin_umbrella:|\bFile\.|\bCode\.|\bSystem\.cmd",
        instead="mix deps.get",
    ),
)

_SEPARATOR: Final = r"(&&|\|\||[;|\n])"
_SURROUNDS: Final = r"^[\s({]+|[\s)}]+$"
_ASSIGNMENTS: Final = r"^(?:\w+=(?:\"[^\"]*\"|'[^']*'|\S*)\s+)+"
_QUOTES: Final = r"[\"'\\]"
_ENTERS: Final = r" (?:--prefix|--cwd|--dir|--directory|--working-dir|-C|-d)[= ](\S+)"
_CONDITIONAL: Final = r"(?:^|[;&|\n])\s*(?:if|for|while|case|until)\s"
_SETUP: Final = (
    r"set\b|cd\b|mkdir\b|export\b|corepack\b|\S+ config\b|(?:apt|apt-get|apk|dnf|microdnf|yum)\s|\w+=\S*$"
    r"|npm .*(?:-g|--global)\b|(?:pip[\d.]*|gem) install (?!.*(?:-r|\s\.))|python[\d.]* -m (?:venv|pip install (?!.*-r))"
    r"|uv venv\b|mix local\.|go env\b|rustup\b|curl\b[^|]*$"
)
"""Commands that set up what others need, and read no sources."""
_UNKNOWN: Final = r"[$*?~`]"


def is_conditional(script: str) -> bool:
    """Tell whether what a script does depends on what it finds."""
    return re.search(_CONDITIONAL, script) is not None


def is_setup(before: str) -> bool:
    """Tell whether what a step does before a command only sets up what that needs."""
    # Every other part is a separator.
    parts = (part.strip() for part in re.split(_SEPARATOR, before)[::2])
    return all(re.match(_SETUP, part) for part in parts if part)


# Every step asks of those before it what they have installed.
@lru_cache(maxsize=256)
def install_commands(script: str) -> tuple[InstallCommand, ...]:
    """Return the commands of a script that install packages of a language, in their order."""
    if not any(installer.called in script for installer in INSTALLERS):
        return ()
    found = []
    folder: str | None = ""
    parts = re.split(_SEPARATOR, script.replace("\\\n", " "))
    for place, part in enumerate(parts):
        text = re.sub(_SURROUNDS, "", part)
        words = " ".join(re.sub(_QUOTES, "", re.sub(_ASSIGNMENTS, "", text)).split())
        if words.startswith(("cd ", "pushd ")):
            folder = _entered(folder, words.split()[1])
            continue
        installer = _installer_of(words)
        if installer is None:
            continue
        here = folder
        option = re.search(_ENTERS, words)
        if option is not None and not installer.named:
            here = _entered(folder, option[1])
        before = " ".join("".join(parts[:place]).split())
        found.append(
            InstallCommand(
                installer=installer,
                text=" ".join(text.split()),
                words=words,
                folder=here,
                entered=folder or "",
                before=before,
            )
        )
    return tuple(found)


def _installer_of(words: str) -> Installer | None:
    for installer in INSTALLERS:
        is_named = installer.called in words and re.match(installer.command, words)
        if is_named and not re.search(installer.unless, words):
            return installer
    return None


def _entered(folder: str | None, named: str) -> str | None:
    """Return the folder that ``named`` means in ``folder``; None where it is not known."""
    if folder is None or re.search(_UNKNOWN, named):
        return None
    return posixpath.normpath(posixpath.join(folder, named)).removeprefix(".")
