import {
  Kind,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

/** The size of a query with its fragments expanded. */
export interface DocumentSize {
  /** Maximum number of nested fields. An introspection field counts as one, because graphql-js limits its content. */
  readonly depth: number;
  readonly aliases: number;
  /** Number of fields at the top level of the operation. */
  readonly rootFields: number;
  readonly directives: number;
  /** Number of selected fields. */
  readonly selections: number;
}

const EMPTY: DocumentSize = { depth: 0, aliases: 0, rootFields: 0, directives: 0, selections: 0 };

/** Returns the size of a document's operations: for each measure, the maximum over the operations. */
export function measureDocument(document: DocumentNode): DocumentSize {
  const measurement = new Measurement(fragmentsOf(document));
  return document.definitions
    .filter((node) => node.kind === Kind.OPERATION_DEFINITION)
    .map((operation) => measurement.ofOperation(operation))
    .reduce((left, right) => combine(left, right, Math.max), EMPTY);
}

/** Returns the fragments of a document by name. */
export function fragmentsOf({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}

/** The measurement of one document. It measures each fragment once, so that its time grows with the text, not with the expansion. */
class Measurement {
  readonly #fragmentSizes = new Map<string, DocumentSize>();

  constructor(private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>) {}

  ofOperation({ selectionSet, directives, variableDefinitions = [] }: OperationDefinitionNode): DocumentSize {
    const variables = variableDefinitions.map((variable) => directivesOnly(variable.directives));
    return [directivesOnly(directives), ...variables].reduce(add, this.#ofSelectionSet(selectionSet));
  }

  #ofSelectionSet({ selections }: SelectionSetNode): DocumentSize {
    return selections.map((node) => this.#ofSelection(node)).reduce(add, EMPTY);
  }

  #ofSelection(node: SelectionNode): DocumentSize {
    switch (node.kind) {
      case Kind.FIELD:
        return this.#ofField(node);
      case Kind.INLINE_FRAGMENT:
        return add(this.#ofSelectionSet(node.selectionSet), directivesOnly(node.directives));
      case Kind.FRAGMENT_SPREAD:
        return add(this.#ofFragment(node.name.value), directivesOnly(node.directives));
    }
  }

  #ofField({ name, alias, selectionSet, directives = [] }: FieldNode): DocumentSize {
    const content = selectionSet === undefined ? EMPTY : this.#ofSelectionSet(selectionSet);
    const isIntrospection = name.value.startsWith("__");
    const isRenamed = alias !== undefined && alias.value !== name.value;
    return {
      depth: isIntrospection ? 1 : content.depth + 1,
      aliases: content.aliases + (isRenamed ? 1 : 0),
      rootFields: 1,
      directives: content.directives + directives.length,
      selections: content.selections + 1,
    };
  }

  /** Unknown fragments, and fragments inside themselves, are empty: validation rejects them. */
  #ofFragment(name: string): DocumentSize {
    const known = this.#fragmentSizes.get(name);
    if (known !== undefined) return known;
    const fragment = this.fragments.get(name);
    if (fragment === undefined) return EMPTY;
    this.#fragmentSizes.set(name, EMPTY);
    const size = add(this.#ofSelectionSet(fragment.selectionSet), directivesOnly(fragment.directives));
    this.#fragmentSizes.set(name, size);
    return size;
  }
}

function directivesOnly(directives: readonly DirectiveNode[] = []): DocumentSize {
  return { ...EMPTY, directives: directives.length };
}

/** Returns the size of two parts of one selection: the larger depth, and the sums of the other measures. */
function add(left: DocumentSize, right: DocumentSize): DocumentSize {
  const sums = combine(left, right, (a, b) => a + b);
  return { ...sums, depth: Math.max(left.depth, right.depth) };
}

function combine(left: DocumentSize, right: DocumentSize, operation: (a: number, b: number) => number): DocumentSize {
  return {
    depth: operation(left.depth, right.depth),
    aliases: operation(left.aliases, right.aliases),
    rootFields: operation(left.rootFields, right.rootFields),
    directives: operation(left.directives, right.directives),
    selections: operation(left.selections, right.selections),
  };
}
