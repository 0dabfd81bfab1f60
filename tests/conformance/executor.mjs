// Compares a running server with graphql-js, the reference implementation, over the server's own data.
//
//   node executor.mjs http://127.0.0.1:8080 [SEED]
//
// The server executes queries with an executor of its own, so another one judges it: the data is fetched
// by flat queries, and the reference answers the same requests from it. `data` is compared as text, so the
// order of the keys counts. SEED changes the random queries.

import {
  buildClientSchema,
  executeSync,
  getIntrospectionQuery,
  getVariableValues,
  introspectionFromSchema,
  isIntrospectionType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  parse,
  specifiedRules,
  validate,
  validateSchema,
} from 'graphql';

import { documents, missingRoots, subscriptions, syntax } from './cases/documents.mjs';
import { bodies, inputs, variables } from './cases/inputs.mjs';
import { queries } from './cases/queries.mjs';
import { Graph, Unknown, isConnection } from './src/graph.mjs';
import { randomQueries } from './src/random.mjs';
import { problemOfErrors, problemOfRefusal } from './src/refusal.mjs';
import { Report, difference } from './src/report.mjs';
import { Server } from './src/server.mjs';

const [base, seed = '20261122'] = process.argv.slice(2);
if (!base) {
  console.error('usage: node executor.mjs BASE_URL [SEED]');
  process.exit(2);
}

const RANDOM_QUERIES = 300;
const INTROSPECTION = { descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: false };

const server = new Server(base);
const report = new Report();
let schema;
let graph;

function shown({ query, variables, operationName }) {
  const given = [variables && `variables ${JSON.stringify(variables)}`, operationName && `operationName ${operationName}`];
  return [query.trim(), ...given.filter(Boolean)].join('\n');
}

/** JSON with the keys of every object in one order. */
function sorted(value) {
  return JSON.stringify(value, (_, item) => {
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return item;
    return Object.fromEntries(Object.keys(item).sort().map((key) => [key, item[key]]));
  });
}

/** JSON text with each number as JavaScript spells it: 19.0 and 19 are the same number of JSON. */
function respelled(text) {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (token[0] === '"' ? token : JSON.stringify(Number(token))));
}

/** The reference's answer. */
function judge(request, rootValue = graph.root) {
  const document = parse(request.query);
  const invalid = validate(schema, document);
  if (invalid.length > 0) throw new Error(`the case is invalid: ${invalid.map(({ message }) => message).join('; ')}\n${shown(request)}`);
  const { query: _, variables: variableValues, operationName } = request;
  const { data, errors = [] } = executeSync({ schema, document, rootValue, variableValues, operationName });
  const unknown = errors.find(({ originalError }) => originalError instanceof Unknown);
  if (unknown) throw unknown.originalError;
  if (errors.length > 0) throw new Error(`the reference answers errors: ${errors.map(({ message }) => message).join('; ')}\n${shown(request)}`);
  return JSON.stringify(data);
}

/** The answer without what it cost, which only the server can know. */
function withoutCost(text) {
  return text.replace(/,"extensions":\{"cost":\{[^{}]*(\{[^{}]*\})?[^{}]*\}\}\}$/, '}');
}

/** What differs between the server's answer and the expected data; null if nothing does. */
async function compared(request, expected) {
  const answer = await server.request(request);
  const { status } = answer;
  const text = respelled(withoutCost(answer.text));
  // Text, not parsed values: a key that stands twice in an object, or in another order, must not get lost.
  const start = `{"data":${expected}`;
  const ends = request.errors ? text.startsWith(`${start},"errors":`) : text === `${start}}`;
  if (status === 200 && ends) return null;
  return `${shown(request)}\nstatus ${status}, ${difference(`${start}${request.errors ? ',"errors":…' : '}'}`, text)}`;
}

async function schemaGroup(check) {
  const introspection = await server.data(getIntrospectionQuery(INTROSPECTION));
  schema = buildClientSchema(introspection);
  check('the schema is valid', validateSchema(schema).map(({ message }) => message).join('\n') || null);
  // Built-in definitions are described by each implementation in its own words, and nothing orders types.
  const own = ({ __schema }) => ({
    ...__schema,
    types: __schema.types
      .filter(({ name }) => !isSpecifiedScalarType({ name }) && !isIntrospectionType({ name }))
      .sort((one, other) => (one.name < other.name ? -1 : 1)),
    directives: __schema.directives.filter(({ name }) => !isSpecifiedDirective({ name })),
  });
  // The order of keys is judged below, where one query asks for little.
  const expected = sorted(own(introspectionFromSchema(schema, INTROSPECTION)));
  const got = sorted(own(introspection));
  check('the introspection is what the reference says of the same schema', expected === got ? null : difference(expected, got));
}

async function graphGroup(check) {
  graph = await Graph.read(server, schema);
  check('there is data', graph.size > 100 ? null : `only ${graph.size} objects`);
  const lost = [...graph.lost];
  check(
    'every object that another one names is found by its id (Relay, "Node")',
    lost.length === 0 ? null : `${lost.length} are named by a list or a field but not found by nodes(ids:):\n${lost.slice(0, 5).join('\n')}`,
  );
}

