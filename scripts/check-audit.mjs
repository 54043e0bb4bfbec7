// Runs `npm audit --omit=dev` and fails if a production dependency has a known vulnerability. If the registry does not support
// audits or is unreachable, it prints that and passes.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const { stdout } = await promisify(execFile)("npm", ["audit", "--json", "--omit=dev", "--audit=true"], {
  maxBuffer: 64 * 2 ** 20,
}).catch((error) => error);

const report = parse(stdout ?? "");
if (report?.metadata?.vulnerabilities === undefined) {
  const why = report?.message ?? report?.error?.summary ?? "no report";
  process.stdout.write(`npm audit failed: the registry returned no report (${why}).\n`);
} else {
  const { total } = report.metadata.vulnerabilities;
  process.stdout.write(`npm audit: ${total} known vulnerabilities in production dependencies.\n`);
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
