"""The two exporters of torch, and what is done to their files afterwards."""

import os
import warnings

import onnx
import torch


def legacy(model, inputs, path, opset, dynamic):
    """The exporter that traces (TorchScript); one file."""
    torch.onnx.export(
        model, tuple(inputs.values()), path, dynamo=False, opset_version=opset, input_names=list(inputs),
        output_names=["image"], dynamic_axes={k: {0: "N"} for k in [*inputs, "image"]} if dynamic else None)


def dynamo(model, inputs, path, opset, dynamic, external):
    """The exporter that captures the program (torch.export); external puts the weights into path.data."""
    batch = torch.export.Dim("N", min=1, max=4096)
    torch.onnx.export(
        model, tuple(inputs.values()), path, dynamo=True, opset_version=opset, input_names=list(inputs),
        output_names=["image"], dynamic_shapes=tuple({0: batch} for _ in inputs) if dynamic else None,
        external_data=external, verbose=False)


def export(model, inputs, path, exporter, opset, dynamic, external, metadata):
    for old in (path, path + ".data"):
        if os.path.exists(old):
            os.remove(old)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # tracers warn of every shape they look at
        if exporter == "legacy":
            legacy(model, inputs, path, opset, dynamic)
        else:
            dynamo(model, inputs, path, opset, dynamic, external)
    tidy(path, metadata)


def tidy(path, metadata):
    """Removes stack traces, which name folders of this machine, and describes the generator."""
    m = onnx.load(path, load_external_data=False)
    assert not m.functions
    strip(m.graph)
    m.graph.doc_string = ""
    onnx.helper.set_model_props(m, metadata)
    onnx.save(m, path)
    onnx.checker.check_model(path, full_check=True)


def strip(graph):
    del graph.metadata_props[:]
    del graph.value_info[:]  # every shape again, a third of a small file
    for x in [*graph.node, *graph.input, *graph.output, *graph.initializer]:
        x.doc_string = ""
        if hasattr(x, "metadata_props"):
            del x.metadata_props[:]
    for node in graph.node:
        for a in node.attribute:
            a.doc_string = ""
            if a.type == onnx.AttributeProto.GRAPH:
                strip(a.g)
