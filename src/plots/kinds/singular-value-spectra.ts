import type { SpectrumRange } from "../../derive/spectra/spectrum-range.js";
import type { UndefinedReason } from "../../derive/undefined-reason.js";
import type { Cell } from "../../export/table.js";
import { count, figure, shortNames } from "../labels.js";
import type { Picture, VegaLite } from "../picture.js";
import { colour, dash, sideNames, type Subject } from "./sides.js";
import { comparedLines, nothingCompared, REASONS, type ComparedRuns } from "./weights-subject.js";

export interface ModuleSpectrum {
  /** The name of its side. */
  readonly side: string;
  readonly module: string;
  readonly range: readonly SpectrumRange[];
  /** Of layers whose spectrum is not defined. */
  readonly undefinedReasons: readonly UndefinedReason[];
}

export interface SpectraFacts extends ComparedRuns {
  readonly modules: readonly ModuleSpectrum[];
}

/** More modules than these are drawn smaller. */
const WIDE = 2;

/** The singular values of both runs' updates: a line through the medians of a module's layers, a band over their range. */
export function singularValueSpectra(subject: Subject, facts: SpectraFacts): Picture {
  const { rank, modules } = facts;
  const reasons = modules.flatMap(({ undefinedReasons }) => undefinedReasons);
  const rows = modules.flatMap(({ side, module, range }) => range.map((place) => ({ side, module, ...place })));
  const zero = rows.filter(({ low }) => low <= 0);
  return {
    title: `Singular values of the weight updates at rank ${rank}`,
    subtitle: [
      ...comparedLines(subject, facts),
      ...(rows.length === 0 ? [] : ["line: median over the layers of a module; band: their least and greatest"]),
    ],
    description: [
      `Singular values of the updates dW at rank ${rank}, by module.`,
      ...modules.flatMap(({ side, module, range }) => {
        const [first, last] = [range.at(0), range.at(-1)];
        return first === undefined || last === undefined
          ? []
          : [
              `${side}, ${module}: median from ${figure(first.median)} (k = 1) to ${figure(last.median)} (k = ${last.k}).`,
            ];
      }),
    ].join(" "),
    notes:
      rows.length === 0
        ? []
        : [
            ...(zero.length > 0 ? ["Values of 0 have no place on a logarithmic axis; the table has them."] : []),
            ...(reasons[0] === undefined
              ? []
              : [`${count(reasons.length, "layer")} not defined: ${REASONS[reasons[0]]}.`]),
          ],
    table: {
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
      rows: rows.map(({ side, module, k, median, low, high, layers }): Cell[] => [
        ...[rank, side, module, k, median, low, high, layers],
      ]),
    },
    body: rows.some(({ high }) => high > 0) ? body() : { missing: nothingCompared(facts, reasons) },
  };

  function body(): VegaLite {
    const names = sideNames(subject);
    const domain = [...names.values()];
    const short = shortNames(
      modules.map(({ module }) => module),
      36,
    );
    const values = rows
      .filter(({ high }) => high > 0)
      .map(({ low, median, ...row }) => ({
        ...{ ...row, low: low > 0 ? low : null, median: median > 0 ? median : null },
        ...{ side: names.get(row.side) ?? row.side, module: short.get(row.module) ?? row.module },
      }));
    const facets = new Set(short.values()).size;
    const k = {
      field: "k",
      type: "quantitative",
      title: "k",
      scale: { zero: false, nice: false },
      axis: { tickMinStep: 1, format: "d", grid: false },
    };
    const sigma = { type: "quantitative", title: "singular value of dW", scale: { type: "log", nice: false } };
    return {
      data: { values },
      columns: facets > 4 ? 3 : 2,
      facet: { field: "module", type: "nominal", sort: null, title: null },
      spec: {
        width: facets <= 1 ? 600 : facets <= WIDE ? 330 : 240,
        height: facets <= WIDE ? 300 : 180,
        layer: [
          {
            transform: [{ filter: "isValid(datum.low)" }],
            mark: { type: "area", opacity: 0.22 },
            encoding: { x: k, y: { ...sigma, field: "low" }, y2: { field: "high" }, ...colour("side", domain) },
          },
          {
            mark: { type: "line", point: { size: 20 } },
            encoding: {
              ...{ x: k, y: { ...sigma, field: "median" }, ...colour("side", domain), ...dash("side", domain) },
              tooltip: [
                { field: "side" },
                { field: "module" },
                { field: "k" },
                { field: "median", format: ".6~g" },
                { field: "low", title: "least", format: ".6~g" },
                { field: "high", title: "greatest", format: ".6~g" },
                { field: "layers" },
              ],
            },
          },
        ],
      },
    };
  }
}
