// Writes `NAME.d.graphql.ts` beside each `NAME.graphql`: the exact types of what each operation takes and answers,
// out of `schema.graphql`. Run by `npm run types`; nothing of it is committed.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { isAbstractType, isEnumType, isInputObjectType, isListType, isNonNullType, isObjectType, isScalarType, Kind, typeFromAST, } from 'graphql';
import { check, documentOf, operationsOf, readSchema } from './operations.mjs';
const files = (ending) =>
    readdirSync('src', { recursive: true })
        .filter((name) => name.endsWith(ending))
        .map((name) => `src/${name}`);
const numbers = new Set(['Int', 'Float']);
function scalar(name) {
    if (numbers.has(name))
        return 'number';
    return name === 'Boolean' ? 'boolean' : name === 'JSON' ? 'unknown' : 'string';
}
class Writer {
    schema;
    fragments;
    inputs = new Map();
    constructor(schema, fragments) {
        this.schema = schema;
        this.fragments = fragments;
    }
    wrap(type, named, isOptional = true) {
        if (isNonNullType(type))
            return this.wrap(type.ofType, named, false);
        const inner = isListType(type) ? `Array<${this.wrap(type.ofType, named)}>` : named(type);
        return isOptional ? `${inner} | null` : inner;
    }
    enumeration(type) {
        return isEnumType(type) ? type.getValues().map((value) => `'${value.name}'`).join(' | ') : '';
    }
    input(type) {
        if (isScalarType(type))
            return scalar(type.name);
        if (isEnumType(type))
            return `(${this.enumeration(type)})`;
        if (!isInputObjectType(type))
            return 'never';
        if (!this.inputs.has(type.name)) {
            this.inputs.set(type.name, '');
            const fields = Object.values(type.getFields()).map((field) => {
                const isNeeded = isNonNullType(field.type) && field.defaultValue === undefined;
                return `${field.name}${isNeeded ? '' : '?'}: ${this.wrap(field.type, (inner) => this.input(inner))};`;
            });
            this.inputs.set(type.name, `export interface ${type.name} { ${fields.join(' ')} }`);
        }
        return type.name;
    }
    output(type, selection) {
        return this.wrap(type, (named) => {
            if (isScalarType(named))
                return scalar(named.name);
            if (isEnumType(named))
                return `(${this.enumeration(named)})`;
            if (selection === undefined)
                return 'never';
            const composite = named;
            if (!isAbstractType(composite))
                return this.object(composite, selection);
            const possible = this.schema.getPossibleTypes(composite);
            // Types of which the same is asked stand together, or a node would be a union of a hundred.
            const by = new Map();
            for (const one of possible) {
                const shape = this.object(one, selection, '#');
                by.set(shape, [...(by.get(shape) ?? []), `'${one.name}'`]);
            }
            return `(${[...by].map(([shape, names]) => shape.replaceAll("'#'", names.join(' | '))).join(' | ')})`;
        });
    }
    fields(type, selection, all, isMaybe = false) {
        for (const one of selection.selections) {
            const isOptional = isMaybe || (one.directives?.length ?? 0) > 0;
            if (one.kind === Kind.FIELD) {
                const key = one.alias?.value ?? one.name.value;
                if (one.name.value === '__typename')
                    continue;
                const field = type.getFields()[one.name.value];
                if (field === undefined)
                    throw new Error(`${type.name} has no field ${one.name.value}`);
                const known = all.get(key);
                all.set(key, {
                    type: field.type,
                    selections: [...(known?.selections ?? []), ...(one.selectionSet?.selections ?? [])],
                    isMaybe: isOptional && (known?.isMaybe ?? true),
                });
                continue;
            }
            const fragment = one.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(one.name.value) : one;
            if (fragment === undefined)
                throw new Error('Unknown fragment.');
            const condition = fragment.typeCondition && this.schema.getType(fragment.typeCondition.name.value);
            const applies = !condition || condition === type || (isAbstractType(condition) && this.schema.isSubType(condition, type));
            if (applies)
                this.fields(type, fragment.selectionSet, all, isOptional);
        }
    }
    object(type, selection, name = type.name) {
        const all = new Map();
        this.fields(type, selection, all);
        const lines = [...all].map(([key, { type, selections, isMaybe }]) => {
            const set = selections.length > 0 ? { kind: Kind.SELECTION_SET, selections } : undefined;
            return `${key}${isMaybe ? '?' : ''}: ${this.output(type, set)};`;
        });
        const asks = (set) => set.selections.some((one) => one.kind === Kind.FIELD
            ? one.name.value === '__typename'
            : asks((one.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(one.name.value) : one).selectionSet));
        if (asks(selection))
            lines.unshift(`__typename: '${name}';`);
        return `{ ${lines.join(' ')} }`;
    }
}
const schema = readSchema();
if (schema === undefined)
    throw new Error('schema.graphql is not there.');
const client = resolve('src/app/client');
for (const file of files('.graphql')) {
    const document = documentOf(readFileSync(file, 'utf8'), file);
    // Fragments alone are for other files.
    if (operationsOf(document).length === 0)
        continue;
    check(schema, document, file);
    const fragments = new Map(document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])));
    const writer = new Writer(schema, fragments);
    const made = operationsOf(document).map(({ name, kind, definition }) => {
        const root = schema.getRootType(kind);
        if (!isObjectType(root))
            throw new Error(`The schema has no ${kind}.`);
        const variables = (definition.variableDefinitions ?? []).map((one) => {
            const type = typeFromAST(schema, one.type);
            const isNeeded = isNonNullType(type) && one.defaultValue === undefined;
            return `${one.variable.name.value}${isNeeded ? '' : '?'}: ${writer.wrap(type, (inner) => writer.input(inner))};`;
        });
        return [
            `export type ${name}Variables = { ${variables.join(' ')} };`,
            `export type ${name}Data = ${writer.object(root, definition.selectionSet)};`,
            `export const ${name}: Operation<${name}Data, ${name}Variables>;`,
        ].join('\n');
    });
    const folder = resolve(file, '..');
    const from = relative(folder, client);
    const head = `// Generated by \`npm run types\`.\nimport type { Operation } from '${from.startsWith('.') ? from : `./${from}`}';`;
    writeFileSync(file.replace(/\.graphql$/, '.d.graphql.ts'), `${[head, ...writer.inputs.values(), ...made].join('\n')}\n`);
}
// What is left of operations that are gone.
for (const file of files('.d.graphql.ts')) {
    if (!existsSync(file.replace(/\.d\.graphql\.ts$/, '.graphql')))
        rmSync(file);
}
