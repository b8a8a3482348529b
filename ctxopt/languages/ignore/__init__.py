"""Ignore files and Docker's decision on every path. Pure.

    file = parse_ignore_file(b"**/node_modules\\n", ".dockerignore")
    matcher = read_matcher(file.patterns(), file.path)
    explain(matcher, "web/node_modules/left-pad").excluded  # True

Knows nothing of files on disk.
"""

from __future__ import annotations
