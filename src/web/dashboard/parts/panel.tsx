import { useId, type ReactNode } from "react";
import type { Answer } from "../api/answer.js";
import { unfinishedJobs } from "../api/job.js";
import { CsvLink, type CsvSource } from "./csv-link.js";
import { Failure } from "./failure.js";
import { PanelBoundary } from "./panel-boundary.js";
import { Pending } from "./pending.js";
import { playgroundLink } from "./playground-link.js";
import { Skeleton } from "./skeleton.js";

export interface PanelProps<Data> {
  readonly title: string;
  readonly answer: Answer<Data>;
  readonly csv: CsvSource<Data> | undefined;
  /** Beside the title: choices that change what is asked. */
  readonly controls?: ReactNode;
  /** Before the panel's own links. */
  readonly links?: ReactNode;
  /** Between the title and what is answered: choices that need more room. */
  readonly above?: ReactNode;
  /** What the title leaves open. */
  readonly note?: ReactNode;
  readonly className?: string;
  /** How many lines to hold free until the first answer. */
  readonly lines?: number;
  readonly children: (data: Data) => ReactNode;
}

/**
 * A part of a page with an operation of its own: shows that it loads, why it failed, how far pending values are, or what was
 * answered; and always where the same can be had as GraphQL and as CSV.
 */
export function Panel<Data>({
  title,
  answer,
  csv,
  controls,
  links,
  above,
  note,
  className,
  lines,
  children,
}: PanelProps<Data>) {
  const heading = useId();
  const { data, error, isBusy, retry, asked } = answer;
  const jobs = unfinishedJobs(data);
  return (
    <section className={`panel ${className ?? ""}`} aria-labelledby={heading} aria-busy={isBusy}>
      <header>
        <h2 id={heading}>{title}</h2>
        {controls !== undefined && <div className="controls">{controls}</div>}
        <div className="panel-links">
          {links}
          <a href={playgroundLink(asked)} aria-label={`Open in playground: ${title}`}>
            Open in playground
          </a>
          {csv !== undefined && <CsvLink title={title} csv={csv} data={data} />}
        </div>
      </header>
      {note !== undefined && <p className="note">{note}</p>}
      {above}
      {error !== null && <Failure error={error} onRetry={retry} />}
      {jobs.length > 0 && (
        <Pending key={jobs.map(({ id }) => id).join(" ")} jobs={jobs} label={title} onEnd={() => retry()} />
      )}
      {data === undefined && error === null && <Skeleton label={title} {...(lines !== undefined && { lines })} />}
      {data !== undefined && (
        <PanelBoundary of={data} onRetry={retry}>
          <Content data={data} render={children} />
        </PanelBoundary>
      )}
    </section>
  );
}

/** Renders inside the boundary what would otherwise throw around it. */
function Content<Data>({ data, render }: { readonly data: Data; readonly render: (data: Data) => ReactNode }) {
  return <div className="panel-content">{render(data)}</div>;
}
