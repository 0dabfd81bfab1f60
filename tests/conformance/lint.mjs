// Lints the schema of a running server.
//
//   node lint.mjs http://127.0.0.1:8080
//
// The rules are graphql-eslint's, which is kept up with both graphql-js and ESLint. It reads its
// configuration through a package that has left Node 20 behind in its newest parts; `overrides` in
// package.json hold those parts at the last versions for Node 20. None of them is used here.

import plugin from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';
import { buildClientSchema, getIntrospectionQuery, isIntrospectionType, isObjectType, isScalarType, isSpecifiedScalarType, printSchema } from 'graphql';

import { Report } from './src/report.mjs';
import { Server } from './src/server.mjs';

const [base] = process.argv.slice(2);
if (!base) {
  console.error('usage: node lint.mjs BASE_URL');
  process.exit(2);
}

/** Most findings shown of one rule. */
const SHOWN = 20;

const RULES = {
  'every definition is described': {
    'require-description': {
      types: true,
      FieldDefinition: true,
      InputValueDefinition: true,
      EnumValueDefinition: true,
      DirectiveDefinition: true,
      ignoredSelectors: [
        // Named after a field of the row or an operator, which are described once: at the type, at `StringFilter`.
        'InputObjectTypeDefinition[name.value=/Filter$/] > InputValueDefinition',
        // Every list takes them; the lists of the root describe them.
        ':matches(ObjectTypeDefinition, InterfaceTypeDefinition):not([name.value=Query]) > FieldDefinition > InputValueDefinition[name.value=/^(where|orderBy|first|after|last|before)$/]',
      ],
    },
  },
  names: {
    'naming-convention': {
      types: 'PascalCase',
      FieldDefinition: 'camelCase',
      InputValueDefinition: 'camelCase',
      DirectiveDefinition: 'camelCase',
      EnumValueDefinition: 'UPPER_CASE',
    },
    'unique-enum-value-names': undefined,
  },
  'Relay connections': {
    'relay-connection-types': undefined,
    // `nodes` is a list beside `edges`, and a row need not have an id of its own; Relay allows both.
    'relay-edge-types': { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
    'relay-page-info': undefined,
    'relay-arguments': { includeBoth: true },
  },
  'nothing left over': { 'no-unreachable-types': undefined, 'require-deprecation-reason': undefined },
};

const report = new Report();
let schema;

await report.group('introspection', async (check) => {
  const introspection = await new Server(base).data(getIntrospectionQuery({ schemaDescription: true, inputValueDeprecation: true, specifiedByUrl: true }));
  schema = buildClientSchema(introspection);
  check('the schema is read', null);
});

if (schema) {
  const text = printSchema(schema);
  const found = await lint(text);
  for (const [name, rules] of Object.entries(RULES)) {
    await report.group(name, (check) => {
      for (const rule of Object.keys(rules)) check(rule, shown(found.filter(({ ruleId }) => ruleId === `@graphql-eslint/${rule}`).map(placed(text))));
    });
  }
  await report.group('no other finding', (check) => {
    const known = Object.values(RULES).flatMap((rules) => Object.keys(rules).map((rule) => `@graphql-eslint/${rule}`));
    check('the linter reads the schema', shown(found.filter(({ ruleId }) => !known.includes(ruleId)).map(placed(text))));
  });
  await report.group('Korean descriptions of object types and their fields', (check) => {
    for (const type of Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !isIntrospectionType(type))) {
      const definitions = [[type.name, type], ...Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field])];
      const bare = definitions.filter(([, { description }]) => !/\p{Script=Hangul}/u.test(description ?? ''));
      check(type.name, shown(bare.map(([coordinate, { description }]) => `${coordinate} has no Korean: ${JSON.stringify(description)}`)));
    }
  });
  await report.group('names of truth values, days and instants', (check) => {
    // Relay's own names, and whether there is a thing at all, begin with `has`.
    const forms = { Boolean: /^(is|has)[A-Z]/, Date: /On$/, PartialDate: /On$/, DateTime: /At$/ };
    const of = (type) => String(type).replace(/[\[\]!]/g, '');
    const roots = ['Query', 'Mutation', 'Subscription'];
    for (const type of Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !isIntrospectionType(type) && !roots.includes(type.name))) {
      const odd = Object.values(type.getFields()).filter((field) => !(forms[of(field.type)] ?? /./).test(field.name));
      check(type.name, shown(odd.map((field) => `${type.name}.${field.name}: ${field.type}`)));
    }
  });
  await report.group('scalars say what they are', (check) => {
    // Periods and quarters are written as no standard writes both.
    const own = ['Period', 'Quarter'];
    for (const type of Object.values(schema.getTypeMap()).filter((type) => isScalarType(type) && !isSpecifiedScalarType(type))) {
      check(type.name, type.specifiedByURL || own.includes(type.name) ? null : `${type.name} has no @specifiedBy`);
    }
  });
  await report.group('Relay object identification', (check) => {
    const { node, nodes } = schema.getQueryType().getFields();
    const signature = (field) => field && `${field.name}(${field.args.map(({ name, type }) => `${name}: ${type}`)}): ${field.type}`;
    check('node', signature(node) === 'node(id: ID!): Node' ? null : `Query has ${signature(node)}`);
    check('nodes', signature(nodes) === 'nodes(ids: [ID!]!): [Node]!' ? null : `Query has ${signature(nodes)}`);
    const id = schema.getType('Node').getFields().id;
    check('Node', String(id?.type) === 'ID!' ? null : `Node.id is ${id?.type}`);
  });
}
report.end();

/** What the linter says of a schema. */
async function lint(text) {
  const rules = Object.values(RULES).flatMap((group) => Object.entries(group));
  const eslint = new ESLint({
    overrideConfigFile: true,
    overrideConfig: [
      {
        files: ['**/*.graphql'],
        plugins: { '@graphql-eslint': plugin },
        languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig: { schema: text } } },
        rules: Object.fromEntries(rules.map(([rule, options]) => [`@graphql-eslint/${rule}`, options === undefined ? 'error' : ['error', options]])),
      },
    ],
  });
  const [{ messages }] = await eslint.lintText(text, { filePath: 'schema.graphql' });
  return messages;
}

/** A finding with the line it stands in, as the printed schema is in no file to look it up. */
function placed(text) {
  const lines = text.split('\n');
  return ({ message, line }) => `${message} (${lines[line - 1]?.trim()})`;
}

function shown(findings) {
  if (findings.length === 0) return null;
  const rest = findings.length - SHOWN;
  return [...findings.slice(0, SHOWN), ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
}
