"""Lines for the ignore file: what is proposed, proved and written."""

from __future__ import annotations
