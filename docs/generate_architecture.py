"""Generates the package diagram in ``docs/architecture.md`` from the imports.

Run from the root: ``.venv/bin/python docs/generate_architecture.py``. A test checks that it is
current.
"""

import tomllib
from importlib import import_module
from pathlib import Path

from grimp import ImportGraph, build_graph

HERE = Path(__file__).parent
PAGE = HERE / "architecture.md"
_BEGIN = "<!-- packages: written by docs/generate_architecture.py -->\n"
_END = "<!-- end of packages -->\n"


def imports() -> dict[str, set[str]]:
    """Return the packages that each package imports, without those reached through others."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))
    names = project["tool"]["importlinter"]["root_packages"]
    graph = build_graph(*names, cache_dir=None)
    direct = {name: {other for other in names if _imports(graph, name, other)} for name in names}
    return {
        name: others - {far for near in others for far in _reached(direct, near)}
        for name, others in direct.items()
    }


def _imports(graph: ImportGraph, name: str, other: str) -> bool:
    """Return whether a module of one package imports a module of the other."""
    modules = graph.find_descendants(name) | {name}
    imported = {found for one in modules for found in graph.find_modules_directly_imported_by(one)}
    return name != other and any(f"{found}.".startswith(f"{other}.") for found in imported)


def _reached(direct: dict[str, set[str]], name: str) -> set[str]:
    """Return all packages that a package imports, directly or through others."""
    return direct[name].union(*(_reached(direct, other) for other in direct[name]))


def picture() -> str:
    """Return the packages as a Mermaid diagram, and as a table with the purpose of each."""
    edges = imports()
    arrows = [f"    {name} --> {other}" for name in sorted(edges) for other in sorted(edges[name])]
    rows = [f"| `{name}/` | {_purpose(name)} |" for name in sorted(edges)]
    diagram = "\n".join(["```mermaid", "flowchart TD", *arrows, "```"])
    return f"{diagram}\n\n" + "\n".join(["| package | purpose |", "|---|---|", *rows]) + "\n"


def _purpose(name: str) -> str:
    """Return the first line of a package's docstring."""
    return (import_module(name).__doc__ or "").split("\n")[0].replace("``", "`")


def page(text: str) -> str:
    """Return the page with its diagram and table regenerated."""
    head, _, rest = text.partition(_BEGIN)
    return head + _BEGIN + picture() + _END + rest.partition(_END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
