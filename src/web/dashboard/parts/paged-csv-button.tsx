import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { saveCsv, type CsvCell } from "./save-csv.js";

/** The number of fetched rows and of all rows. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

export interface FetchRowsOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** The CSV file of a list that is only partly loaded. Saving the file fetches all rows. */
export interface PagedCsv {
  readonly fileName: string;
  /** Fetches all rows. The first row is the header. */
  readonly fetchRows: (options: FetchRowsOptions) => Promise<readonly (readonly CsvCell[])[]>;
}

export interface PagedCsvButtonProps {
  readonly label: string;
  readonly csv: PagedCsv;
}

/**
 * The button that fetches all rows of a list and saves them as a CSV file. Shows the progress, a Cancel button and any error.
 * The file has the filters and the order that the list had when the button was pressed. Leaving the page cancels it.
 */
export function PagedCsvButton({ label, csv }: PagedCsvButtonProps) {
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
