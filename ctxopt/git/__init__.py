"""What git knows: tracked and ignored paths, commits, the index. The only room that runs git.

    repository = find_repository(".")
    evidence = ask_git(".")     # None outside of a repository
    evidence.state("src/app.py")

No other room runs git.
"""

from __future__ import annotations
