import { DEFAULT_RULE } from "../analysis/judgement/judgement-options.js";
import type { AnalysisContext } from "../analysis/request/analysis-context.js";
import { runsOf } from "../analysis/runs/study-runs.js";
import type { RankDegradation } from "../derive/degradation/degradation.js";
import { inferRoles } from "../derive/runs/resolve-roles.js";
import type { TableKind } from "../model/enums/export.js";
import { curvesOfStudy, type StudyCurve } from "../store/across/study-curves.js";
import type { Connection } from "../store/connection.js";
import { metricNamesOfStudy } from "../store/studies/experiments.js";
import { settingNamesOfStudy } from "../store/studies/settings.js";
import type { Study } from "../store/studies/studies.js";
import { experimentsTable } from "./experiments-table.js";
import { layersTable } from "./layers-table.js";
import { flatMapRows, oneBatch, pages, type Cell, type Table } from "./table.js";

/** Returns one of a study's tables. Its rows are read while they are consumed. */
export async function studyTable(
  { database, loaders, derivations }: AnalysisContext,
  { id, slug }: Study,
  kind: TableKind,
): Promise<Table> {
  const filter = { slug: { equals: slug } };
  switch (kind) {
    case "EXPERIMENTS":
      return experimentsTable(
        database,
        { study: filter },
        { metrics: await metricNamesOfStudy(database, id), config: await settingNamesOfStudy(database, id) },
      );
    case "LAYERS":
      return layersTable(database, filter, undefined);
    case "DEGRADATION": {
      const runs = await runsOf(await loaders.experiments.load(id));
      const subject = { runs, roles: inferRoles(runs), rule: DEFAULT_RULE };
      return degradationTable(await derivations.degradations(subject), DEFAULT_RULE.metric);
    }
    case "CURVES":
      return curvesTable(database, id);
  }
}

/** Curves in a page: few, since a curve can have tens of thousands of points. */
const CURVES_PER_PAGE = 20;

/** Returns a table with a row for each logged point. The value is null if it is not finite. */
function curvesTable(connection: Connection, studyId: string): Table {
  const curves = pages<StudyCurve>(CURVES_PER_PAGE, (after) =>
    curvesOfStudy(connection, { studyId, limit: CURVES_PER_PAGE, after }),
  );
  return {
    columns: [
      { name: "run", type: "text" },
      { name: "curve", type: "text" },
      { name: "step", type: "integer" },
      { name: "value", type: "number" },
      { name: "by_epoch", type: "boolean" },
    ],
    rows: flatMapRows(curves, pointRows),
  };
}

function* pointRows({ run, name, steps, values, byEpoch }: StudyCurve): Generator<Cell[]> {
  for (const [i, step] of steps.entries()) {
    const value = values[i] ?? NaN;
    yield [run, name, step, Number.isFinite(value) ? value : null, byEpoch];
  }
}

/** Returns a table with a row for each rank. */
function degradationTable(degradations: readonly RankDegradation[], metric: string): Table {
  const rows = degradations.map(({ rank, degradation }): Cell[] => {
    const { baseline, candidate, interval } = degradation;
    return [
      rank,
      metric,
      baseline?.mean ?? null,
      baseline?.n ?? 0,
      candidate?.mean ?? null,
      candidate?.n ?? 0,
      degradation.absolute,
      degradation.percent,
      interval?.low ?? null,
      interval?.high ?? null,
      degradation.acceptable,
      degradation.verdict,
      degradation.reason,
    ];
  });
  return {
    columns: [
      { name: "rank", type: "integer" },
      { name: "metric", type: "text" },
      { name: "baseline_mean", type: "number" },
      { name: "baseline_n", type: "integer" },
      { name: "candidate_mean", type: "number" },
      { name: "candidate_n", type: "integer" },
      { name: "absolute", type: "number" },
      { name: "percent", type: "number" },
      { name: "percent_low", type: "number" },
      { name: "percent_high", type: "number" },
      { name: "acceptable", type: "boolean" },
      { name: "verdict", type: "text" },
      { name: "reason", type: "text" },
    ],
    rows: oneBatch(rows),
  };
}
