"""Bring the facts of one analysed context together: catalogue, evidence, needs. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ctxopt.build.analysis import Analysis
from ctxopt.config.load import Config
from ctxopt.evidence.called_needs import Called, follow_calls, follow_start, know_tasks
from ctxopt.evidence.called_texts import TextFile
from ctxopt.evidence.catalog import Catalog, load_catalog
from ctxopt.evidence.checkouts import find_worktrees
from ctxopt.evidence.compiled_tree import compiles_all
from ctxopt.evidence.dockerfile_search import find_dockerfiles, find_hidden
from ctxopt.evidence.facts import AskedOnce, Facts
from ctxopt.evidence.git_history import BuildTakings
from ctxopt.evidence.git_reasons import may_compare, reasons_for_git
from ctxopt.evidence.image_start import (
    find_fixtures,
    needs_of_applications,
    needs_of_loads,
    needs_of_start,
)
from ctxopt.evidence.import_needs import needs_of_imports
from ctxopt.evidence.imported_history import needs_of_imported_history
from ctxopt.evidence.link_needs import needs_of_links
from ctxopt.evidence.manifest_needs import needs_of_manifests, roots_built
from ctxopt.evidence.manifest_search import ManifestFile, Manifests, find_manifests
from ctxopt.evidence.needs import Clues, Need, Needs, first_by_path
from ctxopt.evidence.opened_history import needs_of_opened_history
from ctxopt.evidence.other_dockerfiles import OtherDockerfile, read_siblings
from ctxopt.evidence.project_tests import find_project_tests
from ctxopt.evidence.reached_tests import needs_of_reached_tests
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.evidence.source_needs import (
    needs_of_dockerfile,
    needs_of_exceptions,
    needs_of_other_stages,
    needs_of_sources,
    takings_of,
)
from ctxopt.evidence.stage_copies import needs_of_stage_copies
from ctxopt.evidence.step_needs import builds_solution, needs_of_steps
from ctxopt.evidence.vendored import needs_of_vendoring
from ctxopt.git.evidence import GitEvidence
from ctxopt.git.folder import ask_git
from ctxopt.paths import is_covered

if TYPE_CHECKING:
    from ctxopt.evidence.packages.model import Outside

_USUAL: Final = "Dockerfile"
"""The one that is found without being named."""
_WORKSPACES: Final = (
    ("pnpm-workspace.yaml", ""),
    ("go.work", ""),
    ("package.json", '"workspaces"'),
    ("Cargo.toml", "[workspace"),
    ("pyproject.toml", "[tool.uv.workspace"),
)
"""The files at the root that a workspace has, and what is in them then."""


def gather_facts(
    analysis: Analysis,
    config: Config,
    evidence: GitEvidence | None = None,
    *,
    before: Facts | None = None,
) -> Facts:
    """Return what rules may see of ``analysis``; what git or a manifest cannot tell is left out.

    ``evidence`` is what ``ask_git`` answered, and ``before`` the facts of the same folder, for callers
    that gather again: what was read for them is not read twice.
    """
    catalog = load_catalog()
    texts, asked = None, AskedOnce()
    if before is not None:
        texts, asked = before.needs.texts, before.asked
    if evidence is None:
        evidence = ask_git(analysis.tree.root) or _read_ignore_files(analysis)
    known = _hidden(analysis, evidence)
    if evidence is not None:
        known += evidence.tracked
    needs = gather_needs(analysis, catalog, known, texts)
    return Facts(analysis, config, catalog, evidence, needs, asked=asked)


def gather_needs(
    analysis: Analysis,
    catalog: Catalog,
    known: Iterable[str] = (),
    texts: dict[str, str] | None = None,
) -> Needs:
    """Collect what Dockerfiles, manifests and sources say; what cannot be read says nothing.

    ``known`` are files among which Dockerfiles may be that are not sent, and ``texts`` what was read before.
    """
    files = SentFiles(analysis, catalog, texts)
    worktrees = find_worktrees(analysis.tree)
    manifests = find_manifests(files.lookup, catalog, worktrees)
    own = []
    if analysis.plan is not None:
        own.append(BuildTakings(analysis.plan.build, takings_of(analysis.plan)))
    others = _other_dockerfiles(analysis, files, known, manifests.entered)
    named = [needs_of_dockerfile(other, files) for other in others]
    builds = [*own, *(taken for taken, _ in named)]
    told = needs_of_manifests(
        manifests.files,
        files,
        roots_built(builds),
        with_solutions=builds_solution(each.build for each in builds),
    )
    fixtures = find_fixtures(manifests.entered, files)
    # In the order of how close each is to the build: where two give a reason for a path, the first is told.
    clues = [*_clues_of_this_build(own, analysis, files, fixtures)]
    if builds:
        clues.append(Clues(tests=find_project_tests(analysis.tree.root, catalog)))
    clues += [told.clues, *_clues_of_sources(manifests.entered, fixtures, files)]
    clues.append(needs_of_imported_history(manifests.files, files))
    clues.append(needs_of_links(manifests.entered, files, known))
    clues += _clues_of_stages(own, builds, files)
    clues += _clues_of_others(others, named, files, fixtures)
    called = _follow(clues, builds, told.callers, files)
    clues += called.clues(fixtures, manifests.entered, files)
    if not any(one.tests for one in clues):
        # Where tests run, all of them stay anyway, and no source has to be opened.
        clues.append(
            needs_of_reached_tests(
                manifests.entered, files, lambda: _compiles_all(builds, manifests.files, files)
            )
        )
    outside = _find_outside(builds, manifests, files)
    reasons = reasons_for_git(clues, [*called.builds, *called.starts], told.callers, files)
    return Needs(
        needs=_needs_of(clues, outside),
        git=tuple(dict.fromkeys(item.reason for item in reasons)),
        compares=may_compare(reasons),
        # A Dockerfile for tests says more exactly what they are than the one that is built.
        tests=next((one.tests for one in reversed(clues) if one.tests), None),
        named=first_by_path(need for one in clues for need in one.named),
        served=tuple(item.path for item in others if not _is_own(analysis, item.path)),
        elsewhere=tuple(dict.fromkeys(root for one in clues for root in one.elsewhere)),
        worktrees=worktrees,
        builds=tuple(one.taken for one in called.builds),
        texts=files.texts,
        outside=outside,
    )


def _clues_of_stages(
    own: Iterable[BuildTakings], builds: Iterable[BuildTakings], files: SentFiles
) -> Iterator[Clues]:
    """Yield what stages of other targets name, and what instructions take out of stages."""
    yield from (needs_of_other_stages(taken.build, files) for taken in own)
    yield from (needs_of_stage_copies(taken.build, files) for taken in builds)


def _find_outside(
    builds: Sequence[BuildTakings], manifests: Manifests, files: SentFiles
) -> Outside | None:
    """What builds do without of the packages of a workspace."""
    if not any(files.has(file) and text in files.text(file) for file, text in _WORKSPACES):
        return None
    # Most repositories are no workspaces.
    from ctxopt.evidence.packages.outside import find_outside

    return find_outside(builds, manifests.files, manifests.entered, files)


def _needs_of(clues: Iterable[Clues], outside: Outside | None) -> tuple[Need, ...]:
    """Join the needs, but for what the files of packages say that are no part of what is built."""
    needs = (need for one in clues for need in one.needs)
    if outside is None:
        return first_by_path(needs)
    folders = outside.folders
    found = [
        need
        for need in needs
        if not need.by or not (need.path in folders or is_covered(need.by, folders))
    ]
    # A workspace lists all its members, and asks no more than this of those that are not built.
    asked = "the tool of the workspace asks for it, whatever is built"
    found += [Need(path, asked) for item in outside.of_all for path in item.kept]
    return first_by_path(found)


def _clues_of_this_build(
    own: Sequence[BuildTakings], analysis: Analysis, files: SentFiles, fixtures: Sequence[str]
) -> Iterator[Clues]:
    for taken in own:
        yield needs_of_sources(taken.takings)
    yield needs_of_exceptions(analysis.matcher, files)
    for taken in own:
        yield needs_of_steps(taken, files)
        yield needs_of_start(taken, files, fixtures)


def _clues_of_others(
    others: Sequence[OtherDockerfile],
    named: Sequence[tuple[BuildTakings, Clues]],
    files: SentFiles,
    fixtures: Sequence[str],
) -> Iterator[Clues]:
    for other, (taken, clue) in zip(others, named, strict=True):
        where = f" of {other.path}"
        yield clue
        yield needs_of_steps(taken, files, where)
        yield needs_of_start(taken, files, fixtures, where)


def _clues_of_sources(
    folders: Sequence[str], fixtures: Sequence[str], files: SentFiles
) -> list[Clues]:
    """What the sources in ``folders``, those of the project itself, read."""
    return [
        needs_of_imports(folders, files),
        needs_of_applications(fixtures, files),
        needs_of_opened_history(folders, files),
    ]


class _Followed(NamedTuple):
    """What each build calls while it is made, and what its image calls when it starts."""

    builds: list[Called]
    starts: list[Called]

    def clues(
        self, fixtures: Iterable[str], entered: Iterable[str], files: SentFiles
    ) -> list[Clues]:
        found = [one.clues for one in (*self.builds, *self.starts)]
        texts = (text for one in (*self.builds, *self.starts) for text in one.texts)
        asked = ((one.taken.build, one.texts) for one in self.builds)
        return [
            *found,
            needs_of_loads(texts, fixtures),
            needs_of_vendoring(asked, entered, files),
        ]


def _follow(
    clues: Iterable[Clues],
    builds: Iterable[BuildTakings],
    callers: Iterable[TextFile],
    files: SentFiles,
) -> _Followed:
    tasks = know_tasks(callers)
    scripts = [TextFile(*script) for one in clues for script in one.scripts]
    found = _Followed([], [])
    for taken in builds:
        found.builds.append(follow_calls(taken, scripts, tasks, files))
        start = follow_start(taken, tasks, files)
        if start is not None:
            found.starts.append(start)
    return found


def _compiles_all(
    builds: Sequence[BuildTakings], manifests: Iterable[ManifestFile], files: SentFiles
) -> bool:
    """Whether a step of one of the builds type-checks whatever scripts there are."""
    if not builds:
        return True  # nothing says what is built
    packages = [files.text(item.path) for item in manifests if item.name == "package.json"]
    return compiles_all((script for one in builds for script in one.build.scripts()), packages)


def _other_dockerfiles(
    analysis: Analysis, files: SentFiles, known: Iterable[str], folders: Iterable[str]
) -> Sequence[OtherDockerfile]:
    """The other Dockerfiles that the same ignore file serves.

    Also this one where it was named: as one of the others it is read without the target and the arguments that were
    given, and so it always says the same, whichever Dockerfile is asked about.
    """
    context = analysis.context
    others = find_dockerfiles(analysis.tree, known, folders)
    left_out = set(analysis.split_off)
    if analysis.target is None and analysis.plan and context.dockerfile.inside == _USUAL:
        left_out.add(_USUAL)
    others = [path for path in others if path not in left_out]

    def exists(path: str) -> bool:
        return bool(files.existing(path))

    served = read_siblings(context, others, exists, analysis.matcher).served
    if not analysis.others:
        return served
    # What is declared is known with its arguments, and with which folder it is built.
    declared = {other.path for other in analysis.others}
    return (
        *(other for other in served if other.path not in declared),
        *(OtherDockerfile(other.path, other.build, ("",)) for other in analysis.others),
    )


def _is_own(analysis: Analysis, path: str) -> bool:
    return analysis.plan is not None and path == analysis.context.dockerfile.inside


def _hidden(analysis: Analysis, evidence: GitEvidence | None) -> list[str]:
    """Return the Dockerfiles that are not sent and that git does not ignore."""
    if not analysis.matcher.patterns:
        return []
    found = find_hidden(analysis.tree, load_catalog())
    return [path for path in found if evidence is None or not evidence.is_ignored(path)]


def _read_ignore_files(analysis: Analysis) -> GitEvidence | None:
    """What ``.gitignore`` files say; None where the walk met none."""
    if not any(".gitignore" in folder.joined for folder in analysis.tree.folders.values()):
        return None
    from ctxopt.git.gitignore import read_gitignore  # most contexts are in a repository

    return read_gitignore(analysis.tree.root)
