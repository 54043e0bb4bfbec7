// Repeatedly swaps files and a folder for links to secrets and back, as fast as possible, until it is killed.
// The argument is a list of [path, secret] as JSON. Each swap is one rename, so that a reader always finds something there,
// except for the folder, which a link cannot replace in one step.
import { lstatSync, renameSync, rmSync, symlinkSync } from "node:fs";

const pairs = JSON.parse(process.argv[2]).map(([place, secret]) => ({
  place,
  secret,
  kept: `${place}.kept`,
  link: `${place}.link`,
}));

process.stdout.write("swapping\n");
for (;;) {
  for (const { place, secret, kept, link } of pairs) {
    rmSync(link, { force: true });
    symlinkSync(secret, link);
    renameSync(place, kept);
    renameSync(link, place);
    if (!lstatSync(place).isSymbolicLink()) throw new Error(`${place} was not swapped`);
    rmSync(place);
    renameSync(kept, place);
  }
}
