import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import type { LinkedOperation } from "./operation-link.js";

/** Returns a function that opens an operation in a new tab without running it. Returns undefined until the editors exist. */
export function useOpenTab(): ((operation: LinkedOperation) => void) | undefined {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(({ queryEditor, variableEditor }) => ({
    queryEditor,
    variableEditor,
  }));
  if (queryEditor === undefined || variableEditor === undefined) return undefined;
  return ({ query, variables }) => {
    addTab();
    // The new tab is active now. GraphiQL copies the contents of the editors into it and names it after its operation.
    queryEditor.setValue(query);
    variableEditor.setValue(variables ?? "");
  };
}
