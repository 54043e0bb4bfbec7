import { failure } from "../../errors.js";
import { MAX_TABLE_BYTES } from "../limits.js";
import { assertPlain } from "./pickle-extent.js";
import { TABLE_DIALECT } from "./pickle-globals.js";
import { PickleMachine } from "./pickle-machine.js";
import { pickleRefusal } from "./pickle-refusal.js";
import type { PlainValue } from "./pickle-values.js";

/**
 * Returns the value of a Python pickle (protocols 0 to 5). Nothing in it is executed. Shared parts stay shared; there are no
 * cycles. Source of the opcodes: CPython's Lib/pickletools.py.
 *
 * @throws FILE_TOO_LARGE, PICKLE_INVALID (damaged, or above a limit), PICKLE_NOT_ALLOWED (anything but plain values and
 * NumPy's number scalars)
 */
export function readPickle(bytes: Uint8Array, where: string): PlainValue {
  if (bytes.length > MAX_TABLE_BYTES) {
    throw failure("FILE_TOO_LARGE", { where, received: `${bytes.length} bytes`, allowed: `${MAX_TABLE_BYTES} bytes` });
  }
  const refusal = pickleRefusal(where);
  const value = new PickleMachine(bytes, TABLE_DIALECT, refusal).run();
  assertPlain(value, refusal);
  return value;
}
