/** What is drawn of one run. */
export interface RunCurve {
  readonly run: string;
  readonly steps: readonly number[];
  /** Null where the run logged no finite number. */
  readonly values: readonly (number | null)[];
}

/**
 * Vega-Lite of runs' curves over their steps, a line a run; a line is broken where a value is not finite. Points name run, step
 * and value when they are pointed at.
 */
export function curvesSpecification(metric: string, curves: readonly RunCurve[]): object {
  const values = curves.flatMap(({ run, steps, values: logged }) =>
    steps.map((step, i) => ({ run, step, value: logged[i] ?? null })),
  );
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    data: { values },
    width: 900,
    height: 320,
    encoding: {
      x: { field: "step", type: "quantitative", title: "Optimizer step", axis: { labelOverlap: "greedy" } },
      y: { field: "value", type: "quantitative", title: metric, scale: { zero: false } },
      color: { field: "run", type: "nominal", title: "Run", sort: null, legend: { symbolType: "stroke" } },
      tooltip: [
        { field: "run", title: "Run" },
        { field: "step", title: "Step" },
        { field: "value", title: metric, format: ".5~g" },
      ],
    },
    layer: [
      {
        mark: { type: "line", invalid: "break-paths-show-domains" },
        encoding: { strokeDash: { field: "run", type: "nominal", sort: null, title: "Run" } },
      },
      { mark: { type: "point", size: 30, opacity: 0 } },
    ],
  };
}
