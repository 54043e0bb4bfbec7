// An Apollo server that returns a constant through the same Express integration. It measures the cost of HTTP, Express and
// Apollo alone.
import { createServer } from "node:http";
import { ApolloServer } from "@apollo/server";
import { expressMiddleware } from "@as-integrations/express5";
import express from "express";

const apollo = new ApolloServer({
  typeDefs: "type Query { answer: Int! }",
  resolvers: { Query: { answer: () => 42 } },
});
await apollo.start();
const app = express();
app.use("/graphql", express.json(), expressMiddleware(apollo));
const http = createServer(app).listen(0, "127.0.0.1", () => {
  console.log(`listening at http://127.0.0.1:${http.address().port}/`);
});
process.once("SIGTERM", () => process.exit(0));
