"""What git knows: tracked and ignored paths, commits, the index. The only room that runs git.

    repository = find_repository(".")
    state = read_state(repository, "main")  # sizes as in a fresh checkout
    ask_git(".").is_tracked("src/app.py")   # ask_git: None outside of a repository

Nothing in a repository is changed, locked or run.
"""

from __future__ import annotations
