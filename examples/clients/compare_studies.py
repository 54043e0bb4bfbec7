"""python3 examples/clients/compare_studies.py http://127.0.0.1:4000/ seeded: compares all studies with a tag.

Needs gql (pip install "gql[requests]").
"""
import sys
from gql import Client, gql
from gql.transport.requests import RequestsHTTPTransport

LIST = gql("""
query List($tag: String!, $after: String) {
  studies(filter: { tags: { has: $tag } }, orderBy: { field: SLUG, direction: ASC }, first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { slug }
  }
}""")
COMPARE = gql("""
query Compare($slugs: [String!]!) {
  compareStudies(slugs: $slugs, metric: TRAINING_LOSS) {
    byStudy { study { slug baseModel } minimumViableRank { rank bound } meanCosineSimilarity memoryReductionPercent }
  }
}""")

url, tag = (sys.argv[1:] + ["http://127.0.0.1:4000/", "seeded"][len(sys.argv) - 1 :])[:2]
client = Client(transport=RequestsHTTPTransport(url=url + "graphql"))
compared, after = 0, None
while True:
    studies = client.execute(LIST, variable_values={"tag": tag, "after": after})["studies"]
    slugs = [node["slug"] for node in studies["nodes"]]
    for row in client.execute(COMPARE, variable_values={"slugs": slugs})["compareStudies"]["byStudy"]:
        study, minimum = row["study"], row["minimumViableRank"]
        print(study["slug"], study["baseModel"], minimum["rank"], minimum["bound"],
              row["meanCosineSimilarity"], row["memoryReductionPercent"], sep="\t")
        compared += 1
    if not studies["pageInfo"]["hasNextPage"]:
        break
    after = studies["pageInfo"]["endCursor"]
print(f"{compared} studies")
