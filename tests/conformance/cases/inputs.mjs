// Well-formed requests whose values may not be what they are.

const DEEP = (levels, inner) => Array.from({ length: levels }).reduce((value) => ({ and: [value] }), inner);

/** Variables that the reference refuses. */
export const variables = [
  { query: 'query ($n: Int) { meetings(first: $n) { totalCount } }', variables: { n: '5' } },
  { query: 'query ($n: Int) { meetings(first: $n) { totalCount } }', variables: { n: 5.5 } },
  { query: 'query ($n: Int) { meetings(first: $n) { totalCount } }', variables: { n: 2147483648 } },
  { query: 'query ($n: Int) { meetings(first: $n) { totalCount } }', variables: { n: true } },
  { query: 'query ($n: Int) { meetings(first: $n) { totalCount } }', variables: { n: [5] } },
  { query: 'query ($n: Int!) { meetings(first: $n) { totalCount } }', variables: {} },
  { query: 'query ($n: Int!) { meetings(first: $n) { totalCount } }' },
  { query: 'query ($n: Int!) { meetings(first: $n) { totalCount } }', variables: { n: null } },
  { query: 'query ($n: Int! = 5) { meetings(first: $n) { totalCount } }', variables: { n: null } },
  { query: 'query ($code: String!) { meeting(code: $code) { id } }', variables: { code: 5 } },
  { query: 'query ($code: String!) { meeting(code: $code) { id } }', variables: { code: true } },
  { query: 'query ($code: String!) { meeting(code: $code) { id } }', variables: { code: { eq: 'x' } } },
  { query: 'query ($id: ID!) { node(id: $id) { id } }', variables: { id: 1.5 } },
  { query: 'query ($id: ID!) { node(id: $id) { id } }', variables: { id: false } },
  { query: 'query ($id: ID!) { node(id: $id) { id } }', variables: { id: ['x'] } },
  { query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables: { ids: ['x', null] } },
  { query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables: { ids: [['x']] } },
  { query: 'query ($yes: Boolean!) { __typename @skip(if: $yes) }', variables: { yes: 'true' } },
  { query: 'query ($yes: Boolean!) { __typename @skip(if: $yes) }', variables: { yes: 1 } },
  { query: 'query ($yes: Boolean! = true) { __typename @skip(if: $yes) }', variables: { yes: null } },
  { query: 'query ($kind: MeetingKind) { meetings(where: { kind: { eq: $kind } }) { totalCount } }', variables: { kind: 'NOTHING' } },
  { query: 'query ($kind: MeetingKind) { meetings(where: { kind: { eq: $kind } }) { totalCount } }', variables: { kind: 1 } },
  { query: 'query ($kind: MeetingKind) { meetings(where: { kind: { eq: $kind } }) { totalCount } }', variables: { kind: 'monthly' } },
  { query: 'query ($where: MeetingFilter) { meetings(where: $where) { totalCount } }', variables: { where: { nothing: { eq: 'x' } } } },
  { query: 'query ($where: MeetingFilter) { meetings(where: $where) { totalCount } }', variables: { where: { code: 'x' } } },
  { query: 'query ($where: MeetingFilter) { meetings(where: $where) { totalCount } }', variables: { where: 'x' } },
  { query: 'query ($where: MeetingFilter) { meetings(where: $where) { totalCount } }', variables: { where: [] } },
  { query: 'query ($where: MeetingFilter) { meetings(where: $where) { totalCount } }', variables: { where: { and: [null] } } },
  { query: 'query ($order: [MeetingOrder!]) { meetings(orderBy: $order) { totalCount } }', variables: { order: [{ direction: 'ASC' }] } },
  { query: 'query ($order: [MeetingOrder!]) { meetings(orderBy: $order) { totalCount } }', variables: { order: [{ field: 'CODE', direction: null }] } },
  { query: 'query ($order: [MeetingOrder!]) { meetings(orderBy: $order) { totalCount } }', variables: { order: [{ field: 'CODE' }, null] } },
  { query: 'query ($to: SimilarCaseInput!) { similarCases(to: $to) { totalCount } }', variables: { to: { size: 'HUGE' } } },
];

