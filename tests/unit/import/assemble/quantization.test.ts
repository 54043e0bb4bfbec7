import { describe, expect, test } from "vitest";
import { quantizationInName, rankInName, seedInName } from "#src/import/assemble/run-labels.js";
import { quantizationOf } from "#src/import/settings/quantization-label.js";

describe("quantizationOf", () => {
  test.each([
    ["4bit", 4, "nf4", true],
    ["4-bit", 4, "nf4", true],
    ["int4", 4, "nf4", true],
    ["NF4", 4, "nf4", false],
    ["fp4", 4, "fp4", false],
    ["8bit", 8, "int8", false],
    ["int8", 8, "int8", false],
    ["16bit", 16, null, false],
    ["bf16", 16, null, false],
    ["float16", 16, null, false],
    ["bfloat16", 16, null, false],
    ["none", 16, null, false],
    ["fp32", 32, null, false],
    ["gptq", null, null, false],
    ["constructor", null, null, false],
  ])("%s has %s bits and the scheme %s (assumed: %s)", (label, bits, scheme, schemeAssumed) => {
    expect(quantizationOf(label)).toEqual({ quantization: { label, bits, scheme }, schemeAssumed });
  });
});

describe("names of runs", () => {
  test.each([
    ["4bit_r8", "4bit", 8, undefined],
    ["16bit_r16_s1", "16bit", 16, 1],
    ["qlora-nf4-rank4-seed3", "nf4", 4, 3],
    ["bf16-r-16", "bf16", 16, undefined],
    ["lora_int8_rank=32_seed_0", "int8", 32, 0],
    ["r2", undefined, 2, undefined],
    ["Versuche/16 bit rank 8/seed 1", "16 bit", 8, 1],
    ["FP16.R8.S12", "FP16", 8, 12],
    ["checkpoint-1000", undefined, undefined, undefined],
    ["bar8_laser4_14bits_results2", undefined, undefined, undefined],
    ["run_r0", undefined, undefined, undefined],
  ])("%s: quantization %s, rank %s, seed %s", (name, quantization, rank, seed) => {
    expect(quantizationInName(name)).toBe(quantization);
    expect(rankInName(name)).toBe(rank);
    expect(seedInName(name)).toBe(seed);
  });
});
