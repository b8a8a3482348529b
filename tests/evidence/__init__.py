"""What is known of paths."""

from __future__ import annotations
