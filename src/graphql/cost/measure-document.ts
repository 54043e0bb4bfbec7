import { Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from "graphql";

/** How large a query is, with its fragments put where they are spread. */
export interface DocumentSize {
  /** Fields inside each other; what introspects is left out, graphql-js has a rule of its own for it. */
  readonly depth: number;
  readonly aliases: number;
  /** Fields of the operation itself. */
  readonly rootFields: number;
  readonly directives: number;
  readonly selections: number;
}

const NOTHING: DocumentSize = { depth: 0, aliases: 0, rootFields: 0, directives: 0, selections: 0 };

/**
 * Measures the largest of a document's operations. Each fragment is measured once, so that the time grows with the text and
 * not with what the text expands to; a fragment inside itself counts as nothing: validation refuses it.
 */
export function measureDocument({ definitions }: DocumentNode): DocumentSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const measured = new Map<string, DocumentSize>();
  const ofFragment = (name: string): DocumentSize => {
    const known = measured.get(name);
    const fragment = fragments.get(name);
    if (known !== undefined || fragment === undefined) return known ?? NOTHING;
    measured.set(name, NOTHING);
    const size = plus(ofSelections(fragment.selectionSet), { directives: fragment.directives?.length ?? 0 });
    measured.set(name, size);
    return size;
  };
  const ofSelections = ({ selections }: SelectionSetNode): DocumentSize => {
    let sum = NOTHING;
    for (const node of selections) {
      const directives = node.directives?.length ?? 0;
      if (node.kind === Kind.FRAGMENT_SPREAD) sum = plus(plus(sum, ofFragment(node.name.value)), { directives });
      else if (node.kind === Kind.INLINE_FRAGMENT)
        sum = plus(plus(sum, ofSelections(node.selectionSet)), { directives });
      else {
        const inside = node.selectionSet === undefined ? NOTHING : ofSelections(node.selectionSet);
        const isIntrospection = node.name.value.startsWith("__");
        sum = plus(sum, {
          depth: isIntrospection ? 1 : inside.depth + 1,
          aliases: inside.aliases + (node.alias === undefined || node.alias.value === node.name.value ? 0 : 1),
          rootFields: 1,
          directives: inside.directives + directives,
          selections: inside.selections + 1,
        });
      }
    }
    return sum;
  };
  let largest = NOTHING;
  for (const node of definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    const variables = (node.variableDefinitions ?? []).reduce((n, one) => n + (one.directives?.length ?? 0), 0);
    const size = plus(ofSelections(node.selectionSet), { directives: (node.directives?.length ?? 0) + variables });
    largest = combined(largest, size, Math.max);
  }
  return largest;
}

/** Side by side: the depth is the larger one, all else adds up. */
function plus(left: DocumentSize, right: Partial<DocumentSize>): DocumentSize {
  const all = { ...NOTHING, ...right };
  return { ...combined(left, all, (a, b) => a + b), depth: Math.max(left.depth, all.depth) };
}

function combined(left: DocumentSize, right: DocumentSize, by: (a: number, b: number) => number): DocumentSize {
  return {
    depth: by(left.depth, right.depth),
    aliases: by(left.aliases, right.aliases),
    rootFields: by(left.rootFields, right.rootFields),
    directives: by(left.directives, right.directives),
    selections: by(left.selections, right.selections),
  };
}
