import { chmod, symlink } from "node:fs/promises";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { FindingCode } from "#src/model/records.js";
import { readFolder, type ReadFolderOptions } from "#src/import/read-folder.js";
import { readStudy, type OneStudy } from "../../support/read-study.js";
import { adapterConfig, factorTensors, safetensors, writeFiles } from "../../support/adapter-files.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

type Files = Record<string, string | Uint8Array>;

async function read(files: Files, options?: ReadFolderOptions): Promise<OneStudy> {
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  return readStudy(folder, options);
}

/** Returns an adapter of 2 layers whose weights depend on `seed`. */
const save = (folder: string, seed = 1, rank = 2, config: Record<string, unknown> = {}): Files => ({
  [`${folder}/adapter_config.json`]: adapterConfig({ r: rank, ...config }),
  [`${folder}/adapter_model.safetensors`]: safetensors(factorTensors(2, rank, seed)),
});

const state = (
  folder: string,
  step: number,
  history: readonly unknown[] = [{ step, loss: 1 }],
  maxSteps = 20,
): Files => ({
  [`${folder}/trainer_state.json`]: JSON.stringify({ global_step: step, max_steps: maxSteps, log_history: history }),
});

const found = ({ findings }: OneStudy, code: FindingCode) => findings.filter((finding) => finding.code === code);
const only = ({ experiments }: OneStudy) => {
  const [experiment] = experiments;
  if (experiment === undefined || experiments.length > 1) throw new Error(`${experiments.length} experiments`);
  return experiment;
};

