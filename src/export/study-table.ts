import { DEFAULT_RULE } from "../analysis/judgement/default-rule.js";
import type { AnalysisContext } from "../analysis/request/analysis-context.js";
import { runOf } from "../analysis/runs/study-runs.js";
import type { TableKind } from "../model/enums/export.js";
import { metricNamesOfStudy } from "../store/studies/experiments.js";
import type { Study } from "../store/studies/studies.js";
import { curvesTable } from "./curves-table.js";
import { degradationTable } from "./degradation-table.js";
import { experimentsTable } from "./experiments-table.js";
import { layersTable } from "./layers-table.js";
import type { Table } from "./table.js";

/** Returns one of a study's tables. Its rows are read while they are consumed. */
export async function studyTable(
  { database, loaders }: AnalysisContext,
  { id, slug }: Study,
  kind: TableKind,
): Promise<Table> {
  const filter = { slug: { equals: slug } };
  switch (kind) {
    case "EXPERIMENTS":
      return experimentsTable(database, { study: filter }, await metricNamesOfStudy(database, id));
    case "LAYERS":
      return layersTable(database, filter, undefined);
    case "DEGRADATION":
      return degradationTable((await loaders.experiments.load(id)).map(runOf), DEFAULT_RULE);
    case "CURVES":
      return curvesTable(database, id);
  }
}
