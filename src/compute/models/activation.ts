import type { Activation } from "../../model/language-model.js";
import type { GraphWriter } from "./graph-writer.js";

/** Adds an activation function, as transformers' ACT2FN defines it. */
export function addActivation(writer: GraphWriter, x: string, activation: Activation): string {
  switch (activation) {
    case "gelu":
      return writer.add("Gelu", [x], { attributes: { approximate: "none" } });
    case "gelu_new":
    case "gelu_pytorch_tanh":
      return writer.add("Gelu", [x], { attributes: { approximate: "tanh" } });
    case "relu":
      return writer.add("Relu", [x]);
    case "silu":
      return writer.add("Mul", [x, writer.add("Sigmoid", [x])]);
  }
}
