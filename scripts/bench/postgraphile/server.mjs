// Serves DATABASE_URL with PostGraphile 5, as its documentation recommends: with Grafserv on Node's HTTP server.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString: process.env.DATABASE_URL, schemas: ["public"] })],
  // GraphiQL is not measured.
  grafserv: { graphiql: false },
});
const server = instance.createServ(grafserv);
const http = createServer();
await server.addTo(http);
http.listen(0, "127.0.0.1", () => {
  console.log(`listening at http://127.0.0.1:${http.address().port}/`);
});
process.once("SIGTERM", () => process.exit(0));
