/** Writes ONNX models, by the part of the schema onnx.proto (IR version 8) that graphs built in code need. */

import protobuf from "protobufjs";

/** One operator, which reads the tensors named in `inputs` and writes those named in `outputs`. */
export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integer attributes (`keepdims`) and integer-list ones (Transpose's `perm`). */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

type ElementType = "float32" | "float64" | "int64";

/** A named input or output of a graph; dimensions given by name are free. */
export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly dimensions: readonly (string | number)[];
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly Node[];
}

/** TensorProto.DataType */
export const ELEMENT_TYPE: Readonly<Record<ElementType, number>> = { float32: 1, int64: 7, float64: 11 };
/** AttributeProto.AttributeType */
const INT = 2;
const INTS = 7;
const IR_VERSION = 8;
const OPSET_VERSION = 17;

/** Serialises `graph` as an ONNX ModelProto. */
export function onnxModel(graph: Graph): Uint8Array {
  const port = ({ name, type, dimensions }: Port) => ({
    name,
    type: {
      tensorType: {
        elemType: ELEMENT_TYPE[type],
        shape: { dim: dimensions.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size })) },
      },
    },
  });
  const model = {
    irVersion: IR_VERSION,
    producerName: "rankscope",
    opsetImport: [{ domain: "", version: OPSET_VERSION }],
    graph: {
      name: graph.name,
      input: graph.inputs.map(port),
      output: graph.outputs.map(port),
      node: graph.nodes.map(({ op, inputs, outputs, attributes = {} }) => ({
        opType: op,
        input: inputs,
        output: outputs,
        attribute: Object.entries(attributes).map(([name, value]) =>
          typeof value === "number" ? { name, type: INT, i: value } : { name, type: INTS, ints: value },
        ),
      })),
    },
  };
  const ModelProto = protobuf.Root.fromJSON({ nested: MESSAGES }).lookupType("ModelProto");
  return ModelProto.encode(ModelProto.fromObject(model)).finish();
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
    },
  },
  AttributeProto: {
    fields: {
      name: optional("string", 1),
      i: optional("int64", 3),
      ints: repeated("int64", 8),
      type: optional("int32", 20),
    },
  },
  ValueInfoProto: { fields: { name: optional("string", 1), type: optional("TypeProto", 2) } },
  TypeProto: { fields: { tensorType: optional("TensorTypeProto", 1) } },
  TensorTypeProto: { fields: { elemType: optional("int32", 1), shape: optional("TensorShapeProto", 2) } },
  TensorShapeProto: { fields: { dim: repeated("DimensionProto", 1) } },
  DimensionProto: { fields: { dimValue: optional("int64", 1), dimParam: optional("string", 2) } },
};
