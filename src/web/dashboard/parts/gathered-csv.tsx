import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { saveCsv, type Cell } from "./save-file.js";

/** How many rows are there, of how many. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

export interface Gathering {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** A table of more rows than are loaded: all of them are asked for when its file is. */
export interface GatheredCsv {
  readonly fileName: string;
  /** All rows, the header first. */
  readonly gather: (gathering: Gathering) => Promise<readonly (readonly Cell[])[]>;
}

export interface GatheredCsvLinkProps {
  readonly label: string;
  readonly csv: GatheredCsv;
}

/**
 * Gathers a table and saves it whole: shows how far it is, can be cancelled, and says why there is no file where it fails.
 * It gathers what the list was when it was pressed; to leave the page is to cancel.
 */
export function GatheredCsvLink({ label, csv }: GatheredCsvLinkProps) {
  const [progress, setProgress] = useState<Progress>();
  const running = useRef<AbortController>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => () => running.current?.abort(), []);
  const { mutate, reset, isPending, error } = useMutation({
    mutationFn: async ({ fileName, gather }: GatheredCsv) => {
      const { signal } = (running.current = new AbortController());
      setProgress(undefined);
      // One that was cancelled may still get an answer, beside the progress of the next.
      const rows = await gather({ signal, onProgress: (now) => !signal.aborted && setProgress(now) });
      signal.throwIfAborted();
      saveCsv(fileName, rows);
    },
  });
  const cancel = () => {
    running.current?.abort();
    reset();
    // This button goes away, and the focus with it.
    button.current?.focus();
  };
  return (
    <>
      {error !== null && (
        <span className="bad" role="alert">
          No CSV: {error.message}
        </span>
      )}
      <span role="status">{isPending && `CSV: ${said(progress)}`}</span>
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

const said = (progress: Progress | undefined) =>
  progress === undefined
    ? "asking"
    : `${progress.done.toLocaleString("en")} of ${progress.total.toLocaleString("en")} rows`;
