import { resolveWait } from "../../analysis/request/analysis-context.js";
import { finalCheckpoint } from "../../analysis/runs/run-checkpoint.js";
import { experimentFinder } from "../../analysis/runs/study-runs.js";
import { adapterSpectra, type AdapterLayer } from "../../analysis/spectra/adapter-spectra.js";
import { pairAt, seededPairsAt, type Run } from "../../derive/runs/comparison-roles.js";
import { spectrumRange, type SpectrumRange } from "../../derive/spectra/spectrum.js";
import type { Cell } from "../../export/table.js";
import type { UndefinedReason } from "../../model/enums/similarity.js";
import { count, figure, shortNames } from "../labels.js";
import { comparedLines, NO_RUNS, nothingCompared, REASONS, type ComparedRuns } from "../parts/compared-runs.js";
import { colour, dash } from "../parts/encodings.js";
import { shownRank } from "../parts/requested-rank.js";
import { legendNames, type Subject } from "../parts/subject.js";
import { complete, definePlotKind, type PlotFacts, type PlotRequest } from "../plot-kind.js";
import type { Plot, PlotTable, VegaLite } from "../plot.js";

/** The singular values of one module's layers in one run. */
interface ModuleSpectrum {
  /** Name of the run's configuration. */
  readonly configuration: string;
  readonly module: string;
  readonly range: readonly SpectrumRange[];
  /** One for each layer whose spectrum is undefined. */
  readonly undefinedReasons: readonly UndefinedReason[];
}

interface SingularValueSpectra extends ComparedRuns {
  readonly modules: readonly ModuleSpectrum[];
}

export const singularValueSpectraKind = definePlotKind({
  name: "SINGULAR_VALUE_SPECTRA",
  description:
    "Singular values of the updates of baseline and candidate at one rank, of the first pair of seeds: median and range over the layers of a module.",
  reads: "WEIGHTS",
  read: readSpectra,
  draw: singularValueSpectra,
});

/** @throws ARGUMENT_INVALID */
async function readSpectra(request: PlotRequest): Promise<PlotFacts<SingularValueSpectra>> {
  const rank = shownRank(request);
  if (rank === null) return complete({ ...NO_RUNS, modules: [] });
  const { runs, roles } = request.measured;
  const pair = roles === undefined ? { baseline: null, candidate: null } : pairAt(runs, roles, rank);
  const spectra = await Promise.all([
    readModules(request, roles?.baseline.name, pair.baseline),
    readModules(request, roles?.candidate.name, pair.candidate),
  ]);
  return {
    facts: {
      rank,
      baseline: pair.baseline?.name ?? null,
      candidate: pair.candidate?.name ?? null,
      sharedStart: null,
      initialCosine: null,
      pairs: 1,
      pairsReason: null,
      shownOf: roles === undefined ? 0 : seededPairsAt(runs, roles, rank).available,
      modules: spectra.flatMap(({ facts }) => facts),
    },
    pendingJobs: [...new Set(spectra.flatMap(({ pendingJobs }) => pendingJobs))],
  };
}

/** Reads, or computes, the spectra of one run's final weights, by module. */
async function readModules(
  { context, measured, options }: PlotRequest,
  configuration: string | undefined,
  run: Run | null,
): Promise<PlotFacts<readonly ModuleSpectrum[]>> {
  if (configuration === undefined || run === null) return complete([]);
  const { loaders } = context;
  const experiment = experimentFinder(measured.experiments)(run);
  const checkpoint = finalCheckpoint(experiment);
  const how = { scaling: options.scaling, waitMilliseconds: resolveWait(options.waitSeconds, context) };
  const layers = await adapterSpectra(loaders.weights, loaders, { experiment, checkpoint }, how);
  const modules = [...new Set(layers.map(({ layer }) => layer.module))];
  return {
    facts: modules.map((module) =>
      moduleSpectrum(
        configuration,
        module,
        layers.filter(({ layer }) => layer.module === module),
      ),
    ),
    pendingJobs: layers.flatMap(({ pendingJob }) => pendingJob ?? []),
  };
}

function moduleSpectrum(configuration: string, module: string, layers: readonly AdapterLayer[]): ModuleSpectrum {
  return {
    configuration,
    module,
    range: spectrumRange(layers.map(({ singularValues }) => singularValues)),
    undefinedReasons: layers
      .filter(({ singularValues }) => singularValues.length === 0)
      .flatMap(({ undefinedReason }) => undefinedReason ?? []),
  };
}

/** The k-th singular value of a module's layers in one run. */
interface SpectrumRow extends SpectrumRange {
  readonly configuration: string;
  readonly module: string;
}

