import path from "node:path";

/** The files of a study by what they are; paths are relative to the study's folder. */
export interface ClassifiedFiles {
  /** Folders that hold any of the three, with what they hold. */
  readonly saves: ReadonlyMap<string, SaveFiles>;
  /** Candidates for result tables. */
  readonly tables: readonly string[];
  /** Everything that is neither read nor known to be of no interest. */
  readonly others: readonly string[];
}

export interface SaveFiles {
  readonly config?: string;
  readonly weights?: string;
  readonly state?: string;
}

const SAVE_FILES: Readonly<Record<string, keyof SaveFiles>> = {
  "adapter_config.json": "config",
  "adapter_model.safetensors": "weights",
  "trainer_state.json": "state",
};

const TABLE_EXTENSIONS = new Set([".csv", ".tsv", ".json", ".pkl", ".pickle"]);

/** What training tools write beside an adapter and what a study does not need. */
const OF_NO_INTEREST = [
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

export function classifyFiles(files: readonly string[]): ClassifiedFiles {
  const saves = new Map<string, SaveFiles>();
  const tables: string[] = [];
  const others: string[] = [];
  for (const file of files) {
    const base = path.posix.basename(file);
    const kind = Object.hasOwn(SAVE_FILES, base) ? SAVE_FILES[base] : undefined;
    if (kind !== undefined) {
      const parent = path.posix.dirname(file);
      const folder = parent === "." ? "" : parent;
      saves.set(folder, { ...saves.get(folder), [kind]: file });
    } else if (OF_NO_INTEREST.some((pattern) => pattern.test(base))) continue;
    else if (TABLE_EXTENSIONS.has(path.posix.extname(base).toLowerCase())) tables.push(file);
    else others.push(file);
  }
  return { saves, tables, others };
}
