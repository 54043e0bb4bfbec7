/** Every maximum of an import, with its reason. An import that exceeds one fails and names it; nothing is truncated silently. */

// Folders and files

/** Files below a study's folder. 1,000 runs with 50 checkpoints of 10 files fit; a home directory does not. */
export const MAX_FILES = 500_000;
/** Nested folders. Runs lie 3 or 4 deep. */
export const MAX_DEPTH = 24;
/** Bytes of all tables, configurations and trainer states of a study, whose contents are in memory together. */
export const MAX_TEXT_BYTES = 2 * 2 ** 30;
/** Names quoted in one finding, which also gives their number. */
export const MAX_QUOTED_NAMES = 5;
/** Characters of a file quoted in one message. */
export const MAX_QUOTED_CHARACTERS = 300;
/** Findings, and contradictions of each study, that a server stores with an import. The last one counts those left out. */
export const MAX_STORED_FINDINGS = 1_000;

// Weights

/** Bytes of a weight file, which is read whole and copied: a base model of 30 billion bfloat16 weights saved with its adapter. */
export const MAX_WEIGHT_FILE_BYTES = 64 * 2 ** 30;
/** Bytes of a safetensors header. This is the limit of the official library. */
export const MAX_SAFETENSORS_HEADER_BYTES = 100_000_000;
/** Characters of a tensor's name. Module paths have some hundred; names are matched by expressions and quoted in messages. */
export const MAX_TENSOR_NAME_CHARACTERS = 1000;
/** Dimensions of a tensor. This is NumPy's limit. */
export const MAX_TENSOR_DIMENSIONS = 64;
/** Bytes of a tensor, which is read into memory whole: A or B of a layer of 100,000 x 100,000 at rank 1,000 fits. */
export const MAX_TENSOR_BYTES = 2 ** 30;
/** Bytes of a state dict's pickle. It takes about 300 bytes per tensor, so 100,000 tensors fit. */
export const MAX_TORCH_PICKLE_BYTES = 32 * 2 ** 20;
/** Entries of a ZIP archive: one per tensor, and about ten more. */
export const MAX_ZIP_ENTRIES = 200_000;
/** Bytes of the index of a sharded adapter. It takes about 150 bytes per tensor. */
export const MAX_WEIGHT_INDEX_BYTES = 32 * 2 ** 20;

// Configurations and training logs

/** Bytes of adapter_config.json. It has about 1 KB; long rank patterns make some hundred. */
export const MAX_ADAPTER_CONFIG_BYTES = 4 * 2 ** 20;
/** Bytes of a base model's config.json. It has some kilobytes; label names make some hundred. */
export const MAX_MODEL_CONFIG_BYTES = 4 * 2 ** 20;
/** Layers of a language model. The largest published ones have fewer than 200. */
export const MAX_MODEL_LAYERS = 1_000;
/** Characters of a rank or alpha pattern. Module paths, and patterns for them, are shorter. */
export const MAX_PATTERN_CHARACTERS = 1000;
/** Bytes of trainer_state.json. It takes about 200 bytes per logged step, so a million steps fit. */
export const MAX_TRAINER_STATE_BYTES = 256 * 2 ** 20;
/** Values of a JSON text. A million steps with nine numbers each fit, in about a gigabyte of memory. */
export const MAX_JSON_VALUES = 10_000_000;
/**
 * Objects and arrays of a JSON text. Two bytes of text (`{}`) become hundreds in memory, since each is checked and may be
 * reported. A million logged steps fit, and so does a header of 400,000 tensors, each of which has an object and two arrays.
 */
export const MAX_JSON_CONTAINERS = 1_200_000;
/** Levels of a JSON text. Tables, configurations and headers have 2 to 4. */
export const MAX_JSON_DEPTH = 100;

// Tables

