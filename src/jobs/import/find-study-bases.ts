import path from "node:path";
import { failure, RankscopeError } from "../../errors.js";
import { hubFolder, parseHubAddress } from "../../files/hub-cache.js";
import { describeBaseModel } from "../../import/base-model/describe-base-model.js";
import { baseModelName, isLocalPath } from "../../model/base-model-name.js";
import type { BaseModelRecord } from "../../model/base-models.js";
import type { ModelConfig } from "../../model/language-model.js";
import { linearModules } from "../../model/model-tensors.js";
import type { Finding, FolderRecord, ReportProgress, StudyRecord } from "../../model/records.js";
import { baseModelsByKey } from "../../store/base-models.js";
import type { Connection } from "../../store/connection.js";

interface FindStudyBasesOptions {
  /** Cache of the hub, with links resolved; undefined if it must not be read. */
  readonly hubCache: string | undefined;
  /** Whether models that are found may be registered, for all studies. */
  readonly mayRegister: boolean;
  readonly report: ReportProgress;
  readonly signal: AbortSignal | undefined;
}

interface StudyBases {
  readonly models: readonly BaseModelRecord[];
  readonly findings: readonly Finding[];
}

/** A folder that may hold a study's base model. */
interface Candidate {
  /** Absolute. */
  readonly folder: string;
  /** Name of the folder in findings. */
  readonly where: string;
  /** Folder that must contain it, with links resolved. */
  readonly within: string;
}

/** Names of folders that hold the base model of the study around them. */
const BASE_FOLDER = /^base(?:[-_]?model)?$/i;

/**
 * Looks for the base models of imported studies that are not registered: in the imported folder, in a folder of the model's name
 * or named `base`, and in the hub's cache. A model must have the layers of the study, in their shapes. It is hashed, and nothing
 * is copied. A model that cannot be used becomes a finding.
 */
export async function findStudyBases(
  database: Connection,
  record: FolderRecord,
  options: FindStudyBasesOptions,
): Promise<StudyBases> {
  const models: BaseModelRecord[] = [];
  const findings: Finding[] = [];
  const keys = record.studies.flatMap(({ baseModel }) => (baseModel === null ? [] : baseModelName(baseModel).model));
  const registered = keys.length === 0 ? [] : await baseModelsByKey(database, keys);
  for (const study of record.studies) {
    const { baseModel } = study;
    if (baseModel === null) continue;
    const key = baseModelName(baseModel).model;
    if (registered.some((model) => model.keys.includes(key))) continue;
    if (!options.mayRegister) {
      const [candidate] = candidatesOf(record, baseModel, undefined);
      if (candidate !== undefined) findings.push(notRegistered(baseModel, candidate));
      continue;
    }
    for (const candidate of candidatesOf(record, baseModel, options.hubCache)) {
      const found = await describe(study, baseModel, candidate, options);
      if (found?.finding !== undefined) findings.push(found.finding);
      if (found?.model === undefined) continue;
      models.push(found.model);
      break;
    }
  }
  return { models, findings };
}

function candidatesOf(
  { folder: root, modelFolders, studies }: FolderRecord,
  baseModel: string,
  hubCache: string | undefined,
): Candidate[] {
  const { model: key } = baseModelName(baseModel);
  const isOnly = studies.filter((study) => study.baseModel !== null).length === 1;
  const below = modelFolders.filter((folder) => {
    const name = path.posix.basename(folder);
    return baseModelName(name).model === key || (isOnly && BASE_FOLDER.test(name));
  });
  const candidates = below.map((where) => ({ folder: path.join(root, where), where, within: root }));
  const address = `hf://${baseModel}`;
  if (hubCache === undefined || isLocalPath(baseModel)) return candidates;
  const repository = repositoryOf(address);
  if (repository === undefined) return candidates;
  return [...candidates, { folder: hubFolder(hubCache, repository), where: address, within: hubCache }];
}

/** Returns the repository of an address; undefined if the hub allows no such name. */
function repositoryOf(address: string): ReturnType<typeof parseHubAddress> | undefined {
  if (address.includes("@")) return undefined;
  try {
    return parseHubAddress(address);
  } catch {
    return undefined;
  }
}

function notRegistered(baseModel: string, { where }: Candidate): Finding {
  const message = `The base model ${baseModel} is not registered, because the token is for some studies only and registered models serve all. An administrator registers it with rankscope model add.`;
  return { severity: "info", code: "BASE_MODEL_NOT_REGISTERED", where, message };
}

/** Returns the model of a candidate, or the finding why it cannot be used; undefined if the hub's cache lacks it. */
async function describe(
  study: StudyRecord,
  baseModel: string,
  { folder, where, within }: Candidate,
  { report, signal }: FindStudyBasesOptions,
): Promise<{ readonly model?: BaseModelRecord; readonly finding: Finding } | undefined> {
  const check = (config: ModelConfig) => requireLayers(study, config, where);
  try {
    const model = await describeBaseModel(folder, { name: baseModel, where, within, check, report, signal });
    const message = `The files of the base model ${baseModel} are registered in place: ${model.architecture}, ${model.files.length} files.`;
    return { model, finding: { severity: "info", code: "BASE_MODEL_REGISTERED", where, message } };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof RankscopeError)) throw error;
    if (error.code === "FOLDER_NOT_FOUND") return undefined;
    const { code, message } = error;
    return { finding: { severity: code === "MODEL_UNSUPPORTED" ? "info" : "warning", code, where, message } };
  }
}

/** @throws MODEL_ADAPTER_MISMATCH unless the model has the study's layers, as far as they are linear layers of its blocks */
function requireLayers({ layers }: StudyRecord, config: ModelConfig, where: string): void {
  const blocks = Array.from({ length: config.layers }, (_, layer) => linearModules(config, layer));
  const modules = new Map(blocks.flat().map((module) => [module.name, module]));
  const prefixes = ["", "transformer.", "model."];
  for (const { name, index, inFeatures, outFeatures } of layers) {
    const found = prefixes.map((prefix) => modules.get(prefix + name)).find((module) => module !== undefined);
    if (found?.inFeatures === inFeatures && found.outFeatures === outFeatures) continue;
    // Embeddings and the output matrix are not in blocks.
    if (found === undefined && index === null) continue;
    throw failure("MODEL_ADAPTER_MISMATCH", {
      where,
      received: `the adapted layer ${name}, ${inFeatures} to ${outFeatures} features`,
      allowed: found === undefined ? "layers of the model" : `${found.inFeatures} to ${found.outFeatures} features`,
    });
  }
}
