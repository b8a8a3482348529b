"""Go's functions as Docker calls them: paths, regular expressions, strings. Pure.

    clean("./a//b/")            # "a/b"
    match("*.py", "setup.py")   # True, as path.Match
    trim_space("\\u2003x ")     # "x"

Where Go and Python differ, Go is right.
"""

from __future__ import annotations
