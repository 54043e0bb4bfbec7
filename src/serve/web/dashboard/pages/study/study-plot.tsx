import type { VariablesOf } from "gql.tada";
import { useAnswer } from "../../api/answer.js";
import { JobFields } from "../../api/job.js";
import { graphql } from "../../graphql.js";
import { Panel } from "../../parts/panel.js";
import { useInView } from "../../plot/in-view.js";
import { PlotView } from "../../plot/plot-view.js";
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
          title
          description
          vegaLite
          svgUrl
          pngUrl
          csvUrl
          notes
          missing {
            because
          }
          jobs {
            ...JobFields
          }
        }
      }
    }
  `,
  [JobFields],
);

export type PlotKind = VariablesOf<typeof PlotQuery>["kind"];

export interface StudyPlotProps {
  readonly slug: string;
  readonly kind: PlotKind;
  /** Before the server has given the picture's own title. */
  readonly title: string;
  /** Null: all ranks, or the one that the server chooses. */
  readonly rank: number | null;
  readonly rules: Rules;
}

/** One of the study's pictures, asked for when it comes near the window. */
export function StudyPlot({ slug, kind, title, rank, rules }: StudyPlotProps) {
  const [place, isSeen] = useInView<HTMLDivElement>();
  const { metric, thresholdPercent } = rules;
  const theme = usePlotTheme();
  const answer = useAnswer(
    PlotQuery,
    { slug, kind, theme, rank, metric, thresholdPercent, waitSeconds: FIRST_WAIT_SECONDS },
    { enabled: isSeen },
  );
  const plot = answer.data?.study?.plot;
  return (
    <div ref={place} className="plot-place">
      <Panel
        title={title}
        answer={answer}
        lines={10}
        csv={plot === undefined ? undefined : { href: plot.csvUrl }}
        links={
          plot !== undefined && (
            <>
              <a href={plot.svgUrl}>
                SVG<span className="for-readers">: {title}</span>
              </a>
              <a href={plot.pngUrl}>
                PNG<span className="for-readers">: {title}</span>
              </a>
            </>
          )
        }
      >
        {() =>
          plot !== undefined && (
            <>
              {plot.missing === null ? (
                <PlotView specification={plot.vegaLite as object} title={plot.title} description={plot.description} />
              ) : (
                <p className="empty">{plot.missing.because}</p>
              )}
              {plot.notes.length > 0 && (
                <ul className="notes">
                  {plot.notes.map((note) => (
                    <li key={note}>{note}</li>
                  ))}
                </ul>
              )}
            </>
          )
        }
      </Panel>
    </div>
  );
}
