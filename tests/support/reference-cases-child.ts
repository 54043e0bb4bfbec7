/** Entry of a process that runs the reference cases on the given provider and prints the results as JSON. */

import type { Provider } from "#src/model/computed-facts.js";
import { runReferenceCases } from "./reference-cases.js";

const [provider = "cpu", reference = new URL("../reference-figures/engine.json", import.meta.url).href] =
  process.argv.slice(2);
const judged = await runReferenceCases(provider as Provider, new URL(reference, import.meta.url));
process.stdout.write(JSON.stringify(judged));
