// Owns an embedded PostgreSQL in a separate process, for tests that kill one. It prints one line of JSON when it
// has started or failed; `stay` keeps it alive, SIGINT stops it properly.
import { openLog } from "#src/log.js";
import { startEmbeddedPostgres } from "#src/store/embedded/start.js";

const [dataDirectory, stay] = process.argv.slice(2);
try {
  const postgres = await startEmbeddedPostgres({
    dataDirectory,
    purpose: "serve",
    address: "http://127.0.0.1:4000",
    log: openLog("error"),
  });
  process.stdout.write(`${JSON.stringify({ url: postgres.url })}\n`);
  if (stay === "stay") {
    const timer = setInterval(() => undefined, 60_000);
    process.once("SIGINT", () => {
      clearInterval(timer);
      postgres.stop().then(() => process.stdout.write("stopped\n"));
    });
  }
} catch (error) {
  process.stdout.write(`${JSON.stringify({ code: error.code, message: error.message })}\n`);
}
