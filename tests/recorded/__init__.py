"""What real Docker answered, replayed."""

from __future__ import annotations
