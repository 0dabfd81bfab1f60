// Operations stand in `.graphql` files beside the code that runs them, and are imported from there by name.
// Bundled, they are short texts; checked against `schema.graphql`, so that an operation which the API would
// refuse does not build. `types.mjs` beside this file writes their types.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema, Kind, parse, print, stripIgnoredCharacters, validate } from 'graphql';
/** None in a copy of the sources, as a build of the server makes: there they have been checked before. */
export function readSchema() {
    const path = fileURLToPath(new URL('../../../schema.graphql', import.meta.url));
    return existsSync(path) ? buildSchema(readFileSync(path, 'utf8')) : undefined;
}
export function check(schema, document, file) {
    const errors = validate(schema, document);
    if (errors.length > 0)
        throw new Error(errors.map((error) => `${file}:${error.locations?.[0]?.line}: ${error.message}`).join('\n'));
}
/** A file's definitions, with the fragments that it uses of files it names in lines like `# import "./parts.graphql"`. */
export function documentOf(text, file) {
    const parts = [...text.matchAll(/^# import "(.+)"$/gm)].map(([, name]) => readFileSync(resolve(dirname(file), name), 'utf8'));
    const whole = parse([text, ...parts].join('\n'));
    if (parts.length === 0)
        return whole;
    const used = new Set(operationsOf(whole).flatMap(({ document }) => document.definitions));
    return { ...whole, definitions: whole.definitions.filter((one) => used.has(one)) };
}
/** Names of the fragments that a definition spreads. */
function spread(document, name, found = new Set()) {
    const definition = document.definitions.find((one) => 'name' in one && one.name?.value === name);
    for (const [, used] of definition ? print(definition).matchAll(/\.\.\.\s*(\w+)/g) : []) {
        if (used === undefined || used === 'on' || found.has(used))
            continue;
        found.add(used);
        spread(document, used, found);
    }
    return found;
}
/** Each operation with the fragments it uses: its name, kind and text. */
export function operationsOf(document) {
    return document.definitions.flatMap((definition) => {
        if (definition.kind !== Kind.OPERATION_DEFINITION)
            return [];
        const name = definition.name?.value;
        if (name === undefined)
            throw new Error('Each operation needs a name.');
        const fragments = spread(document, name);
        const used = document.definitions.filter((one) => one === definition || (one.kind === Kind.FRAGMENT_DEFINITION && fragments.has(one.name.value)));
        return [{ name, kind: definition.operation, definition, document: { kind: Kind.DOCUMENT, definitions: used } }];
    });
}
export function operations() {
    let schema;
    return {
        name: 'aiplus:operations',
        buildStart() {
            schema = readSchema();
        },
        transform(code, id) {
            if (!id.endsWith('.graphql') || id.includes('?'))
                return;
            const document = documentOf(code, id);
            if (schema)
                check(schema, document, id);
            const made = operationsOf(document).map(({ name, kind, document }) => {
                const operation = { name, kind, text: stripIgnoredCharacters(print(document)) };
                return `export const ${name} = ${JSON.stringify(operation)};`;
            });
            return { code: made.join('\n'), map: null };
        },
    };
}
