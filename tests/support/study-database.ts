import { mkdir, readFile, writeFile } from "node:fs/promises";
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
  /** Returns the output of the command that imported the study. */
  imported(): Promise<string>;
}

/** File with the output of the command that imported a study. */
const IMPORTED = "imported.txt";

/** Number of the advisory lock under which templates are made. */
const LOCK = 5_470_113;

/**
 * Gives the suite that calls it a database of its own that has a study. The study is imported once for the whole run, by the
 * command, into a template that the suites copy. Its weights are shared; a suite may add weights, and must not remove any.
 */
export function studyDatabase(slug: keyof typeof STUDIES): StudyDatabase {
  let folder = "";
  const fresh = freshDatabase(async () => {
    const template = await migratedTemplate();
    const studyTemplate = new URL(`study_${slug}`, template);
    await onMaintenanceDatabase(template, async (sql) => {
      folder = await studyFolder(sql, slug);
      await sql`select pg_advisory_lock(${LOCK})`;
      const found = await sql`select 1 from pg_database where datname = ${studyTemplate.pathname.slice(1)}`;
      if (found.count === 0) await makeTemplate(sql, { template, studyTemplate, slug, folder });
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
      return environmentOf(fresh.url, folder);
    },
    imported: () => readFile(path.join(folder, IMPORTED), "utf8"),
  };
}

const environmentOf = (url: string, folder: string) => ({
  DATABASE_URL: url,
  RANKSCOPE_DATA: folder,
  RANKSCOPE_WEIGHTS: path.join(folder, "weights"),
});

/** Returns the folder of a study's weights. It is beside the files of PostgreSQL, which the end of the run deletes. */
async function studyFolder(sql: Sql, slug: string): Promise<string> {
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
    readonly folder: string;
  },
): Promise<void> {
  const { template, studyTemplate, slug, folder } = options;
  const [from, to] = [template.pathname.slice(1), studyTemplate.pathname.slice(1)];
  const unfinished = `${to}_unfinished`;
  await sql`create database ${sql(unfinished)} template ${sql(from)}`;
  const environment = environmentOf(new URL(unfinished, template).href, folder);
  const { code, stdout, stderr } = await rankscope(["import", STUDIES[slug]], environment);
  if (code !== 0) throw new Error(`the import of ${slug} failed: ${stderr}`);
  await writeFile(path.join(folder, IMPORTED), stdout);
  await sql`alter database ${sql(unfinished)} rename to ${sql(to)}`;
}
