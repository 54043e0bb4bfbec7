/** Lines at the bottom of a terminal that are written over, line by line, each time that they change. */
export interface LiveLines {
  /** Shows these in the place of those shown before. Each must fit the terminal's width. */
  show(lines: readonly string[]): void;
  /** Leaves what is shown where it is. */
  end(): void;
}

const UP = (lines: number) => `\u001b[${lines}A`;
const ERASE_LINE = "\u001b[2K";
const ERASE_BELOW = "\u001b[J";

/** For terminals that know escape sequences. */
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
