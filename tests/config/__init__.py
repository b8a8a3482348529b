"""Configuration: keys, file, values."""

from __future__ import annotations
