import "graphiql/style.css";
import "./playground.css";
import { createRoot } from "react-dom/client";
import { readToken } from "./bearer-token.js";
import { fetchExampleStudy, PLACEHOLDER_STUDY } from "./example-study.js";
import { Playground } from "./playground.js";
import { savedOperations, type SavedOperation } from "./saved-operations.js";
import { prepareStorage } from "./stored-tabs.js";

const ENDPOINT = "/graphql";

// The editors load their workers from the files beside this bundle. GraphiQL sets this up for other bundlers only.
window.MonacoEnvironment = {
  getWorker: (_, label) => {
    const name = label === "json" || label === "graphql" ? label : "editor";
    return new Worker(new URL(`${name}.worker.js`, import.meta.url), { type: "module", name });
  },
};

const { study, hint } = await fetchExampleStudy(ENDPOINT, readToken(sessionStorage));
const operations = savedOperations(study);
prepareStorage(localStorage, defaultTabs(operations), defaultTabs(savedOperations(PLACEHOLDER_STUDY)));
const container = document.getElementById("playground");
if (container === null) throw new Error("index.html has no element #playground");
createRoot(container).render(<Playground endpoint={ENDPOINT} operations={operations} hint={hint} />);

function defaultTabs(all: readonly SavedOperation[]): SavedOperation[] {
  return all.filter(({ isDefaultTab }) => isDefaultTab);
}