/** Arguments of the right type that are refused all the same. */
export function inputs(graph) {
  const cursor = (root, args) => JSON.stringify(graph.root[root](args).edges[0].cursor);
  const meetings = cursor('meetings', { first: 5 });
  const meeting = graph.find('Meeting', 'with an agenda', ({ agenda }) => agenda({ first: 5 }).edges.length > 0);
  const agenda = JSON.stringify(meeting.agenda({ first: 5 }).edges[0].cursor);
  const id = JSON.stringify(meeting.id);
  const bill = JSON.stringify(graph.find('Bill', 'at all').number);
  const nul = (where) => `{ meetings(where: ${where}) { totalCount } }`;
  return [
    { title: 'an id that is none', query: '{ node(id: "x") { id } }' },
    { title: 'an empty id', query: '{ node(id: "") { id } }' },
    { title: 'an id that is a number', query: '{ node(id: 1) { id } }' },
    { title: 'an id of no type', query: `{ node(id: "AAAA${meeting.id.slice(4)}") { id } }` },
    { title: 'an id of no row', query: `{ node(id: "${meeting.id.slice(0, -4)}AAAA") { id } }` },
    { title: 'an id with more behind it', query: `{ node(id: "${meeting.id}AAAA") { id } }` },
    { title: 'one bad id of several', query: `{ nodes(ids: [${id}, "x"]) { id } }` },
    { title: 'more ids than are taken', query: `{ nodes(ids: [${Array(101).fill(id).join(', ')}]) { id } }` },
    { title: 'no such code', query: '{ institution(code: "there is no such institution") { id } }' },
    { title: 'a cursor that is none', query: '{ meetings(after: "x") { totalCount } }' },
    { title: 'an empty cursor', query: '{ meetings(after: "") { totalCount } }' },
    { title: 'a cursor of another list', query: `{ institutions(after: ${meetings}) { totalCount } }` },
    { title: 'a cursor of another list of the same type', query: `{ body(code: ${JSON.stringify(graph.find('Body', 'at all').code)}) { meetings(after: ${meetings}) { totalCount } } }` },
    { title: 'a cursor of a list below', query: `{ agendaItems(after: ${agenda}) { totalCount } }` },
    { title: 'a cursor of the list in another order', query: `{ meetings(after: ${meetings}, orderBy: [{ field: CODE }]) { totalCount } }` },
    { title: 'a cursor cut short', query: `{ meetings(after: ${meetings.slice(0, -5)}") { totalCount } }` },
    { title: 'a cursor of another list, in before', query: `{ institutions(last: 1, before: ${meetings}) { totalCount } }` },
    { title: 'first below 0', query: '{ meetings(first: -1) { totalCount } }' },
    { title: 'first above 100', query: '{ meetings(first: 101) { totalCount } }' },
    { title: 'last below 0', query: '{ meetings(last: -1) { totalCount } }' },
    { title: 'last above 100', query: '{ meetings(last: 101) { totalCount } }' },
    { title: 'first and last', query: '{ meetings(first: 1, last: 1) { totalCount } }' },
    { title: 'first below 0, in a list below', query: '{ meetings(first: 1) { nodes { agenda(first: -1) { totalCount } } } }' },
    { title: 'first below 0, as a variable', query: 'query ($n: Int) { meetings(first: $n) { totalCount } }', variables: { n: -1 } },
    { title: 'one order twice', query: '{ meetings(orderBy: [{ field: CODE }, { field: CODE, direction: DESC }]) { totalCount } }' },
    { title: 'more values than are compared', query: `{ meetings(where: { code: { in: [${Array(101).fill('"x"').join(', ')}] } }) { totalCount } }` },
    { title: 'a date of no calendar', query: `{ bill(number: ${bill}) { stageOn(date: "2026-02-30") } }` },
    { title: 'a date that is none', query: `{ bill(number: ${bill}) { stageOn(date: "yesterday") } }` },
    { title: 'a date that is a number', query: `{ bill(number: ${bill}) { stageOn(date: 20260101) } }` },
    { title: 'a date with a time', query: '{ regions(asOf: "2026-01-01T00:00:00Z") { totalCount } }' },
    { title: 'a date as a variable', query: 'query ($date: Date) { regions(asOf: $date) { totalCount } }', variables: { date: '2026-13-01' } },
    { title: 'a date that is an object', query: 'query ($date: Date) { regions(asOf: $date) { totalCount } }', variables: { date: { year: 2026 } } },
    { title: 'a partial date of no calendar', query: '{ meetings(where: { heldOn: { eq: "2026-13" } }) { totalCount } }' },
    { title: 'an empty partial date', query: '{ timeline(from: "") { totalCount } }' },
    { title: 'an instant that is none', query: '{ meetings(where: { updatedAt: { gt: "2026-01-01" } }) { totalCount } }' },
    { title: 'an amount that is none', query: '{ adoptionCases(where: { investment: { gt: "much" } }) { totalCount } }' },
    { title: 'NUL in a code', query: '{ meeting(code: "\\u0000") { id } }' },
    { title: 'NUL in an id', query: '{ node(id: "\\u0000") { id } }' },
    { title: 'NUL in a comparison', query: nul('{ code: { eq: "\\u0000" } }') },
    { title: 'NUL in a pattern', query: nul('{ code: { contains: "a\\u0000" } }') },
    { title: 'NUL in one of several values', query: nul('{ code: { in: ["a", "\\u0000"] } }') },
    { title: 'NUL in a text of two languages', query: nul('{ title: { contains: "\\u0000" } }') },
    { title: 'NUL in words to search', query: nul('{ search: "\\u0000" }') },
    { title: 'NUL in the text of a search', query: '{ search(text: "\\u0000") { totalCount } }' },
    { title: 'NUL in a variable', query: 'query ($where: MeetingFilter) { meetings(where: $where) { totalCount } }', variables: { where: { code: { eq: '\u0000' } } } },
    { title: 'NUL in a cursor', query: '{ meetings(after: "\\u0000") { totalCount } }' },
    // Valid by their types, since there is a default; null still may not get where it must not be.
    { title: 'null for an argument that must not be null', query: 'query ($days: Int = 30) { bills { nodes { isStalled(days: $days) } } }', variables: { days: null } },
    { title: 'null for an argument of the root that must not be null', query: 'query ($code: String = "x") { meeting(code: $code) { id } }', variables: { code: null } },
    { title: 'null for a field that must not be null', query: 'query ($direction: OrderDirection) { meetings(orderBy: [{ field: CODE, direction: $direction }]) { totalCount } }', variables: { direction: null } },
    { title: 'null for an item that must not be null', query: 'query ($id: ID = "x") { nodes(ids: [$id]) { id } }', variables: { id: null } },
    // The specification asks of a condition whether it is true; the reference answers an error. Either will do.
    { title: 'null in @skip', query: 'query ($yes: Boolean = true) { a: __typename @skip(if: $yes) }', variables: { yes: null }, or: '{"a":"Query"}' },
    { title: 'null in @include', query: 'query ($yes: Boolean = true) { a: __typename @include(if: $yes) }', variables: { yes: null }, or: '{}' },
    { title: 'pages in pages in pages', query: '{ meetings(first: 100) { nodes { agenda(first: 100) { nodes { statements(first: 100) { nodes { topics(first: 100) { totalCount } } } } } } } }' },
  ];
}

