/** Every maximum of an import, with its reason. Past one, the error names it; nothing is cut short in silence. */

/** Files below one study's folder: a study of 1,000 runs with 50 checkpoints of 10 files fits; a home directory does not. */
export const MAX_FILES = 500_000;
/** Folders inside each other; runs lie 3 or 4 deep. */
export const MAX_DEPTH = 24;
/** Bytes that all tables, configurations and trainer states of one study take: what they say is held in memory together. */
export const MAX_TEXT_BYTES = 2 * 2 ** 30;
/** A weight file is read whole and copied: 64 GiB are a base model of 30 billion weights in bfloat16, saved with its adapter. */
export const MAX_WEIGHT_FILE_BYTES = 64 * 2 ** 30;
/** The official safetensors library's own limit on a header. */
export const MAX_SAFETENSORS_HEADER_BYTES = 100_000_000;
/** Module paths have some hundred characters; names are looked through with expressions and stand in messages. */
export const MAX_TENSOR_NAME_CHARACTERS = 1000;
/** NumPy's own limit. */
export const MAX_TENSOR_DIMENSIONS = 64;
/** adapter_config.json is about 1 KB; long rank patterns make it some hundred. */
export const MAX_ADAPTER_CONFIG_BYTES = 4 * 2 ** 20;
/** trainer_state.json takes about 200 bytes a logged step: a million steps, logged each, fit. */
export const MAX_TRAINER_STATE_BYTES = 256 * 2 ** 20;
/** A state dict's pickle takes about 300 bytes a tensor: 100,000 tensors fit. */
export const MAX_TORCH_PICKLE_BYTES = 32 * 2 ** 20;
/** A run's row takes about 400 bytes in JSON or a pickle: 100,000 runs fit with room. */
export const MAX_TABLE_BYTES = 64 * 2 ** 20;
/** Runs of one study; the largest published sweeps have some thousand. */
export const MAX_TABLE_ROWS = 100_000;
/** Results tables have 5 to 20 columns; one file of logged curves may have some hundred. */
export const MAX_TABLE_COLUMNS = 1_000;
/** 100,000 runs of 50 columns fit; a file of nothing but separators would make some ten million cells. */
export const MAX_CSV_CELLS = 5_000_000;
/** Of a column, run, method, quantization or model in a table: expressions that take quadratic time look through them. */
export const MAX_TABLE_NAME_CHARACTERS = 1000;
/** Python prints a float with up to 24 characters; the expressions that tell numbers take quadratic time. */
export const MAX_NUMBER_CHARACTERS = 400;
/** A million steps with ten logged numbers each fit; ten million empty objects take half a gigabyte of memory. */
export const MAX_JSON_VALUES = 10_000_000;
/** Tables, configurations and headers are 2 to 4 deep. */
export const MAX_JSON_DEPTH = 100;
/** 1,000 columns of 1,000 characters. A quote that does not end would make one record of the whole file. */
export const MAX_CSV_RECORD_CHARACTERS = 1_000_000;
/** Text with escapes, as the old protocols write it, becomes a list of its parts while it is read. */
export const MAX_PICKLE_ESCAPED_CHARACTERS = 1_000_000;
/** Results tables are a list of dicts of scalars: 3 deep. The limit also keeps recursion off the stack's end. */
export const MAX_PICKLE_DEPTH = 100;
/** 100,000 rows of 20 columns with keys fit; a value that is shared counts again wherever it is reached. */
export const MAX_PICKLE_NODES = 5_000_000;
/** A run takes about 40. */
export const MAX_PICKLE_OPCODES = 10_000_000;
/** Containers and byte strings, 200 to 400 bytes each; a NumPy scalar takes two, 100,000 runs of four such columns fit. */
export const MAX_PICKLE_OBJECTS = 1_000_000;
/** The pickler memoises each string and container once. */
export const MAX_PICKLE_MEMO = 2_000_000;
/** One entry a tensor, and some ten more. */
export const MAX_ZIP_ENTRIES = 200_000;
/** A shard's index takes about 150 bytes a tensor. */
export const MAX_WEIGHT_INDEX_BYTES = 32 * 2 ** 20;
/** One tensor is read into memory whole: A or B of a layer of 100,000 x 100,000 at rank 1,000 fits. */
export const MAX_TENSOR_BYTES = 2 ** 30;
/** Names quoted in one finding, which also says how many there are. */
export const QUOTED_NAMES = 5;
/** Characters of a file quoted in one message. */
export const MAX_QUOTED_CHARACTERS = 300;
