"""One module for each command and format: each turns one frozen result into text and decides nothing."""

from __future__ import annotations
