/** Lets the editors start their workers from the files beside this bundle: GraphiQL brings that for other bundlers only. */
export function setUpWorkers(): void {
  window.MonacoEnvironment = {
    getWorker: (_, label) => {
      const name = label === "json" || label === "graphql" ? label : "editor";
      return new Worker(new URL(`${name}.worker.js`, import.meta.url), { type: "module", name });
    },
  };
}
