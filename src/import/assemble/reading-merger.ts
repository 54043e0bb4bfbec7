import type { Findings } from "../findings.js";
import { mergeValue, type Merged, type Reading } from "./merge-value.js";

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
        findings.add(
          "warning",
          "CONFLICTING_VALUES",
          name,
          `The value is ${kept.value} in ${kept.source} and ${contradicted.value} in ${contradicted.source}. ${kept.value} was kept.`,
        );
      }
      return merged.kept;
    },
    reportRoundings() {
      for (const { where, count, example } of pairs.values()) {
        const message = `${count} values of this file are rounded. The more precise values of another file were kept: ${example}`;
        findings.add("info", "ROUNDED_VALUES", where, message);
      }
    },
  };
}
