// The server of `rankscope serve` without metrics and traces. It is the baseline for measuring their cost.
import { readConfig } from "../../../dist/config.js";
import { openServices } from "../../../dist/commands/serve/services.js";
import { openLog } from "../../../dist/log.js";
import { startServer } from "../../../dist/http/server.js";

const config = readConfig();
const opened = await openServices({ config, log: openLog("warn") }, { purpose: "bench", exclusive: true });
const server = await startServer(opened.services, config);
console.log(`listening at ${server.address}`);
process.once("SIGTERM", async () => {
  await server.close();
  await opened.close();
  process.exit(0);
});
