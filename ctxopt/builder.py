"""The two builders of Docker."""

from __future__ import annotations

from typing import Literal, get_args

Builder = Literal["buildkit", "classic"]
BUILDERS: tuple[Builder, ...] = get_args(Builder)
