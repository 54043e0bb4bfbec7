import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RankscopeError } from "#src/errors.js";
import { readPickle } from "#src/import/pickle/read-pickle.js";

interface Pickles {
  readonly plain: readonly string[];
  readonly numpy: readonly string[];
  readonly prototypeKey: string;
  readonly forbidden: Readonly<Record<string, readonly string[]>>;
}

/** Written by CPython and NumPy: see make-pickles.py. */
const pickles = JSON.parse(readFileSync(new URL("pickles.json", import.meta.url), "utf8")) as Pickles;

const PLAIN = [
  ...[null, true, false, 0, -1, 255, 65536, 2 ** 31, -(2 ** 31), 2n ** 53n, -(2n ** 63n) - 1n, 1.5, -Infinity, ""],
  ...["é😀\n\\'", new Uint8Array(), Uint8Array.of(0, 255, 128), [1, [2]], [], [1], [1, 2, 3, 4]],
  ...[new Map([["a", new Map([["b", 1]])]]), new Set([1]), new Set([2]), new Map([["k", 1]])],
];
const NUMPY = [1.5, 0.5, 2.5, -5, -500, -70000, -(2n ** 60n), 7, 200, 60000, 4e9, 2n ** 64n - 1n, true];

/** `text` is Latin-1: protocol 0 can be typed, other opcodes are written as `\x80`. */
function read(text: string): unknown {
  return readPickle(Buffer.from(text, "latin1"), "results.pkl");
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof RankscopeError) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

function bytesOf(base64: string): Uint8Array {
  return Buffer.from(base64, "base64");
}

