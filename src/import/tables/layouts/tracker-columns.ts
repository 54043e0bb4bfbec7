import { columnsOf, type GridRow, type TableLayout } from "./table-layout.js";

/** Prefixes of W&B, MLflow and Optuna: `config.lr`, `params.lr`, `metrics.eval_loss`, `params_r`. */
const PREFIX = /^(?:params?|config|metrics|summary|hparams|user_attrs|tags_mlflow)_(?=.)/;

/** Exports of experiment trackers: W&B's CSV, MLflow's `search_runs` and its CSV, Optuna's `trials_dataframe`. */
export const TRACKER_COLUMNS: TableLayout = {
  name: "exports of experiment trackers",
  reshape(grid) {
    const names = columnsOf(grid.rows);
    const renamed = new Map<string, string>();
    const taken = new Set(names);
    for (const name of names) {
      const bare = name.replace(PREFIX, "");
      if (bare === name || taken.has(bare)) continue;
      taken.add(bare);
      renamed.set(name, bare);
    }
    const has = (...columns: string[]): boolean => columns.every((column) => names.includes(column));
    const isOptuna = has("number", "state") && (has("value") || names.some((name) => name.startsWith("values_")));
    const isWandb = has("name", "state", "created", "runtime");
    const isMlflow = has("run_id", "experiment_id");
    if (renamed.size === 0 && !isOptuna && !isWandb) return undefined;
    if (isWandb && !taken.has("training_time_seconds")) renamed.set("runtime", "training_time_seconds");
    const notes: string[] = isWandb ? ["the Runtime of W&B is assumed to be the training time in seconds"] : [];
    const finished = isOptuna ? grid.rows.filter(({ cells }) => stateOf(cells) === "COMPLETE") : grid.rows;
    const unfinished = grid.rows.length - finished.length;
    if (unfinished > 0) notes.push(`${unfinished} trials that are not COMPLETE were left out`);
    const rows = finished.map(({ key, cells }): GridRow => {
      const own = [...cells].flatMap(([name, cell]): [string, unknown][] => {
        if (isOptuna && name === "number") return [["experiment", `trial-${String(cell)}`]];
        return isMlflow && name === "experiment_id" ? [] : [[renamed.get(name) ?? name, cell]];
      });
      return { key, cells: new Map(own) };
    });
    return { ...grid, rows, notes: [...grid.notes, ...notes] };
  },
};

function stateOf(cells: ReadonlyMap<string, unknown>): string {
  return String(cells.get("state"))
    .replace(/^TrialState\./, "")
    .toUpperCase();
}
