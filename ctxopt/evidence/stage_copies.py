"""What instructions take out of other stages by name, of the context that was brought there: without it they fail.

Where the ignore file hides such a path already, ``hidden_needs`` tells it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.build.image_steps import ImageSteps
from ctxopt.build.image_tree import ImageTree
from ctxopt.evidence.needs import Clues, Need
from ctxopt.evidence.sent_files import SentFiles
from ctxopt.evidence.source_needs import is_everything
from ctxopt.languages.dockerfile import Build
from ctxopt.paths import join, name


def needs_of_stage_copies(build: Build, files: SentFiles) -> Clues:
    """Return the paths of the context that COPY --from and bind mounts name in a stage of ``build``, reached or not.

    What a step of that stage makes again by such a name is none of them.
    """
    found: list[Need] = []
    steps: ImageSteps | None = None
    for source in build.sources:
        origin = source.from_
        if origin is None or origin.stage is None:
            continue
        # Most builds have one stage, and none of this is asked.
        steps = steps or ImageSteps(build, {None: files.lookup}, lambda _: False)
        stage = steps.stage(origin.stage)
        reason = f"{source.instruction} --from={origin.text} in line {source.line} takes it"
        for named in source.paths:
            if named.kind == "local" and not named.vague:
                paths = _brought(stage, named.path.strip("/"), files)
                found += [Need(path, reason) for path in paths]
    return Clues(needs=tuple(found))


def _brought(stage: ImageTree, place: str, files: SentFiles) -> Iterator[str]:
    """Yield what of the context lies where a source names it."""
    # What takes all there is names nothing.
    if is_everything(name(place)):
        return
    for match in stage.named_by(place):
        found = stage.find(match.real)
        if found is None:
            continue
        part, path = found
        if part.lookup is files.lookup and path and not _may_be_made(stage, path, files):
            yield path


def _may_be_made(stage: ImageTree, path: str, files: SentFiles) -> bool:
    """Whether a step may have put another in the place of what was brought: output, and packages."""
    if not stage.scripts:
        return False
    here = path
    if path in files.tree.folders:
        here = join(path, "_")
    return not files.is_input(here)
