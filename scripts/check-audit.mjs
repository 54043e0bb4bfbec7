// Asks the registry for known vulnerabilities of what ships (npm audit --omit=dev) and fails on any. A registry that has no
// such endpoint, or does not answer, is said and is no failure: the check is then for a machine that reaches one.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const { stdout } = await promisify(execFile)("npm", ["audit", "--json", "--omit=dev", "--audit=true"], {
  maxBuffer: 64 * 2 ** 20,
}).catch((error) => error);

const report = parse(stdout ?? "");
if (report?.metadata?.vulnerabilities === undefined) {
  const why = report?.message ?? report?.error?.summary ?? "it gave no report";
  process.stdout.write(`npm audit was not possible: the registry does not answer it (${why}).\n`);
} else {
  const { total } = report.metadata.vulnerabilities;
  process.stdout.write(`npm audit: ${total} known vulnerabilities in what ships.\n`);
  for (const [name, { severity, via }] of Object.entries(report.vulnerabilities)) {
    const titles = via.map((cause) => (typeof cause === "string" ? cause : `${cause.title} ${cause.url}`));
    process.stdout.write(`  ${severity} ${name}: ${titles.join("; ")}\n`);
  }
  if (total > 0) process.exitCode = 1;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