/** Bytes of a table. A row takes about 400 bytes in JSON or a pickle, so 100,000 runs fit. */
export const MAX_TABLE_BYTES = 64 * 2 ** 20;
/** Rows of a table: one per run. The largest published sweeps have some thousand runs. */
export const MAX_TABLE_ROWS = 100_000;
/** Columns of a table. Result tables have 5 to 20; a file of logged curves may have some hundred. */
export const MAX_TABLE_COLUMNS = 1_000;
/** Characters of a name in a table. Expressions that take quadratic time are matched against it. */
export const MAX_TABLE_NAME_CHARACTERS = 1000;
/** Characters of a number. Python prints a float with up to 24; the expressions that match numbers take quadratic time. */
export const MAX_NUMBER_CHARACTERS = 400;
/** Columns quoted in one finding. */
export const MAX_QUOTED_COLUMNS = 8;
/** Cells of a CSV file. 100,000 runs of 50 columns fit; a file of delimiters alone would make some ten million. */
export const MAX_CSV_CELLS = 5_000_000;
/** Characters of a CSV record: 1,000 columns of 1,000. An unclosed quote would make one record of the whole file. */
export const MAX_CSV_RECORD_CHARACTERS = 1_000_000;
/** Characters in which the CSV header is searched for its delimiter. 1,000 columns take about 20,000. */
export const MAX_CSV_HEADER_CHARACTERS = 2 ** 16;

// Pickles

/** Characters of a text with escapes, as old protocols write it. It is split into a list of its parts. */
export const MAX_PICKLE_ESCAPED_CHARACTERS = 1_000_000;
/** Levels of a pickled value. Tables are lists of dicts of scalars: 3. The limit also bounds the recursion. */
export const MAX_PICKLE_DEPTH = 100;
/** Values of a pickle, shared ones counted wherever they are reached. 100,000 rows of 20 columns with keys fit. */
export const MAX_PICKLE_NODES = 5_000_000;
/** Opcodes of a pickle. A run takes about 40. */
export const MAX_PICKLE_OPCODES = 10_000_000;
/** Containers and byte strings of 200 to 400 bytes. A NumPy scalar takes two: 100,000 runs of four such columns fit. */
export const MAX_PICKLE_OBJECTS = 1_000_000;
/** Memo entries of a pickle. The pickler memoises each string and container once. */
export const MAX_PICKLE_MEMO = 2_000_000;
/** Digits or bytes of an integer. Python stops at 4,300 digits; BigInt's parser takes quadratic time. */
export const MAX_INTEGER_DIGITS = 1000;

// Logs of runs

/** Points of all curves of a run. A million steps with ten curves fit; each point takes 24 bytes. */
export const MAX_LOGGED_POINTS = 10_000_000;
/** Curves, or final metrics, of a run. Trainers log 5 to 50; per-layer norms of a large model make some thousand. */
export const MAX_LOGGED_CURVES = 10_000;
/** Characters of a curve's, a metric's or a setting's name. TensorBoard's tags are paths of some hundred. */
export const MAX_LOGGED_NAME_CHARACTERS = 1000;
/** Characters of a setting. Longer values are data: prompts, lists of files. */
export const MAX_SETTING_CHARACTERS = 4000;
/** Levels of nested settings. Configurations of models nest 2 or 3 deep. */
export const MAX_SETTING_DEPTH = 8;
/** Settings of a run at the top level of its configuration. The Trainer's arguments are 130. */
export const MAX_LOGGED_SETTINGS = 10_000;
/** Bytes of a TensorBoard event file, which is read in chunks. A scalar takes 50 bytes; images and histograms take the most. */
export const MAX_EVENT_FILE_BYTES = 2 * 2 ** 30;
/** Bytes of one event, which is read into memory whole. A grid of images takes some megabytes. */
export const MAX_EVENT_BYTES = 64 * 2 ** 20;
/** Characters of a text event that is read as settings. The arguments and the model's configuration take about 10,000. */
export const MAX_EVENT_TEXT_CHARACTERS = 2 ** 20;
/** Bytes of a trainer's log as text or JSON Lines. A line takes about 200 bytes, so a million logged steps fit. */
export const MAX_LOG_BYTES = 256 * 2 ** 20;
/** Bytes of a W&B file, which is read in chunks. A logged step takes some hundred bytes. */
export const MAX_WANDB_FILE_BYTES = 2 * 2 ** 30;
/** Bytes of one record of a W&B file, which is read into memory whole. A step with a thousand metrics takes 100 KB. */
export const MAX_WANDB_RECORD_BYTES = 16 * 2 ** 20;
/** Files of one run in MLflow's file store: one per metric, parameter and tag. */
export const MAX_MLFLOW_FILES = 10_000;
/** Bytes of an evaluation's results. A task takes some kilobytes; large suites have a thousand. */
export const MAX_EVALUATION_BYTES = 64 * 2 ** 20;
/** Results of one evaluation: one per task, metric and filter. */
export const MAX_EVALUATION_RESULTS = 100_000;

