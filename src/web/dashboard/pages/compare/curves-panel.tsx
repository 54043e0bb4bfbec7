import { themeConfig } from "../../../../plots/theme.js";
import { useOperation } from "../../api/use-operation.js";
import { graphql } from "../../graphql.js";
import { Panel } from "../../parts/panel.js";
import { SelectField } from "../../parts/select-field.js";
import { pluralize } from "../../parts/text.js";
import { PlotView, usePlotTheme } from "../../plot/plot-view.js";
import { curvesSpecification } from "./curves-specification.js";
import { runLabel, type Run } from "./runs-query.js";
import type { Selection } from "./use-selection.js";

const CurvesQuery = graphql(`
  query Curves($ids: [ID!]!, $metric: String!, $maxPoints: Int!) {
    experiments(ids: $ids) {
      id
      curve(metric: $metric, maxPoints: $maxPoints) {
        steps
        values
        totalPoints
        sampled
        nonFinite
      }
    }
  }
`);

/** Maximum points per curve: more than a plot 900 pixels wide can show. A note gives the number of reduced curves. */
const MAX_POINTS = 500;
/** Curves at the start of the list, if the runs logged them. */
const COMMON_CURVES = ["loss", "eval_loss"];

/** A plot of one logged curve of all selected runs. */
export function CurvesPanel({ runs, selection }: { readonly runs: readonly Run[]; readonly selection: Selection }) {
  const logged = [...new Set(runs.flatMap(({ curves }) => curves))].sort();
  const names = [
    ...COMMON_CURVES.filter((name) => logged.includes(name)),
    ...logged.filter((name) => !COMMON_CURVES.includes(name)),
  ];
  const metric = names.find((name) => name === selection.curve) ?? names[0];
  const theme = usePlotTheme();
  const result = useOperation(
    CurvesQuery,
    { ids: runs.map(({ id }) => id), metric: metric ?? "", maxPoints: MAX_POINTS },
    { enabled: metric !== undefined },
  );
  if (metric === undefined) return null;
  const curves = runs.flatMap((run) => {
    const curve = result.data?.experiments.find((experiment) => experiment?.id === run.id)?.curve;
    return curve == null ? [] : [{ ...curve, run: runLabel(run, runs) }];
  });
  const missing = runs.length - curves.length;
  const sampled = curves.filter((curve) => curve.sampled);
  const nonFinite = curves.reduce((sum, curve) => sum + curve.nonFinite, 0);
  const notes = [
    sampled.length > 0 && `${pluralize(sampled.length, "curve")} reduced to ${MAX_POINTS} evenly spaced points.`,
    missing > 0 && `${pluralize(missing, "run")} did not log this curve.`,
    nonFinite > 0 && `${pluralize(nonFinite, "plotted value")} not finite, shown as a gap in the line.`,
  ].filter((text) => text !== false);
  return (
    <Panel
      title="Curves"
      className="wide"
      result={result}
      lines={10}
      controls={
        <SelectField
          label="Curve"
          value={metric}
          onChange={selection.setCurve}
          options={names.map((name) => [name, name])}
        />
      }
      {...(notes.length > 0 && { note: notes.join(" ") })}
      csv={{
        fileName: `compared-${metric}.csv`,
        rows: () => [
          ["run", "step", metric],
          ...curves.flatMap(({ run, steps, values }) => steps.map((step, i) => [run, step, values[i] ?? null])),
        ],
      }}
    >
      {() =>
        curves.length === 0 ? (
          <p className="empty">No run logged {metric}.</p>
        ) : (
          <PlotView
            specification={{ ...curvesSpecification(metric, curves), config: themeConfig(theme) }}
            title={`${metric} by optimizer step`}
            description={curves
              .map(({ run, values }) => `${run} ends at ${values.at(-1) ?? "no finite value"}`)
              .join("; ")}
          />
        )
      }
    </Panel>
  );
}
