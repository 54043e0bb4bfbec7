import type { WriteStream } from "node:tty";
import type { Config } from "../../config.js";

/** What output goes to, as far as its form depends on that. */
export interface Screen {
  /** Columns; Infinity where it is no terminal, so that files and pipes get whole lines. */
  readonly width: number;
  readonly rows: number;
  /** Whether characters beyond ASCII are understood. */
  readonly unicode: boolean;
  /** Whether lines that were written can be written over. */
  readonly interactive: boolean;
}

/** A screen of its own narrower than this has its lines broken by the terminal. */
const LEAST_WIDTH = 20;

/** The screen of a stream: plain where it is no terminal, a dumb one, or NO_COLOR is set. */
export function screenOf(
  stream: Partial<Pick<WriteStream, "isTTY" | "columns" | "rows">>,
  { plainOutput, utf8 }: Pick<Config, "plainOutput" | "utf8">,
): Screen {
  const { isTTY = false, columns = 80, rows = 24 } = stream;
  const interactive = isTTY && !plainOutput;
  return {
    // A terminal of 0 columns is one that does not know.
    width: isTTY ? Math.max(LEAST_WIDTH, columns || 80) : Infinity,
    rows: rows || 24,
    unicode: interactive && utf8,
    interactive,
  };
}
