import { v7 as newId } from "uuid";
import type { Connection } from "#src/store/connection.js";
import { copyRows } from "#src/store/copy/copy-rows.js";

/** Size of the study that the worst queries read. */
export interface WorstSize {
  readonly runs: number;
  readonly ranks: number;
  readonly layers: number;
}

const METRICS = ["training_loss", "eval_loss", "peak_memory_mb", "time_per_step_seconds"];

const CURVES = ["loss", "eval_loss", "grad_norm"];
const STEPS = Array.from({ length: 500 }, (_, i) => i + 1);
/** Number of runs with curves: 3 million points together. */
const RUNS_WITH_CURVES = 2000;

/** Adds a study of the given size without weights. Half of the runs of each rank are the baseline. */
export async function seedWorstStudy({ sql }: Connection, slug: string, size: WorstSize): Promise<void> {
  const study = newId();
  const ranks = Array.from({ length: size.ranks }, (_, i) => ({ id: newId(), r: i + 1 }));
  const runs = Array.from({ length: size.runs }, (_, i) => ({
    id: newId(),
    rank: ranks[i % size.ranks],
    bits: Math.floor(i / size.ranks) % 2 === 0 ? 16 : 4,
    number: i,
  }));
  await sql.begin(async (transaction) => {
    await transaction`
      insert into study (id, slug, name, base_model, folder) values (${study}, ${slug}, ${slug}, 'tiny', ${`/${slug}`})`;
    await copyRows(
      transaction,
      "rank",
      ["id", "study_id", "r"],
      ranks.map(({ id, r }) => [id, study, r]),
    );
    await copyRows(
      transaction,
      "layer",
      ["id", "study_id", "name", "index", "module", "in_features", "out_features"],
      Array.from({ length: size.layers }, (_, i) => [newId(), study, `h.${i}.c_attn`, i, "c_attn", 64, 64]),
    );
    await copyRows(
      transaction,
      "experiment",
      ["id", "study_id", "rank_id", "name", "method", "quantization_label", "quantization_bits", "seed"],
      runs.map(({ id, rank, bits, number }) => [
        id,
        study,
        rank?.id ?? null,
        `run ${number}`,
        bits === 4 ? "QLORA" : "LORA",
        `${bits}bit`,
        bits,
        Math.floor(number / size.ranks / 2),
      ]),
    );
    await copyRows(
      transaction,
      "metric",
      ["experiment_id", "name", "value", "source"],
      runs.flatMap(({ id, rank, number }) =>
        METRICS.map((name, i) => [id, name, 2 + i + 1 / (rank?.r ?? 1) + Math.sin(number) / 10, "results.csv"]),
      ),
    );
    await copyRows(
      transaction,
      "metric_series",
      ["experiment_id", "name", "steps", "values"],
      runs
        .slice(0, RUNS_WITH_CURVES)
        .flatMap(({ id, number }) =>
          CURVES.map((name) => [id, name, STEPS, STEPS.map((step) => 2 + Math.sin(number + step) / step)]),
        ),
    );
  });
  for (const table of ["rank", "layer", "experiment", "metric", "metric_series"])
    await sql`vacuum analyze ${sql(table)}`;
}
