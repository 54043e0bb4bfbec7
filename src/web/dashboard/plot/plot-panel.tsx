import type { FragmentOf } from "gql.tada";
import type { ReactNode } from "react";
import type { Answer } from "../api/answer.js";
import { JobFields } from "../api/job.js";
import { graphql } from "../graphql.js";
import { Panel } from "../parts/panel.js";
import { PlotView } from "./plot-view.js";

/** What a panel shows of a picture, and where its files are. */
export const PlotFields = graphql(
  `
    fragment PlotFields on Plot {
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
  `,
  [JobFields],
);

export type Plot = FragmentOf<typeof PlotFields>;

export interface PlotPanelProps {
  /** Before the server has given the picture's own title. */
  readonly title: string;
  readonly answer: Answer<unknown>;
  /** What the answer has of it; undefined before the first. */
  readonly plot: Plot | undefined;
  /** Beside the title: choices that change what is asked. */
  readonly controls?: ReactNode;
}

/** A picture of the server's, drawn here, with its files. */
export function PlotPanel({ title: waitingTitle, answer, plot, controls }: PlotPanelProps) {
  const title = plot?.title ?? waitingTitle;
  return (
    <Panel
      title={title}
      answer={answer}
      lines={10}
      controls={controls}
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
