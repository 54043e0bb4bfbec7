import { countOf } from "../../model/count-of.js";
import type { Findings } from "../findings.js";
import { morePrecise } from "./more-precise.js";

/** A value and the file it was read from. */
export interface Reading<Value extends string | number> {
  readonly value: Value;
  readonly source: string;
}

/** Merges readings of one value from several files and reports contradictions and roundings. */
export interface ReadingMerger {
  /**
   * Returns the reading to keep. A contradiction becomes a finding at once.
   *
   * @param name name of the value in messages: `16bit_r8, training_loss`
   */
  merge<Value extends string | number>(
    name: string,
    known: Reading<Value> | undefined,
    read: Reading<Value>,
  ): Reading<Value>;
  /** Returns the contradicted readings of a value, in the order in which they were read. */
  contradictedOf(name: string): readonly Reading<string | number>[];
  /** Adds one finding per pair of files of which one has rounded values of the other. */
  reportRoundings(): void;
}

/** Values that one file rounds and another has in full. */
interface RoundedPair {
  readonly where: string;
  readonly example: string;
  count: number;
}

export function createReadingMerger(findings: Findings): ReadingMerger {
  const pairs = new Map<string, RoundedPair>();
  const contradictions = new Map<string, Reading<string | number>[]>();

  function countRounding(name: string, { kept, rounded }: Merged<string | number>): void {
    if (rounded === undefined) return;
    const key = JSON.stringify([rounded.source, kept.source]);
    const example = `${name}: ${rounded.value} is ${kept.value} in ${kept.source}`;
    const pair = pairs.get(key) ?? { where: rounded.source, count: 0, example };
    pair.count += 1;
    pairs.set(key, pair);
  }

  return {
    merge(name, known, read) {
      const merged = mergeValue(known, read);
      countRounding(name, merged);
      if (merged.contradicted !== undefined) {
        const { kept, contradicted } = merged;
        contradictions.set(name, [...(contradictions.get(name) ?? []), contradicted]);
        findings.add(
          "warning",
          "CONFLICTING_VALUES",
          name,
          `The value is ${kept.value} in ${kept.source} and ${contradicted.value} in ${contradicted.source}. ${kept.value} was kept.`,
        );
      }
      return merged.kept;
    },
    contradictedOf: (name) => contradictions.get(name) ?? [],
    reportRoundings() {
      for (const { where, count, example } of pairs.values()) {
        const message = `${countOf(count, "value of this file is", "values of this file are")} rounded. The more precise values of another file were kept: ${example}`;
        findings.add("info", "ROUNDED_VALUES", where, message);
      }
    },
  };
}

/** The result of merging two readings of one value. */
interface Merged<Value extends string | number> {
  readonly kept: Reading<Value>;
  /** The other reading, if it is `kept` with fewer digits. */
  readonly rounded?: Reading<Value>;
  /** The other reading, if both cannot be true. */
  readonly contradicted?: Reading<Value>;
}

/** Merges a reading into what is known. If they contradict each other, the known reading is kept. */
function mergeValue<Value extends string | number>(
  known: Reading<Value> | undefined,
  read: Reading<Value>,
): Merged<Value> {
  if (known === undefined) return { kept: read };
  if (Object.is(known.value, read.value)) return { kept: known };
  const areNumbers = typeof known.value === "number" && typeof read.value === "number";
  const precise = areNumbers ? morePrecise(known.value, read.value) : undefined;
  if (precise === undefined) return { kept: known, contradicted: read };
  if (precise === known.value) return { kept: known, rounded: read };
  return { kept: read, rounded: known };
}
