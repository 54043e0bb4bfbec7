import { createHash } from "node:crypto";
import { failure } from "../../errors.js";
import { EXACT, HASH_BYTES, type PredictionSetRecord } from "../../model/predictions.js";
import { MAX_LOGGED_NAME_CHARACTERS, MAX_PREDICTION_METRICS } from "../limits.js";
import { storableText } from "../storable-text.js";
import type { Prediction } from "./prediction.js";

/** The content of a set, without its file. */
export type BuiltSet = Omit<PredictionSetRecord, "source" | "path" | "tool" | "fileTask">;

/** Collects the items of one task and filter while their file is read. Only hashes, values and token ids are kept. */
export class PredictionSetBuilder {
  readonly #hash = createHash("sha256");
  readonly #items: Buffer[] = [];
  readonly #prompts: Buffer[] = [];
  readonly #answers: Buffer[] = [];
  readonly #exact: number[] = [];
  readonly #metrics = new Map<string, number[]>();
  readonly #tokens: (readonly number[] | null)[] = [];
  readonly #known = new Set<string>();

  constructor(
    readonly task: string,
    readonly first: Prediction,
    readonly where: string,
  ) {}

  /** Number of items so far. */
  get size(): number {
    return this.#items.length;
  }

  /** @throws PREDICTIONS_INVALID for an item that occurred before, or above a limit */
  add(prediction: Prediction): void {
    const { prompt, answer, target, metrics, tokens } = prediction;
    const position = this.size;
    const key = prediction.key ?? String(position);
    const item = packedHash(key);
    const known = item.toString("latin1");
    if (prediction.identity !== this.first.identity) throw this.#invalid("items with and without a hash or id");
    if (this.#known.has(known)) throw this.#invalid(`two items ${JSON.stringify(key.slice(0, 100))} of ${this.task}`);
    this.#known.add(known);
    this.#items.push(item);
    this.#prompts.push(prompt === null ? NO_HASH : packedHash(prompt));
    this.#answers.push(answer === null ? NO_HASH : packedHash(answer));
    this.#exact.push(exactMatch(answer, target));
    this.#addMetrics(metrics, position);
    this.#tokens.push(tokens);
    const content = [key, prompt, answer, target, [...metrics].map(([name, value]) => [name, String(value)]), tokens];
    this.#hash.update(`${JSON.stringify(content)}\n`);
  }

  build(): BuiltSet {
    const { filter, identity } = this.first;
    const tokens = this.#tokens.filter((one) => one !== null);
    const hasTokens = tokens.length === this.size;
    return {
      task: this.task,
      filter: filter === null ? null : storableText(filter),
      identity,
      hash: this.#hash.update(identity).digest("hex"),
      n: this.size,
      metrics: [...this.#metrics.keys()],
      items: Buffer.concat(this.#items),
      prompts: Buffer.concat(this.#prompts),
      answers: Buffer.concat(this.#answers),
      exact: Uint8Array.from(this.#exact),
      values: packedValues([...this.#metrics.values()], this.size),
      tokenCounts: hasTokens ? packedIntegers(tokens.map(({ length }) => length)) : null,
      tokens: hasTokens ? packedIntegers(tokens.flat()) : null,
    };
  }

  #addMetrics(metrics: ReadonlyMap<string, number>, position: number): void {
    for (const [spelling, value] of metrics) {
      const name = storableText(spelling);
      if (name.length > MAX_LOGGED_NAME_CHARACTERS) continue;
      const values = this.#metrics.get(name) ?? [];
      this.#metrics.set(name, values);
      if (this.#metrics.size > MAX_PREDICTION_METRICS) {
        throw this.#invalid(`more than ${MAX_PREDICTION_METRICS} metrics of an item`);
      }
      while (values.length < position) values.push(NaN);
      values.push(value);
    }
  }

  #invalid(received: string): Error {
    return failure("PREDICTIONS_INVALID", { where: this.where, received });
  }
}

const NO_HASH = Buffer.alloc(HASH_BYTES);

function packedHash(text: string): Buffer {
  return createHash("sha256").update(text).digest().subarray(0, HASH_BYTES);
}

function exactMatch(answer: string | null, target: string | null): number {
  if (answer === null || target === null) return EXACT.unknown;
  return answer.trim() === target.trim() ? EXACT.right : EXACT.wrong;
}

function packedValues(metrics: readonly (readonly number[])[], n: number): Buffer {
  const bytes = Buffer.alloc(8 * n * metrics.length);
  metrics.forEach((values, m) => {
    for (let i = 0; i < n; i++) bytes.writeDoubleLE(values[i] ?? NaN, 8 * (m * n + i));
  });
  return bytes;
}

function packedIntegers(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeInt32LE(value, 4 * i));
  return bytes;
}
