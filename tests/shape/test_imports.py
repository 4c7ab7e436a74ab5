"""The import graph: no two modules need each other, in whatever round-about way."""

from graphlib import TopologicalSorter

import grimp


def test_no_circle_in_the_import_graph() -> None:
    """Imports within functions and for the type checker alone count too: a reader follows them all the same."""
    graph = grimp.build_graph("chalicelib", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(imports) > 300
    assert "chalicelib.flows.inbound.receive" in imports["chalicelib.edge.workers"], "an import within a function"
    TopologicalSorter(imports).prepare()  # CycleError names the circle
