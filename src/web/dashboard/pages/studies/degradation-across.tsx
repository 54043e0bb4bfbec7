import { useOperation } from "../../api/use-operation.js";
import { graphql } from "../../graphql.js";
import { metricOf, type MetricKey } from "../../parts/metrics.js";
import { useInView, PlotFields, PlotPanel } from "../../plot/plot-panel.js";
import { usePlotTheme } from "../../plot/plot-view.js";
import { ThresholdField, useRules } from "../study/rules.js";
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

interface DegradationAcrossProps {
  /** The slugs of the studies, or the filter that selects them. */
  readonly studies: { readonly slugs: readonly string[] } | { readonly filter: StudyFilter };
  readonly metric: MetricKey;
}

/**
 * A plot of the degradation of many studies by rank. It loads when it comes near the visible area. If the server does not show
 * all studies, the subtitle of the plot gives their number.
 */
export function DegradationAcross({ studies, metric }: DegradationAcrossProps) {
  const [container, isVisible] = useInView<HTMLDivElement>();
  const { thresholdPercent } = useRules();
  const theme = usePlotTheme();
  const result = useOperation(
    AcrossQuery,
    {
      ...("slugs" in studies ? { slugs: [...studies.slugs] } : studies),
      theme,
      metric: metricOf(metric).name,
      thresholdPercent,
    },
    { enabled: isVisible },
  );
  return (
    <div ref={container} className="wide across">
      <PlotPanel
        title="Degradation across studies"
        result={result}
        plot={result.data?.degradationAcrossStudies}
        controls={<ThresholdField />}
      />
    </div>
  );
}