describe("a study", () => {
  test("joins adapters, trainer states and tables anywhere below its folder by the run's name", async () => {
    const study = await read(
      {
        ...save("a/b/16bit_r2/checkpoint-10", 1),
        ...state("a/b/16bit_r2/checkpoint-10", 10, [{ step: 10, loss: 3, eval_loss: 2.5 }]),
        ...save("a/b/16bit_r2/final_model", 2),
        "tables/results.csv":
          "experiment_name,quantization,rank,training_loss,seed\n16bit_r2,16bit,2,2.25,7\n4bit_r2,4bit,2,2.5,7\n",
      },
      { name: "My study" },
    );
    expect(study.name).toBe("My study");
    expect(study.baseModel).toBe("tiny");
    expect(study.layers.map(({ name }) => name)).toEqual([
      "transformer.h.0.attn.c_attn",
      "transformer.h.1.attn.c_attn",
    ]);
    const [lora, qlora] = study.experiments;
    expect(lora).toMatchObject({
      name: "16bit_r2",
      method: "LORA",
      rank: 2,
      seed: 7,
      steps: 10,
      adapter: { r: 2, loraAlpha: 16 },
    });
    expect(lora?.metrics).toEqual([
      { name: "training_loss", value: 2.25, source: "tables/results.csv" },
      { name: "eval_loss", value: 2.5, source: "a/b/16bit_r2/checkpoint-10/trainer_state.json" },
    ]);
    expect(lora?.checkpoints.map(({ step, isFinal, folders }) => [step, isFinal, folders])).toEqual([
      [10, false, ["a/b/16bit_r2/checkpoint-10"]],
      [null, true, ["a/b/16bit_r2/final_model"]],
    ]);
    expect(qlora).toMatchObject({ name: "4bit_r2", method: "QLORA", adapter: null, checkpoints: [] });
  });

  test("lists experiments by rank, then from least to most quantized, then by numeric seed", async () => {
    const names = ["4bit_r8", "16bit_r8_s10", "16bit_r8_s2", "8bit_r8", "16bit_r16", "4bit_r2"];
    const table = names.map((name) => ({ name, training_loss: 1 }));
    const { experiments } = await read({ "results.json": JSON.stringify(table) });
    expect(experiments.map(({ name }) => name)).toEqual([
      "4bit_r2",
      "16bit_r8_s2",
      "16bit_r8_s10",
      "8bit_r8",
      "4bit_r8",
      "16bit_r16",
    ]);
  });

  test("reports its progress and can be aborted", async () => {
    const files = { ...save("r2/checkpoint-1", 1), ...save("r2/checkpoint-2", 2) };
    const seen: string[] = [];
    await read(files, { report: ({ done, total }) => void seen.push(`${done}/${total}`) });
    expect(seen).toEqual(["0/2", "1/2", "2/2"]);
    const stop = new AbortController();
    await expect(read(files, { signal: stop.signal, report: () => stop.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});

describe("checkpoints", () => {
  test("with equal bytes are merged, keeping the step of one and the final mark of the other", async () => {
    const study = await read({ ...save("r2/checkpoint-20"), ...save("r2/final_model") });
    expect(only(study).checkpoints).toMatchObject([
      { step: 20, isFinal: true, folders: ["r2/checkpoint-20", "r2/final_model"] },
    ]);
    expect(found(study, "SAME_BYTES")).toMatchObject([{ severity: "info", where: "r2" }]);
  });

  test("of the highest step are final only if the trainer state ends at that step", async () => {
    const files = { ...save("r2/checkpoint-10", 1), ...save("r2/checkpoint-20", 2) };
    const finals = async (step: number, maxSteps: number) => {
      const study = await read({ ...files, ...state("r2/checkpoint-20", step, [], maxSteps) });
      return only(study).checkpoints.map(({ isFinal }) => isFinal);
    };
    expect(await finals(20, 20)).toEqual([false, true]);
    expect(await finals(20, 30)).toEqual([false, false]);
    // Training continued after the last checkpoint, which is therefore not final.
    expect(await finals(30, 30)).toEqual([false, false]);
  });

  test("saved in the run's own folder are final", async () => {
    expect(only(await read(save("16bit_r2"))).checkpoints).toMatchObject([{ step: null, isFinal: true }]);
  });
});

describe("curves", () => {
  test("come from the longest trainer state; earlier states add missing curves", async () => {
    const study = await read({
      ...save("r2/checkpoint-20", 2),
      ...state("r2/checkpoint-20", 20, [
        { step: 10, loss: 2 },
        { step: 20, loss: 1 },
      ]),
      ...state("r2/checkpoint-10", 10, [{ step: 10, loss: 9, eval_loss: 4 }]),
    });
    expect(only(study).series).toEqual([
      { name: "loss", steps: [10, 20], values: [2, 1], source: "r2/checkpoint-20/trainer_state.json" },
      { name: "eval_loss", steps: [10], values: [4], source: "r2/checkpoint-10/trainer_state.json" },
    ]);
  });

  test("keep NaN, report its step, and keep it as the final loss of a run that diverged", async () => {
    const history = '{"global_step":2,"log_history":[{"step":1,"eval_loss":1},{"step":2,"eval_loss":NaN}]}';
    const study = await read({ ...save("r2"), "r2/trainer_state.json": history });
    expect(only(study).series[0]?.values).toEqual([1, NaN]);
    expect(only(study).metrics).toMatchObject([{ name: "eval_loss", value: NaN }]);
    expect(found(study, "RUN_DIVERGED")).toMatchObject([
      { severity: "warning", where: "r2", message: expect.stringContaining("eval_loss is NaN") as string },
    ]);
    expect(found(study, "NON_FINITE_VALUES")).toMatchObject([
      { severity: "warning", where: "r2", message: expect.stringContaining("eval_loss") as string },
    ]);
  });

  test("provide training loss and time from the closing summary if no table has them", async () => {
    const summary = { step: 20, train_loss: 1.9, train_runtime: 12 };
    const { metrics } = only(await read({ ...save("r2"), ...state("r2", 20, [summary]) }));
    expect(metrics.map(({ name, value }) => [name, value])).toEqual([
      ["training_loss", 1.9],
      ["training_time_seconds", 12],
    ]);
  });
});

describe("values that two files give", () => {
  const table = (loss: number) => JSON.stringify([{ name: "16bit_r2", rank: 2, training_loss: loss }]);

  test("the more precise value is kept if the other is its rounding, reported once per pair of files", async () => {
    const csv = "name,rank,training_loss,eval_loss\n16bit_r2,2,1.9737,1.8092\n";
    const history = [{ step: 20, eval_loss: 1.8091993 }];
    const study = await read({ "a.json": table(1.973717908859253), "b.csv": csv, ...state("16bit_r2", 20, history) });
    expect(only(study).metrics.map(({ value }) => value)).toEqual([1.973717908859253, 1.8091993]);
    const roundings = found(study, "ROUNDED_VALUES");
    expect(roundings.map(({ where, message }) => `${where}: ${message}`)).toEqual([
      expect.stringMatching(/^b\.csv: 1 value .*1\.9737 is 1\.973717908859253 in a\.json/),
      expect.stringMatching(/^b\.csv: 1 value .*1\.8092 is 1\.8091993 in 16bit_r2\/trainer_state\.json/),
    ]);
    expect(found(study, "CONFLICTING_VALUES")).toEqual([]);
  });

  test("contradictory values are resolved as JSON, then CSV, then curves, with a warning that names both", async () => {
    const csv = "name,rank,training_loss,eval_loss\n16bit_r2,2,3.5,1.75\n";
    const study = await read({
      "a.csv": csv,
      "b.json": table(2.25),
      ...state("16bit_r2", 20, [{ step: 20, eval_loss: 9.5 }]),
    });
    expect(only(study).metrics.map(({ value }) => value)).toEqual([2.25, 1.75]);
    expect(found(study, "CONFLICTING_VALUES").map(({ message }) => message)).toEqual([
      "The value is 2.25 in b.json and 3.5 in a.csv. 2.25 was kept.",
      "The value is 1.75 in a.csv and 9.5 in 16bit_r2/trainer_state.json. 1.75 was kept.",
    ]);
  });

  test("a trainer state saved before the end of the run does not contradict the steps in the table", async () => {
    const csv = "name,rank,steps,training_loss\n16bit_r2,2,20,1\n";
    const early = await read({ "a.csv": csv, ...state("16bit_r2/checkpoint-10", 10) });
    expect([only(early).steps, found(early, "CONFLICTING_VALUES")]).toEqual([20, []]);
    const late = await read({ "a.csv": csv, ...state("16bit_r2/checkpoint-30", 30) });
    expect([only(late).steps, found(late, "CONFLICTING_VALUES").length]).toEqual([20, 1]);
  });

  test("checkpoints with a trainer state and the adapter that Unsloth saves beside them are one run", async () => {
    const base = { base_model_name_or_path: "unsloth/tiny-unsloth-bnb-4bit" };
    const study = await read({ ...state("nb_r2/outputs/checkpoint-7", 7), ...save("nb_r2/lora_model", 1, 2, base) });
    const run = only(study);
    expect(run).toMatchObject({
      name: "nb_r2",
      rank: 2,
      steps: 7,
      method: "QLORA",
      quantization: { bits: 4, scheme: "nf4" },
    });
    expect(run.checkpoints).toMatchObject([{ isFinal: true, folders: ["nb_r2/lora_model"] }]);
    expect(run.series.map(({ name }) => name)).toContain("loss");
  });
});

describe("rank, quantization and method", () => {
  test("the rank comes from the configuration, then the table, then the name; a contradictory table is an error", async () => {
    const csv = "name,rank,training_loss\nmine,4,1\n";
    const study = await read({ ...save("mine", 1, 2), "a.csv": csv });
    expect(only(study).rank).toBe(2);
    expect(found(study, "RANK_CONTRADICTS_CONFIG")).toMatchObject([{ severity: "error" }]);
    expect(only(await read({ "a.csv": csv })).rank).toBe(4);
    expect(only(await read({ "a.csv": "name,training_loss\nx_r16,1\n" })).rank).toBe(16);
  });

  test("is null for full fine-tuning, other adapters and the base model, whose metrics are kept", async () => {
    const ia3 = { "ia3/adapter_config.json": JSON.stringify({ peft_type: "IA3", base_model_name_or_path: "tiny" }) };
    const study = await read({
      ...save("lora_r2"),
      ...state("full_ft", 20),
      ...ia3,
      ...state("ia3", 20),
      ...state("other", 20),
      "base/all_results.json": '{"eval_loss": 2.9}',
      "nothing/adapter_config.json": JSON.stringify({ peft_type: "LN_TUNING" }),
    });
    expect(study.experiments.map(({ name, rank, method }) => [name, rank, method])).toEqual([
      ["lora_r2", 2, "LORA"],
      ["base", null, "BASE"],
      ["full_ft", null, "FULL"],
      ["ia3", null, "OTHER_PEFT"],
      ["other", null, "UNKNOWN"],
    ]);
    expect(found(study, "ADAPTER_TYPE_UNSUPPORTED").map(({ where }) => where)).toContain("ia3/adapter_config.json");
    expect(found(study, "RUN_WITHOUT_RANK")).toMatchObject([{ where: "nothing" }]);
    expect(found(study, "RUNS_WITHOUT_RANK").map(({ severity, message }) => [severity, message])).toEqual([
      ["info", expect.stringContaining("3 runs have no rank: base (BASE), full_ft (FULL), ia3 (OTHER_PEFT)")],
      ["warning", expect.stringContaining("other")],
    ]);
  });

  test("QLoRA in a name or a method column means 4 bits, and unlabelled runs beside it 16", async () => {
    const bits = async (files: Files) =>
      (await read(files)).experiments.map(({ name, quantization }) => [name, quantization.bits, quantization.scheme]);
    const expected = [
      ["lora_r2", 16, null],
      ["qlora_r2", 4, "nf4"],
    ];
    expect(await bits({ ...save("lora_r2", 1), ...save("qlora_r2", 2) })).toEqual(expected);
    expect(await bits({ "t.csv": "method,rank,eval_loss\nlora,2,1\nqlora,2,1.1\n" })).toEqual(expected);
  });

  test.each([
    ["4bit_r2", {}, "QLORA", "4bit", 4, "nf4"],
    ["nf4_r2", { use_dora: true }, "QDORA", "nf4", 4, "nf4"],
    ["8bit_r2", {}, "LORA", "8bit", 8, "int8"],
    ["bf16_r2", { use_dora: true }, "DORA", "bf16", 16, null],
    ["mine_r2", {}, "LORA", "unknown", null, null],
  ])("%s with %j is %s over %s", async (name, config, method, label, bits, scheme) => {
    expect(only(await read(save(name, 1, 2, config)))).toMatchObject({ method, quantization: { label, bits, scheme } });
  });

  test.each([
    ["lora_r2", "LORA", null],
    ["QLoRA-r2", "QLORA", 4],
    ["seed1/q_dora_r2", "QDORA", 4],
    ["exploration_r2", "UNKNOWN", null],
  ])(
    "the word in the name %s makes the method %s and the bits %s where no file states them",
    async (name, method, bits) => {
      expect(only(await read({ "a.csv": `name,training_loss\n${name},1\n` }))).toMatchObject({
        method,
        quantization: { bits },
      });
    },
  );

  test("the method in a table takes precedence over the name if the bits are unknown, also for an adapter", async () => {
    const csv = "name,method,rank,training_loss\nlora_r2,qlora,2,1\n";
    expect(only(await read({ "a.csv": csv })).method).toBe("QLORA");
    expect(only(await read({ "a.csv": csv, ...save("lora_r2") })).method).toBe("QLORA");
    expect(
      only(
        await read({
          "a.csv": csv.replace("method,rank", "method,quantization,rank").replace("qlora,2", "qlora,16bit,2"),
        }),
      ).method,
    ).toBe("LORA");
  });

  test("reading 4bit as NF4 is reported once, and not if the label states NF4", async () => {
    expect(found(await read({ ...save("4bit_r2"), ...save("4bit_r4", 1, 4) }), "SCHEME_ASSUMED")).toHaveLength(1);
    expect(found(await read(save("nf4_r2")), "SCHEME_ASSUMED")).toHaveLength(0);
  });
});

describe("one invalid file does not prevent the import of the others", () => {
  test.each<[string, Files, FindingCode]>([
    [
      "a truncated adapter",
      { "bad_r2/adapter_config.json": adapterConfig(), "bad_r2/adapter_model.safetensors": new Uint8Array(20) },
      "SAFETENSORS_INVALID",
    ],
    [
      "a configuration that is no JSON",
      { ...save("bad_r2"), "bad_r2/adapter_config.json": "{" },
      "ADAPTER_CONFIG_INVALID",
    ],
    ["another kind of adapter", save("bad_r2", 1, 2, { peft_type: "IA3" }), "ADAPTER_TYPE_UNSUPPORTED"],
    [
      "a rank that the tensors do not have",
      { ...save("bad_r2", 1, 4), "bad_r2/adapter_config.json": adapterConfig() },
      "RANK_CONTRADICTS_CONFIG",
    ],
    [
      "a pattern that cannot be evaluated",
      save("bad_r2", 1, 2, { alpha_pattern: { "(": 1 } }),
      "ADAPTER_CONFIG_INVALID",
    ],
    ["a broken trainer state", { "bad_r2/trainer_state.json": "{" }, "TRAINER_STATE_INVALID"],
    ["a broken table", { "bad.csv": "name,rank,training_loss\n16bit_r2,0,1\n" }, "TABLE_INVALID"],
    ["a pickle that would run something", { "bad.pkl": "cos\nsystem\n(S'true'\ntR." }, "PICKLE_NOT_ALLOWED"],
  ])("%s", async (_, files, code) => {
    const study = await read({ ...save("16bit_r2"), ...files });
    expect(found(study, code)).toMatchObject([{ severity: "error", where: expect.stringContaining("bad") as string }]);
    expect(study.experiments.find(({ name }) => name === "16bit_r2")?.checkpoints).toHaveLength(1);
  });

  test("the run of a rejected adapter keeps its curves", async () => {
    const study = await read({
      ...save("16bit_r2", 1, 4),
      ...state("16bit_r2", 20),
      "16bit_r2/adapter_config.json": adapterConfig(),
    });
    expect(only(study)).toMatchObject({ checkpoints: [], series: [{ name: "loss" }] });
  });

  test("an adapter without its configuration is skipped with a warning", async () => {
    const study = await read({
      ...save("16bit_r2"),
      "16bit_r4/adapter_model.safetensors": safetensors(factorTensors(1, 4)),
    });
    expect(found(study, "ADAPTER_WITHOUT_CONFIG")).toMatchObject([
      { severity: "warning", where: "16bit_r4/adapter_model.safetensors" },
    ]);
  });

  test("configurations without weights provide the settings of the run, with one warning per run", async () => {
    const study = await read({
      "r2/checkpoint-10/adapter_config.json": adapterConfig(),
      "r2/final_model/adapter_config.json": adapterConfig(),
    });
    expect(only(study)).toMatchObject({ adapter: { r: 2 }, checkpoints: [] });
    expect(found(study, "CONFIG_WITHOUT_ADAPTER")).toMatchObject([
      { severity: "warning", where: "r2", message: expect.stringContaining("checkpoint-10, final_model") as string },
    ]);
  });

  test("tensors that are not LoRA factors are reported and not compared", async () => {
    const tensors = { ...factorTensors(1), "base_model.model.score.weight": { shape: [2, 6] } };
    const study = await read({
      "r2/adapter_config.json": adapterConfig(),
      "r2/adapter_model.safetensors": safetensors(tensors),
    });
    expect(found(study, "TENSORS_NOT_COMPARED")).toMatchObject([
      { message: expect.stringContaining("score.weight") as string },
    ]);
    expect(only(study).checkpoints[0]?.factors).toHaveLength(1);
  });
});

describe("skipped files", () => {
  test("are reported once per kind with their number and some names, except for well-known companion files", async () => {
    const pictures = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`figures/${i}.png`, "x"]));
    const companions = {
      "r2/tokenizer.json": "{",
      "r2/config.json": "{",
      "r2/README.md": "x",
      "package.json": "{",
      "r2/optimizer.pt": "x",
    };
    const study = await read({ ...save("r2"), ...pictures, ...companions });
    expect(found(study, "NOT_UNDERSTOOD").map(({ message }) => message)).toEqual([
      "7 files (.png) were not read: figures/0.png, figures/1.png, figures/2.png, figures/3.png, figures/4.png, ...",
    ]);
  });

  test("links are not followed, and hidden folders and node_modules are skipped", async () => {
    const outside = await temporaryFolder();
    await writeFiles(outside, save("16bit_r8", 1, 8));
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      ...save("16bit_r2"),
      ...save(".cache/16bit_r4", 1, 4),
      ...save("node_modules/16bit_r4", 1, 4),
    });
    await symlink(outside, path.join(folder, "linked"));
    await symlink(folder, path.join(folder, "circle"));
    const study = await readStudy(folder);
    expect(only(study).name).toBe("16bit_r2");
    expect(found(study, "LINK_REFUSED")).toMatchObject([
      { severity: "warning", message: expect.stringMatching(/1 symbolic link that leads out .*: linked$/) as string },
    ]);
  });

  test.skipIf(process.getuid?.() === 0)(
    "an unreadable folder is an error, and the others are imported (skipped as root)",
    async () => {
      const folder = await temporaryFolder();
      await writeFiles(folder, { ...save("16bit_r2"), ...save("closed/16bit_r4", 1, 4) });
      await chmod(path.join(folder, "closed"), 0o000);
      onTestFinished(() => chmod(path.join(folder, "closed"), 0o700));
      const study = await readStudy(folder);
      expect(only(study).name).toBe("16bit_r2");
      expect(found(study, "FILE_UNREADABLE")).toMatchObject([{ severity: "error", where: "closed" }]);
    },
  );

  test("summaries by rank are recognized and ignored", async () => {
    const study = await read({ ...save("r2"), "summary.csv": "rank,lora_memory_mb,qlora_memory_mb\n2,100,50\n" });
    expect(found(study, "SUMMARY_TABLE_RECOGNISED")).toHaveLength(1);
    expect(only(study).metrics).toEqual([]);
  });
});