/** Requests that are too large, or no GraphQL requests at all; 400 unless said otherwise. */
export function bodies(schema) {
  const of = (query, rest = {}) => JSON.stringify({ query, ...rest });
  const nested = (levels) => `{ meetings ${'{ nodes { agenda { nodes { meeting '.repeat(levels)}{ id }${' } } } }'.repeat(levels)} }`;
  const doubling = Array.from({ length: 40 }, (_, at) => `fragment F${at} on Query { ...F${at + 1} ... { ...F${at + 1} } }`).join('\n');
  const refused = [400, 413];
  return [
    { title: '200 levels of fields', body: of(nested(50)), statuses: refused },
    { title: '200 levels of inline fragments', body: of(`{ ${'... { '.repeat(200)}__typename${' }'.repeat(200)} }`), statuses: refused },
    { title: '200 levels of lists in a value', body: of(`{ nodes(ids: ${'['.repeat(200)}"x"${']'.repeat(200)}) { id } }`), statuses: refused },
    { title: '200 levels of objects in a value', body: of(`{ meetings(where: ${'{ not: '.repeat(200)}{ code: { eq: "x" } }${' }'.repeat(200)}) { totalCount } }`), statuses: refused },
    { title: '200 levels of a list in a type', body: of(`query ($a: ${'['.repeat(200)}Int${']'.repeat(200)}) { meetings(first: $a) { totalCount } }`), statuses: refused },
    { title: '200 levels in the variables', body: of('query ($w: MeetingFilter) { meetings(where: $w) { totalCount } }', { variables: { w: DEEP(100, { code: { eq: 'x' } }) } }), statuses: refused },
    { title: 'a document of 100 kB', body: of(`{ ${'__typename '.repeat(9_000)} }`), statuses: refused },
    { title: 'thousands of aliases', body: of(`{ ${Array.from({ length: 3_000 }, (_, at) => `a${at}: __typename`).join(' ')} }`), statuses: refused },
    { title: 'fragments that double', body: of(`{ ...F0 } ${doubling} fragment F40 on Query { __typename }`), statuses: refused },
    { title: 'fragments in a long chain', body: of(`{ ...F0 } ${Array.from({ length: 500 }, (_, at) => `fragment F${at} on Query { ...F${at + 1} }`).join(' ')} fragment F500 on Query { __typename }`), statuses: refused },
    { title: 'an introspection without an end', body: of('{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }'), statuses: refused },
    { title: 'no body', body: '' },
    { title: 'no JSON', body: '{ __typename }' },
    { title: 'JSON cut short', body: '{"query":"{ __typename }"' },
    { title: 'JSON with more behind it', body: '{"query":"{ __typename }"} x' },
    { title: 'null', body: 'null' },
    { title: 'a text', body: '"{ __typename }"' },
    { title: 'a list of requests', body: '[{"query":"{ __typename }"}]' },
    { title: 'no query', body: '{}' },
    { title: 'a query that is null', body: '{"query":null}' },
    { title: 'a query that is a number', body: '{"query":1}' },
    { title: 'the query twice', body: '{"query":"{ __typename }","query":"{ bills { totalCount } }"}' },
    { title: 'variables that are a list', body: of('{ __typename }', { variables: [] }) },
    { title: 'variables that are a text', body: of('{ __typename }', { variables: '{}' }) },
    { title: 'extensions that are a list', body: of('{ __typename }', { extensions: [] }) },
    { title: 'an operationName that is a number', body: of('query A { __typename }', { operationName: 1 }) },
    { title: 'an operationName of no operation', body: of('query A { __typename }', { operationName: 'B' }) },
    { title: 'no operationName of several', body: of('query A { __typename } query B { __typename }') },
    { title: 'only a fragment', body: of(`fragment A on ${schema.getQueryType().name} { __typename }`) },
    { title: 'half a character outside the plane, in JSON', body: '{"query":"{ meeting(code: \\"\\ud800\\") { id } }"}' },
    // The last one: a server may close the connection instead of reading such a body to its end.
    { title: 'a document of 2 MB', body: of(`{ __typename #${'x'.repeat(2_000_000)}\n}`), statuses: refused },
  ];
}
