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

/** The type of a model's weights, activations and cache while it runs. */
export type ModelPrecision = "float32" | "float16";

const ELEMENT_TYPES = { F32: "float32", F16: "float16", BF16: "bfloat16" } as const;

/** Collects the nodes of a model's graph. Each method returns the name of the value that it adds. */
export interface GraphWriter {
  input(name: string, type: ElementType, dimensions: Port["dimensions"]): string;
  /** Adds an input in float32, and returns it in the graph's precision. */
  floatInput(name: string, dimensions: Port["dimensions"]): string;
  /** Adds an output: in float32, or in the graph's own precision if it is `kept` for the next run. */
  output(value: string, name: string, dimensions: Port["dimensions"], kept?: "kept"): void;
  /** Adds an output of a value that is in float32, whatever the graph's precision. */
  float32Output(value: string, name: string, dimensions: Port["dimensions"]): void;
  /** Converts a value of the graph's precision to float32. */
  float32(value: string): string;
  /** Adds an operator with one output. */
  add(op: string, inputs: readonly string[], options?: NodeOptions): string;
  /** Adds an operator with several outputs. */
  addMany(op: string, inputs: readonly string[], outputs: number, options?: NodeOptions): string[];
  integers(values: readonly number[]): string;
  scalar(value: number): string;
  /** A tensor of the model in the graph's precision: in place in its file, or an input of the graph (see `inputTensors`). */
  weight(name: string): string;
  /** Rows of a tensor of the model, in the graph's precision; only these are converted. */
  rowsOf(name: string, indices: string): string;
  readonly precision: ModelPrecision;
  graph(name: string): Graph;
}

/**
 * @param inputTensors names of the tensors that are given as float32 inputs of the same name, such as dequantized weights
 * @param precision of the arithmetic
 */
export function graphWriter(
  files: ModelFiles,
  inputTensors: ReadonlySet<string>,
  precision: ModelPrecision = "float32",
): GraphWriter {
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

  /** Returns a value of the type `from` in the type `to`. ONNX Runtime folds the cast of a constant when it opens a session. */
  function converted(value: string, from: ElementType, to: ElementType): string {
    return from === to ? value : writer.add("Cast", [value], { attributes: { to: ELEMENT_TYPE[to] } });
  }

  /** Adds a tensor as it is stored, or as an input; returns its name and type. */
  function stored(name: string): { readonly value: string; readonly type: ElementType } {
    const tensor = files.tensors.get(name);
    if (tensor === undefined) throw failure("MODEL_TENSORS_INVALID", { where: name, received: "no such tensor" });
    const isInput = inputTensors.has(name);
    const type = isInput ? "float32" : ELEMENT_TYPES[tensor.dtype];
    if (known.has(`stored ${name}`)) return { value: name, type };
    known.set(`stored ${name}`, name);
    const { file, offset, length, shape } = tensor;
    if (isInput) writer.input(name, type, shape);
    else initializers.push({ name, type, dimensions: shape, data: { file, offset, length } });
    return { value: name, type };
  }

  function addOutput(value: string, port: Port): void {
    nodes.push({ op: "Identity", inputs: [value], outputs: [port.name] });
    outputs.push(port);
  }

  const writer: GraphWriter = {
    precision,
    input(name, type, dimensions) {
      inputs.push({ name, type, dimensions });
      return name;
    },
    floatInput: (name, dimensions) => converted(writer.input(name, "float32", dimensions), "float32", precision),
    float32: (value) => converted(value, precision, "float32"),
    output(value, name, dimensions, kept) {
      if (kept === undefined) addOutput(writer.float32(value), { name, type: "float32", dimensions });
      else addOutput(value, { name, type: precision, dimensions });
    },
    float32Output: (value, name, dimensions) => addOutput(value, { name, type: "float32", dimensions }),
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
    scalar(value) {
      const exact = constant(`float32 ${value}`, (name) => {
        const data = new Uint8Array(Float32Array.of(value).buffer);
        return { name, type: "float32", dimensions: [], data };
      });
      return converted(exact, "float32", precision);
    },
    weight(name) {
      const existing = known.get(`weight ${name}`);
      if (existing !== undefined) return existing;
      const { value, type } = stored(name);
      const weight = converted(value, type, precision);
      known.set(`weight ${name}`, weight);
      return weight;
    },
    rowsOf(name, indices) {
      const { value, type } = stored(name);
      return converted(writer.add("Gather", [value, indices]), type, precision);
    },
    graph: (name) => ({ name, inputs, outputs, nodes, initializers, opset: OPSET }),
  };
  return writer;
}
