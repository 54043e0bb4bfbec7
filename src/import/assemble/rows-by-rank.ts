import { quoteNames, type Findings } from "../findings.js";
import type { TableReading } from "./table-reading.js";
import type { DescribedRun } from "./pair-runs-with-rows.js";
import { rankInName } from "./run-labels.js";

/**
 * Adds rows that name only a rank to the runs of that rank. A row belongs to a run if no other has its rank; rows of a rank that
 * several runs have, or none, are reported. Without any run, each row is one.
 */
export function withRowsByRank(
  described: readonly DescribedRun[],
  byRank: ReadonlyMap<number, TableReading>,
  findings: Findings,
): DescribedRun[] {
  if (byRank.size === 0) return [...described];
  if (described.length === 0) return [...byRank].map(([rank, row]) => ({ name: `r${rank}`, run: undefined, row }));
  const joined = new Map<DescribedRun, TableReading>();
  const ambiguous: string[] = [];
  for (const [rank, row] of byRank) {
    const [run, ...others] = described.filter((candidate) => rankOf(candidate) === rank);
    if (run !== undefined && others.length === 0) joined.set(run, row);
    else ambiguous.push(describeRank(rank, run === undefined ? [] : [run, ...others]));
  }
  if (ambiguous.length > 0) {
    const message = `${ambiguous.length} rows name only a rank that does not belong to exactly one run: ${quoteNames(ambiguous)}. Add a column with the run's name.`;
    findings.add("warning", "ROWS_AMBIGUOUS", "", message);
  }
  return described.map((run) => withRow(run, joined.get(run)));
}

function rankOf({ name, run, row }: DescribedRun): number | undefined {
  return run?.config?.settings.r ?? row?.rank?.value ?? rankInName(name);
}

function describeRank(rank: number, runs: readonly DescribedRun[]): string {
  return `rank ${rank} (${runs.length === 0 ? "no run" : quoteNames(runs.map(({ name }) => name))})`;
}

/** A run's own row comes before the one of its rank. */
function withRow(described: DescribedRun, row: TableReading | undefined): DescribedRun {
  const own = described.row;
  if (row === undefined) return described;
  if (own === undefined) return { ...described, row };
  const metrics = new Map([...row.metrics, ...own.metrics]);
  return { ...described, row: { ...own, metrics, settings: [...own.settings, ...row.settings] } };
}
