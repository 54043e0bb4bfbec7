import protobuf from "protobufjs/minimal.js";
import { numberOfLong } from "../logs/number-of-long.js";
import { parsePythonJson } from "../json/parse-python-json.js";

type Reader = protobuf.Reader;
const { Reader } = protobuf;

/** One key with its value, parsed from JSON. Nested keys are joined by dots. */
export interface RecordItem {
  readonly key: string;
  readonly value: unknown;
}

/** The parts of a Record message that studies need. */
export type WandbRecord =
  | { readonly kind: "history"; readonly items: readonly RecordItem[]; readonly step: number | null }
  | { readonly kind: "config" | "summary"; readonly items: readonly RecordItem[] }
  | { readonly kind: "run"; readonly run: WandbRun };

export interface WandbRun {
  readonly id: string;
  readonly displayName: string;
  /** Seconds since 1970; null if the record has none. */
  readonly startedAt: number | null;
  readonly config: readonly RecordItem[];
}

/** Field numbers of wandb/proto/wandb_internal.proto. */
const RECORD = { history: 2, summary: 3, config: 5, run: 17 } as const;
const HISTORY = { item: 1, step: 2 } as const;
const UPDATE = 1;
const ITEM = { key: 1, nestedKey: 2, boolean: 4, integer: 5, number: 6, text: 7, json: 8, valueJson: 16 } as const;
const RUN = { id: 1, config: 4, displayName: 8, startTime: 17 } as const;
const SECONDS = 1;

/**
 * Decodes one Record message. Returns undefined for records that studies do not need, such as console output.
 *
 * @throws RangeError or Error of protobufjs if the bytes are not such a message
 */
export function decodeRecord(bytes: Uint8Array): WandbRecord | undefined {
  let record: WandbRecord | undefined;
  forEachField(Reader.create(bytes), (field, reader) => {
    if (field === RECORD.history) record = decodeHistory(messageOf(reader));
    else if (field === RECORD.config) record = { kind: "config", items: decodeItems(messageOf(reader)) };
    else if (field === RECORD.summary) record = { kind: "summary", items: decodeItems(messageOf(reader)) };
    else if (field === RECORD.run) record = { kind: "run", run: decodeRun(messageOf(reader)) };
    else return false;
    return true;
  });
  return record;
}

/** Calls `read` for each field; it returns whether it read the field's value. Other fields are skipped. */
function forEachField(reader: Reader, read: (field: number, reader: Reader) => boolean): void {
  while (reader.pos < reader.len) {
    const key = reader.uint32();
    if (!read(key >>> 3, reader)) reader.skipType(key & 7);
  }
}

function messageOf(reader: Reader): Reader {
  return Reader.create(reader.bytes());
}

function decodeHistory(message: Reader): WandbRecord {
  const items: RecordItem[] = [];
  let step: number | null = null;
  forEachField(message, (field, reader) => {
    if (field === HISTORY.item) items.push(decodeItem(messageOf(reader)));
    else if (field === HISTORY.step) step = decodeInteger(messageOf(reader));
    else return false;
    return true;
  });
  return { kind: "history", items, step };
}

/** Decodes the updated items of a config or summary record. */
function decodeItems(message: Reader): RecordItem[] {
  const items: RecordItem[] = [];
  forEachField(message, (field, reader) => {
    if (field !== UPDATE) return false;
    items.push(decodeItem(messageOf(reader)));
    return true;
  });
  return items;
}

function decodeItem(message: Reader): RecordItem {
  let key = "";
  let value: unknown;
  const nestedKey: string[] = [];
  forEachField(message, (field, reader) => {
    if (field === ITEM.key) key = reader.string();
    else if (field === ITEM.nestedKey) nestedKey.push(reader.string());
    else if (field === ITEM.valueJson || field === ITEM.json) value = parseValue(reader.string());
    else if (field === ITEM.number) value = reader.double();
    else if (field === ITEM.integer) value = numberOfLong(reader.sint64());
    else if (field === ITEM.boolean) value = reader.bool();
    else if (field === ITEM.text) value = reader.string();
    else return false;
    return true;
  });
  return { key: key || nestedKey.join("."), value };
}

/** Parses a value; undefined for text that is not JSON. */
function parseValue(json: string): unknown {
  try {
    return parsePythonJson(json);
  } catch {
    return undefined;
  }
}

function decodeRun(message: Reader): WandbRun {
  let id = "";
  let displayName = "";
  let startedAt: number | null = null;
  let config: readonly RecordItem[] = [];
  forEachField(message, (field, reader) => {
    if (field === RUN.id) id = reader.string();
    else if (field === RUN.displayName) displayName = reader.string();
    else if (field === RUN.config) config = decodeItems(messageOf(reader));
    else if (field === RUN.startTime) startedAt = decodeInteger(messageOf(reader));
    else return false;
    return true;
  });
  return { id, displayName, startedAt, config };
}

/** Returns the first field of a message, an integer: the step of HistoryStep, the seconds of Timestamp. */
function decodeInteger(message: Reader): number | null {
  let value: number | null = null;
  forEachField(message, (field, reader) => {
    if (field !== SECONDS) return false;
    value = numberOfLong(reader.int64());
    return true;
  });
  return value;
}
