/** Returns the index of the quote that ends the JSON string opened at `opening`; the text's length if it does not end. */
export function closingQuote(text: string, opening: number): number {
  let at = opening + 1;
  for (;;) {
    at = text.indexOf('"', at);
    if (at === -1) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
    at += 1;
  }
}

const BACKSLASH = 0x5c;
