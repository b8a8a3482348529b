"""What a stage is built on, and what an instruction that names a stage takes from; finds no stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ctxopt.languages.dockerfile.model import Origin

if TYPE_CHECKING:
    from ctxopt.languages.dockerfile.stage_graph import StageNode


@overload
def origin_of(state: None) -> None: ...
@overload
def origin_of(state: StageNode) -> Origin: ...
def origin_of(state: StageNode | None) -> Origin | None:
    """Return what an instruction or FROM that names ``state`` takes from; None for the main context."""
    if state is None:
        return None
    if state.block is not None:
        return Origin("stage", state.name or str(state.index), state.index)
    return base_of(state)


def base_of(state: StageNode) -> Origin:
    """Return what ``state`` itself is built on."""
    if state.replaced_by is not None:
        return Origin("context", state.replaced_by)
    if state.base is not None:
        return Origin("stage", state.base_text, state.base.index)
    if state.is_scratch:
        return Origin("scratch", "scratch")
    if state.context is not None:
        return Origin("context", state.context)
    return Origin("image", state.base_text)
