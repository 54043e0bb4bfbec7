import path from "node:path";

/** The files of a study by what they are; paths are relative to the study's folder. */
export interface ClassifiedFiles {
  /** Folders that hold a configuration, weights or a trainer state, with what they hold. */
  readonly saves: ReadonlyMap<string, SaveFiles>;
  /** Candidates for result tables. */
  readonly tables: readonly string[];
  /** Everything that is neither read nor known to be of no interest. */
  readonly others: readonly string[];
}

export interface SaveFiles {
  readonly config?: string;
  readonly state?: string;
  /** adapter_model files and indexes by their names; shards are not among them. */
  readonly weights?: Readonly<Partial<Record<WeightFileName, string>>>;
  readonly shards?: readonly string[];
}

/** Where an adapter's weights may lie, what is taken first before the other: PEFT too takes safetensors first. */
export const WEIGHT_FILE_NAMES = [
  "adapter_model.safetensors",
  "adapter_model.safetensors.index.json",
  "adapter_model.bin",
  "adapter_model.bin.index.json",
] as const;

export type WeightFileName = (typeof WEIGHT_FILE_NAMES)[number];

/** As huggingface_hub names them. */
const SHARD = /^adapter_model-\d+-of-\d+\.(safetensors|bin)$/;

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
    const part = savePart(base, file, saves.get(folderOf(file)) ?? {});
    if (part !== undefined) {
      saves.set(folderOf(file), { ...saves.get(folderOf(file)), ...part });
    } else if (OF_NO_INTEREST.some((pattern) => pattern.test(base))) continue;
    else if (TABLE_EXTENSIONS.has(path.posix.extname(base).toLowerCase())) tables.push(file);
    else others.push(file);
  }
  return { saves, tables, others };
}

/** What `file` adds to its folder; undefined for what belongs to no save. */
function savePart(base: string, file: string, { weights, shards = [] }: SaveFiles): SaveFiles | undefined {
  if (base === "adapter_config.json") return { config: file };
  if (base === "trainer_state.json") return { state: file };
  if (SHARD.test(base)) return { shards: [...shards, file] };
  const name = WEIGHT_FILE_NAMES.find((known) => known === base);
  return name && { weights: { ...weights, [name]: file } };
}

function folderOf(file: string): string {
  const parent = path.posix.dirname(file);
  return parent === "." ? "" : parent;
}
