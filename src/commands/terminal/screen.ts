import type { WriteStream } from "node:tty";
import type { Config } from "../../config.js";

/** The properties of an output stream that formatting depends on. */
export interface Screen {
  /** Columns; Infinity for files and pipes, which get whole lines. */
  readonly width: number;
  readonly rows: number;
  /** Whether characters beyond ASCII may be used. */
  readonly unicode: boolean;
  /** Whether written lines can be overwritten. */
  readonly interactive: boolean;
}

/** Minimum width that is formatted for; narrower terminals break the lines themselves. */
const MIN_WIDTH = 20;

/** Returns the screen of a stream: plain for files, pipes and dumb terminals, and where NO_COLOR is set. */
export function screenOf(
  stream: Partial<Pick<WriteStream, "isTTY" | "columns" | "rows">>,
  { plainOutput, utf8 }: Pick<Config, "plainOutput" | "utf8">,
): Screen {
  const { isTTY = false, columns = 80, rows = 24 } = stream;
  const interactive = isTTY && !plainOutput;
  return {
    // 0 columns means that the terminal does not report its width.
    width: isTTY ? Math.max(MIN_WIDTH, columns || 80) : Infinity,
    rows: rows || 24,
    unicode: interactive && utf8,
    interactive,
  };
}
