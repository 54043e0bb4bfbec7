import path from "node:path";
import { validate } from "uuid";
import { failure, RankscopeError } from "../../errors.js";
import { hubRepository, isHubAddress, parseHubAddress } from "../../files/hub-cache.js";
import { checkBaseModel } from "../../import/base-model/check-base-model.js";
import { describeBaseModel } from "../../import/base-model/describe-base-model.js";
import { storableText } from "../../import/storable-text.js";
import { baseModelName } from "../../model/base-model-name.js";
import type { Database } from "../../store/database.js";
import {
  baseModelsByKey,
  listBaseModels,
  removeBaseModel,
  saveBaseModel,
  type StoredBaseModel,
} from "../../store/base-models.js";
import { importProgress } from "../import/import-progress.js";
import { interruptible } from "../interruptible.js";
import { thisActor } from "../os-user.js";
import { print, printDocument, printLines, type Process } from "../process.js";
import { countText } from "../terminal/cells.js";
import { screenOf } from "../terminal/screen.js";
import { number, table, text } from "../terminal/table.js";
import { allRows, withStore } from "../with-store.js";

export interface AddModelOptions {
  readonly name?: string;
  readonly json?: true;
}

/** Checks and hashes the files of a base model, and registers them. Nothing is copied. */
export function addModel(command: Process, folder: string, options: AddModelOptions): Promise<void> {
  const { config } = command;
  if (options.name !== undefined) checkName(options.name);
  return interruptible(async (signal) => {
    const isHub = isHubAddress(folder);
    const found = isHub ? await hubRepository(config.hubCache, folder) : path.resolve(config.directory, folder);
    const revision = isHub ? parseHubAddress(folder).revision : undefined;
    const progress = importProgress(screenOf(process.stderr, config));
    const request = { where: folder, revision, signal, report: progress.report, name: options.name };
    const record = await describeBaseModel(found, request).finally(() => progress.end());
    await withStore(command, "models", async (database) => {
      const { id, isNew } = await saveBaseModel(database, record, thisActor());
      if (options.json === true) {
        printDocument(JSON.stringify({ id, isNew, ...record }, null, 2));
        return;
      }
      const { name, architecture, parameters, hasTokenizer } = record;
      print(
        `${isNew ? "Registered" : "Already registered, now as"} ${name}: ${architecture}, ${countText(parameters)} parameters.`,
        `id ${id}`,
      );
      if (!hasTokenizer)
        print("The folder has no tokenizer.json: texts cannot be tokenized, only token ids can be used.");
    });
  });
}

/** Characters of a name: an id of the hub has up to 193. */
const MAX_NAME_LENGTH = 300;

/** @throws ARGUMENT_INVALID for a name that no adapter can give */
function checkName(name: string): void {
  if (name.length <= MAX_NAME_LENGTH && storableText(name) === name && baseModelName(name).model.trim() !== "") return;
  throw failure("ARGUMENT_INVALID", {
    where: "--name",
    received: JSON.stringify(name.slice(0, MAX_NAME_LENGTH)),
    allowed: `the base_model_name_or_path of the adapters, up to ${MAX_NAME_LENGTH} characters: Qwen/Qwen2.5-0.5B`,
  });
}

export interface ListModelsOptions {
  /** Checks that the files are unchanged. */
  readonly check?: true;
  readonly json?: true;
}

/** Lists all registered models. With `check`, the exit code is 1 if the files of one have changed. */
export function listModels(command: Process, { check, json }: ListModelsOptions): Promise<void> {
  return interruptible((signal) =>
    withStore(command, "models", async (database) => {
      const models = await allRows((page) => listBaseModels(database, page));
      const states = new Map<string, string>();
      if (check === true) {
        for (const { id, files } of models) states.set(id, await stateOf(files, signal));
      }
      const stateColumn = ({ id }: StoredBaseModel) => (check === true ? { state: states.get(id) } : {});
      if (json === true) {
        printDocument(
          JSON.stringify(
            models.map((model) => ({ ...model, ...stateColumn(model) })),
            null,
            2,
          ),
        );
      } else if (models.length === 0) {
        print("No base model is registered. Register one with rankscope model add FOLDER.");
      } else {
        const columns = check === true ? [...COLUMNS, text("files")] : COLUMNS;
        const rows = models.map((model) => [...row(model), ...(check === true ? [states.get(model.id) ?? ""] : [])]);
        printLines(table(columns, rows, screenOf(process.stdout, command.config)));
      }
      if ([...states.values()].some((state) => state !== UNCHANGED)) process.exitCode = 1;
    }),
  );
}

/** Removes the registration of one model, by its id or name. Its files stay. @throws MODEL_NOT_FOUND, ARGUMENT_INVALID */
export async function removeModel(command: Process, model: string): Promise<void> {
  await withStore(command, "models", async (database) => {
    const id = validate(model) ? model : await idOfName(database, model);
    if (!(await removeBaseModel(database, id, thisActor())))
      throw failure("MODEL_NOT_FOUND", { received: JSON.stringify(model) });
    print(`Removed the registration ${id}. Its files stay where they are.`);
  });
}

const UNCHANGED = "unchanged";

async function stateOf(files: StoredBaseModel["files"], signal: AbortSignal): Promise<string> {
  try {
    await checkBaseModel(files, signal);
    return UNCHANGED;
  } catch (error) {
    if (!(error instanceof RankscopeError)) throw error;
    return `${error.detail.where ?? ""}: ${error.detail.received ?? error.code}`;
  }
}

async function idOfName(database: Database, name: string): Promise<string> {
  const models = await baseModelsByKey(database, [baseModelName(name).model]);
  const [only, ...others] = models.filter(({ names }) => names.includes(name));
  if (only === undefined) throw failure("MODEL_NOT_FOUND", { received: JSON.stringify(name) });
  if (others.length === 0) return only.id;
  throw failure("ARGUMENT_INVALID", {
    where: "model",
    received: `the name ${JSON.stringify(name)} of ${models.length} models`,
    allowed: `one id: ${[only, ...others].map(({ id }) => id).join(", ")}`,
  });
}

const COLUMNS = [
  text("name"),
  text("architecture"),
  number("parameters"),
  text("dtype"),
  number("layers"),
  number("hidden"),
  text("tokenizer"),
  text("folder"),
  number("id"),
];

function row({
  id,
  names,
  architecture,
  parameters,
  dtypes,
  layers,
  hiddenSize,
  hasTokenizer,
  folder,
}: StoredBaseModel) {
  return [
    names.toReversed().join(", "),
    architecture,
    countText(parameters),
    dtypes.join(", "),
    String(layers),
    String(hiddenSize),
    hasTokenizer ? "yes" : "no",
    folder,
    id,
  ];
}
