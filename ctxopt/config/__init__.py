"""Keys, file and merged configuration, with the origin of every value.

    config = load_config(".", {"severity": {}})
    config.large_file           # bytes
    config.origins["large-file"]

Whoever wrote a value, file, variable or option, is told with it.
"""

from __future__ import annotations
