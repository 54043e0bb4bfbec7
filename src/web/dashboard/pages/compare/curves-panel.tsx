import { useAnswer } from "../../api/answer.js";
import { graphql } from "../../graphql.js";
import { Panel } from "../../parts/panel.js";
import { SelectField } from "../../parts/select-field.js";
import { counted } from "../../parts/words.js";
import { PlotView } from "../../plot/plot-view.js";
import { themedPlot } from "../../plot/themed-plot.js";
import { usePlotTheme } from "../../plot/plot-theme.js";
import { curvesSpecification } from "./curves-specification.js";
import { runLabel, type Run } from "./runs-query.js";
import type { Selection } from "./selection.js";

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

/** Of one line: more than a line of 900 pixels can show. What is left out is said. */
const MAX_POINTS = 500;
/** Shown first of those that runs have logged. */
const USUAL = ["loss", "eval_loss"];

/** A curve that the runs logged, all in one plot. */
export function CurvesPanel({ runs, selection }: { readonly runs: readonly Run[]; readonly selection: Selection }) {
  const logged = [...new Set(runs.flatMap(({ curves }) => curves))].sort();
  const names = [...USUAL.filter((name) => logged.includes(name)), ...logged.filter((name) => !USUAL.includes(name))];
  const metric = names.find((name) => name === selection.curve) ?? names[0];
  const theme = usePlotTheme();
  const answer = useAnswer(
    CurvesQuery,
    { ids: runs.map(({ id }) => id), metric: metric ?? "", maxPoints: MAX_POINTS },
    { enabled: metric !== undefined },
  );
  if (metric === undefined) return null;
  const curves = runs.flatMap((run) => {
    const curve = answer.data?.experiments.find((one) => one?.id === run.id)?.curve;
    return curve == null ? [] : [{ ...curve, run: runLabel(run, runs) }];
  });
  const without = runs.length - curves.length;
  const sampled = curves.filter((curve) => curve.sampled);
  const nonFinite = curves.reduce((sum, curve) => sum + curve.nonFinite, 0);
  const said = [
    sampled.length > 0 && `Of ${counted(sampled.length, "curve")}, ${MAX_POINTS} evenly spaced points are drawn.`,
    without > 0 && `${counted(without, "run")} did not log it.`,
    nonFinite > 0 && `${counted(nonFinite, "value")} of those drawn are not finite: the line is broken there.`,
  ].filter((text) => text !== false);
  return (
    <Panel
      title="Curves"
      className="wide"
      answer={answer}
      lines={10}
      controls={
        <SelectField
          label="Curve"
          value={metric}
          onChange={selection.chooseCurve}
          options={names.map((name) => [name, name])}
        />
      }
      {...(said.length > 0 && { note: said.join(" ") })}
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
          <p className="empty">None of the runs logged {metric}.</p>
        ) : (
          <PlotView
            specification={themedPlot(curvesSpecification(metric, curves), theme)}
            title={`${metric} over the steps`}
            description={curves
              .map(({ run, values }) => `${run} ends at ${values.at(-1) ?? "no finite value"}`)
              .join("; ")}
          />
        )
      }
    </Panel>
  );
}
