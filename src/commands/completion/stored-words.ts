import type { Config } from "../../config.js";
import type { StoredWords } from "./candidates.js";

/** A shell waits for it at every press of a key. */
const PATIENCE_MILLISECONDS = 300;
const MOST = 100;

/**
 * Words from the store that is there already: DATABASE_URL's, that of a server that runs on the data directory, or
 * RANKSCOPE_SERVER's. Nothing is started, changed or waited for long: where it does not answer at once there are none.
 */
export function storedWordsOf(config: Config): StoredWords {
  return async (kind, prefix) => {
    const late = new Promise<readonly string[]>((resolve) =>
      setTimeout(() => resolve([]), PATIENCE_MILLISECONDS).unref(),
    );
    return Promise.race([read(config, kind, prefix).catch(() => []), late]);
  };
}

function read(config: Config, ...[kind, prefix]: Parameters<StoredWords>): Promise<readonly string[]> {
  const slash = kind === "study or run" ? prefix.indexOf("/") : -1;
  const asked = slash < 0 ? { prefix } : { slug: prefix.slice(0, slash), prefix: prefix.slice(slash + 1) };
  return config.server === undefined ? fromDatabase(config, asked) : fromServer(config.server, config.token, asked);
}

interface Asked {
  readonly prefix: string;
  /** Of the study whose runs are asked for. */
  readonly slug?: string;
}

async function fromDatabase(config: Config, { prefix, slug }: Asked): Promise<readonly string[]> {
  const url = config.databaseUrl ?? (await runningDatabase(config));
  if (url === undefined) return [];
  const [{ openSql }, { experimentNamesFrom, slugsFrom }] = await Promise.all([
    import("../../store/connection.js"),
    import("../../store/studies/name-completions.js"),
  ]);
  const sql = openSql(url, { applicationName: "rankscope complete", maxConnections: 1 });
  try {
    if (slug === undefined) return await slugsFrom({ sql }, prefix, MOST);
    return (await experimentNamesFrom({ sql }, slug, prefix, MOST)).map((name) => `${slug}/${name}`);
  } finally {
    await sql.end({ timeout: 0 });
  }
}

async function runningDatabase({ dataDirectory }: Config): Promise<string | undefined> {
  const { connectToEmbeddedPostgres } = await import("../../store/embedded/connect.js");
  return (await connectToEmbeddedPostgres({ dataDirectory }))?.url;
}

async function fromServer(
  server: string,
  token: string | undefined,
  { prefix, slug }: Asked,
): Promise<readonly string[]> {
  const { openRemoteAsker } = await import("../asker/remote-asker.js");
  const asker = openRemoteAsker({ server, token });
  const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  if (slug === undefined) {
    const { studies } = (await asker.ask(SLUGS, { prefix, first: MOST }, signal)) as {
      studies: { nodes: { slug: string }[] };
    };
    return studies.nodes.map((study) => study.slug);
  }
  const { experimentRows } = (await asker.ask(NAMES, { slug, prefix, first: MOST }, signal)) as {
    experimentRows: { nodes: { name: string }[] };
  };
  // startsWith is whatever the case; a shell's word is not.
  return experimentRows.nodes
    .map(({ name }) => `${slug}/${name}`)
    .filter((word) => word.startsWith(`${slug}/${prefix}`));
}

const SLUGS = `query Slugs($prefix: String!, $first: Int!) {
  studies(first: $first, filter: { slug: { startsWith: $prefix } }) { nodes { slug } }
}`;
const NAMES = `query Names($slug: String!, $prefix: String!, $first: Int!) {
  experimentRows(first: $first, filter: { study: { slug: { equals: $slug } }, name: { startsWith: $prefix } }) {
    nodes { name }
  }
}`;
