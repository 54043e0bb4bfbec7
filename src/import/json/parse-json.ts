import { requireJsonFits } from "./require-json-fits.js";

/** The value of a JSON text that is not too much for memory. @throws SyntaxError */
export function parseJson(text: string): unknown {
  requireJsonFits(text);
  return JSON.parse(text);
}
