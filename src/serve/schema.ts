import "reflect-metadata";
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from "graphql";
import { buildSchema } from "type-graphql";
import { registerEnums } from "./register-enums.js";
import { ExperimentResolver } from "./resolvers/experiment.js";
import { ImportsResolver } from "./resolvers/imports.js";
import { JobsResolver } from "./resolvers/jobs.js";
import { RankResolver } from "./resolvers/rank.js";
import { StudiesResolver } from "./resolvers/studies.js";
import { StudyContentsResolver } from "./resolvers/study-contents.js";
import { StudyDiagnosisResolver } from "./resolvers/study-diagnosis.js";
import { StudySimilarityResolver } from "./resolvers/study-similarity.js";

/** The schema that is served. */
export function openSchema(): Promise<GraphQLSchema> {
  registerEnums();
  return buildSchema({
    resolvers: [
      StudiesResolver,
      StudyContentsResolver,
      StudySimilarityResolver,
      StudyDiagnosisResolver,
      RankResolver,
      ExperimentResolver,
      ImportsResolver,
      JobsResolver,
    ],
    // Arguments are checked by GraphQL's own types and, where that is not enough, by the resolver that knows their meaning.
    validate: false,
  });
}

/** The schema in SDL, sorted, as schema/schema.graphql keeps it. */
export function schemaText(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
