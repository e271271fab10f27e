"""DotGraph: a graph in the language of Graphviz, as text; and as a picture, if pydot is there.

The text needs nothing: `graph.to_string()`, or `graph.source`, may be pasted into any viewer.
"""

import os
import shutil


class DotGraph:
    """A directed graph in the DOT language (https://graphviz.org/doc/info/lang.html).

    Args:
        name: of the graph.
        attributes: dictionary of graph attributes, None values left out.
        node_attributes: dictionary of default attributes of nodes.
        cluster: whether it is to be part of another graph, drawn in a box.

    Everything else that a `pydot.Dot` has (`create_svg`, `write_png`, `get_nodes`, ...) is there
    as well, if the `pydot` package is installed; pictures also need the program `dot`.
    """

    def __init__(self, name="model", attributes=None, node_attributes=None, cluster=False):
        self.name = name
        self.cluster = cluster
        self._attributes = dict(attributes or {})
        self._node_attributes = dict(node_attributes or {})
        self._parts = []

    def add_node(self, name, **attributes):
        """Add a node."""
        self._parts.append(f"{quoted(name)}{_listed(attributes)};")

    def add_edge(self, source, target, **attributes):
        """Add an edge between two nodes, which may come later."""
        self._parts.append(f"{quoted(source)} -> {quoted(target)}{_listed(attributes)};")

    def add_subgraph(self, graph):
        """Add a graph that was made with `cluster=True`."""
        self._parts.append(graph)

    @property
    def source(self):
        """The text in the DOT language."""
        return self.to_string()

    def to_string(self, indent=0):
        """Return the text in the DOT language."""
        before = "    " * indent
        head = f"subgraph {quoted('cluster_' + self.name)}" if self.cluster else "digraph G"
        lines = [f"{before}{head} {{"]
        for name, value in self._attributes.items():
            if value is not None:
                lines.append(f"{before}    {name}={quoted(value)};")
        if self._node_attributes:
            lines.append(f"{before}    node{_listed(self._node_attributes)};")
        for part in self._parts:
            inside = isinstance(part, DotGraph)
            lines.append(part.to_string(indent + 1) if inside else f"{before}    {part}")
        lines.append(before + "}")
        return "\n".join(lines) + ("" if indent else "\n")

    __str__ = to_string

    def to_pydot(self):
        """Return the graph as a `pydot.Dot`; an ImportError says what to install."""
        try:
            import pydot
        except ImportError as error:
            raise ImportError(
                "A picture of a model is drawn with the `pydot` package, which is not installed. "
                "Install it with: pip install 'minikeras[graph]', and Graphviz from "
                "https://graphviz.org/download. The text alone, model_to_dot(model).to_string(), "
                "needs neither."
            ) from error
        [graph] = pydot.graph_from_dot_data(self.to_string())
        return graph

    def create(self, prog="dot", format="ps"):
        """Return the picture as bytes: a string of an SVG, a PNG file and so on.

        Raises:
            ImportError: `pydot` is not installed.
            OSError: the program of Graphviz is not there.
        """
        graph = self.to_pydot()
        command = prog if isinstance(prog, str) else prog[0]
        if shutil.which(command) is None:
            raise OSError(
                f"The program {command!r} of Graphviz, which draws the graph, was not found. "
                "Install Graphviz (https://graphviz.org/download; on Debian and Ubuntu: "
                "apt install graphviz) and see that it is in the PATH."
            )
        return graph.create(prog=prog, format=format)

    def write(self, path, prog="dot", format="raw"):
        """Write the picture to a file; 'raw' and 'dot' write the text, without any program."""
        if format in ("raw", "dot", "gv"):
            content = self.to_string().encode()
        else:
            content = self.create(prog, format)
        with open(os.fspath(path), "wb") as file:
            file.write(content)
        return True

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name.startswith("create_"):
            return lambda prog="dot": self.create(prog, name.removeprefix("create_"))
        if name.startswith("write_"):
            return lambda path, prog="dot": self.write(path, prog, name.removeprefix("write_"))
        return getattr(self.to_pydot(), name)


def quoted(text):
    """Return text as a quoted string of the DOT language."""
    escaped = str(text).replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def record_text(text):
    """Return text for a field of a record, in which braces and bars mean something."""
    return "".join("\\" + c if c in "\\{}|<>" else c for c in str(text))


def _listed(attributes):
    inside = ", ".join(f"{name}={quoted(value)}" for name, value in attributes.items())
    return f" [{inside}]" if inside else ""
