import { countOf } from "../../model/count-of.js";
import type { ExperimentRecord } from "../../model/records.js";
import { quoteNames, type Findings } from "../findings.js";

/** Reports the runs of a study that have no rank: those that need none, and adapters whose rank no file states. */
export function reportWithoutRank(experiments: readonly ExperimentRecord[], findings: Findings): void {
  const runs = experiments.filter(({ rank }) => rank === null);
  const expected = runs.filter(({ method }) => NEEDS_NO_RANK.has(method));
  if (expected.length > 0) {
    const message =
      `${countOf(expected.length, "run has", "runs have")} no rank: ${quoteNames(expected.map(({ name, method }) => `${name} (${method})`))}. ` +
      "They are stored with their metrics and curves, and rank analyses leave them out.";
    findings.add("info", "RUNS_WITHOUT_RANK", "", message);
  }
  const unknown = runs.filter(({ method }) => !NEEDS_NO_RANK.has(method));
  if (unknown.length > 0) {
    const message =
      `The rank of ${countOf(unknown.length, "run")} is unknown: ${quoteNames(unknown.map(({ name }) => name))}. They are stored, and rank ` +
      "analyses leave them out. Add adapter_config.json or a table with the rank, or name a run as 16bit_r8.";
    findings.add("warning", "RUNS_WITHOUT_RANK", "", message);
  }
}

const NEEDS_NO_RANK: ReadonlySet<string> = new Set(["FULL", "OTHER_PEFT", "BASE"]);
