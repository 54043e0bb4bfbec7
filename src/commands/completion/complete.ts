import type { Command } from "commander";
import type { Config } from "../../config.js";
import { graphql } from "../../model/graphql-document.js";
import { visibleLine } from "../../model/visible-text.js";
import { candidates, type StoredWords } from "./candidates.js";

/** Prints the candidates for the last word, one per line: the word, a tab and its meaning. Called by the completion scripts. */
export async function complete(program: Command, words: readonly string[], config: Config): Promise<void> {
  const matches = await candidates(program, words, storedWordsOf(config));
  const lines = matches.map(({ word, meaning }) => `${visibleLine(word)}\t${meaning.split("\n")[0] ?? ""}\n`);
  // An open connection would keep the process alive and the shell waiting.
  process.stdout.write(lines.join(""), () => process.exit());
}

const MAX_WORDS = 100;

/**
 * Returns words from the store of DATABASE_URL, of the server that runs on the data directory, or of RANKSCOPE_SERVER. Starts
 * and changes nothing; returns no words where the store does not answer within RANKSCOPE_COMPLETION_SECONDS.
 */
function storedWordsOf(config: Config): StoredWords {
  return async (kind, prefix) => {
    const timeout = new Promise<readonly string[]>((resolve) =>
      setTimeout(() => resolve([]), config.completionMilliseconds).unref(),
    );
    return Promise.race([read(config, kind, prefix).catch(() => []), timeout]);
  };
}

function read(config: Config, ...[kind, prefix]: Parameters<StoredWords>): Promise<readonly string[]> {
  const slash = kind === "study or run" ? prefix.indexOf("/") : -1;
  const query = slash < 0 ? { prefix } : { slug: prefix.slice(0, slash), prefix: prefix.slice(slash + 1) };
  return config.server === undefined
    ? fromDatabase(config, query)
    : fromServer({ ...config, server: config.server }, query);
}

interface WordQuery {
  readonly prefix: string;
  /** Slug of the study whose runs are requested; undefined to request studies. */
  readonly slug?: string;
}

async function fromDatabase(config: Config, { prefix, slug }: WordQuery): Promise<readonly string[]> {
  const url = config.databaseUrl ?? (await runningDatabase(config));
  if (url === undefined) return [];
  const [{ openSql }, { experimentNamesFrom, slugsFrom }] = await Promise.all([
    import("../../store/connection.js"),
    import("../../store/studies/name-completions.js"),
  ]);
  const sql = openSql(url, { applicationName: "rankscope complete", maxConnections: 1 });
  try {
    if (slug === undefined) return await slugsFrom({ sql }, prefix, MAX_WORDS);
    return (await experimentNamesFrom({ sql }, slug, prefix, MAX_WORDS)).map((name) => `${slug}/${name}`);
  } finally {
    await sql.end({ timeout: 0 });
  }
}

async function runningDatabase({ dataDirectory }: Config): Promise<string | undefined> {
  const { connectToEmbeddedPostgres } = await import("../../store/embedded/connect.js");
  return (await connectToEmbeddedPostgres({ dataDirectory }))?.url;
}

async function fromServer(
  { server, token, completionMilliseconds }: Config & { readonly server: string },
  { prefix, slug }: WordQuery,
): Promise<readonly string[]> {
  const { openRemoteClient } = await import("../client/remote-client.js");
  const client = openRemoteClient({ server, token });
  const signal = AbortSignal.timeout(completionMilliseconds);
  if (slug === undefined) {
    const { studies } = await client.query(SLUGS, { prefix, first: MAX_WORDS }, signal);
    return studies.nodes.map((study) => study.slug);
  }
  const { experimentRows } = await client.query(NAMES, { slug, prefix, first: MAX_WORDS }, signal);
  // The API's startsWith ignores case; a shell's completion does not.
  return experimentRows.nodes
    .map(({ name }) => `${slug}/${name}`)
    .filter((word) => word.startsWith(`${slug}/${prefix}`));
}

const SLUGS = graphql(`
  query Slugs($prefix: String!, $first: Int!) {
    studies(first: $first, filter: { slug: { startsWith: $prefix } }) {
      nodes {
        slug
      }
    }
  }
`);

const NAMES = graphql(`
  query Names($slug: String!, $prefix: String!, $first: Int!) {
    experimentRows(first: $first, filter: { study: { slug: { equals: $slug } }, name: { startsWith: $prefix } }) {
      nodes {
        name
      }
    }
  }
`);
