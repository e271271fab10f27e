"""model_to_dot and plot_model: the text exactly, and pictures where pydot is installed."""

import os
import stat
import sys

import pytest

import minikeras as keras
from minikeras import layers
from minikeras.utils import model_to_dot, plot_model

# pydot uses names of its parser that the parser's authors have given up.
_OLD_WORDS = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def model():
    inputs = keras.Input((4,), name="in")
    nested = keras.Sequential(
        [layers.Dense(3, input_shape=(4,), name="deep", activation="relu")], name="nested"
    )
    side = layers.Dense(2, name="side")
    side.trainable = False
    joined = layers.concatenate([nested(inputs), side(inputs)], name="join")
    return keras.Model(inputs, joined, name="whole")


def test_the_whole_text(model):
    assert model_to_dot(model).to_string() == (
        "digraph G {\n"
        '    rankdir="TB";\n'
        '    concentrate="true";\n'
        '    dpi="96";\n'
        '    node [shape="record"];\n'
        '    "in" [label="in: InputLayer"];\n'
        '    "nested" [label="nested: Sequential"];\n'
        '    "side" [label="side: Dense"];\n'
        '    "join" [label="join: Concatenate"];\n'
        '    "in" -> "nested";\n'
        '    "in" -> "side";\n'
        '    "nested" -> "join";\n'
        '    "side" -> "join";\n'
        "}\n"
    )


def test_source_and_str_are_the_text(model):
    graph = model_to_dot(model)
    assert graph.source == str(graph) == graph.to_string()


def label(model, node, **settings):
    lines = model_to_dot(model, **settings).to_string().splitlines()
    [line] = [line for line in lines if line.strip().startswith(f'"{node}" [')]
    return line.split('label="')[1].removesuffix('"];')


@pytest.mark.parametrize(
    ("node", "settings", "expected"),
    [
        ("side", {"show_layer_names": False}, "Dense"),
        (
            "side",
            {"show_shapes": True},
            r"side: Dense\n|{input:|output:}|{{(None, 4)}|{(None, 2)}}",
        ),
        (
            "in",
            {"show_shapes": True},
            r"in: InputLayer\n|{input:|output:}|{{(None, 4)}|{(None, 4)}}",
        ),
        (
            "join",
            {"show_shapes": True},
            r"join: Concatenate\n|{input:|output:}|{{[(None, 3), (None, 2)]}|{(None, 5)}}",
        ),
        ("side", {"show_dtype": True}, "side: Dense|float32"),
        ("side", {"show_trainable": True}, "side: Dense|frozen"),
        ("in", {"show_trainable": True}, "in: InputLayer"),
        ("side", {"show_layer_activations": True}, "side: Dense|linear"),
        (
            "nested/deep",
            {"expand_nested": True, "show_layer_activations": True, "show_trainable": True},
            "deep: Dense|relu|trainable",
        ),
    ],
)
def test_labels(model, node, settings, expected):
    assert label(model, node, **settings) == expected


def test_nested_models_in_boxes(model):
    text = model_to_dot(model, expand_nested=True, rankdir="LR", splines="ortho").to_string()
    assert 'rankdir="LR"' in text
    assert 'splines="ortho"' in text
    assert 'subgraph "cluster_nested" {\n        style="dashed";\n        label="nested";' in text
    assert '"in" -> "nested/deep_input";' in text
    assert '"nested/deep_input" -> "nested/deep";' in text
    assert '"nested/deep" -> "join";' in text
    assert '"nested" ->' not in text


def test_models_within_models_within_models():
    inner = keras.Sequential([layers.Dense(2, input_shape=(3,), name="a")], name="inner")
    middle = keras.Sequential([inner], name="middle")
    inputs = keras.Input((3,), name="in")
    model = keras.Model(inputs, layers.Dense(1, name="b")(middle(inputs)))
    text = model_to_dot(model, expand_nested=True).to_string()
    assert '"middle/inner/a" -> "b";' in text
    starts = [line.strip() for line in text.splitlines() if line.strip().startswith('"in" ->')]
    assert len(starts) == 1
    assert starts[0].startswith('"in" -> "middle/')


def test_shared_layers_and_wrappers():
    inputs = keras.Input((None, 4), name="in")
    shared = layers.Dense(4, name="shared")

    class Around(layers.Wrapper):
        def call(self, x):
            return self.layer(x)

        def compute_output_shape(self, shape):
            return self.layer.compute_output_shape(shape)

    model = keras.Model(
        inputs, Around(layers.Dense(2, name="core"), name="around")(shared(shared(inputs)))
    )
    assert label(model, "around") == "around(core): Around(Dense)"
    text = model_to_dot(model, show_shapes=True).to_string()
    assert '"shared" -> "shared";' in text
    assert text.count('"in" -> "shared";') == 1


