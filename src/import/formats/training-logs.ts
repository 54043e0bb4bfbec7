import { readTextFile } from "../folder/read-bounded.js";
import { MAX_LOG_BYTES } from "../limits.js";
import { parseTextLog } from "../logs/parse-text-log.js";
import { parseTrainerLog } from "../logs/parse-trainer-log.js";
import type { RunEvidence } from "./evidence.js";
import type { ResultFormat, SourceFile } from "./result-format.js";
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

/** Logs of torchtune and MLX-LM as text. A text without their lines gives nothing. */
export const TEXT_LOG: ResultFormat<RunEvidence> = {
  name: "training log as text",
  gives: ["curves"],
  recognises: (fileName) =>
    /^log_\d+\.txt$|\.(log|out)$|^(train|training|log|stdout|output|nohup)\w*\.txt$/i.test(fileName),
  async read(file) {
    const log = parseTextLog(await readLog(file), file.where);
    return log === null ? [] : evidenceOfRun(log, "trainingLog");
  },
};
