import { columnName } from "../tables/column-name.js";
import type { ResultRow } from "../tables/result-row.js";
import { isRunLabel } from "../tables/run-label.js";
import { quantizationOf } from "../settings/quantization-label.js";
import { methodInText, quantizationInName, rankInName, seedInName } from "./run-labels.js";
import type { RunReading } from "./read-run.js";
import type { TableReading } from "./table-reading.js";

/** The known properties that distinguish the runs of a study. */
interface Identity {
  readonly name: string;
  readonly rank: number | null;
  readonly seed: number | null;
  readonly bits: number | null;
  /** `LORA`, `QLORA`, `DORA`, `QDORA`; null if no text names it. */
  readonly method: string | null;
  readonly model: string | null;
}

/**
 * Returns rows under the names by which other files know their runs. A row whose name is made of labels alone, such as `lora_r8`, is
 * the only known run of its method or bits, rank and seed. Two rows of a table are never one run.
 *
 * @param runs runs with files of their own
 * @param readings runs of earlier tables, by name
 */
export function withKnownNames(
  rows: readonly ResultRow[],
  runs: readonly RunReading[],
  readings: ReadonlyMap<string, TableReading>,
): ResultRow[] {
  const known = [...runs.map(ofRun), ...[...readings.values()].map(ofReading)];
  const byRank = new Map<number, Identity[]>();
  for (const identity of known) {
    if (identity.rank === null) continue;
    const sameRank = byRank.get(identity.rank);
    if (sameRank === undefined) byRank.set(identity.rank, [identity]);
    else sameRank.push(identity);
  }
  const names = new Set(known.map(({ name }) => name));
  const found = new Map<ResultRow, string>();
  const uses = new Map<string, number>();
  for (const row of rows) {
    const isKnown = names.has(row.experiment) || isRunOf(row.experiment, runs);
    if (isKnown || !isRunLabel(columnName(row.experiment.slice(0, MAX_NAME_CHARACTERS)))) continue;
    const identity = ofRow(row);
    const sameRank = identity.rank === null ? [] : (byRank.get(identity.rank) ?? []);
    const same = new Set(sameRank.filter((other) => areOne(identity, other)).map(({ name }) => name));
    const [name, ...others] = same;
    if (name === undefined || others.length > 0) continue;
    found.set(row, name);
    uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  return rows.map((row) => {
    const name = found.get(row);
    return name === undefined || uses.get(name) !== 1 ? row : { ...row, experiment: name };
  });
}

/** Returns whether a row's name is that of a run's folder, whole or its last part (pair-runs-with-rows.ts). */
export function isRunOf(name: string, runs: readonly RunReading[]): boolean {
  return runs.some((run) => run.name === name || run.name.endsWith(`/${name}`));
}

const MAX_NAME_CHARACTERS = 200;

function areOne(left: Identity, right: Identity): boolean {
  if (left.seed !== right.seed) return false;
  if (left.model !== null && right.model !== null && left.model !== right.model) return false;
  if (left.bits !== null && right.bits !== null) return left.bits === right.bits;
  return left.method !== null && left.method === right.method;
}

function ofRow({ experiment, rank, seed, method, quantization, modelName }: ResultRow): Identity {
  return identityOf(experiment, { rank, seed, method, quantization, model: modelName, bits: null });
}

function ofReading({ experiment, rank, seed, method, quantization, modelName }: TableReading): Identity {
  return identityOf(experiment, {
    rank: rank?.value ?? null,
    seed: seed?.value ?? null,
    method: method?.value ?? null,
    quantization: quantization?.value ?? null,
    model: modelName?.value ?? null,
    bits: null,
  });
}

function ofRun({ name, config, gathered }: RunReading): Identity {
  const setting = (field: string): number | null => {
    const value = gathered.settings.find((candidate) => candidate.field === field)?.value;
    return typeof value === "number" ? value : null;
  };
  return identityOf(name, {
    rank: config?.settings.r ?? null,
    seed: setting("seed"),
    bits: setting("bits"),
    method: null,
    quantization: null,
    model: null,
  });
}

interface Stated {
  readonly rank: number | null;
  readonly seed: number | null;
  readonly bits: number | null;
  readonly method: string | null;
  readonly quantization: string | null;
  readonly model: string | null;
}

function identityOf(name: string, { rank, seed, bits, method, quantization, model }: Stated): Identity {
  const label = quantization ?? quantizationInName(method ?? name);
  const stated = (method === null ? undefined : methodInText(method)) ?? methodInText(name);
  const known = bits ?? (label === undefined ? null : quantizationOf(label).quantization.bits);
  return {
    name,
    rank: rank ?? rankInName(name) ?? null,
    seed: seed ?? seedInName(name) ?? null,
    bits: known ?? (stated?.startsWith("Q") === true ? 4 : null),
    method: stated ?? null,
    model,
  };
}
