/** A curve of one run. */
interface RunCurve {
  readonly run: string;
  readonly steps: readonly number[];
  /** Logged values; null for a value that is not finite. */
  readonly values: readonly (number | null)[];
}

/**
 * Returns a Vega-Lite specification of curves by optimizer step, with one line per run. A value that is not finite breaks the
 * line. Each point has a tooltip with the run, the step and the value.
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
