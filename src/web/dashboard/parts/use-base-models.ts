import { useQuery } from "@tanstack/react-query";
import { sendOperation } from "../api/send-operation.js";
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

/** Returns the base models of all studies as suggestions; an empty list while they load or after an error. */
export function useBaseModels(): readonly string[] {
  const { data } = useQuery({
    queryKey: ["base models"],
    queryFn: ({ signal }) => sendOperation(BaseModelsQuery, {}, signal),
  });
  return data?.experimentGroups.nodes.flatMap(({ baseModel }) => baseModel ?? []) ?? [];
}