async function nodesGroup(check) {
  for (const name of graph.types) {
    const [object] = graph.all(name);
    const query = `{ node(id: ${JSON.stringify(object.id)}) { ... on ${name} ${graph.everything(schema.getType(name))} } }`;
    check(`node(id:) of ${name}`, await compared({ query }, judge({ query })));
  }
}

async function listsGroup(check) {
  const root = schema.getQueryType();
  for (const field of Object.values(root.getFields())) {
    for (const args of isConnection(field.type.ofType) ? graph.variants(root, field) : []) {
      const node = field.type.ofType.getFields().nodes.type.ofType.ofType.ofType;
      // A page of hundreds with everything below it would meet the server's limit.
      if (/first: (100|40)/.test(args)) continue;
      const query = `{ ${field.name}${args && `(${args})`} { nodes ${graph.everything(node)} totalCount } }`;
      check(`${field.name}(${args})`, await compared({ query }, judge({ query })));
    }
  }
}

async function randomGroup(check) {
  let skipped = 0;
  for (const request of randomQueries(graph, Number(seed), RANDOM_QUERIES)) {
    let expected;
    try {
      expected = judge(request);
    } catch (error) {
      // An object that node(id:) does not find fails its own check above; here it would only be noise.
      if (!(error instanceof Unknown) || graph.lost.size === 0) throw error;
      skipped += 1;
      continue;
    }
    check('a random query', await compared(request, expected));
  }
  if (skipped > 0) console.log(`      ${skipped} random queries reach an object that was not found, and were left out`);
}

async function documentsGroup(check) {
  const used = new Set();
  for (const { rule, query } of [...documents, ...(schema.getSubscriptionType() ? subscriptions : [])]) {
    const judging = specifiedRules.find(({ name }) => name === `${rule}Rule`);
    used.add(judging);
    if (validate(schema, parse(query), [judging]).length === 0) throw new Error(`the case does not break ${rule}:\n${query}`);
    check(`${rule}`, after(query, problemOfRefusal(await server.request({ query }))));
  }
  // The depth of introspection is no rule of the specification; it stands with what is too large. Without a
  // root for subscriptions the reference has nothing to say of them.
  const elsewhere = ['MaxIntrospectionDepthRule', ...(schema.getSubscriptionType() ? [] : ['SingleFieldSubscriptionsRule'])];
  const open = specifiedRules.filter((rule) => !used.has(rule) && !elsewhere.includes(rule.name)).map(({ name }) => name);
  check('each rule of the reference has a case', open.length === 0 ? null : open.join(', '));
}

function after(text, problem) {
  const shortened = text.length > 1500 ? `${text.slice(0, 1500)}…` : text;
  return problem === null ? null : `${shortened}\n${problem}`;
}

async function rootsGroup(check) {
  for (const { operation, query, whole } of missingRoots) {
    // Once the schema has such a root, the document is not a bad one any more.
    if (schema[whole]()) continue;
    check(`no ${operation} root`, after(query, problemOfRefusal(await server.request({ query }))));
  }
}

async function syntaxGroup(check) {
  for (const query of syntax) {
    let parsed = true;
    try {
      parse(query);
    } catch {
      parsed = false;
    }
    if (parsed) throw new Error(`the case is well formed:\n${query}`);
    check('bad syntax', after(query, problemOfRefusal(await server.request({ query }))));
  }
}

async function variablesGroup(check) {
  for (const request of variables) {
    const document = parse(request.query);
    const invalid = validate(schema, document);
    const { errors } = getVariableValues(schema, document.definitions[0].variableDefinitions, request.variables ?? {});
    if (invalid.length > 0 || !errors) throw new Error(`the reference takes the variables, or the document is invalid:\n${shown(request)}`);
    check('bad variables', after(shown(request), problemOfRefusal(await server.request(request))));
  }
}

async function inputsGroup(check) {
  for (const { title, or, ...request } of inputs(graph)) {
    const invalid = validate(schema, parse(request.query));
    if (invalid.length > 0) throw new Error(`${title}: the case is invalid: ${invalid[0].message}`);
    const answer = await server.request(request);
    check(title, or && withoutCost(answer.text) === `{"data":${or}}` ? null : after(shown(request), problemOfErrors(answer)));
  }
}

async function bodiesGroup(check) {
  for (const { title, body, statuses } of bodies(schema)) {
    check(title, after(body.slice(0, 300), problemOfRefusal(await server.send(body), statuses)));
  }
}

// Without the schema or the data nothing else can be asked.
await report.group('introspection', schemaGroup);
if (schema) await report.group('fetch of the data', graphGroup);
if (graph) {
  await report.group('node(id:) of each type, all fields', nodesGroup);
  await report.group('lists of the root, all fields', listsGroup);
  for (const [name, cases] of Object.entries(queries(graph))) {
    await report.group(name, async (check) => {
      for (const [title, request] of cases()) check(title, await compared(request, judge(request)));
    });
  }
  await report.group(`random queries, seed ${seed}`, randomGroup);
  await report.group('documents against the rules of validation', documentsGroup);
  await report.group('operations without a root', rootsGroup);
  await report.group('documents that are not GraphQL', syntaxGroup);
  await report.group('variables of the wrong kind', variablesGroup);
  await report.group('arguments that may not be', inputsGroup);
  await report.group('requests that are too large or none', bodiesGroup);
}
report.end();
