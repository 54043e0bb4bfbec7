import protobuf from "protobufjs/minimal.js";
import { crc32c } from "#src/import/logs/crc32c.js";

/** A scalar that a test logs, as TensorBoard's old writers (`simple`) or its new ones (`tensor`) do. */
export interface WrittenScalar {
  readonly tag: string;
  readonly step: number;
  readonly value: number;
  readonly wallTime?: number;
  readonly form?: "simple" | "tensor";
}

/** Returns the bytes of an event file with the given scalars. */
export function eventFileOf(scalars: readonly WrittenScalar[]): Buffer {
  return recordsOf([versionEvent(), ...scalars.map(eventOf)]);
}

/** Returns the bytes of a TFRecord file with the given records. */
export function recordsOf(records: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    records.flatMap((data) => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(data.length));
      return [length, maskedCrc(length), data, maskedCrc(data)];
    }),
  );
}

/** Returns the event that opens every file. */
function versionEvent(): Uint8Array {
  return protobuf.Writer.create().uint32(9).double(1000).uint32(26).string("brain.Event:2").finish();
}

/** Returns the Event message of one scalar. */
export function eventOf({ tag, step, value, wallTime = 1000 + step, form = "simple" }: WrittenScalar): Uint8Array {
  const writer = protobuf.Writer.create().uint32(9).double(wallTime).uint32(16).int64(step);
  // Summary (5) of one value (1) with its tag (1).
  writer.uint32(42).fork().uint32(10).fork().uint32(10).string(tag);
  if (form === "simple") {
    writer.uint32(21).float(value);
  } else {
    const content = new Uint8Array(new Float32Array([value]).buffer);
    writer.uint32(66).fork().uint32(8).int32(1).uint32(34).bytes(content).ldelim();
  }
  return writer.ldelim().ldelim().finish();
}

function maskedCrc(bytes: Uint8Array): Buffer {
  const crc = crc32c(bytes);
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return masked;
}
