import path from "node:path";
import type { Evidence, EvidenceKind, RunEvidence, TableEvidence } from "../formats/evidence.js";
import type { ResultFormat } from "../formats/result-format.js";
import { RUN_FORMATS, TABLE_FORMATS } from "../formats/result-formats.js";
import { parentFolder } from "./save-folder.js";

/** A file whose format is known. */
export interface RecognisedFile<Result extends Evidence> {
  /** Relative to the study's folder. */
  readonly file: string;
  readonly format: ResultFormat<Result>;
}

/** A file with settings, metrics or curves of a run. */
export interface DescribingFile extends RecognisedFile<RunEvidence> {
  /** Folder of the run that the file describes, as its format gives it. Relative to the study's folder. */
  readonly runFolder: string;
  /** Evidence of a file that was read already, because its content decides its format; undefined before it is read. */
  readonly evidence?: readonly RunEvidence[];
}

/** The files of a study by format. Paths are relative to the study's folder. */
export interface ClassifiedFiles {
  /** Files that make their folder a save of a run (adapters and training logs), by that folder. */
  readonly saves: ReadonlyMap<string, readonly RecognisedFile<RunEvidence>[]>;
  /**
   * Files that only describe a run, in the order of their formats. They belong to the run in or near their folder. Those whose content
   * decides their format are in `tables` too.
   */
  readonly descriptions: readonly DescribingFile[];
  /** Files that name the runs they describe, the most trusted format first. */
  readonly tables: readonly RecognisedFile<TableEvidence>[];
  /** Files that no format recognises and that are not known companions of an adapter. */
  readonly others: readonly string[];
}

/** Files that training tools write beside an adapter and that a study does not need. */
const COMPANIONS = [
  /^(README|LICENSE|NOTICE)(\.\w+)?$/i,
  /^(tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|generation_config|config|preprocessor_config)\.json$/,
  /^(package|package-lock|tsconfig|composer)\.json$/,
  /^(merges|vocab)\.txt$/,
  /^chat_template\.(jinja|json)$/,
  /^(optimizer|scheduler|training_args|scaler)\.(pt|bin)$/,
  /^rng_state(_\d+)?\.pth$/,
  /^(train|eval|all|test)_results\.json$/,
  /\.(md|gitattributes)$/,
];

/** Files of the hub's cache that are read through links, or name a revision. */
const HUB_FILE = /(?:^|\/)models--[^/]+\/(?:blobs|refs)\/|^blobs\/[0-9a-f]{40,64}$|^refs\/main$/;

const SHARED_FORMATS = TABLE_FORMATS.filter(({ sharesFiles }) => sharesFiles === true);

/** Classifies files by the formats of the registry. */
export function classifyFiles(files: readonly string[]): ClassifiedFiles {
  const saves = new Map<string, RecognisedFile<RunEvidence>[]>();
  const descriptions: DescribingFile[] = [];
  const tables: RecognisedFile<TableEvidence>[] = [];
  const others: string[] = [];
  for (const file of files) {
    const name = path.posix.basename(file);
    for (const format of SHARED_FORMATS) if (format.recognises(name, file)) tables.push({ file, format });
    const runFormat = RUN_FORMATS.find((format) => format.recognises(name, file));
    if (runFormat !== undefined) {
      const folder = parentFolder(file);
      if (makesSave(runFormat)) {
        const saveFolder = runFormat.saveFolder?.(file) ?? folder;
        const found = saves.get(saveFolder) ?? [];
        found.push({ file, format: runFormat });
        saves.set(saveFolder, found);
        continue;
      }
      descriptions.push({ file, format: runFormat, runFolder: runFormat.runFolder?.(file) ?? folder });
      // Its content may be a table of runs.
      if (runFormat.decidesByContent !== true) continue;
    }
    if (HUB_FILE.test(file)) continue;
    // Table formats recognise any file of their extension, so companions are excluded first.
    if (COMPANIONS.some((pattern) => pattern.test(name))) continue;
    const tableFormat = TABLE_FORMATS.find((format) => format.sharesFiles !== true && format.recognises(name, file));
    if (tableFormat === undefined) others.push(file);
    else tables.push({ file, format: tableFormat });
  }
  return {
    saves: new Map([...saves].map(([folder, found]) => [folder, inOrderOf(RUN_FORMATS, found)])),
    descriptions: inOrderOf(RUN_FORMATS, descriptions),
    tables: inOrderOf(TABLE_FORMATS, tables),
    others,
  };
}

/** Returns whether reading the file gives this kind of evidence. */
export function givesEvidence(file: RecognisedFile<Evidence>, kind: EvidenceKind): boolean {
  const kinds: readonly EvidenceKind[] = file.format.gives;
  return kinds.includes(kind);
}

const SAVE_EVIDENCE: ReadonlySet<EvidenceKind> = new Set([
  "adapterConfig",
  "adapterWeights",
  "weightShard",
  "trainingLog",
] satisfies EvidenceKind[]);

function makesSave({ gives }: ResultFormat<RunEvidence>): boolean {
  return gives.some((kind) => SAVE_EVIDENCE.has(kind));
}

/** Sorts files by the position of their format; files of one format keep their order. */
function inOrderOf<Result extends Evidence, File extends RecognisedFile<Result>>(
  formats: readonly ResultFormat<Result>[],
  files: readonly File[],
): File[] {
  return [...files].sort((left, right) => formats.indexOf(left.format) - formats.indexOf(right.format));
}
