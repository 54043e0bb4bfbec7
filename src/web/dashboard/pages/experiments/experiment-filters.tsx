import { FilterBar } from "../../parts/filter-bar.js";
import { METHOD_OPTIONS } from "../../parts/methods.js";
import { MetricRange, type MetricRangeProps } from "../../parts/metric-range.js";
import { SelectField } from "../../parts/select-field.js";
import { TextField } from "../../parts/text-field.js";
import { EXPERIMENT_FILTERS } from "./experiment-list-state.js";

/** The search and the filters of the list of runs. Their state is in the URL. */
export function ExperimentFilters({ parameters, change }: MetricRangeProps) {
  const value = (name: string) => parameters.get(name) ?? "";
  const filters = EXPERIMENT_FILTERS.filter((name) => name !== "q");
  const activeCount = filters.filter((name) => name !== "metric" && value(name) !== "").length;
  const field = (name: (typeof EXPERIMENT_FILTERS)[number]) => ({
    value: value(name),
    onChange: (text: string) => change({ [name]: text }),
  });
  return (
    <FilterBar
      activeCount={activeCount}
      onReset={() => change(Object.fromEntries(filters.map((name) => [name, null])))}
      search={<TextField label="Search runs" placeholder="Part of a run's name" {...field("q")} />}
    >
      <TextField label="Study" placeholder="Name, base model or tag" {...field("study")} />
      <SelectField label="Method" options={METHOD_OPTIONS} {...field("method")} />
      <TextField label="Quantization" placeholder="4bit" {...field("quantization")} />
      <TextField label="Rank" type="number" {...field("rank")} />
      <MetricRange parameters={parameters} change={change} />
    </FilterBar>
  );
}
