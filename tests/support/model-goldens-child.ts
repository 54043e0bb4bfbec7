/** Prints how far the models of all fixtures are from transformers, as JSON: `node ... PROVIDER PRECISION`. */

import type { ModelPrecision } from "#src/compute/models/graph-writer.js";
import type { Provider } from "#src/model/computed-facts.js";
import { modelGoldens } from "./model-goldens.js";

const [provider = "cpu", precision = "float32"] = process.argv.slice(2);
const goldens = await modelGoldens(provider as Provider, precision as ModelPrecision);
process.stdout.write(JSON.stringify(goldens), () => process.exit(0));
