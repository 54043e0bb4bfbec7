import { GraphQLJSON } from "graphql-scalars";
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from "type-graphql";
import { validate } from "uuid";
import { failure } from "../../errors.js";
import { nearMatches } from "../../analysis/across-studies/near-matches.js";
import { STANDARD_FIELDS, storedField } from "../../model/setting-fields.js";
import type { SettingValue } from "../../model/settings.js";
import { readStatedValue } from "../../model/stated-value.js";
import { MAX_STATEMENTS, stateSettings } from "../../store/studies/state-settings.js";
import { describeContradiction } from "../../store/write/statements.js";
import { actorOf } from "../access/actor.js";
import { Requires } from "../access/requires.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { lengthOf } from "../cost/estimates.js";
import { ExperimentType } from "./experiment-type.js";

@InputType({ description: "A setting of a run and the value that a person states." })
class SettingInput {
  @Field(() => String, {
    description:
      "Name of the setting: `learning_rate`, `bits`, or a name of your own of letters, digits, `_`, `.` and `-`. Other spellings of standard settings are understood: `lr`.",
  })
  field!: string;

  @Field(() => GraphQLJSON, {
    description:
      "Text, number, truth value, or a list of them. Standard settings have types: `bits` is a whole number, `learning_rate` a number.",
  })
  value!: unknown;
}

@ObjectType({
  description: "A stated setting that differs from what the files of the run state.",
  simpleResolvers: true,
})
class SettingContradiction {
  @Field(() => String, { description: "Name of the setting." })
  field!: string;

  @Field(() => String, { description: "Both values and where they come from, in one sentence." })
  message!: string;
}

@ObjectType({ description: "The result of updateExperiment." })
class UpdateExperimentPayload {
  @Field(() => ExperimentType, { description: "The run with its changed settings." })
  experiment!: object;

  @Field(() => [SettingContradiction], {
    description: "All stated settings of the run that differ from its files. The stated values are used.",
  })
  contradictions!: readonly SettingContradiction[];
}

/** Names of own settings: readable in a list, and without characters that an address or a shell changes. */
const OWN_NAME = /^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,199}$/u;

/** Settings that no person can state for a run that is stored. */
const FIXED: ReadonlyMap<string, string> = new Map([
  [
    "lora_rank",
    "The rank follows from the run's adapter or table. Correct these and import the folder under another slug.",
  ],
  ["base_model", "A study has one base model, which its adapters name. Import runs of another model as another study."],
]);

@Resolver()
export class UpdateExperimentResolver {
  @Requires("writer")
  @Costs({ points: ({ set, clear }) => 100 + 10 * (lengthOf(set) + lengthOf(clear)) })
  @Mutation(() => UpdateExperimentPayload, {
    description:
      "States settings of a run that its files do not have, or have wrong. A stated value takes precedence over every file, also after further imports. Method, quantization, seed and the number of examples follow from it.",
  })
  async updateExperiment(
    @Arg("id", () => ID, { description: "Id of the experiment." }) id: string,
    @Arg("set", () => [SettingInput], {
      defaultValue: [],
      description: `Settings to state, each once. A run has up to ${MAX_STATEMENTS} stated settings.`,
    })
    set: SettingInput[],
    @Arg("clear", () => [String], {
      defaultValue: [],
      description:
        "Names of settings whose statement is withdrawn: the value of the run's files is used again. Settings that nobody stated are ignored.",
    })
    clear: string[],
    @Ctx() { database, loaders, principal, log }: Context,
  ): Promise<UpdateExperimentPayload> {
    const stated = statedValues(set);
    const cleared = clearedFields(clear, stated);
    const changes = { set: stated, clear: cleared };
    const run = validate(id) ? await stateSettings(database, id, changes, actorOf(principal)) : undefined;
    if (run === undefined) throw failure("EXPERIMENT_NOT_FOUND", { where: "id", received: JSON.stringify(id) });
    log.info(
      { token: principal.token?.id, study: run.slug, run: run.name, set: [...stated.keys()], clear: cleared },
      "settings stated",
    );
    // The mutations of a request run one after the other, so that what was loaded before is stale.
    loaders.settings.clear(id);
    loaders.forgetStudies();
    const experiment = await loaders.experimentById.load(id);
    if (experiment === undefined) throw failure("EXPERIMENT_NOT_FOUND", { where: "id", received: JSON.stringify(id) });
    return {
      experiment,
      contradictions: run.contradictions.map((contradiction) => ({
        field: contradiction.field,
        message: describeContradiction(contradiction),
      })),
    };
  }
}

/** Returns the checked values by the name of the setting. @throws ARGUMENT_INVALID */
function statedValues(set: readonly SettingInput[]): Map<string, SettingValue> {
  if (set.length > MAX_STATEMENTS) throw tooMany("set", set.length);
  const stated = new Map<string, SettingValue>();
  for (const { field: requested, value } of set) {
    const field = checkedField(requested, "set");
    if (stated.has(field)) {
      throw failure("ARGUMENT_INVALID", { where: "set", received: `${field} more than once`, allowed: "each once" });
    }
    const read = readStatedValue(field, value);
    if ("allowed" in read) {
      const received = (JSON.stringify(value) as string | undefined) ?? "nothing";
      throw failure("ARGUMENT_INVALID", {
        where: `set, ${field}`,
        received: received.slice(0, 200),
        allowed: read.allowed,
      });
    }
    stated.set(field, read.value);
  }
  return stated;
}

/** @throws ARGUMENT_INVALID */
function clearedFields(clear: readonly string[], stated: ReadonlyMap<string, SettingValue>): string[] {
  if (clear.length > MAX_STATEMENTS) throw tooMany("clear", clear.length);
  const fields = clear.map((requested) => checkedField(requested, "clear"));
  const both = fields.find((field) => stated.has(field));
  if (both === undefined) return fields;
  throw failure("ARGUMENT_INVALID", {
    where: "clear",
    received: `${both}, which is also set`,
    allowed: "set or clear",
  });
}

/** Returns the name under which a setting is stored. @throws ARGUMENT_INVALID */
function checkedField(requested: string, where: string): string {
  const field = storedField(requested);
  const fix = FIXED.get(field);
  if (fix !== undefined) {
    throw failure("ARGUMENT_INVALID", { where, received: field, allowed: "settings of one run", fix });
  }
  if (STANDARD_FIELDS.has(field) || OWN_NAME.test(field)) return field;
  const similar = nearMatches(requested, STANDARD_FIELDS, 3);
  throw failure("ARGUMENT_INVALID", {
    where,
    received: JSON.stringify(requested.slice(0, 200)),
    allowed: "a standard setting, or a name of up to 200 letters, digits, _, . and -",
    ...(similar.length > 0 && { fix: `Similar names: ${similar.join(", ")}.` }),
  });
}

function tooMany(where: string, count: number): Error {
  return failure("ARGUMENT_INVALID", { where, received: `${count} settings`, allowed: `up to ${MAX_STATEMENTS}` });
}
