import { readTextFile } from "../folder/read-bounded.js";
import { MAX_LOG_BYTES } from "../limits.js";
import { parseTextLog } from "../logs/parse-text-log.js";
import { parseTrainerLog } from "../logs/parse-trainer-log.js";
import { parseKlDivergence } from "../evaluations/parse-kl-divergence.js";
import { valuesOfEvaluation } from "./evaluation-evidence.js";
import type { RunEvidence } from "./evidence.js";
import { KL_DIVERGENCE } from "./kl-divergence.js";
import type { ResultFormat, SourceFile } from "./result-format.js";
import { folderOfRunFile } from "./run-file-name.js";
import { evidenceOfRun } from "./run-log-evidence.js";

const readLog = ({ path, where }: SourceFile): Promise<string> => readTextFile(path, where, MAX_LOG_BYTES);

/** trainer_log.jsonl of LLaMA-Factory. */
export const TRAINER_LOG: ResultFormat<RunEvidence> = {
  name: "trainer_log.jsonl",
  gives: ["settings", "curves"],
  recognises: (fileName) => fileName === "trainer_log.jsonl",
  async read(file) {
    return evidenceOfRun(parseTrainerLog(await readLog(file), file.where), "trainingLog");
  },
};

/**
 * Logs of torchtune, MLX-LM, the Hugging Face Trainer, and of llama.cpp's comparison of models, as text. A text without their lines gives
 * nothing.
 */
export const TEXT_LOG: ResultFormat<RunEvidence> = {
  name: "training log as text",
  gives: ["metrics", "curves", "evaluations"],
  runFolder: folderOfRunFile,
  recognises: (fileName, where) =>
    !KL_DIVERGENCE.recognises(fileName, where) &&
    /^log_\d+\.txt$|\.(log|out)$|^(train|training|log|stdout|output|nohup)\w*\.txt$/i.test(fileName),
  async read(file) {
    const text = await readLog(file);
    const log = parseTextLog(text, file.where);
    const evaluation = parseKlDivergence(text);
    return [
      ...(log === null ? [] : evidenceOfRun(log, "trainingLog")),
      ...(evaluation === null ? [] : [{ kind: "evaluations", evaluations: valuesOfEvaluation(evaluation) } as const]),
    ];
  },
};
