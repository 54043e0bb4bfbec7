/**
 * Control characters except newline and tab, marks that change the direction of text, line and paragraph separators, invisible
 * operators and tags. A terminal obeys them or hides them: stored text with them could forge a line, or hide one.
 */
const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Returns the text with every character that a terminal obeys or hides as an escape of JSON, such as `\u001b`. */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, escaped);
}

/** Returns `visibleText`, with newlines and tabs as escapes too: stored text stays in its line. */
export function visibleLine(text: string): string {
  return visibleText(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** Escapes each UTF-16 code unit, so that JSON with the escape in a string stays valid. */
function escaped(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
