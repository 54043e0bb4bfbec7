import type { FragmentOf } from "gql.tada";
import { type ReactNode, useEffect, useRef, useState, type RefObject } from "react";
import { JobFields } from "../api/job.js";
import type { OperationResult } from "../api/use-operation.js";
import { graphql } from "../graphql.js";
import { Panel } from "../parts/panel.js";
import { PlotView } from "./plot-view.js";

/** A plot and the URLs of its files. */
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

interface PlotPanelProps {
  /** The title until the server returns the plot's own title. */
  readonly title: string;
  readonly result: OperationResult<unknown>;
  /** The plot in the result; undefined before the first result. */
  readonly plot: Plot | undefined;
  /** Controls beside the title that change the variables of the operation. */
  readonly controls?: ReactNode;
}

/** A panel with a plot, drawn in the browser, and links to its files. */
export function PlotPanel({ title: initialTitle, result, plot, controls }: PlotPanelProps) {
  const title = plot?.title ?? initialTitle;
  return (
    <Panel
      title={title}
      result={result}
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
              {subtitleOf(plot.vegaLite).map((line) => (
                <span key={line}>{line}</span>
              ))}
            </p>
            {plot.missing === null ? (
              <PlotView specification={withoutTitle(plot.vegaLite)} title={plot.title} description={plot.description} />
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

/** Returns the lines of a plot's subtitle. They are HTML, because text in the SVG shrinks with it in a narrow window. */
const subtitleOf = (specification: unknown): readonly string[] => (specification as Titled).title?.subtitle ?? [];

/** Returns a specification without its title, which the panel shows. */
function withoutTitle(specification: unknown): object {
  const { title: _, ...body } = specification as Titled;
  return body;
}

/** Distance from the visible area at which an element counts as visible, so that it is ready before the user reaches it. */
const MARGIN = "400px";

/** Returns a ref and whether its element has ever been near the visible area. */
export function useInView<Target extends Element>(): readonly [RefObject<Target | null>, boolean] {
  const target = useRef<Target>(null);
  const [isVisible, setIsVisible] = useState(false);
  useEffect(() => {
    if (target.current === null || isVisible) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setIsVisible(true);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(target.current);
    return () => observer.disconnect();
  }, [isVisible]);
  return [target, isVisible];
}