/** The singular values of both runs' updates: for each module, a line through the medians and a band over the range. */
export function singularValueSpectra(subject: Subject, facts: SingularValueSpectra): Plot {
  const { rank, modules } = facts;
  const reasons = modules.flatMap(({ undefinedReasons }) => undefinedReasons);
  const rows = modules.flatMap(({ configuration, module, range }) =>
    range.map((place): SpectrumRow => ({ ...place, configuration, module })),
  );
  return {
    title: `Singular values of the weight updates at rank ${rank}`,
    subtitle: [
      ...comparedLines(subject, facts),
      ...(rows.length === 0 ? [] : ["line: median over the layers of a module; band: minimum to maximum"]),
    ],
    description: [`Singular values of the updates dW at rank ${rank}, by module.`, ...modules.flatMap(medianText)].join(
      " ",
    ),
    notes: rows.length === 0 ? [] : notesOf(rows, reasons),
    table: tableOf(rank, rows),
    body: rows.some(({ high }) => high > 0) ? body(subject, rows) : { missing: nothingCompared(facts, reasons) },
  };
}

function medianText({ configuration, module, range }: ModuleSpectrum): string[] {
  const first = range.at(0);
  const last = range.at(-1);
  if (first === undefined || last === undefined) return [];
  return [
    `${configuration}, ${module}: median from ${figure(first.median)} (k = 1) to ${figure(last.median)} (k = ${last.k}).`,
  ];
}

function notesOf(rows: readonly SpectrumRow[], reasons: readonly UndefinedReason[]): string[] {
  const notes: string[] = [];
  if (rows.some(({ low }) => low <= 0)) {
    notes.push("The logarithmic axis omits values of 0; the table has them.");
  }
  if (reasons[0] !== undefined) notes.push(`${count(reasons.length, "layer")} undefined: ${REASONS[reasons[0]]}.`);
  return notes;
}

function tableOf(rank: number, rows: readonly SpectrumRow[]): PlotTable {
  return {
    columns: [
      { name: "rank", type: "integer" },
      { name: "side", type: "text" },
      { name: "module", type: "text" },
      { name: "k", type: "integer" },
      { name: "median", type: "number" },
      { name: "least", type: "number" },
      { name: "greatest", type: "number" },
      { name: "layers", type: "integer" },
    ],
    rows: rows.map(({ configuration, module, k, median, low, high, layers }): Cell[] => [
      rank,
      configuration,
      module,
      k,
      median,
      low,
      high,
      layers,
    ]),
  };
}

function body(subject: Subject, rows: readonly SpectrumRow[]): VegaLite {
  const names = legendNames(subject);
  const domain = [...names.values()];
  const modules = shortNames(
    rows.map(({ module }) => module),
    36,
  );
  // A logarithmic axis has no place for 0.
  const values = rows
    .filter(({ high }) => high > 0)
    .map(({ configuration, module, low, median, ...row }) => ({
      ...row,
      low: low > 0 ? low : null,
      median: median > 0 ? median : null,
      side: names.get(configuration) ?? configuration,
      module: modules.get(module) ?? module,
    }));
  const facets = new Set(modules.values()).size;
  const x = {
    field: "k",
    type: "quantitative",
    title: "k",
    scale: { zero: false, nice: false },
    axis: { tickMinStep: 1, format: "d", grid: false },
  };
  const y = { type: "quantitative", title: "singular value of dW", scale: { type: "log", nice: false } };
  return {
    data: { values },
    columns: facets > 4 ? 3 : 2,
    facet: { field: "module", type: "nominal", sort: null, title: null },
    spec: {
      ...facetSize(facets),
      layer: [
        {
          transform: [{ filter: "isValid(datum.low)" }],
          mark: { type: "area", opacity: 0.22 },
          encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, ...colour("side", domain) },
        },
        {
          mark: { type: "line", point: { size: 20 } },
          encoding: {
            x,
            y: { ...y, field: "median" },
            ...colour("side", domain),
            ...dash("side", domain),
            tooltip: TOOLTIP,
          },
        },
      ],
    },
  };
}

/** Returns the size of each facet in pixels. */
function facetSize(facets: number): { readonly width: number; readonly height: number } {
  if (facets <= 1) return { width: 600, height: 300 };
  return facets === 2 ? { width: 330, height: 300 } : { width: 240, height: 180 };
}

const TOOLTIP: readonly VegaLite[] = [
  { field: "side", title: "configuration" },
  { field: "module" },
  { field: "k" },
  { field: "median", format: ".6~g" },
  { field: "low", title: "minimum", format: ".6~g" },
  { field: "high", title: "maximum", format: ".6~g" },
  { field: "layers" },
];
