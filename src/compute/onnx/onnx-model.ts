/** Writes ONNX models, by the part of the schema onnx.proto (IR version 8) that graphs built in code need. */

import protobuf from "protobufjs";

/** Value of an attribute: an integer, a list of integers, a text, or a number in floating point. */
type AttributeValue = number | readonly number[] | string | { readonly float: number };

/** One operator, which reads the tensors named in `inputs` and writes those named in `outputs`. */
export interface Node {
  readonly op: string;
  /** The domain of operators that are not ONNX's own. */
  readonly domain?: string;
  /** An empty name omits an optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

export type ElementType = "float32" | "float64" | "int64" | "float16" | "bfloat16";

/** A named input or output of a graph; dimensions given by name are free. */
export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly dimensions: readonly (string | number)[];
}

/** A constant of a graph: little-endian bytes, or their place in a file. */
export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  readonly dimensions: readonly number[];
  readonly data: Uint8Array | FileRange;
}

/** Bytes of a file, whose path is relative to the session's folder of external initializers. */
interface FileRange {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly Node[];
  readonly initializers?: readonly Initializer[];
  /** Version of ONNX's own operators; 17 by default. */
  readonly opset?: number;
}

/** TensorProto.DataType */
export const ELEMENT_TYPE: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int64: 7,
  float16: 10,
  float64: 11,
  bfloat16: 16,
};
/** AttributeProto.AttributeType */
const FLOAT = 1;
const INT = 2;
const STRING = 3;
const INTS = 7;
const IR_VERSION = 8;
const OPSET_VERSION = 17;
/** TensorProto.DataLocation.EXTERNAL */
const EXTERNAL = 1;

/** Serialises `graph` as an ONNX ModelProto. */
export function onnxModel(graph: Graph): Uint8Array {
  const domains = new Set(graph.nodes.flatMap(({ domain }) => domain ?? []));
  const model = {
    irVersion: IR_VERSION,
    producerName: "rankscope",
    opsetImport: [
      { domain: "", version: graph.opset ?? OPSET_VERSION },
      ...[...domains].map((domain) => ({ domain, version: 1 })),
    ],
    graph: {
      name: graph.name,
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
      initializer: (graph.initializers ?? []).map(tensor),
      node: graph.nodes.map(({ op, domain, inputs, outputs, attributes = {} }) => ({
        opType: op,
        domain,
        input: inputs,
        output: outputs,
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      })),
    },
  };
  const ModelProto = protobuf.Root.fromJSON({ nested: MESSAGES }).lookupType("ModelProto");
  return ModelProto.encode(ModelProto.fromObject(model)).finish();
}

function valueInfo({ name, type, dimensions }: Port) {
  const dim = dimensions.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPE[type], shape: { dim } } } };
}

function tensor({ name, type, dimensions, data }: Initializer) {
  const common = { name, dataType: ELEMENT_TYPE[type], dims: dimensions };
  if (data instanceof Uint8Array) return { ...common, rawData: data };
  const { file, offset, length } = data;
  const entries = { location: file, offset: String(offset), length: String(length) };
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
  return { ...common, externalData, dataLocation: EXTERNAL };
}

function attribute(name: string, value: AttributeValue) {
  if (typeof value === "number") return { name, type: INT, i: value };
  if (typeof value === "string") return { name, type: STRING, s: Buffer.from(value) };
  if ("float" in value) return { name, type: FLOAT, f: value.float };
  return { name, type: INTS, ints: value };
}

type Field = { type: string; id: number; rule?: "repeated" };
const optional = (type: string, id: number): Field => ({ type, id });
const repeated = (type: string, id: number): Field => ({ type, id, rule: "repeated" });

/** Field numbers of onnx.proto: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
const MESSAGES: NonNullable<protobuf.INamespace["nested"]> = {
  ModelProto: {
    fields: {
      irVersion: optional("int64", 1),
      producerName: optional("string", 2),
      graph: optional("GraphProto", 7),
      opsetImport: repeated("OperatorSetIdProto", 8),
    },
  },
  OperatorSetIdProto: { fields: { domain: optional("string", 1), version: optional("int64", 2) } },
  GraphProto: {
    fields: {
      node: repeated("NodeProto", 1),
      name: optional("string", 2),
      initializer: repeated("TensorProto", 5),
      input: repeated("ValueInfoProto", 11),
      output: repeated("ValueInfoProto", 12),
    },
  },
  NodeProto: {
    fields: {
      input: repeated("string", 1),
      output: repeated("string", 2),
      opType: optional("string", 4),
      attribute: repeated("AttributeProto", 5),
      domain: optional("string", 7),
    },
  },
  AttributeProto: {
    fields: {
      name: optional("string", 1),
      f: optional("float", 2),
      i: optional("int64", 3),
      s: optional("bytes", 4),
      ints: repeated("int64", 8),
      type: optional("int32", 20),
    },
  },
  TensorProto: {
    fields: {
      dims: repeated("int64", 1),
      dataType: optional("int32", 2),
      name: optional("string", 8),
      rawData: optional("bytes", 9),
      externalData: repeated("StringStringEntryProto", 13),
      dataLocation: optional("int32", 14),
    },
  },
  StringStringEntryProto: { fields: { key: optional("string", 1), value: optional("string", 2) } },
  ValueInfoProto: { fields: { name: optional("string", 1), type: optional("TypeProto", 2) } },
  TypeProto: { fields: { tensorType: optional("TensorTypeProto", 1) } },
  TensorTypeProto: { fields: { elemType: optional("int32", 1), shape: optional("TensorShapeProto", 2) } },
  TensorShapeProto: { fields: { dim: repeated("DimensionProto", 1) } },
  DimensionProto: { fields: { dimValue: optional("int64", 1), dimParam: optional("string", 2) } },
};
