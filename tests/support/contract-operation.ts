import { readFileSync } from "node:fs";
import { parse, print, separateOperations } from "graphql";
import { CONTRACT } from "./shared-study.js";

/** The contract's operation of that name with the fragments it uses, verbatim but for white space. @throws where there is none */
export function contractOperation(name: string): string {
  const operation = separateOperations(parse(readFileSync(CONTRACT, "utf8")))[name];
  if (operation === undefined) throw new Error(`the contract has no operation ${name}`);
  return print(operation);
}
