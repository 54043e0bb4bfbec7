import { expect, test } from "vitest";
import { readConfig } from "#src/config.js";
import { hubFolder, hubRepository, parseHubAddress } from "#src/files/hub-cache.js";

// The folders are those of repo_folder_name of huggingface_hub 2.4.0.
test.each([
  ["hf://team/16bit_r4", "models--team--16bit_r4", undefined],
  ["hf://team/na.me_x@main", "models--team--na.me_x", "main"],
  ["hf://gpt2@refs/pr/1", "models--gpt2", "refs/pr/1"],
])("%s", (address, folder, revision) => {
  const parsed = parseHubAddress(address);
  expect(hubFolder("/cache", parsed)).toBe(`/cache/${folder}`);
  expect(parsed.revision).toBe(revision);
});

test.each([
  "hf://",
  "hf://team/",
  "hf://a/b/c",
  "hf://datasets/team/data",
  "hf://../etc",
  "hf://team/..",
  "hf://team/a--b",
  "hf://team/-a",
  "hf://team/a b",
  "hf://team/a\0",
  "hf://team/name@",
  "hf://team/name@../../secret",
  "hf://team/name@/etc",
])("%j is not an address", (address) => {
  expect(() => parseHubAddress(address)).toThrow("hf://org/name@revision");
});

test("a repository that is not in the cache is refused with the command that downloads it", async () => {
  const refused = hubRepository("/nowhere", "hf://team/name@v1");
  await expect(refused).rejects.toMatchObject({
    code: "HUB_REPOSITORY_MISSING",
    message: expect.stringContaining("Run hf download team/name --revision v1, and import it again.") as string,
  });
});

// The order of huggingface_hub's constants.py.
test.each([
  [{ HF_HUB_CACHE: "/hub", HF_HOME: "/home" }, "/hub"],
  [{ HF_HOME: "/home" }, "/home/hub"],
  [{ XDG_CACHE_HOME: "/xdg" }, "/xdg/huggingface/hub"],
])("the cache of %j", (environment, cache) => {
  expect(readConfig(environment).hubCache).toBe(cache);
});
