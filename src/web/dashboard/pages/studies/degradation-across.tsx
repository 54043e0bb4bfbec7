import { useAnswer } from "../../api/answer.js";
import { graphql } from "../../graphql.js";
import { metricOf, type MetricKey } from "../../parts/metrics.js";
import { TextField } from "../../parts/text-field.js";
import { useInView } from "../../plot/in-view.js";
import { PlotFields, PlotPanel } from "../../plot/plot-panel.js";
import { usePlotTheme } from "../../plot/plot-theme.js";
import { DEFAULT_THRESHOLD, useRules } from "../study/rules.js";
import type { StudyFilter } from "./studies-query.js";

const AcrossQuery = graphql(
  `
    query DegradationAcross(
      $slugs: [String!]
      $filter: StudyFilter
      $theme: PlotTheme!
      $metric: MetricName!
      $thresholdPercent: Float!
    ) {
      degradationAcrossStudies(
        slugs: $slugs
        filter: $filter
        theme: $theme
        metric: $metric
        thresholdPercent: $thresholdPercent
      ) {
        ...PlotFields
      }
    }
  `,
  [PlotFields],
);

export interface DegradationAcrossProps {
  /** The studies themselves, or what lets them through. */
  readonly of: { readonly slugs: readonly string[] } | { readonly filter: StudyFilter };
  readonly metric: MetricKey;
}

/**
 * The degradation of many studies at their ranks, in one picture, asked for when it comes near the window. The server says in
 * it how many there are where it does not show all.
 */
export function DegradationAcross({ of, metric }: DegradationAcrossProps) {
  const [place, isSeen] = useInView<HTMLDivElement>();
  const { thresholdPercent, change } = useRules();
  const theme = usePlotTheme();
  const answer = useAnswer(
    AcrossQuery,
    { ...("slugs" in of ? { slugs: [...of.slugs] } : of), theme, metric: metricOf(metric).name, thresholdPercent },
    { enabled: isSeen },
  );
  return (
    <div ref={place} className="wide across">
      <PlotPanel
        title="Degradation across studies"
        answer={answer}
        plot={answer.data?.degradationAcrossStudies}
        controls={
          <TextField
            label="Acceptable under, %"
            type="number"
            value={String(thresholdPercent)}
            onChange={(value) => change({ threshold: Number(value) === DEFAULT_THRESHOLD ? null : value })}
          />
        }
      />
    </div>
  );
}