describe("the base model", () => {
  test("comes from the tables if there is no adapter", async () => {
    expect((await read({ "a.csv": "name,rank,training_loss,model_name\nx,2,1,gpt2-medium\n" })).baseModel).toBe(
      "gpt2-medium",
    );
  });
});

describe("several base models in one folder", () => {
  const other = { base_model_name_or_path: "other/Model" };
  const studiesOf = async (files: Files) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, files);
    const { studies, findings } = await readFolder(folder);
    return {
      studies: studies.map(({ baseModel, experiments }) => [baseModel, experiments.map(({ name }) => name)]),
      codes: findings.map(({ code }) => code),
    };
  };

  test("become several studies, each with its table rows, the largest first", async () => {
    const { studies, codes } = await studiesOf({
      ...save("a_r2", 1),
      ...save("b_r2", 2, 2, other),
      ...save("c_r2", 3),
      "t.csv": "name,rank,train_loss\na_r2,2,1\nb_r2,2,2\nc_r2,2,3\n",
    });
    expect(studies).toEqual([
      ["tiny", ["a_r2", "c_r2"]],
      ["other/Model", ["b_r2"]],
    ]);
    expect(codes).toContain("SEVERAL_STUDIES");
  });

  test("are told apart by a table's column, but not if it names methods or copies of one model", async () => {
    const table = (...models: string[]) =>
      `name,rank,training_loss,model_name\n${models.map((model, i) => `run${i},2,1,${model}`).join("\n")}\n`;
    expect((await studiesOf({ "a.csv": table("Llama-3-8B", "gemma-2b") })).studies).toEqual([
      ["gemma-2b", ["run1"]],
      ["Llama-3-8B", ["run0"]],
    ]);
    const copies = table("meta-llama/Llama-3-8B", "unsloth/llama-3-8b-bnb-4bit", "/data/Llama-3-8B");
    expect((await studiesOf({ "a.csv": copies })).studies).toEqual([
      ["meta-llama/Llama-3-8B", ["run0", "run2", "run1"]],
    ]);
    expect((await studiesOf({ "a.csv": table("lora", "qlora", "full") })).studies).toHaveLength(1);
  });

  test("keep runs without a base model beside their neighbours, and apart where no neighbour decides", async () => {
    const log = '{"global_step":1,"log_history":[{"step":1,"loss":1}]}';
    const { studies } = await studiesOf({
      ...save("llama/lora_r2", 1),
      ...save("gemma/lora_r2", 2, 2, other),
      "gemma/more_r4/trainer_state.json": log,
      "elsewhere/plain_r4/trainer_state.json": log,
    });
    expect(studies).toEqual([
      ["other/Model", ["gemma/lora_r2", "more_r4"]],
      [null, ["plain_r4"]],
      ["tiny", ["llama/lora_r2"]],
    ]);
  });

  test("in one run leave out that run, which is named", async () => {
    const { studies, codes } = await studiesOf({
      ...save("good_r2", 5),
      ...save("mixed_r2/checkpoint-1", 1, 2, other),
      ...save("mixed_r2/final_model", 2),
    });
    expect(studies).toEqual([["tiny", ["good_r2"]]]);
    expect(codes).toContain("SEVERAL_BASE_MODELS");
  });
});

