import { failure } from "../../errors.js";
import { withFile } from "../../files/open-file.js";
import { MAX_PICKLE_DEPTH, MAX_SETTINGS_FILE_BYTES } from "../limits.js";
import type { PickleDialect } from "../pickle/pickle-dialect.js";
import { PickleMachine } from "../pickle/pickle-machine.js";
import { pickleRefusal } from "../pickle/pickle-refusal.js";
import { PickledObject } from "../pickle/pickled-object.js";
import { Dtype, Foreign, Global, isTuple, type Item } from "../pickle/pickle-values.js";
import { openArchive } from "./torch-archive.js";

/** Objects of any class are kept as their names, arguments and states. Nothing is resolved or called. */
const OBJECT_DIALECT: PickleDialect = { globals: new Map(), keepsObjects: true };

/**
 * Returns the attributes of the one object that torch.save wrote, such as TrainingArguments. An enum member and a torch.device are
 * their values; other objects are left out, apart from their own attributes.
 *
 * @throws TORCH_FILE_INVALID, TORCH_FILE_UNSUPPORTED, PICKLE_INVALID, PICKLE_NOT_ALLOWED, FILE_UNREADABLE, FILE_TOO_LARGE
 */
export function readTorchPickle(path: string, where: string): Promise<ReadonlyMap<string, unknown>> {
  return withFile(path, where, async (file) => {
    if (file.size > MAX_SETTINGS_FILE_BYTES) {
      const allowed = `${MAX_SETTINGS_FILE_BYTES} bytes`;
      throw failure("FILE_TOO_LARGE", { where, received: `${file.size} bytes`, allowed });
    }
    const archive = await openArchive(file, where);
    const pickle = [...archive.entries].find(([name]) => /^[^/]+\/data\.pkl$/.test(name))?.[1];
    if (pickle === undefined) throw failure("TORCH_FILE_INVALID", { where, received: "an archive without data.pkl" });
    const root = new PickleMachine(await archive.read(pickle), OBJECT_DIALECT, pickleRefusal(where)).run();
    return attributesOf(root);
  });
}

/** Returns the attributes of an object, or the entries of a dict, as plain values. */
function attributesOf(root: Item): Map<string, unknown> {
  const state = root instanceof PickledObject ? root.state : root;
  const attributes = new Map<string, unknown>();
  if (!(state instanceof Map)) return attributes;
  for (const [name, value] of state) {
    if (typeof name === "string") attributes.set(name, plainValue(value, 0));
  }
  return attributes;
}

/** Returns undefined for what has no plain value. */
function plainValue(item: Item, depth: number): unknown {
  if (depth > MAX_PICKLE_DEPTH) return undefined;
  if (item instanceof PickledObject) return valueOfObject(item, depth);
  if (item instanceof Global) return item.name;
  if (item instanceof Dtype || item instanceof Foreign || item instanceof Uint8Array) return undefined;
  if (item instanceof Map || item instanceof Set) return undefined;
  return Array.isArray(item) ? item.map((member) => plainValue(member as Item, depth + 1)) : item;
}

/** `SchedulerType("linear")` is `linear`, and `torch.device("cuda", 0)` is `cuda`. */
function valueOfObject({ args, state }: PickledObject, depth: number): unknown {
  if (state !== null || !isTuple(args)) return undefined;
  const [value] = args;
  return value === undefined ? undefined : plainValue(value, depth + 1);
}
