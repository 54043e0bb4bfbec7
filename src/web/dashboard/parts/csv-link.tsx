import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { csvLine } from "../../../export/csv.js";

/** The source of a panel's CSV file: an export URL of the server, the rows of the result, or all pages of a list. */
export type CsvSource<Data> =
  | { readonly href: string }
  | { readonly fileName: string; readonly rows: (data: Data) => readonly (readonly CsvCell[])[] }
  | PagedCsv;

interface CsvLinkProps<Data> {
  readonly title: string;
  readonly csv: CsvSource<Data>;
  readonly data: Data | undefined;
}

/** The link or button that saves a panel's table as a CSV file. */
export function CsvLink<Data>({ title, csv, data }: CsvLinkProps<Data>) {
  const label = `CSV: ${title}`;
  if ("href" in csv) {
    return (
      <a href={csv.href} download aria-label={label}>
        CSV
      </a>
    );
  }
  if ("fetchRows" in csv) return <PagedCsvButton label={label} csv={csv} />;
  return (
    <button
      type="button"
      className="as-link"
      aria-label={label}
      disabled={data === undefined}
      onClick={() => data !== undefined && saveCsv(csv.fileName, csv.rows(data))}
    >
      CSV
    </button>
  );
}

/** The number of fetched rows and of all rows. */
interface Progress {
  readonly done: number;
  readonly total: number;
}

export interface FetchRowsOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** The CSV file of a list that is only partly loaded. Saving the file fetches all rows. */
interface PagedCsv {
  readonly fileName: string;
  /** Fetches all rows. The first row is the header. */
  readonly fetchRows: (options: FetchRowsOptions) => Promise<readonly (readonly CsvCell[])[]>;
}

interface PagedCsvButtonProps {
  readonly label: string;
  readonly csv: PagedCsv;
}

/**
 * The button that fetches all rows of a list and saves them as a CSV file. Shows the progress, a Cancel button and any error.
 * The file has the filters and the order that the list had when the button was pressed. Leaving the page cancels it.
 */
function PagedCsvButton({ label, csv }: PagedCsvButtonProps) {
  const [progress, setProgress] = useState<Progress>();
  const running = useRef<AbortController>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => () => running.current?.abort(), []);
  const { mutate, reset, isPending, error } = useMutation({
    mutationFn: async ({ fileName, fetchRows }: PagedCsv) => {
      const { signal } = (running.current = new AbortController());
      setProgress(undefined);
      // A cancelled export may still receive a page while the next export reports its progress.
      const rows = await fetchRows({ signal, onProgress: (now) => !signal.aborted && setProgress(now) });
      signal.throwIfAborted();
      saveCsv(fileName, rows);
    },
  });
  const cancel = () => {
    running.current?.abort();
    reset();
    // The Cancel button disappears, so move the focus.
    button.current?.focus();
  };
  return (
    <>
      {error !== null && (
        <span className="bad" role="alert">
          CSV export failed: {error.message}
        </span>
      )}
      <span role="status">{isPending && `CSV: ${progressText(progress)}`}</span>
      {isPending && (
        <>
          <progress
            aria-label={label}
            {...(progress !== undefined && { value: progress.done, max: Math.max(1, progress.total) })}
          />
          <button type="button" className="as-link" aria-label={`Cancel ${label}`} onClick={cancel}>
            Cancel
          </button>
        </>
      )}
      <button
        ref={button}
        type="button"
        className="as-link"
        aria-label={label}
        aria-disabled={isPending}
        onClick={() => !isPending && mutate(csv)}
      >
        CSV
      </button>
    </>
  );
}

const progressText = (progress: Progress | undefined) =>
  progress === undefined
    ? "fetching rows"
    : `${progress.done.toLocaleString("en")} of ${progress.total.toLocaleString("en")} rows`;

/** A cell of a CSV file; null is an empty cell. */
export type CsvCell = string | number | boolean | null;

/** Makes the browser save rows as a CSV file in the format of the server's exports. The first row is the header. */
function saveCsv(fileName: string, rows: readonly (readonly CsvCell[])[]): void {
  const url = URL.createObjectURL(new Blob([rows.map(csvLine).join("")], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // The browser has read the content when the next task runs.
  setTimeout(() => URL.revokeObjectURL(url));
}
