import type { Findings } from "../findings.js";
import type { Merged } from "./merge-value.js";

/** Counts the values that one file has with fewer digits than another, for one finding a pair of files. */
export interface Roundings {
  /** @param place what the value is: `16bit_r8, training_loss` */
  note(place: string, merged: Merged<string | number>): void;
  report(findings: Findings): void;
}

export function openRoundings(): Roundings {
  const pairs = new Map<string, { readonly where: string; count: number; readonly example: string }>();
  return {
    note(place, { kept, rounded }) {
      if (rounded === undefined) return;
      const key = JSON.stringify([rounded.source, kept.source]);
      const example = `${place}: ${rounded.value} is ${kept.value} in ${kept.source}`;
      const pair = pairs.get(key) ?? { where: rounded.source, count: 0, example };
      pair.count += 1;
      pairs.set(key, pair);
    },
    report(findings) {
      for (const { where, count, example } of pairs.values()) {
        findings.add(
          "info",
          "ROUNDED_VALUES",
          where,
          `${count} values are rounded here, the more precise were kept: ${example}`,
        );
      }
    },
  };
}
