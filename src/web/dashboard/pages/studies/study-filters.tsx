import { useQuery } from "@tanstack/react-query";
import { sendOperation } from "../../api/send-operation.js";
import { graphql } from "../../graphql.js";
import { FilterBar } from "../../parts/filter-bar.js";
import { METHOD_OPTIONS } from "../../parts/methods.js";
import { MetricRange, type MetricRangeProps } from "../../parts/metric-range.js";
import { SelectField } from "../../parts/select-field.js";
import { TextField } from "../../parts/text-field.js";
import { FILTER_NAMES } from "./study-list-state.js";

interface StudyFiltersProps extends MetricRangeProps {
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

const BaseModelsQuery = graphql(`
  query BaseModels {
    experimentGroups(by: [BASE_MODEL], metric: "training_loss") {
      nodes {
        baseModel
      }
    }
  }
`);

/** Returns the base models of all studies as suggestions; an empty list while they load or after an error. */
function useBaseModels(): readonly string[] {
  const { data } = useQuery({
    queryKey: ["base models"],
    queryFn: ({ signal }) => sendOperation(BaseModelsQuery, {}, signal),
  });
  return data?.experimentGroups.nodes.flatMap(({ baseModel }) => baseModel ?? []) ?? [];
}
