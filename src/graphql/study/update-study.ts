import { Arg, Ctx, Field, FieldResolver, InputType, Mutation, ObjectType, Resolver, Root } from "type-graphql";
import { failure } from "../../errors.js";
import { DirectionSource } from "../../model/enums/direction-source.js";
import { MetricName } from "../../model/enums/run.js";
import { compareTexts } from "../../model/compare-texts.js";
import { MAX_STUDY_TAGS, type Study } from "../../store/studies/studies.js";
import { MAX_DIRECTIONS, updateStudy } from "../../store/studies/update-study.js";
import { actorOf } from "../access/actor.js";
import { Requires } from "../access/requires.js";
import { slugArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { lengthOf } from "../cost/estimates.js";
import { checkedTags } from "./checked-tags.js";
import { StudyType } from "./study-type.js";

/** Maximum length of a display name, and of a metric's name, in characters. */
const MAX_NAME = 200;
/** Maximum length of notes in characters: several printed pages. Every page of the study can show them. */
const MAX_NOTES = 20_000;

@InputType({ description: "The better direction of a metric of a study." })
class MetricDirectionInput {
  @Field(() => String, {
    description:
      "Name of the metric, as recorded or logged: `my_score`. Losses, memory and times are better when lower.",
  })
  metric!: string;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether higher values are better; null withdraws what was stated before.",
  })
  higherIsBetter?: boolean | null;
}

@ObjectType("MetricDirection", {
  description: "The better direction of a metric that people state for a study.",
  simpleResolvers: true,
})
class MetricDirectionType {
  @Field(() => String, { description: "Name of the metric." })
  metric!: string;

  @Field(() => Boolean, { description: "Whether higher values are better." })
  higherIsBetter!: boolean;

  @Field(() => DirectionSource, { description: "PERSON (updateStudy), or else SETTINGS_FILE (rankscope.yaml)." })
  source!: DirectionSource;

  @Field(() => String, {
    nullable: true,
    description: "The rankscope.yaml that states a direction, relative to the study's folder; null if none does.",
  })
  file!: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether higher values are better according to that file; null if none states it.",
  })
  fileHigherIsBetter!: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: "Id of the access token of the person; null without one, or if only the file states the direction.",
  })
  statedBy!: string | null;

  @Field(() => Date, { nullable: true, description: "When the person stated it; null if only the file does." })
  statedAt!: Date | null;
}

@Resolver(() => StudyType)
export class UpdateStudyResolver {
  @FieldResolver(() => [MetricDirectionType], {
    description: "Better directions of metrics that people state for this study, by the metric's name.",
  })
  metricDirections(@Root() { metricDirections }: Study): MetricDirectionType[] {
    return Object.entries(metricDirections)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .flatMap(([metric, { stated, imported }]) => {
        const used = stated ?? imported;
        if (used === null) return [];
        return {
          metric,
          higherIsBetter: used.higherIsBetter,
          source: stated === null ? DirectionSource.SETTINGS_FILE : DirectionSource.PERSON,
          file: imported?.file ?? null,
          fileHigherIsBetter: imported?.higherIsBetter ?? null,
          statedBy: stated?.by ?? null,
          statedAt: stated === null ? null : new Date(stated.at),
        };
      });
  }

