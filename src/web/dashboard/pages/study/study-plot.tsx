import type { VariablesOf } from "gql.tada";
import { useOperation } from "../../api/use-operation.js";
import { graphql } from "../../graphql.js";
import { useInView, PlotFields, PlotPanel } from "../../plot/plot-panel.js";
import { usePlotTheme } from "../../plot/plot-view.js";
import { WAIT_SECONDS } from "../../api/pending-values.js";
import type { Rules } from "./rules.js";

const PlotQuery = graphql(
  `
    query Plot(
      $slug: String!
      $kind: PlotKind!
      $theme: PlotTheme!
      $rank: Int
      $metric: MetricName!
      $thresholdPercent: Float!
      $on: String
      $waitSeconds: Float!
    ) {
      study(slug: $slug) {
        plot(
          kind: $kind
          theme: $theme
          rank: $rank
          metric: $metric
          thresholdPercent: $thresholdPercent
          on: $on
          waitSeconds: $waitSeconds
        ) {
          ...PlotFields
        }
      }
    }
  `,
  [PlotFields],
);

export type PlotKind = VariablesOf<typeof PlotQuery>["kind"];

interface StudyPlotProps {
  readonly slug: string;
  readonly kind: PlotKind;
  /** The title until the server returns the plot's own title. */
  readonly title: string;
  /** Whether the plot has the full width of the page, for plots with several panels. */
  readonly isWide?: boolean;
  /** The rank, or null for all ranks or the server's choice. */
  readonly rank: number | null;
  /** The evaluation set for plots of behaviour. */
  readonly set?: string;
  readonly rules: Rules;
}

/** A plot of the study. It loads when it comes near the visible area. */
export function StudyPlot({ slug, kind, title, isWide = false, rank, set, rules }: StudyPlotProps) {
  const [container, isVisible] = useInView<HTMLDivElement>();
  const { metric, thresholdPercent } = rules;
  const theme = usePlotTheme();
  const result = useOperation(
    PlotQuery,
    { slug, kind, theme, rank, metric, thresholdPercent, on: set ?? null, waitSeconds: WAIT_SECONDS },
    { enabled: isVisible },
  );
  return (
    <div ref={container} className={isWide ? "wide" : ""}>
      <PlotPanel title={title} result={result} plot={result.data?.study?.plot} />
    </div>
  );
}
