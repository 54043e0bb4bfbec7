import { readFileSync } from "node:fs";
import { parse, print, separateOperations } from "graphql";
import { CONTRACT } from "./shared-study.js";

/** Returns a contract operation and its fragments, verbatim except for white space. @throws if there is no such operation */
export function contractOperation(name: string): string {
  const operation = separateOperations(parse(readFileSync(CONTRACT, "utf8")))[name];
  if (operation === undefined) throw new Error(`the contract has no operation ${name}`);
  return print(operation);
}