describe("a folder is rejected with its name", () => {
  test("if it does not exist or is a file", async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { file: "" });
    await expect(readStudy(path.join(folder, "none"))).rejects.toMatchObject({ code: "FOLDER_NOT_FOUND" });
    await expect(readStudy(path.join(folder, "file"))).rejects.toMatchObject({ code: "FOLDER_NOT_FOUND" });
  });

  test("if it contains nothing to import", async () => {
    await expect(read({ "notes.txt": "x" })).rejects.toMatchObject({ code: "FOLDER_EMPTY" });
  });

  test("if it is nested too deeply", async () => {
    await expect(read(save("d/".repeat(30)))).rejects.toMatchObject({ code: "TOO_MANY_FILES" });
  });
});

test("a run with one layer in two shapes is left out and named", async () => {
  const [wide] = Object.entries(factorTensors(1));
  const module = wide?.[0].replace(".lora_A.weight", "") ?? "";
  const tensors = { [`${module}.lora_A.weight`]: { shape: [2, 8] }, [`${module}.lora_B.weight`]: { shape: [9, 2] } };
  const study = await read({
    ...save("r2/checkpoint-1"),
    "r2/final/adapter_config.json": adapterConfig(),
    "r2/final/adapter_model.safetensors": safetensors(tensors),
  });
  expect(study.experiments).toEqual([]);
  expect(found(study, "SEVERAL_BASE_MODELS")).toMatchObject([
    { where: "r2", message: expect.stringContaining("9 x 6 and 9 x 8") as string },
  ]);
});

