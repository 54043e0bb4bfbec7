// An S3-compatible server in its own process, for tests that kill it. It sends its port when it listens, then every request that
// it receives. After the message { dieAfter: bytes }, it kills itself once its responses exceed this number of bytes.
import S3rver from "@20minutes/s3rver";

const [directory, port, ...buckets] = process.argv.slice(2);
const server = new S3rver({
  address: "127.0.0.1",
  port: Number(port),
  directory,
  silent: true,
  configureBuckets: buckets.map((name) => ({ name })),
});
let left = Infinity;
server.middleware.unshift(async (context, next) => {
  process.send({ request: `${context.method} ${context.url}`, range: context.get("range") });
  const { write, end } = context.res;
  const count = (chunk) => {
    left -= chunk?.length ?? 0;
    if (left <= 0) process.kill(process.pid, "SIGKILL");
  };
  context.res.write = function (chunk, ...rest) {
    count(chunk);
    return write.call(this, chunk, ...rest);
  };
  context.res.end = function (chunk, ...rest) {
    count(typeof chunk === "function" ? undefined : chunk);
    return end.call(this, chunk, ...rest);
  };
  await next();
});
// Messages keep their order, so all earlier requests are reported before this reply.
process.on("message", ({ dieAfter = left }) => {
  left = dieAfter;
  process.send({ done: true });
});
// The server ends with the test that started it.
process.on("disconnect", () => process.exit());
await server.run();
process.send({ port: server.httpServer.address().port });
