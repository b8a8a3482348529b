"""When a folder of tests has to stay as a whole, so that what is worse inside of it is told by itself. Opens nothing."""

from __future__ import annotations

from ctxopt.evidence.catalog import Catalog
from ctxopt.evidence.needs import Needs
from ctxopt.paths import name
from ctxopt.tree.model import DIR, Tally
from ctxopt.tree.view import View


def tests_stay(view: View, needs: Needs, path: str, *, is_tracked: bool) -> bool:
    """Tell whether no line may hide the folder of tests ``path``, whatever is in it."""
    if needs.tests is not None:
        return True
    sends_history = (view.totals.get(".git") or Tally()).entries > 0
    if is_tracked and needs.git and needs.compares and sends_history:
        return True
    return holds_go_packages(view, path)


def lies_in_tests(catalog: Catalog, path: str) -> bool:
    """Tell whether a folder above ``path`` is called like one of tests."""
    return any(
        entry.kind == "test-data"
        for folder in path.split("/")[:-1]
        for entry in catalog.match_name(folder, True)
    )


def holds_go_packages(view: View, path: str) -> bool:
    """Tell whether there is Go code below ``path`` that is no test, which other packages may import."""
    # The go command skips ``testdata`` itself, so nothing in it can be imported.
    if name(path) == "testdata":
        return False
    rows = view.rows(path, enter=lambda row: name(row.path) != "testdata")
    return any(
        row.path.endswith(".go") and not row.path.endswith("_test.go")
        for row in rows
        if row.kind != DIR
    )
