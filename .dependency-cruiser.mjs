// The architecture, held by `npm run lint`: which part of src/ may import which, types included, and which may load a package.

/**
 * What each part of src/ may import beside itself. A line names only parts above it, so the table is the order of the layers,
 * lowest first.
 */
const BASE = ["errors.ts", "log.ts", "trace.ts", "model"];
export const LAYERS = {
  "error-catalogue": [],
  "errors.ts": ["error-catalogue"],
  "trace.ts": [],
  model: ["errors.ts"],
  "log.ts": ["model"],
  "config.ts": ["errors.ts", "model"],
  files: ["errors.ts", "log.ts"],
  import: [...BASE, "files"],
  weights: [...BASE, "files"],
  store: [...BASE, "files"],
  compute: BASE,
  derive: ["model"],
  threads: [...BASE, "derive"],
  jobs: [...BASE, "files", "import", "weights", "store", "compute", "derive"],
  analysis: [...BASE, "store", "derive", "threads"],
  export: [...BASE, "store", "derive", "analysis"],
  plots: [...BASE, "store", "derive", "analysis", "export"],
  report: [...BASE, "store", "derive", "analysis", "export"],
  // Of jobs, only what tells how a job goes on: a server computes nothing.
  graphql: [
    ...BASE,
    "files",
    "store",
    "derive",
    "threads",
    "jobs/job-watch.ts",
    "analysis",
    "export",
    "plots",
    "report",
  ],
  http: [...BASE, "files", "store", "derive", "analysis", "export", "plots", "report", "graphql"],
  observe: [...BASE, "store", "jobs", "http"],
  web: ["model", "derive", "export", "plots"],
  commands: [
    ...BASE,
    "config.ts",
    "files",
    "import",
    "weights",
    "store",
    "compute",
    "derive",
    "threads",
    "jobs",
    "analysis",
    "export",
    "plots",
    "report",
    "graphql",
    "http",
    "observe",
  ],
  "main.ts": ["errors.ts", "log.ts", "model", "config.ts", "commands"],
};

/** Packages that only some parts load. Any part may load OpenTelemetry's API, which does nothing by itself. */
export const PACKAGE_OWNERS = {
  postgres: ["store"],
  pg: ["store"],
  "pg-copy-streams": ["store"],
  "@prisma": ["store"],
  "graphile-worker": ["store", "jobs"],
  "@aws-sdk": ["weights"],
  "onnxruntime-node": ["compute"],
  "@huggingface/tokenizers": ["import"],
  "@huggingface/jinja": ["import"],
  piscina: ["import", "jobs", "threads", "plots"],
  vega: ["plots", "web"],
  "vega-lite": ["plots", "web"],
  "@napi-rs/canvas": ["plots"],
  "type-graphql": ["graphql"],
  "@apollo/server": ["http", "graphql"],
  express: ["http"],
  "prom-client": ["observe"],
  "@opentelemetry/context-async-hooks": ["observe"],
  "@opentelemetry/core": ["observe"],
  "@opentelemetry/exporter-trace-otlp-proto": ["observe"],
  "@opentelemetry/resources": ["observe"],
  "@opentelemetry/sdk-trace-base": ["observe"],
};

/** Parts that are pure: they load neither Node's modules nor packages, except those named. */
export const PURE = { derive: ["jstat"], model: ["graphql", "gql.tada"] };

/** Parts that run on the thread that serves requests. */
const SERVING = ["analysis", "export", "plots", "report", "graphql", "http"];
/** Modules whose functions may resample: they would stop the server for as long as they draw. */
const RESAMPLING = "^src/derive/(degradation/(degradation|change-statistics)|statistics/bootstrap)\\.ts$";

const escaped = (name) => name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
const inPart = (part) => (part.endsWith(".ts") ? `^src/${escaped(part)}$` : `^src/${escaped(part)}/`);
const inPackage = (name) => `(^|/)node_modules/${escaped(name)}/`;

const layerRules = Object.entries(LAYERS).map(([part, allowed]) => ({
  name: `layer-${part}`,
  comment: `${part} may import ${allowed.join(", ") || "nothing else of src"}.`,
  severity: "error",
  from: { path: inPart(part) },
  to: { path: "^src/", pathNot: [part, ...allowed].map(inPart) },
}));

const ownerRules = Object.entries(PACKAGE_OWNERS).map(([name, owners]) => ({
  name: `package-${name}`,
  comment: `Only ${owners.join(" and ")} may load ${name}.`,
  severity: "error",
  from: { path: "^src/", pathNot: owners.map(inPart) },
  to: { path: inPackage(name) },
}));

const purityRules = Object.entries(PURE).map(([part, packages]) => ({
  name: `pure-${part}`,
  comment: `${part} is pure: it may load ${packages.join(", ") || "no package"}, and none of Node's modules.`,
  severity: "error",
  from: { path: inPart(part) },
  // schema/ has the types of the schema, for operations that follow it.
  to: { pathNot: ["^src/", "^schema/", ...packages.map(inPackage)] },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...layerRules,
    ...ownerRules,
    ...purityRules,
    {
      name: "derivations-on-threads",
      comment: `Requests compute degradations through RequestDerivations, whose bootstrap runs on a thread. Types may be imported.`,
      severity: "error",
      from: { path: SERVING.map(inPart), pathNot: "^src/analysis/request/request-derivations\\.ts$" },
      to: { path: RESAMPLING, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "known-part",
      comment: "Each folder of src has its line in the table of layers.",
      severity: "error",
      from: { path: "^src/", pathNot: Object.keys(LAYERS).map(inPart) },
      to: {},
    },
    {
      name: "no-cycle",
      comment: "No file depends on itself through others, by types neither.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-re-export",
      comment: "Import a name from the file that defines it: re-exports hide which file depends on which.",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["export"] },
    },
    {
      name: "resolvable",
      comment: "Each import names a file or a package that is there.",
      severity: "error",
      from: { path: "^src/" },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^src/store/generated/.*|^dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
