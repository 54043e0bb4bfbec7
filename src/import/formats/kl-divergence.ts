import { parseKlDivergence } from "../evaluations/parse-kl-divergence.js";
import { readTextFile } from "../folder/read-bounded.js";
import { MAX_LOG_BYTES } from "../limits.js";
import { evidenceOfEvaluation } from "./evaluation-evidence.js";
import type { TableEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/**
 * Output of llama.cpp's `perplexity --kl-divergence`, as text under a name that says so: `kld-4bit_r8.txt`. A text without its
 * statistics gives nothing. In a log of any other name, TEXT_LOG finds them.
 */
export const KL_DIVERGENCE: ResultFormat<TableEvidence> = {
  name: "llama.cpp KL divergence",
  gives: ["evaluatedRun"],
  recognises: (fileName) =>
    /(^|[^a-z])(kld?|kl[-_]?div(ergence)?|ppl|perplexity)[^a-z].*$/i.test(fileName) && IS_TEXT.test(fileName),
  async read({ path, where }) {
    const evaluation = parseKlDivergence(await readTextFile(path, where, MAX_LOG_BYTES));
    return evaluation === null ? [] : evidenceOfEvaluation(evaluation);
  },
};

const IS_TEXT = /\.(txt|log|out)$/i;