// Predictions

/** Bytes of a file of predictions, which is read line by line. lm-evaluation-harness repeats the prompt for every choice of an item. */
export const MAX_PREDICTION_FILE_BYTES = 2 * 2 ** 30;
/** Bytes of a line, which is read into memory whole. Long documents have a megabyte; each choice may repeat them. */
export const MAX_PREDICTION_LINE_BYTES = 32 * 2 ** 20;
/** Items of a file. The largest benchmarks have some ten thousand. */
export const MAX_PREDICTION_ITEMS = 200_000;
/** Sets of a file: one for each task and filter. */
export const MAX_PREDICTION_SETS = 1_000;
/** Metrics of an item. Tasks of lm-evaluation-harness have up to ten. */
export const MAX_PREDICTION_METRICS = 50;
/** Token ids of a file, 4 bytes each: 4,000 answers of 1,000 tokens. A comparison reads all of both runs. */
export const MAX_PREDICTION_TOKENS = 4_000_000;
/** Stored characters of a text. Comparisons use the hash of the whole text; pages show what is stored and the whole length. */
export const MAX_PREDICTION_TEXT_CHARACTERS = 20_000;

// Tokenizers and evaluation sets

/** Bytes of tokenizer.json. The largest vocabularies, of 260,000 tokens, take 35 MB. */
export const MAX_TOKENIZER_BYTES = 128 * 2 ** 20;
/** Bytes of tokenizer_config.json, which describes every added token: some thousand take a megabyte. */
export const MAX_TOKENIZER_CONFIG_BYTES = 16 * 2 ** 20;
/** Characters of a chat template. Those of models that call tools have 20,000. */
export const MAX_CHAT_TEMPLATE_CHARACTERS = 500_000;
/** Heap of a tokenizer's thread. A vocabulary of 260,000 tokens with its merges takes about 300 MB. */
export const TOKENIZER_THREAD_MEGABYTES = 2048;
/** Time to load a tokenizer, which takes about 2 s for 260,000 tokens, on a busy machine. */
export const TOKENIZER_LOAD_MILLISECONDS = 120_000;
/** Time to encode, decode or render one item. A text of 4 MB takes about 5 s; an expression that backtracks never ends. */
export const TOKENIZER_TASK_MILLISECONDS = 60_000;
/** Bytes of an evaluation set, which is read line by line: more text than a model reads in a month on a CPU. */
export const MAX_EVALUATION_SET_BYTES = 2 ** 30;
/** Bytes of a line, which is read into memory whole. A context of 128,000 tokens takes about 600 KB. */
export const MAX_EVALUATION_LINE_BYTES = 4 * 2 ** 20;
/** Items of an evaluation set. The largest benchmarks have some ten thousand. */
export const MAX_EVALUATION_ITEMS = 200_000;
/** Messages of a conversation. Finding the scored tokens renders it twice for each assistant message. */
export const MAX_MESSAGES = 1_000;
/** Choices of a question. Each is a sequence that the model runs; benchmarks have up to some twenty. */
export const MAX_CHOICES = 100;

// Settings

/** Bytes of a configuration in YAML or JSON. Those of trainers have some kilobytes; a list of data sets makes some hundred. */
export const MAX_SETTINGS_FILE_BYTES = 4 * 2 ** 20;
/** Aliases that a YAML file may resolve. Each can repeat everything before it, so that a short file would fill the memory. */
export const MAX_YAML_ALIASES = 100;
/** Settings of one file. Training arguments have about 150. */
export const MAX_SETTINGS_OF_FILE = 500;
/** Members of a setting that is a list, such as target modules. */
export const MAX_SETTING_LIST = 200;

// SQLite databases

/** Bytes of a database, which is read page by page. MLflow's takes about 100 bytes per logged value. */
export const MAX_DATABASE_BYTES = 16 * 2 ** 30;
/** Rows of a table. A thousand runs with 10,000 logged values each fit. */
export const MAX_DATABASE_ROWS = 10_000_000;
/** Tables of a database. MLflow's has about 50. */
export const MAX_DATABASE_TABLES = 1_000;
/** Bytes of a row, which is read into memory whole. A configuration as JSON takes some kilobytes. */
export const MAX_DATABASE_VALUE_BYTES = 16 * 2 ** 20;
/** Runs of one database. Searches of hyperparameters have some thousand trials. */
export const MAX_DATABASE_RUNS = 100_000;
