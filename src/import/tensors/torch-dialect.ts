import { orderedDict, type Construct, type PickleDialect } from "../pickle/pickle-dialect.js";
import type { PickleRefusal } from "../pickle/pickle-refusal.js";
import { Foreign, Global, isTuple, kindOf, type Item } from "../pickle/pickle-values.js";

/** The bytes of which tensors are views: one entry of the archive, `data/<key>`. */
class TorchStorage extends Foreign {
  readonly kind = "a storage";
  constructor(
    readonly key: string,
    /** As safetensors spells it; null for an untyped storage, whose tensors have the dtype. */
    readonly dtype: string | null,
    /** Elements of dtype, or bytes. */
    readonly size: number,
  ) {
    super();
  }
}

/** A view of a storage. */
export class TorchTensor extends Foreign {
  readonly kind = "a tensor";
  constructor(
    readonly storage: TorchStorage,
    readonly dtype: string,
    /** Elements of dtype before the first one. */
    readonly offset: number,
    readonly shape: readonly number[],
    /** Elements between neighbours, by dimension. */
    readonly stride: readonly number[],
  ) {
    super();
  }
}

/** Dtypes as safetensors spells them, by class of storage. */
const STORAGES = new Map<string, string | null>([
  ["torch.DoubleStorage", "F64"],
  ["torch.FloatStorage", "F32"],
  ["torch.HalfStorage", "F16"],
  ["torch.BFloat16Storage", "BF16"],
  ["torch.LongStorage", "I64"],
  ["torch.IntStorage", "I32"],
  ["torch.ShortStorage", "I16"],
  ["torch.CharStorage", "I8"],
  ["torch.ByteStorage", "U8"],
  ["torch.BoolStorage", "BOOL"],
  ["torch.storage.UntypedStorage", null],
]);

/** Dtypes without a class of storage. Their tensors name them. */
const DTYPES = new Map([
  ["torch.float8_e4m3fn", "F8_E4M3"],
  ["torch.float8_e5m2", "F8_E5M2"],
  ["torch.float8_e8m0fnu", "F8_E8M0"],
  ["torch.uint16", "U16"],
  ["torch.uint32", "U32"],
  ["torch.uint64", "U64"],
]);

/**
 * The pickle dialect of a state dict of torch.save: storages by reference, tensors as views of them, and parameters.
 * Source: PyTorch's torch/_utils.py and torch/serialization.py.
 */
export const TORCH_DIALECT: PickleDialect = {
  globals: new Map<string, Construct>([
    ["collections.OrderedDict", orderedDict],
    ["torch._utils._rebuild_tensor_v2", tensorOfTypedStorage],
    ["torch._utils._rebuild_tensor_v3", tensorOfUntypedStorage],
    ["torch._utils._rebuild_parameter", parameter],
    ...[...STORAGES.keys(), ...DTYPES.keys()].map((name): [string, Construct] => [name, neverCalled(name)]),
  ]),
  refer: storage,
  // A module's state dict has its version as an attribute.
  dropsAttributes: true,
};

/** `("storage", class, key, device, size)` */
function storage(id: Item, refusal: PickleRefusal): TorchStorage {
  const [word, type, key, device, size] = isTuple(id) ? id : [];
  const dtype = type instanceof Global ? STORAGES.get(type.name) : undefined;
  const isSized = typeof size === "number" && Number.isSafeInteger(size) && size >= 0;
  if (word !== "storage" || dtype === undefined || typeof key !== "string" || typeof device !== "string" || !isSized) {
    throw refusal.invalid("a reference to something other than a storage");
  }
  return new TorchStorage(key, dtype, size);
}

/** `(storage, offset, shape, stride, requires_grad, hooks)`, and metadata, which must be empty. */
function tensorOfTypedStorage(args: readonly Item[], refusal: PickleRefusal): TorchTensor {
  const store = args[0];
  const metadata = args[6] ?? null;
  const dtype = store instanceof TorchStorage ? store.dtype : null;
  if (args.length > 7 || dtype === null) throw notATensor(args, refusal);
  return tensor(args, dtype, metadata, refusal);
}

/** `(storage, offset, shape, stride, requires_grad, hooks, dtype)`, and metadata, which must be empty. */
function tensorOfUntypedStorage(args: readonly Item[], refusal: PickleRefusal): TorchTensor {
  const store = args[0];
  const type = args[6];
  const metadata = args[7] ?? null;
  const dtype = type instanceof Global ? DTYPES.get(type.name) : undefined;
  if (args.length > 8 || dtype === undefined || !(store instanceof TorchStorage && store.dtype === null)) {
    throw notATensor(args, refusal);
  }
  return tensor(args, dtype, metadata, refusal);
}

function tensor(args: readonly Item[], dtype: string, metadata: Item, refusal: PickleRefusal): TorchTensor {
  const [store, offset, shape, stride, requiresGrad, hooks] = args;
  const isView = store instanceof TorchStorage && isCount(offset) && isCounts(shape) && isCounts(stride);
  if (!isView || shape.length !== stride.length || typeof requiresGrad !== "boolean") throw notATensor(args, refusal);
  requireNoHooks(hooks, refusal);
  // Metadata marks a conjugated or negated view, whose values are not those of the bytes.
  if (metadata !== null && !(metadata instanceof Map && metadata.size === 0)) {
    throw refusal.notAllowed("a tensor with metadata (a conjugated or negated view)");
  }
  return new TorchTensor(store, dtype, offset, shape, stride);
}

/** `(tensor, requires_grad, hooks)`: the tensor itself. */
function parameter(args: readonly Item[], refusal: PickleRefusal): TorchTensor {
  const [data, requiresGrad, hooks] = args;
  if (args.length !== 3 || !(data instanceof TorchTensor) || typeof requiresGrad !== "boolean") {
    throw refusal.invalid(`a parameter made of ${args.map(kindOf).join(", ")}`);
  }
  requireNoHooks(hooks, refusal);
  return data;
}

function requireNoHooks(hooks: Item | undefined, refusal: PickleRefusal): void {
  if (!(hooks instanceof Map)) throw refusal.invalid(`${kindOf(hooks)} in place of a tensor's hooks`);
  if (hooks.size > 0) throw refusal.notAllowed("hooks of a tensor");
}

function notATensor(args: readonly Item[], refusal: PickleRefusal): Error {
  return refusal.invalid(`a tensor made of ${args.slice(0, 10).map(kindOf).join(", ")}`);
}

function isCount(item: Item | undefined): item is number {
  return typeof item === "number" && Number.isSafeInteger(item) && item >= 0;
}

function isCounts(item: Item | undefined): item is readonly number[] {
  return isTuple(item) && item.every(isCount);
}

function neverCalled(name: string): Construct {
  return (_, refusal) => {
    throw refusal.notAllowed(`a call of ${name}`);
  };
}
