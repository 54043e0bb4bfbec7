import protobuf from "protobufjs/minimal.js";
import { numberOfLong } from "../logs/number-of-long.js";
import type { TextCache } from "./text-cache.js";

type Reader = protobuf.Reader;
const { Reader } = protobuf;

/** One value that a training program logged for TensorBoard. */
export type LoggedValue =
  | { readonly kind: "scalar"; readonly tag: string; readonly value: number }
  | { readonly kind: "text"; readonly tag: string; readonly text: string };

/** The parts of an Event message that studies need. */
export interface LoggedEvent {
  readonly step: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly values: readonly LoggedValue[];
}

/** Field numbers of tensorboard/compat/proto/event.proto, summary.proto and tensor.proto. */
const EVENT = { wallTime: 1, step: 2, summary: 5 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simpleValue: 2, tensor: 8 } as const;
const TENSOR = { dtype: 1, content: 4, floats: 5, doubles: 6, ints: 7, strings: 8, longs: 10 } as const;
/** DataType of types.proto, with the bytes of one element. */
const DTYPE = { float: 1, double: 2, int32: 3, string: 7, int64: 9 } as const;

/**
 * Decodes one Event message. Images, audio and histograms are left out. Nested messages are read in place: a file has a message
 * per point, and a Reader for each part of it took a third of the time.
 *
 * @param tags of the file's earlier events
 * @throws RangeError or Error of protobufjs if the bytes are not such a message
 */
export function decodeEvent(bytes: Uint8Array, tags: TextCache): LoggedEvent {
  const reader = Reader.create(bytes);
  const values: LoggedValue[] = [];
  let step = 0;
  let wallTime = 0;
  while (reader.pos < reader.len) {
    const key = reader.uint32();
    switch (key >>> 3) {
      case EVENT.wallTime:
        wallTime = reader.double();
        break;
      case EVENT.step:
        step = numberOfLong(reader.int64());
        break;
      case EVENT.summary:
        decodeSummary(reader, endOfPart(reader), tags, values);
        break;
      default:
        reader.skipType(key & 7);
    }
  }
  return { step, wallTime, values };
}

/** Reads the length of a nested message. Returns the position of its end. @throws RangeError beyond the end of the message */
function endOfPart(reader: Reader): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError("a part that is longer than its message");
  return end;
}

/** @throws RangeError if the last field of a nested message crosses its end */
function requireEnd(reader: Reader, end: number): void {
  if (reader.pos !== end) throw new RangeError("a field that is longer than its message");
}

function decodeSummary(reader: Reader, end: number, tags: TextCache, values: LoggedValue[]): void {
  while (reader.pos < end) {
    const key = reader.uint32();
    if (key >>> 3 !== SUMMARY.value) {
      reader.skipType(key & 7);
      continue;
    }
    const value = decodeValue(reader, endOfPart(reader), tags);
    if (value !== undefined) values.push(value);
  }
  requireEnd(reader, end);
}

/** Returns undefined for values that are neither a number nor a text. */
function decodeValue(reader: Reader, end: number, tags: TextCache): LoggedValue | undefined {
  let tag = "";
  let content: number | string | undefined;
  while (reader.pos < end) {
    const key = reader.uint32();
    switch (key >>> 3) {
      case VALUE.tag: {
        const endOfTag = endOfPart(reader);
        tag = tags.read(reader.buf, reader.pos, endOfTag);
        reader.pos = endOfTag;
        break;
      }
      case VALUE.simpleValue:
        content = reader.float();
        break;
      case VALUE.tensor:
        content = decodeTensor(Reader.create(reader.bytes()));
        break;
      default:
        reader.skipType(key & 7);
    }
  }
  requireEnd(reader, end);
  if (typeof content === "number") return { kind: "scalar", tag, value: content };
  if (typeof content === "string") return { kind: "text", tag, text: content };
  return undefined;
}

/** Returns the only number or the first text of a tensor; undefined for other tensors. */
function decodeTensor(reader: Reader): number | string | undefined {
  let dtype = 0;
  let content: Uint8Array | undefined;
  const numbers: number[] = [];
  const texts: string[] = [];
  while (reader.pos < reader.len) {
    const key = reader.uint32();
    switch (key >>> 3) {
      case TENSOR.dtype:
        dtype = reader.int32();
        break;
      case TENSOR.content:
        content = reader.bytes();
        break;
      case TENSOR.strings:
        texts.push(reader.string());
        break;
      case TENSOR.floats:
        readNumbers(reader, key, numbers, () => reader.float());
        break;
      case TENSOR.doubles:
        readNumbers(reader, key, numbers, () => reader.double());
        break;
      case TENSOR.ints:
        readNumbers(reader, key, numbers, () => reader.int32());
        break;
      case TENSOR.longs:
        readNumbers(reader, key, numbers, () => numberOfLong(reader.int64()));
        break;
      default:
        reader.skipType(key & 7);
    }
  }
  if (dtype === DTYPE.string) return texts[0];
  if (content !== undefined && content.length > 0) return numberOfContent(content, dtype);
  return numbers.length === 1 ? numbers[0] : undefined;
}

/** Reads a repeated number, packed or not, but no more than two of them: only single numbers are of use. */
function readNumbers(reader: Reader, key: number, numbers: number[], read: () => number): void {
  const isPacked = (key & 7) === 2;
  const end = isPacked ? reader.uint32() + reader.pos : reader.pos + 1;
  if (end > reader.len) throw new RangeError("a list of numbers that is longer than its tensor");
  while (reader.pos < end && numbers.length < 2) numbers.push(read());
  if (isPacked) reader.pos = end;
}

/** Returns the number of a tensor whose bytes are exactly one. */
function numberOfContent(content: Uint8Array, dtype: number): number | undefined {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (dtype === DTYPE.float && content.length === 4) return view.getFloat32(0, true);
  if (dtype === DTYPE.double && content.length === 8) return view.getFloat64(0, true);
  if (dtype === DTYPE.int32 && content.length === 4) return view.getInt32(0, true);
  if (dtype === DTYPE.int64 && content.length === 8) return Number(view.getBigInt64(0, true));
  return undefined;
}
