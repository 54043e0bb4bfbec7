import { useQuery } from "@tanstack/react-query";
import { ask } from "../api/ask.js";
import { graphql } from "../graphql.js";

const BaseModelsQuery = graphql(`
  query BaseModels {
    experimentGroups(by: [BASE_MODEL], metric: "training_loss") {
      nodes {
        baseModel
      }
    }
  }
`);

/** Base models of the store, to be suggested; none until they are known, and none is missed if they never are. */
export function useBaseModels(): readonly string[] {
  const { data } = useQuery({
    queryKey: ["base models"],
    queryFn: ({ signal }) => ask(BaseModelsQuery, {}, signal),
  });
  return data?.experimentGroups.nodes.flatMap(({ baseModel }) => baseModel ?? []) ?? [];
}
