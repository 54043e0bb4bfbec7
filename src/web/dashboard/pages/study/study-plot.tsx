import type { VariablesOf } from "gql.tada";
import { useAnswer } from "../../api/answer.js";
import { graphql } from "../../graphql.js";
import { useInView } from "../../plot/in-view.js";
import { PlotFields, PlotPanel } from "../../plot/plot-panel.js";
import { usePlotTheme } from "../../plot/plot-theme.js";
import { FIRST_WAIT_SECONDS } from "./first-wait.js";
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
      $waitSeconds: Float!
    ) {
      study(slug: $slug) {
        plot(
          kind: $kind
          theme: $theme
          rank: $rank
          metric: $metric
          thresholdPercent: $thresholdPercent
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

export interface StudyPlotProps {
  readonly slug: string;
  readonly kind: PlotKind;
  /** Before the server has given the picture's own title. */
  readonly title: string;
  /** Across the page, for pictures of several panels. */
  readonly isWide?: boolean;
  /** Null: all ranks, or the one that the server chooses. */
  readonly rank: number | null;
  readonly rules: Rules;
}

/** One of the study's pictures, asked for when it comes near the window. */
export function StudyPlot({ slug, kind, title, isWide = false, rank, rules }: StudyPlotProps) {
  const [place, isSeen] = useInView<HTMLDivElement>();
  const { metric, thresholdPercent } = rules;
  const theme = usePlotTheme();
  const answer = useAnswer(
    PlotQuery,
    { slug, kind, theme, rank, metric, thresholdPercent, waitSeconds: FIRST_WAIT_SECONDS },
    { enabled: isSeen },
  );
  return (
    <div ref={place} className={isWide ? "wide" : ""}>
      <PlotPanel title={title} answer={answer} plot={answer.data?.study?.plot} />
    </div>
  );
}