describe("tables as people make them", () => {
  const runsOf = async (table: string, file = "t.csv") => {
    const study = await read({ [file]: table });
    return {
      runs: study.experiments.map(({ name, quantization, rank, metrics }) => [
        name,
        quantization.bits,
        rank,
        Object.fromEntries(metrics.map((metric) => [metric.name, metric.value])),
      ]),
      messages: study.findings.map(({ code, severity, message }) => `${severity} ${code}: ${message}`),
    };
  };

  test("with sides as columns become one run per side, without means and computed columns", async () => {
    const table =
      "rank,lora_loss,qlora_loss,loss_reduction,lora_memory_gb,qlora_memory_gb\n" +
      "2,1.5,1.6,0.1,10,6\n4,1.4,1.45,0.05,10.5,6.25\nmean,1.45,1.525,0.1,10.25,6.1\n";
    const { runs, messages } = await runsOf(table);
    expect(runs).toEqual([
      ["lora_r2", 16, 2, { loss: 1.5, peak_memory_mb: 10240 }],
      ["qlora_r2", 4, 2, { loss: 1.6, peak_memory_mb: 6144 }],
      ["lora_r4", 16, 4, { loss: 1.4, peak_memory_mb: 10752 }],
      ["qlora_r4", 4, 4, { loss: 1.45, peak_memory_mb: 6400 }],
    ]);
    expect(messages).toContainEqual(expect.stringContaining("SIDES_SPLIT"));
    expect(messages).toContainEqual(expect.stringContaining("loss_reduction are computed from the sides"));
    const both = await read({ ...save("16bit_r2"), "t.csv": table });
    expect(both.experiments).toHaveLength(1);
    expect(found(both, "SUMMARY_TABLE_RECOGNISED")).toHaveLength(1);
  });

  test("with labels of the base weights as suffixes, and decimal commas", async () => {
    const { runs, messages } = await runsOf("r;ppl_16bit;ppl_4bit\n4;5,61;5,90\n8;5,43;5,70\n");
    expect(runs).toEqual([
      ["16bit_r4", 16, 4, { ppl: 5.61 }],
      ["4bit_r4", 4, 4, { ppl: 5.9 }],
      ["16bit_r8", 16, 8, { ppl: 5.43 }],
      ["4bit_r8", 4, 8, { ppl: 5.7 }],
    ]);
    expect(messages).toContainEqual(expect.stringContaining("commas separate decimals in ppl_16bit, ppl_4bit"));
  });

  test.each([
    ["run;rank;training_loss\na;2;1,234\nb;2;1,3\n", { training_loss: 1.234 }, "info"],
    ["run;rank;training_loss\na;2;1,234\nb;2;2,345\n", { training_loss: 1.234 }, "warning"],
    ['run,rank,peak_memory_mb\na,2,"12,345"\nb,2,"8,120"\n', { peak_memory_mb: 12345 }, "warning"],
    ['run,rank,peak_memory_mb\na,2,"12,345.5"\nb,2,"8,120"\n', { peak_memory_mb: 12345.5 }, undefined],
    [
      "run;rank;training_loss;peak_memory_mb\na;2;1,5;12.345\n",
      { training_loss: 1.5, peak_memory_mb: 12345 },
      "warning",
    ],
    ["run,rank,accuracy\na,2,81.2%\nb,2,80 %\n", { accuracy_percent: 81.2 }, "info"],
  ])("%j is read as %j, and an assumption is a warning", async (table, expected, severity) => {
    const { runs, messages } = await runsOf(table);
    expect(runs[0]?.[3]).toEqual(expected);
    const converted = messages.filter((message) => message.includes("UNITS_CONVERTED"));
    expect(converted.map((message) => message.split(" ")[0])).toEqual(severity === undefined ? [] : [severity]);
  });

  test("without names are named by method, and total rows are left out and named", async () => {
    const { runs, messages } = await runsOf(
      "Method\tval loss\tVRAM (GiB)\nFull FT\t1.02\t80\nLoRA r=8\t1.08\t22\nQLoRA r=8\t1.1\t10\nAverage\t1.07\t\n",
      "t.tsv",
    );
    expect(runs).toEqual([
      ["LoRA r=8", 16, 8, { eval_loss: 1.08, peak_memory_mb: 22528 }],
      ["QLoRA r=8", 4, 8, { eval_loss: 1.1, peak_memory_mb: 10240 }],
      ["Full FT", 16, null, { eval_loss: 1.02, peak_memory_mb: 81920 }],
    ]);
    expect(messages).toContainEqual("info TOTALS_LEFT_OUT: 1 row with totals or means left out: Average.");
  });

  test("with several tasks name each metric by its task, so that no two tasks are averaged", async () => {
    const { runs } = await runsOf("method,rank,task,acc,train_loss\nlora,8,arc,0.5,1\nlora,8,boolq,0.6,1.1\n");
    expect(runs.map(([name, , , metrics]) => [name, metrics])).toEqual([
      ["arc_lora_r8", { "arc/acc": 0.5, training_loss: 1 }],
      ["boolq_lora_r8", { "boolq/acc": 0.6, training_loss: 1.1 }],
    ]);
  });

  test("that are still written lose their incomplete last row, which is named", async () => {
    const { runs, messages } = await runsOf("name,rank,training_loss\na,2,1.25\nb,2,1.");
    expect(runs).toEqual([["a", null, 2, { training_loss: 1.25 }]]);
    expect(messages).toContainEqual(expect.stringContaining("FILE_INCOMPLETE"));
    expect((await runsOf("name,rank,training_loss\na,2,1.25\nb,2,1.5")).runs).toHaveLength(2);
  });
});

describe("a configuration outside of its run's folder", () => {
  const yaml = (output: string, rate: string, further = "") =>
    `model_name_or_path: tiny\nstage: sft\ntemplate: x\nlearning_rate: ${rate}\n${further}output_dir: ${output}\n`;

  test("belongs to the run whose output folder it states, wherever the run was trained", async () => {
    const study = await read({
      ...save("saves/a", 1),
      ...save("saves/b", 2),
      "configs/first.yaml": yaml("/home/me/project/saves/a", "2.0e-4", "quantization_bit: 4\n"),
      "second.yaml": yaml("./saves/b/checkpoint-10", "3.0e-4"),
      "third.yaml": yaml("saves/gone", "9.0e-4"),
    });
    const rates = study.experiments.map(({ name, quantization, settings }) => [
      name,
      quantization.bits,
      settings.find(({ field }) => field === "learning_rate")?.value,
    ]);
    expect(rates).toEqual([
      ["b", 16, 3e-4],
      ["a", 4, 2e-4],
    ]);
    expect(found(study, "FILE_OF_NO_RUN")).toMatchObject([
      { message: expect.stringContaining("third.yaml") as string },
    ]);
  });
});
