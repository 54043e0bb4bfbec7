import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Sql } from "postgres";
import { freshDatabase, migratedTemplate, onMaintenanceDatabase, type FreshDatabase } from "./database.js";
import { rankscope } from "./rankscope.js";
import { FIXTURE_STUDY, GPT2_STUDY } from "./shared-study.js";

/** Folders of the studies, by slug. */
const STUDIES = {
  "reference-study": fileURLToPath(new URL("../../examples/reference-study", import.meta.url)),
  "tiny-lora-vs-qlora": FIXTURE_STUDY,
  "gpt2-medium-alpaca": GPT2_STUDY,
};

export interface StudyDatabase extends FreshDatabase {
  /** Settings of commands: the database, and the store of the study's weights. */
  readonly environment: Record<string, string>;
}

/** Number of the advisory lock under which templates are made. */
const LOCK = 5_470_113;

/**
 * Gives the suite that calls it a database of its own that has a study. The study is imported once for the whole run, by the
 * command, into a template that the suites copy. Its weights are shared; a suite may add weights, and must not remove any.
 */
export function studyDatabase(slug: keyof typeof STUDIES): StudyDatabase {
  let weights = "";
  const fresh = freshDatabase(async () => {
    const template = await migratedTemplate();
    const studyTemplate = new URL(`study_${slug}`, template);
    await onMaintenanceDatabase(template, async (sql) => {
      weights = await weightFolder(sql, slug);
      await sql`select pg_advisory_lock(${LOCK})`;
      const found = await sql`select 1 from pg_database where datname = ${studyTemplate.pathname.slice(1)}`;
      if (found.count === 0) await makeTemplate(sql, { template, studyTemplate, slug, weights });
    });
    return studyTemplate;
  });
  return {
    get url() {
      return fresh.url;
    },
    get database() {
      return fresh.database;
    },
    get environment() {
      return environmentOf(fresh.url, weights);
    },
  };
}

const environmentOf = (url: string, weights: string) => ({
  DATABASE_URL: url,
  RANKSCOPE_DATA: weights,
  RANKSCOPE_WEIGHTS: path.join(weights, "weights"),
});

/** Beside PostgreSQL's files, which the end of the run deletes. */
async function weightFolder(sql: Sql, slug: string): Promise<string> {
  const [setting] = await sql<{ data_directory: string }[]>`show data_directory`;
  const folder = path.join(path.dirname(setting?.data_directory ?? ""), "studies", slug);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Imports the study under another name, so that a failed import leaves no template. */
async function makeTemplate(
  sql: Sql,
  options: {
    readonly template: URL;
    readonly studyTemplate: URL;
    readonly slug: keyof typeof STUDIES;
    readonly weights: string;
  },
): Promise<void> {
  const { template, studyTemplate, slug, weights } = options;
  const [from, to] = [template.pathname.slice(1), studyTemplate.pathname.slice(1)];
  const unfinished = `${to}_unfinished`;
  await sql`create database ${sql(unfinished)} template ${sql(from)}`;
  const environment = environmentOf(new URL(unfinished, template).href, weights);
  const { code, stderr } = await rankscope(["import", STUDIES[slug]], environment);
  if (code !== 0) throw new Error(`the import of ${slug} failed: ${stderr}`);
  await sql`alter database ${sql(unfinished)} rename to ${sql(to)}`;
}
