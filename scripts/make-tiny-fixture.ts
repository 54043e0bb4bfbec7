// `npm run fixture`, or `npm run fixture -- some/folder`: writes the synthetic study that the tests use. The bytes are always
// the same.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { writeStudy } from "./tiny-fixture/write-study.js";

const committed = fileURLToPath(new URL("../tests/fixtures/tiny-lora-vs-qlora", import.meta.url));
const folder = path.resolve(process.argv[2] ?? committed);
const { files, bytes } = await writeStudy(folder);
console.log(`Wrote ${files} files, ${bytes} bytes, to ${folder}`);
