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
  /** Across the page, for pictures of several panels. */
  readonly isWide?: boolean;
  /** Null: all ranks, or the one that the server chooses. */
  readonly rank: number | null;
  readonly rules: Rules;
}

/** One of the study's pictures, asked for when it comes near the window. */
export function StudyPlot({ slug, kind, title: waitingTitle, isWide = false, rank, rules }: StudyPlotProps) {
  const [place, isSeen] = useInView<HTMLDivElement>();
  const { metric, thresholdPercent } = rules;
  const theme = usePlotTheme();
  const answer = useAnswer(
    PlotQuery,
    { slug, kind, theme, rank, metric, thresholdPercent, waitSeconds: FIRST_WAIT_SECONDS },
    { enabled: isSeen },
  );
  const plot = answer.data?.study?.plot;
  const title = plot?.title ?? waitingTitle;
  return (
    <div ref={place} className={isWide ? "wide" : ""}>
      <Panel
        title={title}
        answer={answer}
        lines={10}
        csv={plot === undefined ? undefined : { href: plot.csvUrl }}
        links={
          plot !== undefined && (
            <>
              <a href={plot.svgUrl} aria-label={`SVG: ${title}`}>
                SVG
              </a>
              <a href={plot.pngUrl} aria-label={`PNG: ${title}`}>
                PNG
              </a>
            </>
          )
        }
      >
        {() =>
          plot !== undefined && (
            <>
              <p className="plot-subtitle">
                {subtitle(plot.vegaLite).map((line) => (
                  <span key={line}>{line}</span>
                ))}
              </p>
              {plot.missing === null ? (
                <PlotView specification={untitled(plot.vegaLite)} title={plot.title} description={plot.description} />
              ) : (
                <p className="empty">{plot.missing.because}</p>
              )}
            </>
          )
        }
      </Panel>
    </div>
  );
}

interface Titled {
  readonly title?: { readonly subtitle?: readonly string[] };
}

/** What a picture says under its title, notes among it, by lines: on a narrow window text must not shrink with the picture. */
const subtitle = (specification: unknown): readonly string[] => (specification as Titled).title?.subtitle ?? [];

/** The picture without its title, which the panel has. */
function untitled(specification: unknown): object {
  const { title: _, ...body } = specification as Titled;
  return body;
}
