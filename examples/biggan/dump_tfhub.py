"""Dumps a BigGAN of TF-Hub into an .npz that to_onnx.py reads. Needs TensorFlow, which nothing else here does.

    python examples/biggan/dump_tfhub.py FOLDER biggan-128.npz

FOLDER is the module as downloaded and unpacked (saved_model.pb, variables/). Besides the
variables, BigGAN-deep has statistics for 51 truncations as constants of its graph.
"""

import argparse
import os

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel


def variables(folder):
    checkpoint = tf.train.load_checkpoint(os.path.join(folder, "variables", "variables"))
    return {name: checkpoint.get_tensor(name) for name in checkpoint.get_variable_to_shape_map()}


def standing(folder):
    """Means and variances in turn, a row a truncation. Of each ten nodes that stack constants, four are such."""
    model = SavedModel()
    with open(os.path.join(folder, "saved_model.pb"), "rb") as f:
        model.ParseFromString(f.read())
    for meta in model.meta_graphs:
        names = {node.name for node in meta.graph_def.node}
        stacks = []
        for k in range(len(names)):
            at = 10 * (k // 4) + (1, 3, 6, 8)[k % 4]
            if f"stack_{at}" not in names:
                break
            stacks.append(f"stack_{at}:0")
        if stacks:
            graph = tf.Graph()
            with graph.as_default():
                tf.import_graph_def(meta.graph_def, name="")
                with tf.compat.v1.Session(graph=graph) as session:
                    return session.run(stacks)
    return []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="folder of the module")
    parser.add_argument("npz", help="file to write")
    args = parser.parse_args()
    arrays = variables(args.folder)
    if not arrays:
        parser.error(f"{args.folder} holds no variables")
    rows = standing(args.folder)
    np.savez(args.npz, **arrays, **{f"standing/{k}": value for k, value in enumerate(rows)})
    print(f"{args.npz}: {len(arrays)} variables, {len(rows)} statistics")


if __name__ == "__main__":
    main()
