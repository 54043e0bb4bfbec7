import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import type { LinkedOperation } from "./operation-link.js";

/** Opens an operation in a new tab beside the others and shows it; nothing is run. Undefined until the editors stand. */
export function useOpenTab(): ((operation: LinkedOperation) => void) | undefined {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(({ queryEditor, variableEditor }) => ({
    queryEditor,
    variableEditor,
  }));
  if (queryEditor === undefined || variableEditor === undefined) return undefined;
  return ({ query, variables }) => {
    addTab();
    // What the editors hold is the new tab's: GraphiQL takes it over from them, and names the tab by its operation.
    queryEditor.setValue(query);
    variableEditor.setValue(variables ?? "");
  };
}
