import fc from "fast-check";

type Mutation = (bytes: Buffer) => Buffer;

/** Texts that are known to break parsers. */
const NASTY = [
  ...["__proto__", '"__proto__":{"polluted":1},', "constructor", "toString", "NaN", "-Infinity", "1e999", "-0"],
  ...["\uFEFF", "\\ud800", "\\u0000", "\0", "\r\n", '""', '"', "'", "\\", ",", ":", "null", "9".repeat(400)],
  ...["[".repeat(300), '{"a":'.repeat(300), "(".repeat(300), "]".repeat(300), "0.1.2", "0x10", "1_000", "١٢"],
].map((text) => Buffer.from(text));
/** Invalid UTF-8, such as half a surrogate or an overlong slash. */
const NOT_TEXT = [
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xc0, 0xaf]),
  Buffer.from([0xff]),
  Buffer.alloc(16, 0xff),
];
const COUNTS = [0n, 1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 64n - 1n];

const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const place = (where: number, bytes: Buffer) => Math.floor(where * (bytes.length + 1));

const flip = fc.tuple(at, fc.nat(7)).map(([where, bit]): Mutation => {
  return (bytes) => {
    const i = Math.floor(where * bytes.length);
    const changed = Buffer.from(bytes);
    if (bytes.length > 0) changed[i] = (bytes[i] ?? 0) ^ (1 << bit);
    return changed;
  };
});
const truncate = at.map(
  (where): Mutation =>
    (bytes) =>
      bytes.subarray(0, place(where, bytes)),
);
const insert = fc.tuple(at, fc.constantFrom(...NASTY, ...NOT_TEXT)).map(
  ([where, text]): Mutation =>
    (bytes) =>
      splice(bytes, where, 0, text),
);
const overwrite = fc.tuple(at, fc.uint8Array({ minLength: 1, maxLength: 8 })).map(
  ([where, with_]): Mutation =>
    (bytes) =>
      splice(bytes, where, with_.length, Buffer.from(with_)),
);
const remove = fc.tuple(at, fc.nat(40)).map(
  ([where, length]): Mutation =>
    (bytes) =>
      splice(bytes, where, length),
);
const repeat = fc.tuple(at, fc.nat(60), fc.nat(20)).map(([where, length, times]): Mutation => {
  return (bytes) => {
    const from = place(where, bytes);
    const part = bytes.subarray(from, from + length);
    return Buffer.concat([bytes.subarray(0, from), ...Array.from({ length: times }, () => part), bytes.subarray(from)]);
  };
});
const count = fc
  .tuple(at, fc.constantFrom(...COUNTS), fc.constantFrom(1, 2, 4, 8), fc.integer({ min: -2, max: 2 }))
  .map(([where, value, width, more]): Mutation => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value + BigInt(more)));
    return (whole) => splice(whole, where, width, bytes.subarray(0, width));
  });

function splice(bytes: Buffer, where: number, removed: number, added = Buffer.alloc(0)): Buffer {
  const from = place(where, bytes);
  return Buffer.concat([bytes.subarray(0, from), added, bytes.subarray(from + removed)]);
}

/** Files derived from `valid` by a few changes: bits, lengths, nesting, keys, invalid text. */
export function mutated(valid: fc.Arbitrary<Uint8Array | string>): fc.Arbitrary<Buffer> {
  const mutations = fc.array(fc.oneof(flip, truncate, insert, overwrite, remove, repeat, count), {
    minLength: 1,
    maxLength: 5,
  });
  return fc
    .tuple(valid, mutations)
    .map(([start, changes]) =>
      changes.reduce<Buffer>((bytes, change) => change(bytes), Buffer.from(start as Uint8Array)),
    );
}

/** JSON with replaced values: other types, huge and negative counts, deep nesting, keys of Object's prototype. */
export function mutatedJson(valid: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(-1, 0, 1e308, 2 ** 53, 0.5, "", "x".repeat(2000), [], {}, null, true),
    fc.integer({ min: 1, max: 400 }).map((depth) => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`) as unknown),
    fc.constant(JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as unknown),
  );
  return fc.tuple(valid, fc.array(fc.tuple(fc.nat(), odd), { minLength: 1, maxLength: 3 })).map(([value, changes]) => {
    let text = JSON.stringify(value);
    for (const [which, with_] of changes) {
      let seen = 0;
      let places = 0;
      JSON.stringify(JSON.parse(text), (_, inner: unknown) => ((places += 1), inner));
      text =
        JSON.stringify(JSON.parse(text), (_, inner: unknown) => (seen++ === which % places ? with_ : inner)) || "1";
    }
    return text;
  });
}
