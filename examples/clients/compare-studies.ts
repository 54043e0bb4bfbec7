// `npx tsx examples/clients/compare-studies.ts http://127.0.0.1:4000/ seeded`: compares all studies with a tag.
import type { ResultOf } from "gql.tada";
import { client, graphql } from "./client.js";

// prettier-ignore
const LIST = graphql(`
  query List($tag: String!, $after: String) {
    studies(filter: { tags: { has: $tag } }, orderBy: { field: SLUG, direction: ASC }, first: 100, after: $after) {
      pageInfo { hasNextPage endCursor } nodes { slug }
    }
  }`);
// prettier-ignore
const COMPARE = graphql(`
  query Compare($slugs: [String!]!) {
    compareStudies(slugs: $slugs, metric: TRAINING_LOSS) {
      byStudy { study { slug baseModel } minimumViableRank { rank bound } meanCosineSimilarity memoryReductionPercent }
    }
  }`);

const [url = "http://127.0.0.1:4000/", tag = "seeded"] = process.argv.slice(2);
const query = client(url);
let after: string | null = null;
let compared = 0;
do {
  const { studies }: ResultOf<typeof LIST> = await query(LIST, { tag, after });
  const { compareStudies } = await query(COMPARE, { slugs: studies.nodes.map(({ slug }) => slug) });
  for (const { study, minimumViableRank, meanCosineSimilarity, memoryReductionPercent } of compareStudies.byStudy) {
    const { rank, bound } = minimumViableRank;
    console.log([study.slug, study.baseModel, rank, bound, meanCosineSimilarity, memoryReductionPercent].join("\t"));
  }
  compared += compareStudies.byStudy.length;
  after = studies.pageInfo.hasNextPage ? studies.pageInfo.endCursor : null;
} while (after !== null);
console.log(`${compared} studies`);
