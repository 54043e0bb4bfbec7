/** Lines at the bottom of a terminal that are overwritten each time they change. */
interface LiveLines {
  /** Replaces the lines shown before. Each must fit the terminal's width. */
  show(lines: readonly string[]): void;
  /** Leaves the lines in place: further output follows below. */
  end(): void;
}

const UP = (lines: number) => `\u001b[${lines}A`;
const ERASE_LINE = "\u001b[2K";
const ERASE_BELOW = "\u001b[J";

/** Opens live lines; the terminal must support escape sequences. */
export function liveLines(write: (text: string) => void): LiveLines {
  let shown = 0;
  return {
    show(lines) {
      const up = shown > 0 ? UP(shown) : "";
      write(`${up}${lines.map((line) => `\r${ERASE_LINE}${line}\n`).join("")}${ERASE_BELOW}`);
      shown = lines.length;
    },
    end() {
      shown = 0;
    },
  };
}