  @Requires("writer")
  @Costs({ points: ({ metricDirections }) => 100 + lengthOf(metricDirections) })
  @Mutation(() => StudyType, {
    description:
      "Changes what people state about a study. Further imports keep it. Directions are used wherever a metric is judged, unless the request states another.",
  })
  async updateStudy(
    @Arg("slug", () => String, slugArg) slug: string,
    @Arg("name", () => String, {
      nullable: true,
      description: `Display name of 1 to ${MAX_NAME} characters; by default it is kept.`,
    })
    name: string | null | undefined,
    @Arg("notes", () => String, {
      nullable: true,
      description: `Markdown of up to ${MAX_NOTES} characters, which replaces the stored notes; empty text removes them. By default they are kept.`,
    })
    notes: string | null | undefined,
    @Arg("tags", () => [String], {
      nullable: true,
      description: `All tags of the study, up to ${MAX_STUDY_TAGS}; they replace the stored ones. By default these are kept. tagStudy and untagStudy change single tags.`,
    })
    tags: string[] | null | undefined,
    @Arg("archived", () => Boolean, {
      nullable: true,
      description:
        "Whether the study is archived. Lists leave archived studies out by default; `study` and links still return them. By default it stays as it is.",
    })
    archived: boolean | null | undefined,
    @Arg("metricDirections", () => [MetricDirectionInput], {
      defaultValue: [],
      description: `Better directions of metrics, each once. A study has up to ${MAX_DIRECTIONS}. Other metrics keep theirs.`,
    })
    metricDirections: MetricDirectionInput[],
    @Ctx() { database, loaders, principal, log }: Context,
  ): Promise<Study> {
    const changes = {
      name: checkedName(name),
      notes: checkedNotes(notes),
      tags: tags == null ? undefined : sortedTags(tags),
      isArchived: archived ?? undefined,
      directions: checkedDirections(metricDirections),
    };
    const exists = await updateStudy(database, slug, changes, actorOf(principal));
    // The mutations of a request run one after the other, so that what was loaded before is stale.
    loaders.forgetStudies();
    const study = exists ? await loaders.studyBySlug.load(slug) : undefined;
    if (study === undefined) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
    loaders.studyNotes.clear(study.id);
    log.info({ token: principal.token?.id, study: slug }, "study updated");
    return study;
  }
}

/** @throws ARGUMENT_INVALID */
function checkedName(name: string | null | undefined): string | undefined {
  if (name == null) return undefined;
  const trimmed = name.trim();
  if (isName(trimmed)) return trimmed;
  const received = JSON.stringify(name.slice(0, MAX_NAME));
  throw failure("ARGUMENT_INVALID", { where: "name", received, allowed: `1 to ${MAX_NAME} characters` });
}

/** Returns the notes to store: null to remove them, undefined to keep the stored ones. @throws ARGUMENT_INVALID */
function checkedNotes(notes: string | null | undefined): string | null | undefined {
  if (notes == null) return undefined;
  if (notes.length <= MAX_NOTES && !UNSTORABLE.test(notes)) return notes.trim() === "" ? null : notes;
  throw failure("ARGUMENT_INVALID", {
    where: "notes",
    received: `${notes.length} characters`,
    allowed: `up to ${MAX_NOTES} characters, without zero characters and halves of characters`,
  });
}

/** @throws ARGUMENT_INVALID */
function sortedTags(tags: readonly string[]): string[] {
  return [...new Set(checkedTags(tags, MAX_STUDY_TAGS))].sort(compareTexts);
}

function isName(text: string): boolean {
  return text !== "" && text.length <= MAX_NAME && !UNSTORABLE.test(text);
}

/** PostgreSQL stores no zero characters and no halves of characters. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** The metrics whose direction is a part of their definition. */
const DEFINED: ReadonlySet<string> = new Set(Object.values(MetricName));

/** @throws ARGUMENT_INVALID */
function checkedDirections(given: readonly MetricDirectionInput[]): Map<string, boolean | null> {
  const directions = new Map(given.map(({ metric, higherIsBetter }) => [metric, higherIsBetter ?? null]));
  const invalid = given.find(({ metric }) => !isName(metric) || DEFINED.has(metric));
  if (invalid === undefined && directions.size === given.length && given.length <= MAX_DIRECTIONS) return directions;
  const received =
    invalid === undefined
      ? `${given.length} directions of ${directions.size} metrics`
      : JSON.stringify(invalid.metric.slice(0, MAX_NAME));
  throw failure("ARGUMENT_INVALID", {
    where: "metricDirections",
    received,
    allowed: `up to ${MAX_DIRECTIONS} different metrics with names of 1 to ${MAX_NAME} characters, except ${[...DEFINED].join(", ")}, which are better when lower`,
  });
}
