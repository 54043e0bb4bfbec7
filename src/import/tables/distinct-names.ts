import { failure } from "../../errors.js";
import type { ResultRow } from "./result-row.js";

/**
 * Makes the names of rows distinct: to names that several rows share, it adds the rank, the seed, and then each setting in which they
 * differ: `lora_r8_s1_learning_rate=0.0001`.
 *
 * @throws TABLE_INVALID if two rows still describe the same run
 */
export function withDistinctNames(rows: readonly ResultRow[], where: string): ResultRow[] {
  const groups = new Map<string, number[]>();
  for (const [i, { experiment }] of rows.entries()) {
    const members = groups.get(experiment);
    if (members === undefined) groups.set(experiment, [i]);
    else members.push(i);
  }
  const names = rows.map(({ experiment }) => experiment);
  for (const members of groups.values()) {
    if (members.length < 2) continue;
    const shared = members.map((i) => rows[i]).filter((row) => row !== undefined);
    const suffixes = suffixesOf(shared);
    members.forEach((member, i) => {
      names[member] = `${names[member] ?? ""}${suffixes[i] ?? ""}`;
    });
  }
  const seen = new Map<string, number>();
  return rows.map((row, i) => {
    const experiment = names[i] ?? row.experiment;
    const earlier = seen.get(experiment);
    if (earlier !== undefined) {
      throw failure("TABLE_INVALID", {
        where,
        received: `rows ${earlier + 1} and ${i + 1}, both of ${experiment}`,
        allowed: "one row a run; add a column seed, or run with a name for each",
      });
    }
    seen.set(experiment, i);
    return { ...row, experiment };
  });
}

/** Returns what tells rows of one name apart, per row. */
function suffixesOf(rows: readonly ResultRow[]): string[] {
  const parts: ((row: ResultRow) => string)[] = [
    ({ rank }) => (rank === null ? "" : `_r${rank}`),
    ({ seed }) => (seed === null ? "" : `_s${seed}`),
  ];
  // Names made of them have the rank and the seed already.
  const differing = parts.filter((part) => new Set(rows.map(part)).size > 1);
  let suffixes = rows.map((row) => differing.map((part) => part(row)).join(""));
  const settingsOf = rows.map(({ settings }) => new Map(settings.map(({ field, value }) => [field, value])));
  const fields = [...new Set(rows.flatMap(({ settings }) => settings.map(({ field }) => field)))];
  for (const field of fields) {
    if (new Set(suffixes).size === rows.length) break;
    const values = settingsOf.map((settings) => settings.get(field));
    const texts = values.map((value) => (value === undefined ? "" : `_${field}=${String(value).slice(0, 60)}`));
    if (new Set(texts).size > 1) suffixes = suffixes.map((suffix, i) => `${suffix}${texts[i] ?? ""}`);
  }
  return suffixes;
}
