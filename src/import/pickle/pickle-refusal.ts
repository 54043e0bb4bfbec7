import { failure, type RankscopeError } from "../../errors.js";

/** Creates the errors of one pickle, so that every part of the reader names the same file. */
export interface PickleRefusal {
  /** The bytes are not a pickle that Python would write. */
  invalid(received: string, allowed?: string): RankscopeError;
  /** The pickle is well formed, but contains something that is never executed here. */
  notAllowed(received: string): RankscopeError;
}

const ALLOWED =
  "None, bool, int, float, str, bytes, list, tuple, dict, set, collections.OrderedDict and NumPy's number scalars";

export function pickleRefusal(where: string): PickleRefusal {
  return {
    invalid: (received, allowed) => failure("PICKLE_INVALID", { where, received, allowed }),
    notAllowed: (received) => failure("PICKLE_NOT_ALLOWED", { where, received, allowed: ALLOWED }),
  };
}
