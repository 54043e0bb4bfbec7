"""Exports the merged models in WORK/merged, which train.py wrote, as ONNX, and checks them against PyTorch.

    python export_onnx.py --texts TEXTS --work WORK --out STUDY_FOLDER

Each graph takes `input_ids` (int64, batch x sequence, at most n_positions long) and returns `logits` (float32, batch x
sequence x vocabulary). Weights are stored in float16 and cast to float32 in the graph, so that everything is computed
in float32 and runs on any execution provider. The embedding is stored once; the output uses its transpose. The results
of the checks are printed and written to WORK/onnx.json.
"""

import argparse
import json
import math
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from runs import MERGED

OPSET = 18
SMALL = 4096
"""Maximum number of elements of an initializer that is not converted: norms, biases and shapes are small."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(options.out / "base")
    tokens = tokenizer.backend_tokenizer.encode((options.texts / "jargon-eval.txt").read_text()).ids
    (options.out / "onnx").mkdir(exist_ok=True)
    checks = {}
    for name in MERGED:
        model = merged_model(options.out / "base", options.work / "merged" / f"{name}.safetensors")
        file = options.out / "onnx" / f"{name}_merged.onnx"
        onnx.save(exported(model), file)
        checks[file.name] = compare(model, file, tokens)
    (options.work / "onnx.json").write_text(json.dumps(checks, indent=2) + "\n")
    print(json.dumps(checks, indent=2))


def merged_model(base: Path, weights: Path) -> GPT2LMHeadModel:
    """Returns the base model's architecture with the merged weights, converted from float16 to float32."""
    model = GPT2LMHeadModel(GPT2Config.from_pretrained(base, attn_implementation="eager", use_cache=False)).float()
    missing, unexpected = model.load_state_dict(load_file(weights), strict=False)
    if missing != ["lm_head.weight"] or unexpected:
        raise RuntimeError(f"{weights.name}: tensors missing {missing}, unexpected {unexpected}")
    model.tie_weights()
    return model.eval()


class Logits(torch.nn.Module):
    """The model with one input and one output."""

    def __init__(self, model: GPT2LMHeadModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        return self.model(input_ids=input_ids, use_cache=False).logits


def exported(model: GPT2LMHeadModel) -> onnx.ModelProto:
    batch = torch.export.Dim("batch", min=1)
    sequence = torch.export.Dim("sequence", min=2, max=model.config.n_positions)
    program = torch.onnx.export(
        Logits(model).eval(),
        (torch.zeros(2, 16, dtype=torch.int64),),
        input_names=["input_ids"],
        output_names=["logits"],
        dynamic_shapes={"input_ids": {0: batch, 1: sequence}},
        opset_version=OPSET,
        dynamo=True,
    )
    graph_model = program.model_proto
    with_one_embedding(graph_model.graph)
    with_float16_weights(graph_model.graph)
    # Removes the exporter's notes about Python sources, which include paths of this machine.
    for node in graph_model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in graph_model.graph.value_info:
        del value.metadata_props[:]
    del graph_model.graph.metadata_props[:], graph_model.metadata_props[:]
    onnx.checker.check_model(graph_model, full_check=True)
    return graph_model


def with_one_embedding(graph: onnx.GraphProto) -> None:
    """Replaces the copy of the embedding that constant folding made by a Transpose of the input embedding."""
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer if len(tensor.dims) == 2}
    for name, array in arrays.items():
        for other, original in arrays.items():
            is_larger_copy = array.size > SMALL and original.shape == array.shape[::-1] and other != name
            if is_larger_copy and original.shape[0] > original.shape[1] and np.array_equal(array, original.T):
                graph.initializer.remove(next(tensor for tensor in graph.initializer if tensor.name == name))
                graph.node.insert(0, helper.make_node("Transpose", [other], [name], perm=[1, 0]))


def with_float16_weights(graph: onnx.GraphProto) -> None:
    """Stores large float32 initializers as float16, which represents them exactly, each with a Cast to float32."""
    for tensor in list(graph.initializer):
        if tensor.data_type == TensorProto.FLOAT and math.prod(tensor.dims) > SMALL:
            half = numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), f"{tensor.name}_half")
            graph.initializer.remove(tensor)
            graph.initializer.append(half)
            graph.node.insert(0, helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT))


def compare(model: GPT2LMHeadModel, file: Path, tokens: list[int]) -> dict:
    """Returns the largest difference of logits and both evaluation losses over all complete held-out blocks."""
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    length = model.config.n_positions
    blocks = torch.tensor(tokens)[: len(tokens) // length * length].view(-1, length)
    largest, losses = 0.0, {"pytorch": [], "onnxruntime": []}
    for batch in blocks.split(32):
        with torch.no_grad():
            expected = model(batch).logits
        actual = torch.from_numpy(session.run(["logits"], {"input_ids": batch.numpy()})[0])
        largest = max(largest, (actual - expected).abs().max().item())
        for kind, logits in (("pytorch", expected), ("onnxruntime", actual)):
            predicted, next_tokens = logits[:, :-1].flatten(0, 1), batch[:, 1:].flatten()
            losses[kind].append(torch.nn.functional.cross_entropy(predicted, next_tokens, reduction="sum").item())
    count = len(blocks) * (length - 1)
    return {
        "bytes": file.stat().st_size,
        "opset": OPSET,
        "onnxruntime": onnxruntime.__version__,
        "blocks": len(blocks),
        "largest_logit_difference": largest,
        "eval_loss_pytorch": sum(losses["pytorch"]) / count,
        "eval_loss_onnxruntime": sum(losses["onnxruntime"]) / count,
    }


if __name__ == "__main__":
    main()
