import { failure } from "../../errors.js";
import type { OpenFile } from "../../files/open-file.js";
import { MAX_TENSOR_DIMENSIONS, MAX_TENSOR_NAME_CHARACTERS, MAX_TORCH_PICKLE_BYTES } from "../limits.js";
import { PickleMachine } from "../pickle/pickle-machine.js";
import type { PickleRefusal } from "../pickle/pickle-refusal.js";
import { kindOf } from "../pickle/pickle-values.js";
import { tensorBytes, type TensorEntry } from "./tensor-entry.js";
import { openArchive, type Archive, type ArchiveEntry } from "./torch-archive.js";
import { TORCH_DIALECT, TorchTensor } from "./torch-dialect.js";

/**
 * Lists the tensors of a state dict of torch.save (adapter_model.bin), sorted by offset. Nothing in its pickle is executed,
 * and the tensors' bytes are not read.
 *
 * @throws TORCH_FILE_INVALID, TORCH_FILE_NOT_ALLOWED, TORCH_FILE_UNSUPPORTED, FILE_UNREADABLE
 */
export async function readTorchTensors(file: OpenFile, where: string): Promise<TensorEntry[]> {
  const archive = await openArchive(file, where);
  const root = rootOf(archive, where);
  await requireLittleEndian(archive, root, where);
  const pickle = archive.entries.get(`${root}/data.pkl`);
  if (pickle === undefined || pickle.length > MAX_TORCH_PICKLE_BYTES) {
    const allowed = `${MAX_TORCH_PICKLE_BYTES} bytes`;
    throw failure("TORCH_FILE_INVALID", { where, received: `a pickle of ${pickle?.length ?? 0} bytes`, allowed });
  }
  const tensors = stateDict(await archive.read(pickle), where);
  const entries = [...tensors].map(([name, tensor]) => {
    return locateTensor(name, tensor, archive.entries.get(`${root}/data/${tensor.storage.key}`), where);
  });
  return sortByLocation(entries, where);
}

/** Returns the top folder of the archive, which has the name under which the file was saved. */
function rootOf({ entries }: Archive, where: string): string {
  const roots = [...entries.keys()].flatMap((name) => /^([^/]+)\/data\.pkl$/.exec(name)?.[1] ?? []);
  const [root] = roots;
  if (root === undefined || roots.length > 1) {
    const allowed = "one, as torch.save writes it";
    throw failure("TORCH_FILE_INVALID", { where, received: `${roots.length} entries called data.pkl`, allowed });
  }
  if (entries.has(`${root}/constants.pkl`)) {
    throw failure("TORCH_FILE_UNSUPPORTED", { where, received: "a TorchScript program", allowed: "a state dict" });
  }
  return root;
}

/** Files older than torch 2.1 have no byte order. PyTorch assumes little-endian too. */
async function requireLittleEndian({ entries, read }: Archive, root: string, where: string): Promise<void> {
  const entry = entries.get(`${root}/byteorder`);
  if (entry === undefined) return;
  const order = entry.length <= 10 ? (await read(entry)).toString("latin1") : "";
  if (order === "little") return;
  if (order !== "big") throw failure("TORCH_FILE_INVALID", { where, received: "an unknown byte order" });
  throw failure("TORCH_FILE_UNSUPPORTED", { where, received: "big-endian tensors", allowed: "little-endian ones" });
}

function stateDict(pickle: Uint8Array, where: string): Map<string, TorchTensor> {
  const refusal = torchRefusal(where);
  const root = new PickleMachine(pickle, TORCH_DIALECT, refusal).run();
  if (!(root instanceof Map)) throw refusal.invalid(kindOf(root), "a state dict: tensors by name");
  const tensors = new Map<string, TorchTensor>();
  for (const [name, tensor] of root) {
    if (typeof name !== "string") throw refusal.invalid(`${kindOf(name)} as a tensor's name`, "a str");
    if (name.length > MAX_TENSOR_NAME_CHARACTERS) {
      throw refusal.invalid(`a tensor name of ${name.length} characters`, `${MAX_TENSOR_NAME_CHARACTERS} characters`);
    }
    if (!(tensor instanceof TorchTensor)) throw refusal.invalid(`${kindOf(tensor)} as ${name}`, "a tensor");
    tensors.set(name, tensor);
  }
  return tensors;
}

const ALLOWED = "a dict or OrderedDict of tensors and parameters";

function torchRefusal(where: string): PickleRefusal {
  return {
    invalid: (received, allowed) => failure("TORCH_FILE_INVALID", { where, received, allowed }),
    notAllowed: (received) => failure("TORCH_FILE_NOT_ALLOWED", { where, received, allowed: ALLOWED }),
  };
}

function locateTensor(
  name: string,
  { storage, dtype, offset, shape, stride }: TorchTensor,
  data: ArchiveEntry | undefined,
  where: string,
): TensorEntry {
  const tensorWhere = `${where}, tensor ${name}`;
  const invalid = (received: string, allowed?: string) =>
    failure("TORCH_FILE_INVALID", { where: tensorWhere, received, allowed });
  if (data === undefined) throw invalid(`the storage ${storage.key.slice(0, 40)}, which is not in the archive`);
  if (shape.length > MAX_TENSOR_DIMENSIONS)
    throw invalid(`${shape.length} dimensions`, `${MAX_TENSOR_DIMENSIONS} dimensions`);
  const width = tensorBytes(dtype, [1]) ?? NaN;
  const storageBytes = storage.size * (storage.dtype === null ? 1 : width);
  if (data.length !== storageBytes) {
    throw invalid(`a storage of ${data.length} bytes`, `${storageBytes}, as the pickle says`);
  }
  const length = tensorBytes(dtype, shape) ?? NaN;
  if (!(offset * width + length <= data.length)) {
    throw invalid(
      `${dtype} [${shape.join(", ")}] from element ${offset} on`,
      `the ${data.length} bytes of its storage`,
    );
  }
  if (!isContiguous(shape, stride)) {
    throw failure("TORCH_FILE_UNSUPPORTED", {
      where: tensorWhere,
      received: `shape [${shape.join(", ")}] with strides [${stride.join(", ")}]`,
      allowed: "a contiguous tensor",
      fix: "Call .contiguous() on each tensor before saving, or save as safetensors.",
    });
  }
  return { name, dtype, shape, offset: data.offset + offset * width, length };
}

/** Returns whether rows follow each other without gaps. Strides of dimensions of one element do not matter. */
function isContiguous(shape: readonly number[], stride: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const length = shape[i] ?? 1;
    if (length !== 1 && stride[i] !== expected) return false;
    expected *= length;
  }
  return true;
}

/**
 * Sorts tensors by location. Tied tensors share all bytes. A partial overlap is refused, because hashing many overlapping
 * tensors of a small file would take long.
 */
function sortByLocation(entries: readonly TensorEntry[], where: string): TensorEntry[] {
  const sorted = [...entries].sort((left, right) => left.offset - right.offset || left.length - right.length);
  let before: TensorEntry | undefined;
  for (const entry of sorted) {
    const isSame = before?.offset === entry.offset && before.length === entry.length;
    if (before !== undefined && !isSame && before.offset + before.length > entry.offset) {
      throw failure("TORCH_FILE_UNSUPPORTED", {
        where,
        received: `${before.name} and ${entry.name}, which share a part of their bytes`,
        allowed: "tensors of their own bytes",
        fix: "Call .clone() on each tensor before saving, or save as safetensors.",
      });
    }
    before = entry;
  }
  return sorted;
}
