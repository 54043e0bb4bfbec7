import { HEADING_PARTS, HEADING_WORDS } from "./table-words.js";

/** Returns a text without the accents of Latin letters: `modele` for `modèle`. */
export function withoutAccents(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC");
}

/** Returns a column name with the words of other languages in English: `memory_gb` for `speicher_gb`. Other words are kept. */
export function inEnglish(name: string): string {
  const parts = HEADING_PARTS.reduce((text, [word, meaning]) => text.replaceAll(word, `_${meaning}_`), name);
  const translated = parts
    .split("_")
    .filter((part) => part !== "")
    .map((part) => HEADING_WORDS.get(withoutAccents(part)) ?? part);
  return translated.join("_");
}
