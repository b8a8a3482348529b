"""Compile the reader of folders: ``python3 -m scripts.extension [--sanitized] [--old-system]``.

It is put beside its source, where a checkout uses it; the build of a wheel has it made where
``CTXOPT_NATIVE=1`` is set. Needs a C compiler and Python's headers.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sysconfig
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "ctxopt" / "tree" / "_native.c"
NAME = "_native.abi3.so"
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wvla", "-Werror")
SANITIZED = (
    "-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
)  # fmt: skip
"""Memory that is used wrongly, and what C leaves undefined, end the program."""


OPTIMIZED = ("-O2", *WARNINGS)
OLD_SYSTEM = "-DOLD_SYSTEM=true"
"""Makes none of the calls that came with newer kernels."""


def compile_into(folder: Path, options: tuple[str, ...] = OPTIMIZED) -> Path:
    """Compile into a folder and return the file; raises CalledProcessError where that fails."""
    target = folder / NAME
    compiler = shlex.split(os.environ.get("CC", "cc"))
    include = sysconfig.get_paths()["include"]
    # The source without its folder: the same commit gives the same bytes wherever it lies.
    subprocess.run(
        [
            *compiler, "-std=c11", "-fPIC", "-pthread", "-shared", *options, f"-I{include}", SOURCE.name,
            "-o", str(target.resolve()),
        ],
        cwd=SOURCE.parent,
        check=True,
    )  # fmt: skip
    return target


def main() -> None:
    """Compile."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sanitized", action="store_true", help="with gcc's sanitizers")
    parser.add_argument("--old-system", action="store_true", help="as on a kernel before 5.6")
    arguments = parser.parse_args()
    options: tuple[str, ...] = OPTIMIZED
    if arguments.sanitized:
        options = SANITIZED
    if arguments.old_system:
        options += (OLD_SYSTEM,)
    print(compile_into(SOURCE.parent, options))


if __name__ == "__main__":
    main()
