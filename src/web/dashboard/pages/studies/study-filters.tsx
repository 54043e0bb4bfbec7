import { useBaseModels } from "../../parts/use-base-models.js";
import { FilterBar } from "../../parts/filter-bar.js";
import { METHOD_OPTIONS } from "../../parts/methods.js";
import { MetricRange, type MetricRangeProps } from "../../parts/metric-range.js";
import { SelectField } from "../../parts/select-field.js";
import { TextField } from "../../parts/text-field.js";
import { FILTER_NAMES } from "./study-list-state.js";

export interface StudyFiltersProps extends MetricRangeProps {
  /** Tags of the loaded studies, as suggestions. */
  readonly tags: readonly string[];
}

/** The search and the filters of the study list. Their state is in the URL. */
export function StudyFilters({ parameters, change, tags }: StudyFiltersProps) {
  const baseModels = useBaseModels();
  const value = (name: string) => parameters.get(name) ?? "";
  const activeCount = FILTER_NAMES.filter((name) => name !== "q" && name !== "metric" && value(name) !== "").length;
  const field = (name: (typeof FILTER_NAMES)[number]) => ({
    value: value(name),
    onChange: (text: string) => change({ [name]: text }),
  });
  return (
    <FilterBar
      activeCount={activeCount}
      onReset={() =>
        change(Object.fromEntries(FILTER_NAMES.filter((name) => name !== "q").map((name) => [name, null])))
      }
      search={<TextField label="Search" placeholder="Name, base model or tag" {...field("q")} />}
    >
      <TextField label="Base model" suggestions={baseModels} {...field("model")} />
      <TextField label="Tag" suggestions={tags} {...field("tag")} />
      <SelectField label="Method" options={METHOD_OPTIONS} {...field("method")} />
      <TextField label="Rank" type="number" {...field("rank")} />
      <MetricRange parameters={parameters} change={change} />
    </FilterBar>
  );
}
