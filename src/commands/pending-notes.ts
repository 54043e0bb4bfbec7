import type { Screen } from "./terminal/screen.js";

export interface PendingNotes {
  /** Tells that so many values are being computed: once, or, where lines can be written over, as often as it is called. */
  readonly tell: (pending: number) => void;
  /** Takes the line off again, and says so where the answer is not whole. */
  readonly end: (pending: number) => void;
}

/** Notes on standard error about values that are being computed, for those who wait. */
export function pendingNotes({ interactive }: Pick<Screen, "interactive">): PendingNotes {
  let told = false;
  const waiting = (pending: number) => `Waiting for ${pending} values that are being computed.`;
  return {
    tell(pending) {
      if (interactive) process.stderr.write(`\r\u001b[2K${waiting(pending)}`);
      else if (!told) process.stderr.write(`${waiting(pending)}\n`);
      told = true;
    },
    end(pending) {
      if (interactive && told) process.stderr.write("\r\u001b[2K");
      if (pending > 0) process.stderr.write(INCOMPLETE(pending));
    },
  };
}

const INCOMPLETE = (pending: number) =>
  `${pending} values are still being computed (PENDING): the answer is not whole. Ask again, or wait longer with --wait.\n`;
