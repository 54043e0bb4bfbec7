import type { ModelFiles } from "../../model/language-model.js";
import { failure } from "../../errors.js";
import {
  ELEMENT_TYPE,
  type ElementType,
  type Graph,
  type Initializer,
  type Node,
  type Port,
} from "../onnx/onnx-model.js";

/** Attributes and domain of one operator. */
interface NodeOptions {
  readonly attributes?: Node["attributes"];
  readonly domain?: string;
}

/** The domain of ONNX Runtime's own operators: docs/ContribOperators.md of its repository. */
export const MICROSOFT = "com.microsoft";

/** The first version of ONNX's operators that has Gelu. */
const OPSET = 20;

const ELEMENT_TYPES = { F32: "float32", F16: "float16", BF16: "bfloat16" } as const;

/** Collects the nodes of a model's graph. Each method returns the name of the value that it adds. */
export interface GraphWriter {
  input(name: string, type: ElementType, dimensions: Port["dimensions"]): string;
  output(value: string, name: string, dimensions: Port["dimensions"]): void;
  /** Adds an operator with one output. */
  add(op: string, inputs: readonly string[], options?: NodeOptions): string;
  /** Adds an operator with several outputs. */
  addMany(op: string, inputs: readonly string[], outputs: number, options?: NodeOptions): string[];
  integers(values: readonly number[]): string;
  scalar(value: number): string;
  /** A tensor of the model in float32: in place in its file, or an input of the graph (see `inputTensors`). */
  weight(name: string): string;
  graph(name: string): Graph;
}

/** @param inputTensors names of the tensors that are given as float32 inputs of the same name, such as dequantized weights */
export function graphWriter(files: ModelFiles, inputTensors: ReadonlySet<string>): GraphWriter {
  const inputs: Port[] = [];
  const outputs: Port[] = [];
  const nodes: Node[] = [];
  const initializers: Initializer[] = [];
  const known = new Map<string, string>();
  const next = () => `v${nodes.length}`;

  /** Adds a constant once. */
  function constant(key: string, make: (name: string) => Initializer): string {
    const existing = known.get(key);
    if (existing !== undefined) return existing;
    const name = `c${initializers.length}`;
    initializers.push(make(name));
    known.set(key, name);
    return name;
  }

  const writer: GraphWriter = {
    input(name, type, dimensions) {
      inputs.push({ name, type, dimensions });
      return name;
    },
    output(value, name, dimensions) {
      nodes.push({ op: "Identity", inputs: [value], outputs: [name] });
      outputs.push({ name, type: "float32", dimensions });
    },
    add(op, operands, { attributes = {}, domain } = {}) {
      const output = next();
      nodes.push({ op, inputs: operands, outputs: [output], attributes, ...(domain === undefined ? {} : { domain }) });
      return output;
    },
    addMany(op, operands, count, { attributes = {}, domain } = {}) {
      const names = Array.from({ length: count }, (_, i) => `${next()}.${i}`);
      nodes.push({ op, inputs: operands, outputs: names, attributes, ...(domain === undefined ? {} : { domain }) });
      return names;
    },
    integers: (values) =>
      constant(`int64 ${values.join(" ")}`, (name) => {
        const data = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
        return { name, type: "int64", dimensions: [values.length], data };
      }),
    scalar: (value) =>
      constant(`float32 ${value}`, (name) => {
        const data = new Uint8Array(Float32Array.of(value).buffer);
        return { name, type: "float32", dimensions: [], data };
      }),
    weight(name) {
      const existing = known.get(`weight ${name}`);
      if (existing !== undefined) return existing;
      const tensor = files.tensors.get(name);
      if (tensor === undefined) throw failure("MODEL_TENSORS_INVALID", { where: name, received: "no such tensor" });
      if (inputTensors.has(name)) {
        known.set(`weight ${name}`, name);
        return writer.input(name, "float32", tensor.shape);
      }
      const { file, offset, length, shape } = tensor;
      const type = ELEMENT_TYPES[tensor.dtype];
      initializers.push({ name, type, dimensions: shape, data: { file, offset, length } });
      // ONNX Runtime folds the cast when it opens the session: the tensor is held in float32, once.
      const value =
        type === "float32" ? name : writer.add("Cast", [name], { attributes: { to: ELEMENT_TYPE.float32 } });
      known.set(`weight ${name}`, value);
      return value;
    },
    graph: (name) => ({ name, inputs, outputs, nodes, initializers, opset: OPSET }),
  };
  return writer;
}
