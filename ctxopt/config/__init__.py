"""Keys, file and merged configuration, with the origin of every value.

    config = load_config(".", overrides={"large-file": "8 MB"})
    config.large_file           # 8000000, in bytes
    config.origin("large-file") # "set by --large-file"

Where a value was set, by file, variable or option, is told with it.
"""

from __future__ import annotations
