import { useId, type ReactNode } from "react";
import { operationLink } from "../../operation-link.js";
import { isOutdated, unfinishedJobs } from "../api/job.js";
import { useRetryWhilePending } from "../api/pending-values.js";
import type { OperationResult } from "../api/use-operation.js";
import { CsvLink, type CsvSource } from "./csv-link.js";
import { ErrorMessage, ErrorBoundary } from "./error-message.js";
import { PendingJobs, Skeleton } from "./loading.js";

interface PanelProps<Data> {
  readonly title: string;
  readonly result: OperationResult<Data>;
  readonly csv: CsvSource<Data> | undefined;
  /** Controls beside the title that change the variables of the operation. */
  readonly controls?: ReactNode;
  /** Links in front of the panel's own links. */
  readonly links?: ReactNode;
  /** Controls between the title and the content, for controls that need more room. */
  readonly above?: ReactNode;
  /** An explanation below the title. */
  readonly note?: ReactNode;
  readonly className?: string;
  /** Height of the loading placeholder in lines. */
  readonly lines?: number;
  readonly children: (data: Data) => ReactNode;
}

/**
 * A section of a page with its own GraphQL operation. Shows the loading state, the error, the progress of pending values or the
 * result, and links to the operation in the playground and to the CSV file.
 */
export function Panel<Data>({
  title,
  result,
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
  const { data, error, isBusy, retry, operation } = result;
  const jobs = unfinishedJobs(data);
  useRetryWhilePending(isOutdated(data), result);
  return (
    <section className={`panel ${className ?? ""}`} aria-labelledby={heading} aria-busy={isBusy}>
      <header>
        <h2 id={heading}>{title}</h2>
        {controls !== undefined && <div className="controls">{controls}</div>}
        <div className="panel-links">
          {links}
          <a href={operationLink(operation.query, operation.variables)} aria-label={`Open in playground: ${title}`}>
            Open in playground
          </a>
          {csv !== undefined && <CsvLink title={title} csv={csv} data={data} />}
        </div>
      </header>
      {note !== undefined && <p className="note">{note}</p>}
      {above}
      {error !== null && <ErrorMessage error={error} onRetry={retry} />}
      {jobs.length > 0 && (
        <PendingJobs key={jobs.map(({ id }) => id).join(" ")} jobs={jobs} label={title} onEnd={() => retry()} />
      )}
      {data === undefined && error === null && <Skeleton label={title} {...(lines !== undefined && { lines })} />}
      {data !== undefined && (
        <ErrorBoundary resetKey={data} onRetry={retry}>
          <Content data={data} render={children} />
        </ErrorBoundary>
      )}
    </section>
  );
}

/** Calls `render` inside the error boundary, which does not catch errors of the component that contains it. */
function Content<Data>({ data, render }: { readonly data: Data; readonly render: (data: Data) => ReactNode }) {
  return <div className="panel-content">{render(data)}</div>;
}
