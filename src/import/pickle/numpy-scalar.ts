import { numberWhereSafe } from "./pickle-literals.js";
import type { PickleRefusal } from "./pickle-refusal.js";
import { Dtype, isTuple, kindOf, type Item } from "./pickle-values.js";

/**
 * Returns the number of `numpy.core.multiarray.scalar(dtype, data)`: float16/32/64, (u)int8 to 64, or bool. Unsafe integers are
 * bigint. Throws PICKLE_INVALID if data and type do not match.
 * Source: NumPy's `_multiarray_umath` pickles a scalar as (dtype, its bytes in the dtype's order).
 */
export function numpyScalar(args: readonly Item[], refusal: PickleRefusal): number | bigint | boolean {
  const [dtype, data] = args;
  // Python 2 wrote the bytes as a string.
  const bytes = typeof data === "string" ? Buffer.from(data, "latin1") : data;
  if (args.length !== 2 || !(dtype instanceof Dtype) || !(bytes instanceof Uint8Array)) {
    throw refusal.invalid(`a NumPy scalar made of ${args.map(kindOf).join(" and ")}`, "a data type and bytes");
  }
  if (bytes.length !== dtype.size) {
    throw refusal.invalid(
      `a NumPy scalar of ${bytes.length} bytes`,
      `${dtype.size}, as its data type ${dtype.kind}${dtype.size} says`,
    );
  }
  if (dtype.littleEndian === undefined && dtype.size > 1) throw refusal.invalid("a NumPy scalar without a byte order");
  return decode(dtype, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), dtype.littleEndian ?? true);
}

/** Evaluates `numpy.dtype("f8", align, copy)`. Throws PICKLE_NOT_ALLOWED for types that are not numbers. */
export function numpyDtype(args: readonly Item[], refusal: PickleRefusal): Dtype {
  const [name] = args;
  if (typeof name !== "string" || args.length > 3) throw refusal.invalid("a NumPy data type without a name");
  const parts = /^(?:([fiu])([1248])|(b)1)$/.exec(name);
  if (parts === null || name === "f1") throw refusal.notAllowed(`the NumPy data type ${name.slice(0, 40)}`);
  return new Dtype((parts[1] ?? "b") as Dtype["kind"], Number(parts[2] ?? 1) as Dtype["size"]);
}

/** Executes BUILD on a data type. The state's second member is the byte order: `<`, `>`, or `|` for a single byte. */
export function setByteOrder(dtype: Dtype, state: Item, refusal: PickleRefusal): void {
  const order = isTuple(state) ? state[1] : undefined;
  const allowed = dtype.size === 1 ? ["<", ">", "|"] : ["<", ">"];
  if (typeof order !== "string" || !allowed.includes(order)) {
    throw refusal.invalid("a NumPy data type without a byte order", allowed.join(" "));
  }
  dtype.littleEndian = order !== ">";
}

function decode({ kind, size }: Dtype, view: DataView, little: boolean): number | bigint | boolean {
  switch (`${kind}${size}`) {
    case "b1":
      return view.getUint8(0) !== 0;
    case "f2":
      return float16(view.getUint16(0, little));
    case "f4":
      return view.getFloat32(0, little);
    case "f8":
      return view.getFloat64(0, little);
    case "i1":
      return view.getInt8(0);
    case "i2":
      return view.getInt16(0, little);
    case "i4":
      return view.getInt32(0, little);
    case "i8":
      return numberWhereSafe(view.getBigInt64(0, little));
    case "u1":
      return view.getUint8(0);
    case "u2":
      return view.getUint16(0, little);
    case "u4":
      return view.getUint32(0, little);
    default:
      return numberWhereSafe(view.getBigUint64(0, little));
  }
}

/** Decodes IEEE 754 binary16. DataView.getFloat16 is newer than the supported Node versions. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
