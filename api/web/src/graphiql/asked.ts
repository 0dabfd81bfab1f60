import { type DefinitionNode, type DocumentNode, Kind, parse, print, visit } from 'graphql';

export interface Asked {
  query: string;
  variables: string;
}

/** What the definitions name: fragments they spread, variables they use. */
function named(definitions: readonly DefinitionNode[]) {
  const fragments = new Set<string>();
  const variables = new Set<string>();
  for (const definition of definitions) {
    visit(definition, {
      FragmentSpread: (node) => void fragments.add(node.name.value),
      VariableDefinition: () => false,
      Variable: (node) => void variables.add(node.name.value),
    });
  }
  return { fragments, variables };
}

/** An operation with the named fields of its root alone, and what these need. */
function part(document: DocumentNode, only: string[]): DocumentNode {
  let definitions = document.definitions.map((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION || only.length === 0) return definition;
    const selections = definition.selectionSet.selections.filter((one) => one.kind !== Kind.FIELD || only.includes((one.alias ?? one.name).value));
    return { ...definition, selectionSet: { ...definition.selectionSet, selections } };
  });
  for (let before = -1; before !== definitions.length; ) {
    before = definitions.length;
    const { fragments } = named(definitions);
    definitions = definitions.filter((one) => one.kind !== Kind.FRAGMENT_DEFINITION || fragments.has(one.name.value));
  }
  const { variables } = named(definitions);
  const cut = definitions.map((one) =>
    one.kind === Kind.OPERATION_DEFINITION
      ? { ...one, variableDefinitions: one.variableDefinitions?.filter((each) => variables.has(each.variable.name.value)) }
      : one,
  );
  // What is asked for before how its parts look.
  return { ...document, definitions: [...cut].sort((a, b) => Number(a.kind === Kind.FRAGMENT_DEFINITION) - Number(b.kind === Kind.FRAGMENT_DEFINITION)) };
}

/** Values of the variables that are left. */
function valuesOf(document: DocumentNode, text: string): string {
  const { variables } = named(document.definitions);
  const kept = Object.entries(JSON.parse(text || '{}') as Record<string, unknown>).filter(([name]) => variables.has(name));
  return kept.length > 0 ? JSON.stringify(Object.fromEntries(kept), null, 2) : '';
}

/** The operation that a link to this page asks for (`#query=…&variables=…&only=…`), written to be read. */
export function askedInAddress(): Asked | undefined {
  const asked = new URLSearchParams(location.hash.slice(1));
  const query = asked.get('query');
  if (!query) return undefined;
  // A page opened anew, or sent on, must not ask for it once more.
  history.replaceState(null, '', location.pathname + location.search);
  const only = asked.get('only')?.split(',') ?? [];
  try {
    const document = part(parse(query), only);
    return { query: print(document), variables: valuesOf(document, asked.get('variables') ?? '') };
  } catch {
    return { query, variables: asked.get('variables') ?? '' };
  }
}
