import { expect, test } from "vitest";
import { parseWeightStoreSettings } from "#src/weights/settings.js";

const parse = (setting: string, access = {}) =>
  parseWeightStoreSettings(setting, { name: "RANKSCOPE_WEIGHTS", from: "/data", access });
const S3 = { kind: "s3", endpoint: undefined, region: undefined, forcePathStyle: undefined };

test.each<[string, object]>([
  ["in-place", { kind: "in-place" }],
  ["weights", { kind: "directory", directory: "/data/weights" }],
  ["./in-place", { kind: "directory", directory: "/data/in-place" }],
  ["/mnt/weights/", { kind: "directory", directory: "/mnt/weights" }],
  ["s3://bucket", { ...S3, bucket: "bucket", prefix: "" }],
  ["s3://bucket/", { ...S3, bucket: "bucket", prefix: "" }],
  ["S3://my.bucket-1/a//b/", { ...S3, bucket: "my.bucket-1", prefix: "a/b/" }],
])("%s", (setting, settings) => {
  expect(parse(setting)).toEqual(settings);
  expect(structuredClone(parse(setting))).toEqual(settings);
});

test("endpoint and region are part of the settings of a bucket only", () => {
  const access = { endpoint: "http://127.0.0.1:9000", region: "eu-west-1", forcePathStyle: false };
  expect(parse("s3://bucket/a", access)).toEqual({ kind: "s3", bucket: "bucket", prefix: "a/", ...access });
  expect(parse("in-place", access)).toEqual({ kind: "in-place" });
});

test.each<[string, object, RegExp]>([
  ["", {}, /at RANKSCOPE_WEIGHTS; received ""; allowed: in-place, a directory, or s3:/],
  ["  ", {}, /received " {2}"/],
  ["https://bucket.example/a", {}, /received "https:.*allowed: in-place/],
  ["gs://bucket", {}, /received "gs:/],
  ["s3://", {}, /a bucket's name after s3:/],
  ["s3://ab", {}, /3 to 63/],
  ["s3://buc ket/a", {}, /a bucket's name/],
  [
    "s3://bucket",
    { endpoint: "127.0.0.1:9000" },
    /endpoint of the S3 weight store; received "127.*an http or https URL/,
  ],
  ["s3://bucket", { endpoint: "ftp://host" }, /received "ftp:/],
])("%j with %j is refused", (setting, access, message) => {
  expect(() => parse(setting, access)).toThrow(message);
  expect(() => parse(setting, access)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});

test.each<[string, object]>([
  ["s3://key:secret@bucket/a", {}],
  ["https://key:secret@host/a", {}],
  ["s3://bucket", { endpoint: "http://key:secret@host" }],
  ["s3://bucket", { endpoint: "http://key:sec/ret@host" }],
])("a secret in %j or %j is not shown", (setting, access) => {
  expect(() => parse(setting, access)).toThrow(
    expect.objectContaining({ message: expect.not.stringMatching(/secret|ret@/) }),
  );
});