describe("values that Python writes", () => {
  test.each([0, 1, 2, 3, 4, 5])("plain values are read from protocol %i", (protocol) => {
    expect(readPickle(bytesOf(pickles.plain[protocol] ?? ""), "p")).toEqual(PLAIN);
  });

  test.each([0, 1, 2, 3, 4, 5])("NumPy's scalars are read from protocol %i", (protocol) => {
    expect(readPickle(bytesOf(pickles.numpy[protocol] ?? ""), "p")).toEqual(NUMPY);
  });

  test("a NumPy scalar has the byte order that its dtype states", () => {
    const scalar = (order: string, bytes: string) =>
      `cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(U\x02f8I00\nI01\ntR(I3\nU\x01${order}NNNI-1\nI-1\nI0\ntbU\x08${bytes}tR.`;
    expect(read(scalar("<", "\0\0\0\0\0\0\x04@"))).toBe(2.5);
    expect(read(scalar(">", "@\x04\0\0\0\0\0\0"))).toBe(2.5);
    expect(codeOf(() => read(scalar("=", "@\x04\0\0\0\0\0\0")))).toBe("PICKLE_INVALID");
    expect(codeOf(() => read(scalar("<", "\0\0\0\0").replace("\x08\0", "\x04\0")))).toBe("PICKLE_INVALID");
  });

  test("float16 subnormals, infinities and NaN are read", () => {
    const half = (low: string, high: string) =>
      read(`cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(U\x02f2tR(I3\nU\x01<tbU\x02${low}${high}tR.`);
    expect(half("\x01", "\0")).toBe(2 ** -24);
    expect(half("\0", "\xfc")).toBe(-Infinity);
    expect(half("\x01", "\x7c")).toBeNaN();
  });

  test("Python 2's strings are read with their escapes", () => {
    expect(read("S'it\\'s \\x41\\\\'\n.")).toBe("it's A\\");
  });

  test("a key named __proto__ is an ordinary key and changes no prototype", () => {
    const value = readPickle(bytesOf(pickles.prototypeKey), "p") as Map<string, unknown>;
    expect([...value.keys()]).toEqual(["__proto__", "constructor"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("returned bytes are copies", () => {
    const file = Buffer.from("\x80\x03C\x02ab.", "latin1");
    const value = readPickle(file, "p");
    file.fill(0);
    expect(value).toEqual(Uint8Array.of(97, 98));
  });
});

describe("rejected pickles", () => {
  test.each(Object.entries(pickles.forbidden))("the global %s is named and not called", (name, texts) => {
    for (const text of texts) {
      const reading = () => readPickle(bytesOf(text), "results.pkl");
      expect(codeOf(reading)).toBe("PICKLE_NOT_ALLOWED");
      expect(reading).toThrow(`at results.pkl; received the global ${name};`);
    }
  });

  test.each([
    ["an allowed global kept as a value", "ccollections\nOrderedDict\n."],
    ["an object of a class, by INST", "(ios\nsystem\n."],
    ["an object of a class, by OBJ", "(ccollections\nOrderedDict\no."],
    ["an object of a class, by NEWOBJ", "ccollections\nOrderedDict\n)\x81."],
    ["a persistent reference", "Pfile\n."],
    ["an extension", "\x82\x01."],
    ["a buffer outside", "\x97."],
    ["a state for a dict", "}}b."],
    ["another codec", "c_codecs\nencode\n(Va\nVrot13\ntR."],
    ["NumPy's object type", "cnumpy\ndtype\n(VO8\ntR."],
  ])("%s", (_, text) => {
    expect(codeOf(() => read(text))).toBe("PICKLE_NOT_ALLOWED");
  });

  test.each([
    ["an empty file", ""],
    ["a later protocol", "\x80\x06N."],
    ["an unknown opcode", "\xff"],
    ["a second pickle behind the first", "N.N."],
    ["an end with nothing on the stack", "."],
    ["an end with two values", "NN."],
    ["an end inside a MARK", "(N."],
    ["a value taken from under a MARK", "N(\x85."],
    ["a memo entry that was never put", "g7\n."],
    ["a negative memo index", "Np-1\n."],
    ["a negative length", "T\xff\xff\xff\xff."],
    ["a length beyond the file", "X\xff\xff\xff\x7fa."],
    ["a length beyond all numbers", "\x8e\xff\xff\xff\xff\xff\xff\xff\xff."],
    ["a frame beyond the file", "\x95\x09\0\0\0\0\0\0\0N."],
    ["text that is not UTF-8", "\x8c\x01\xff."],
    ["half a character", "V\\ud800\n."],
    ["an integer with letters", "I12a\n."],
    ["an integer of ten thousand digits", `L${"9".repeat(10_000)}L\n.`],
    ["a float with letters", "F1.5x\n."],
    ["a list as a key", "}]Ns."],
    ["a key without its value", "(Nd."],
    ["an item appended to a tuple", ")Na."],
    ["a call of a number", "I1\n)R."],
  ])("%s", (_, text) => {
    expect(codeOf(() => read(text))).toBe("PICKLE_INVALID");
  });

  test("a file truncated at any byte", () => {
    for (const text of [...pickles.plain, ...pickles.numpy]) {
      const bytes = bytesOf(text);
      for (let end = 0; end < bytes.length; end += 1) {
        expect(codeOf(() => readPickle(bytes.subarray(0, end), "p"))).toBe("PICKLE_INVALID");
      }
    }
  });
});

describe("bombs", () => {
  test("a list that contains itself", () => {
    expect(() => read("]q\0h\0a.")).toThrow("a list that contains itself");
  });

  test("a dict that contains itself through a tuple", () => {
    expect(() => read("}q\0Nh\0\x85s.")).toThrow("a dict that contains itself");
  });

  test("shared lists count at every reference (billion laughs)", () => {
    const tenfold = Array.from(
      { length: 20 },
      (_, i) => `q${String.fromCharCode(i)}0(${`h${String.fromCharCode(i)}`.repeat(10)}l`,
    );
    expect(() => read(`(Nl${tenfold.join("")}.`)).toThrow("shared ones counted each time");
  });

  test("shared values within the limit are accepted", () => {
    expect(read("(Nlq\x000(h\0h\0h\0l.")).toEqual([[null], [null], [null]]);
  });

  test("values nested a million deep", () => {
    expect(() => read(`${"]".repeat(200_000)}${"a".repeat(199_999)}.`)).toThrow("nested too deeply");
    expect(() => read(`N${"\x85".repeat(900_000)}.`)).toThrow("nested too deeply");
  });

  test("more containers than the memory limit allows", () => {
    expect(() => read("}".repeat(1_000_001))).toThrow("more than 1000000 containers");
  });

  test("one long list converted to a set many times", () => {
    const list = `(${"I1\n".repeat(10_000)}lq\0`;
    const copy = "c__builtin__\nset\n(h\0tR0";
    expect(() => read(`${list}${copy.repeat(501)}.`)).toThrow("copied again and again");
  });

  test("a file above the size limit is not read", () => {
    expect(codeOf(() => readPickle(new Uint8Array(64 * 2 ** 20 + 1), "p"))).toBe("FILE_TOO_LARGE");
  });
});

describe("arbitrary bytes", () => {
  const isReadOrRefused = (bytes: Uint8Array) => {
    try {
      readPickle(bytes, "p");
    } catch (error) {
      if (!(error instanceof RankscopeError)) throw error;
    }
  };

  test("arbitrary bytes are read or rejected with a catalogued error", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), isReadOrRefused), { numRuns: 3000 });
  });

  test("arbitrary programs of real opcodes are read or rejected with a catalogued error", () => {
    const opcode = fc.constantFrom(
      ...Buffer.from(
        "(.012FGIJKLMNRSTUVX]abcdeghjlpqrstu})\x85\x86\x87\x88\x89\x8a\x8f\x90\x91\x93\x94\n\0\x01",
        "latin1",
      ),
    );
    fc.assert(
      fc.property(fc.array(opcode, { maxLength: 60 }), (codes) => isReadOrRefused(Uint8Array.from(codes))),
      { numRuns: 5000 },
    );
  });

  test("a real pickle with one changed byte is read or rejected with a catalogued error", () => {
    const bytes = bytesOf(pickles.numpy[4] ?? "");
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        isReadOrRefused(Uint8Array.from(bytes, (old, i) => (i === at ? byte : old)));
      }),
      { numRuns: 3000 },
    );
  });
});