def test_a_layer_called_on_several_shapes():
    one, two = keras.Input((2, 4)), keras.Input((3, 4))
    shared = layers.Dense(5, name="shared")
    model = keras.Model([one, two], [shared(one), shared(two)])
    assert label(model, "shared", show_shapes=True).endswith("{{multiple}|{multiple}}")


def test_names_with_marks_of_the_language():
    inputs = keras.Input((2,), name="in")
    odd = layers.Dense(1, name='a|{b}<"c">')
    text = model_to_dot(keras.Model(inputs, odd(inputs))).to_string()
    assert r'"a|{b}<\"c\">" [label="a\|\{b\}\<\"c\"\>: Dense"];' in text


def test_a_part_for_another_graph(model):
    text = model_to_dot(model, subgraph=True).to_string()
    assert text.startswith('subgraph "cluster_whole" {')


def test_a_range_of_layers(model):
    text = model_to_dot(model, layer_range=("nest.*", "side")).to_string()
    assert '"in"' not in text
    assert '"nested" [' in text
    assert '"join"' not in text
    with pytest.raises(ValueError, match="no layer is called 'x'. There are: in, nested, side"):
        model_to_dot(model, layer_range=("x", "join"))
    with pytest.raises(ValueError, match="'join' comes after 'in'"):
        model_to_dot(model, layer_range=("join", "in"))
    with pytest.raises(ValueError, match="pair of names"):
        model_to_dot(model, layer_range="join")


def test_models_without_a_graph():
    class Own(keras.Model):
        def __init__(self):
            super().__init__(name="own")
            self.dense = layers.Dense(1)

        def call(self, x):
            return self.dense(x)

    assert '"own" [label="own: Own"];' in model_to_dot(Own()).to_string()
    with pytest.raises(ValueError, match="is not built"):
        model_to_dot(keras.Sequential([layers.Dense(2)]))


def test_wrong_direction(model):
    with pytest.raises(ValueError, match="rankdir is one of TB, LR, BT, RL, not 'UP'"):
        model_to_dot(model, rankdir="UP")


def test_the_text_in_a_file_needs_nothing(model, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pydot", None)
    assert plot_model(model, tmp_path / "model.dot", show_shapes=True) is None
    assert (tmp_path / "model.dot").read_text() == model_to_dot(model, True).to_string()
    with pytest.raises(ImportError, match=r"pip install 'minikeras\[graph\]'.*graphviz.org"):
        plot_model(model, tmp_path / "model.png")
    assert not (tmp_path / "model.png").exists()


@pytest.fixture
def dot_program(tmp_path, monkeypatch):
    """Put a program `dot` in the path that answers with its options and what it was given."""
    pytest.importorskip("pydot")
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "dot"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nprint(sys.argv[1])\n"
        "text = open(sys.argv[-1]).read() if len(sys.argv) > 2 else sys.stdin.read()\nprint(text)\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@_OLD_WORDS
def test_pictures(model, tmp_path, dot_program):
    plot_model(model, tmp_path / "model")
    content = (tmp_path / "model").read_text()
    assert content.startswith("-Tpng\n")
    assert "nested: Sequential" in content
    graph = model_to_dot(model, show_shapes=True, expand_nested=True)
    for drawn in (graph.create(prog="dot", format="svg"), graph.create_svg()):
        assert drawn.startswith(b"-Tsvg\n")
    graph.write_pdf(str(tmp_path / "model.pdf"))
    assert (tmp_path / "model.pdf").read_bytes().startswith(b"-Tpdf\n")


@_OLD_WORDS
def test_pydot_understands_the_text(model):
    pytest.importorskip("pydot")
    graph = model_to_dot(model, show_shapes=True, expand_nested=True).to_pydot()
    assert [s.get_name() for s in graph.get_subgraphs()] == ['"cluster_nested"']
    assert len(graph.get_edges()) == 4
    names = {node.get_name() for node in model_to_dot(model).get_nodes()}
    assert {'"in"', '"nested"', '"side"', '"join"'} <= names


@_OLD_WORDS
def test_without_graphviz(model, tmp_path, monkeypatch):
    pytest.importorskip("pydot")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OSError, match="program 'dot' of Graphviz.*was not found"):
        plot_model(model, tmp_path / "model.png")
