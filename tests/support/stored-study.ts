import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { v7 as newId } from "uuid";
import type { ComparedAdapterSettings } from "#src/derive/runs/run-settings.js";
import type { Database } from "#src/store/database.js";

/** A layer's factors in one checkpoint, row by row. */
export interface StoredLayer {
  readonly name: string;
  readonly module: string;
  readonly a: readonly (readonly number[])[];
  readonly b: readonly (readonly number[])[];
  readonly scaling: number;
  readonly transposed?: boolean;
}

export interface StoredRun {
  readonly name: string;
  readonly bits: number;
  readonly rank: number;
  readonly steps?: number;
  readonly seed?: number;
  readonly method?: string;
  /** Curves by name, with one point every ten steps. */
  readonly curves?: Readonly<Record<string, readonly number[]>>;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly adapter?: ComparedAdapterSettings;
  readonly uncompared?: readonly { readonly name: string; readonly kind: string }[];
  /** Checkpoints by step; the last is final. */
  readonly checkpoints: Readonly<Record<number, readonly StoredLayer[]>>;
}

/** Ids of the stored study and its parts. */
export interface StoredIds {
  readonly study: string;
  readonly experiments: Readonly<Record<string, string>>;
  /** Checkpoint ids by `run/step`. */
  readonly checkpoints: Readonly<Record<string, string>>;
  /** Hashes of factors, by `run/step/layer`. */
  readonly factors: Readonly<Record<string, string>>;
}

/** Stores a study with weights as an import does, with float32 weight files below `folder`. */
export async function storedStudy(
  { sql }: Database,
  folder: string,
  slug: string,
  runs: readonly StoredRun[],
  baseModel = "tiny",
): Promise<StoredIds> {
  const study = newId();
  await sql`insert into study (id, slug, name, base_model, folder) values (${study}, ${slug}, ${slug}, ${baseModel}, ${folder})`;
  const ranks = new Map<number, string>();
  const layers = new Map<string, string>();
  const ids = { experiments: new Map<string, string>(), checkpoints: new Map(), factors: new Map<string, string>() };
  for (const run of runs) {
    const rank = ranks.get(run.rank) ?? newId();
    if (!ranks.has(run.rank)) await sql`insert into rank (id, study_id, r) values (${rank}, ${study}, ${run.rank})`;
    ranks.set(run.rank, rank);
    const experiment = newId();
    ids.experiments.set(run.name, experiment);
    const adapter = run.adapter === undefined ? null : JSON.stringify(run.adapter);
    await sql`
      insert into experiment (id, study_id, rank_id, name, method, quantization_label, quantization_bits, steps, seed, adapter)
      values (${experiment}, ${study}, ${rank}, ${run.name}, ${run.method ?? "LORA"}, ${`${run.bits}bit`}, ${run.bits},
        ${run.steps ?? 1000}, ${run.seed ?? null}, ${adapter}::text::jsonb)`;
    for (const [name, values] of Object.entries(run.curves ?? {})) {
      const logged = values.map((_, i) => 10 * (i + 1));
      await sql`insert into metric_series (experiment_id, name, steps, values)
        values (${experiment}, ${name}, ${logged}, ${[...values]})`;
    }
    for (const [name, value] of Object.entries(run.metrics ?? {}))
      await sql`insert into metric (experiment_id, name, value, source) values (${experiment}, ${name}, ${value}, 'test')`;
    const steps = Object.keys(run.checkpoints);
    for (const [step, stored] of Object.entries(run.checkpoints)) {
      const checkpoint = newId();
      ids.checkpoints.set(`${run.name}/${step}`, checkpoint);
      const file = writeWeights(path.join(folder, `${slug}-${run.name}-${step}.bin`), stored);
      await sql`insert into weight_file (hash, size, path) values (${file.hash}, ${file.size}, ${file.path})
        on conflict do nothing`;
      await sql`
        insert into checkpoint (id, experiment_id, step, is_final, folders, hash, files, uncompared)
        values (${checkpoint}, ${experiment}, ${Number(step)}, ${step === steps.at(-1)}, ${[run.name]}, ${file.hash},
          ${[file.hash]}, ${JSON.stringify(run.uncompared ?? [])}::text::jsonb)`;
      for (const [i, layer] of stored.entries()) {
        const tensors = file.tensors[i];
        if (tensors === undefined) throw new Error("a layer was not written");
        const id = layers.get(layer.name) ?? newId();
        if (!layers.has(layer.name)) {
          const index = /\d+/.exec(layer.name)?.[0];
          await sql`
            insert into layer (id, study_id, name, index, module, in_features, out_features)
            values (${id}, ${study}, ${layer.name}, ${index === undefined ? null : Number(index)}, ${layer.module},
              ${layer.a[0]?.length ?? 0}, ${layer.b.length})`;
        }
        layers.set(layer.name, id);
        const { a, b } = tensors;
        const hash = sha256(`${a.hash} ${b.hash}`);
        ids.factors.set(`${run.name}/${step}/${layer.name}`, hash);
        await sql`insert into adapter_factors ${sql({
          checkpoint_id: checkpoint,
          layer_id: id,
          rank: layer.a.length,
          scaling: layer.scaling,
          hash,
          transposed: layer.transposed ?? false,
          in_features: layer.a[0]?.length ?? 0,
          out_features: layer.b.length,
        })}`;
        for (const [role, tensor] of Object.entries({ A: a, B: b })) {
          await sql`insert into factor_tensor ${sql({
            checkpoint_id: checkpoint,
            layer_id: id,
            role,
            file: file.hash,
            name: `${layer.name}.lora_${role}`,
            dtype: "F32",
            ...tensor,
          })}`;
        }
      }
    }
  }
  return {
    study,
    experiments: Object.fromEntries(ids.experiments),
    checkpoints: Object.fromEntries(ids.checkpoints) as Record<string, string>,
    factors: Object.fromEntries(ids.factors),
  };
}

function writeWeights(file: string, layers: readonly StoredLayer[]) {
  const pieces: Buffer[] = [];
  let offset = 0;
  const write = (rows: readonly (readonly number[])[]) => {
    const bytes = Buffer.from(Float32Array.from(rows.flat()).buffer);
    pieces.push(bytes);
    const shape = [rows.length, rows[0]?.length ?? 0];
    const at = { offset, length: bytes.length, shape, hash: sha256(bytes) };
    offset += bytes.length;
    return at;
  };
  const tensors = layers.map(({ a, b }) => ({ a: write(a), b: write(b) }));
  const content = Buffer.concat(pieces);
  writeFileSync(file, content);
  return { path: file, size: content.length, hash: sha256(content), tensors };
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
