// Valid queries, each for a place where an executor can go wrong.

/** Groups of cases: a title and a request. Names and ids come from the data, whatever it holds. */
export function queries(graph) {
  const rows = (connection) => connection.nodes;
  const meeting = graph.find(
    'Meeting',
    'with an agenda, statements and participants of both kinds',
    ({ agenda, attendance, statements }) => {
      const kinds = rows(attendance({ first: 5 })).map(({ participant }) => participant?.__typename);
      return rows(agenda({ first: 5 })).length > 1 && rows(statements({ first: 5 })).length > 0 && kinds.includes('Person') && kinds.includes('Institution');
    },
  );
  const other = graph.find('Meeting', 'besides the first', ({ code }) => code !== meeting.code);
  const spoken = graph.find('Statement', 'of a person', ({ speaker }) => speaker?.__typename === 'Person');
  const institution = graph.find('Institution', 'with a region', ({ region }) => region !== null);
  const person = graph.find('Person', 'at all');
  const topic = graph.find('Topic', 'at all');
  const bill = graph.find('Bill', 'at all');
  const body = graph.find('Body', 'at all');
  const cited = graph.find('Citation', 'with a subject and a document', ({ subject, document }) => subject !== undefined && document);
  const code = JSON.stringify(meeting.code);
  const id = JSON.stringify(meeting.id);
  const $code = meeting.code;

  return {
    'aliases and order': () => [
      ['leaves in another order', { query: `{ meeting(code: ${code}) { kind heldOn code id number status } }` }],
      ['leaves in that order turned round', { query: `{ meeting(code: ${code}) { status number id code heldOn kind } }` }],
      ['the same leaf under several keys', { query: `{ meeting(code: ${code}) { a: code b: code code c: code } }` }],
      ['aliases that are the names of other fields', { query: `{ meeting(code: ${code}) { id: code code: id kind: status status: kind } }` }],
      ['aliases with underscores and digits', { query: `{ _1: meeting(code: ${code}) { _: code A9_z: id __x: kind } }` }],
      ['aliases that are words of the language', { query: `{ query: meeting(code: ${code}) { fragment: id on: code true: kind null: number type: status } }` }],
      ['one text, its parts under several keys', { query: `{ meeting(code: ${code}) { ko: title { ko } en: title { en } title { b: en a: ko c: en } } }` }],
      ['one object to another, twice', { query: `{ institution(code: ${JSON.stringify(institution.code)}) { a: region { code } b: region { name { ko } shortName } region { id } } }` }],
      ['a list twice, with other arguments', { query: `{ meeting(code: ${code}) { two: agenda(first: 2) { nodes { position } } last: agenda(last: 2) { nodes { position } } all: agenda { nodes { position } } } }` }],
      ['a list twice, with the same arguments and other selections', { query: `{ meeting(code: ${code}) { a: agenda(first: 5) { nodes { id } } b: agenda(first: 5) { totalCount } agenda(first: 5) { edges { cursor } } } }` }],
      ['a list up and down', { query: `{ meeting(code: ${code}) { up: agenda(first: 5) { edges { cursor node { position } } } down: agenda(first: 5, orderBy: [{ field: POSITION, direction: DESC }]) { edges { cursor node { position } } } } }` }],
      ['one lookup of two objects', { query: `{ b: meeting(code: ${JSON.stringify(other.code)}) { code } a: meeting(code: ${code}) { code } c: meeting(code: ${JSON.stringify(other.code)}) { id } }` }],
      ['every field of a connection under an alias', { query: `{ m: meetings(first: 5) { p: pageInfo { e: endCursor n: hasNextPage s: startCursor h: hasPreviousPage } t: totalCount e: edges { n: node { c: code } k: cursor } n: nodes { c: code } } }` }],
      ['many fields of the root', { query: `{ z: bills(first: 5) { totalCount } node(id: ${id}) { id } y: institutions(first: 5) { nodes { code } } meetings(first: 0) { totalCount nodes { id } } a: bodies(first: 5) { nodes { code } } }` }],
      ['computed fields with several arguments', { query: `{ bill(number: ${JSON.stringify(bill.number)}) { a: isStalled b: isStalled(days: 30) early: stageOn(date: "1999-12-31") late: stageOn(date: "2026-01-31") stage } body(code: ${JSON.stringify(body.code)}) { expiringSeats far: expiringSeats(days: 3650) filledSeats } }` }],
    ],

    'merged fields': () => [
      ['a leaf three times', { query: `{ meeting(code: ${code}) { code code id code } }` }],
      ['an object whose selections are added up', { query: `{ meeting(code: ${code}) { title { ko } id title { en } title { ko } } }` }],
      ['over an inline fragment', { query: `{ meeting(code: ${code}) { title { en } ... on Meeting { code title { ko } } title { __typename } } }` }],
      ['over named fragments', { query: `{ meeting(code: ${code}) { ...A id ...B } } fragment A on Meeting { title { ko } code } fragment B on Meeting { code title { en } kind }` }],
      ['a key takes the place of its first field', { query: `{ meeting(code: ${code}) { ...A kind } } fragment A on Meeting { status ... on Meeting { kind } code } ` }],
      ['lists, at every depth', {
        query: `{ meeting(code: ${code}) {
          statements(first: 5) { nodes { id } }
          statements(first: 5) { nodes { summary { ko } speaker { __typename } } totalCount }
          statements(first: 5) { nodes { summary { en } speaker { ... on Person { name { ko } } } recommendations(first: 5) { nodes { code } } } }
          ... { statements(first: 5) { nodes { speaker { ... on Person { name { en } code } ... on Institution { code } } recommendations(first: 5) { nodes { title { ko } } totalCount } } } }
        } }`,
      }],
      ['edges and nodes of one list', { query: `{ meeting(code: ${code}) { agenda(first: 2) { edges { node { id } } nodes { id } } agenda(first: 2) { nodes { position } edges { cursor } } agenda(first: 2) { edges { node { title { ko } } } } } }` }],
      ['pageInfo', { query: `{ meetings(first: 5) { pageInfo { hasNextPage } nodes { id } pageInfo { endCursor hasNextPage } ... on MeetingConnection { pageInfo { startCursor } } } }` }],
      ['an aliased list', { query: `{ meeting(code: ${code}) { a: agenda(first: 2) { nodes { id } } b: code a: agenda(first: 2) { totalCount nodes { position } } } }` }],
      ['fields of the root', { query: `{ meeting(code: ${code}) { id } b: meetings(first: 5) { nodes { id } } meeting(code: ${code}) { code title { ko } } b: meetings(first: 5) { totalCount nodes { code } } }` }],
      ['fields of the root, over fragments', { query: `{ ...A ... on Query { meeting(code: ${code}) { title { ko } } } ... { meeting(code: ${code}) { agenda(first: 5) { totalCount } } } } fragment A on Query { meeting(code: ${code}) { title { en } agenda(first: 5) { nodes { id } } } }` }],
      ['node(id:)', { query: `{ node(id: ${id}) { id } node(id: ${id}) { ... on Meeting { code } } node(id: ${id}) { ... on Fact { version } id __typename } }` }],
      ['a union', { query: `{ meeting(code: ${code}) { attendance(first: 5) { nodes { participant { ... on Person { id } } participant { __typename ... on Institution { id } } participant { ... on Person { name { ko } } ... on Institution { name { en } } } } } } }` }],
      ['an interface', { query: `{ node(id: ${JSON.stringify(cited.id)}) { ... on Citation { subject { id } subject { version ... on Meeting { code } } subject { ... on Node { id } ... on Fact { origin } __typename } } } }` }],
      ['a value without an id of its own', { query: `{ adoptionCaseStatistics(groupBy: STAGE, includeIllustrative: true) { rows { isOther } total { count } } adoptionCaseStatistics(groupBy: STAGE, includeIllustrative: true) { rows { count keys { label { ko } } } rows { keys { label { en } } } } }` }],
      ['equal arguments in another order', { query: `{ meetings(first: 3, orderBy: [{ field: HELD_ON, direction: DESC }]) { nodes { id } } meetings(orderBy: [{ direction: DESC, field: HELD_ON }], first: 3) { nodes { heldOn } } }` }],
      ['the same variable in both', { query: 'query ($n: Int) { meetings(first: $n) { nodes { id } } meetings(first: $n) { nodes { code } } }', variables: { n: 5 } }],
      ['one of the fields is skipped', { query: `{ meeting(code: ${code}) { title @skip(if: true) { ko } id title { en } code @include(if: false) kind code } }` }],
      ['one of the selections is skipped', { query: `{ meeting(code: ${code}) { title { ko @skip(if: true) en } title { ko } title @skip(if: true) { __typename } } }` }],
      ['a fragment merges where it is spread twice', { query: `{ meeting(code: ${code}) { host { ...I } agenda(first: 5) { nodes { presenterInstitution { ...I parent { ...I } } } } host { parent { ...I } } } } fragment I on Institution { code name { ko } }` }],
    ],

    fragments: () => [
      ['nested in fragments', { query: `{ meeting(code: ${code}) { ...A } } fragment A on Meeting { id ...B } fragment B on Meeting { code ...C kind } fragment C on Meeting { title { ...T } } fragment T on LocalizedText { ko en }` }],
      ['defined before the operation', { query: `fragment A on Meeting { ...B } fragment B on Meeting { code } { meeting(code: ${code}) { ...A } }` }],
      ['spread twice', { query: `{ meeting(code: ${code}) { ...A id ...A } } fragment A on Meeting { code kind }` }],
      ['spread twice, skipped at first', { query: `{ meeting(code: ${code}) { ...A @skip(if: true) id ...A } } fragment A on Meeting { code kind }` }],
      ['spread twice, skipped at last', { query: `{ meeting(code: ${code}) { ...A id ...A @include(if: false) } } fragment A on Meeting { code kind }` }],
      ['spread in two objects that do not know each other', { query: `{ meeting(code: ${code}) { ...F host { ...F } statements(first: 5) { nodes { ...F } } } } fragment F on Fact { id version __typename }` }],
      ['without a type condition', { query: `{ meeting(code: ${code}) { ... { id ... { code ... { kind } } } title { ... { ko } ... { en } } } }` }],
      ['without a type condition, on a connection and its parts', { query: `{ meetings(first: 5) { ... { edges { ... { cursor node { ... { id } } } } pageInfo { ... { hasNextPage } } } ... { totalCount } } }` }],
      ['on an interface of the object', { query: `{ meeting(code: ${code}) { ... on Node { id } ... on Fact { origin ... on Node { id } ... on Meeting { code } } } }` }],
      ['on an interface, of another type than the object', { query: `{ node(id: ${id}) { id ... on Person { code } ... on Meeting { code } ... on Fact { version ... on Institution { code sector } ... on Meeting { kind } } } }` }],
      ['on a union', { query: `{ node(id: ${JSON.stringify(spoken.id)}) { ... on Statement { speaker { ...P } } } } fragment P on Party { __typename ... on Person { code } ... on Institution { kind } ... on Node { id } ... on Fact { version } }` }],
      ['on a union, from an object', { query: `{ person(code: ${JSON.stringify(person.code)}) { ... on Party { __typename ... on Person { code } ... on Institution { sector } } ... on Node { id } } }` }],
      ['on a union, from an interface', { query: `{ a: node(id: ${id}) { ... on Party { __typename } id } b: node(id: ${JSON.stringify(person.id)}) { ... on Party { ... on Person { name { ko } } } id } }` }],
      ['members of a union with fields of other types under one key', { query: `{ meeting(code: ${code}) { attendance(first: 5) { nodes { participant { ... on Person { name { ko } key: code } ... on Institution { name { en } key: code } } } } } }` }],
      ['of no type that there is', { query: `{ nodes(ids: [${id}, ${JSON.stringify(person.id)}]) { ... on Bill { number } ... on Region { code } } }` }],
      ['on the root', { query: `{ ...A } fragment A on Query { ...B bills(first: 5) { totalCount } } fragment B on Query { meeting(code: ${code}) { code } ... on Query { __typename } }` }],
      ['on connections, edges and pageInfo', { query: `{ meetings(first: 5) { ...C } } fragment C on MeetingConnection { edges { ...E } pageInfo { ...P } nodes { ...M } } fragment E on MeetingEdge { cursor node { ...M } } fragment P on PageInfo { endCursor } fragment M on Meeting { code }` }],
      ['with aliases that meet fields outside', { query: `{ meeting(code: ${code}) { x: title { ko } ...A title { en } } } fragment A on Meeting { title { ko } x: title { en } y: title { ko } }` }],
      ['over an interface into lists', { query: `{ nodes(ids: [${id}, ${JSON.stringify(bill.id)}, ${JSON.stringify(institution.id)}]) { ... on Fact { citations(first: 5) { nodes { document { code } } totalCount } } ... on Meeting { citations(first: 5) { nodes { locator { ko } } } } ... on Bill { events(first: 5) { nodes { stage } } } } }` }],
    ],

    '@skip and @include': () => [
      ['both, in each combination', { query: `{ meeting(code: ${code}) { a: id @skip(if: false) @include(if: true) b: id @skip(if: true) @include(if: true) c: id @skip(if: false) @include(if: false) d: id @skip(if: true) @include(if: false) e: id @include(if: true) @skip(if: true) } }` }],
      ['on fields with selections', { query: `{ meeting(code: ${code}) { title @include(if: false) { ko } host @skip(if: true) { code } agenda(first: 2) @include(if: true) { nodes { id } } agenda2: agenda(first: 5) @skip(if: true) { nodes { id } } } }` }],
      ['on inline fragments', { query: `{ meeting(code: ${code}) { ... @skip(if: true) { id } ... @include(if: true) { code } ... on Meeting @include(if: false) { kind } ... on Fact @skip(if: false) { version } } }` }],
      ['on spreads', { query: `{ meeting(code: ${code}) { ...A @include(if: true) ...B @include(if: false) ...C @skip(if: true) } } fragment A on Meeting { id } fragment B on Meeting { code } fragment C on Meeting { kind }` }],
      ['with a spread inside what is skipped', { query: `{ meeting(code: ${code}) { ... @skip(if: true) { ...A } ...A kind } } fragment A on Meeting { code }` }],
      ['with variables', { query: `query ($yes: Boolean!, $no: Boolean!) { meeting(code: ${code}) { a: id @skip(if: $yes) b: id @skip(if: $no) c: id @include(if: $yes) d: id @include(if: $no) e: id @skip(if: $no) @include(if: $yes) } }`, variables: { yes: true, no: false } }],
      ['with defaults', { query: `query ($yes: Boolean = true, $no: Boolean! = false) { meeting(code: ${code}) { a: id @skip(if: $yes) b: id @skip(if: $no) c: id @include(if: $yes) d: id @include(if: $no) } }` }],
      ['with defaults that are overridden', { query: `query ($yes: Boolean = true, $no: Boolean! = false) { meeting(code: ${code}) { a: id @skip(if: $yes) b: id @skip(if: $no) c: id @include(if: $yes) d: id @include(if: $no) } }`, variables: { yes: false, no: true } }],
      ['with variables, in fragments', { query: `query ($with: Boolean!) { meeting(code: ${code}) { ...A ... @skip(if: $with) { kind } } } fragment A on Meeting { id title @include(if: $with) { ko en @skip(if: $with) } ...B @include(if: $with) } fragment B on Meeting { code }`, variables: { with: true } }],
      ['with the same document and the other value', { query: `query ($with: Boolean!) { meeting(code: ${code}) { ...A ... @skip(if: $with) { kind } } } fragment A on Meeting { id title @include(if: $with) { ko en @skip(if: $with) } ...B @include(if: $with) } fragment B on Meeting { code }`, variables: { with: false } }],
      ['nothing is left of an object', { query: `{ meeting(code: ${code}) { id @skip(if: true) title { ko @include(if: false) } host { ... @skip(if: true) { code } } } }` }],
      ['nothing is left of rows', { query: `{ meetings(first: 5) { nodes { id @skip(if: true) } edges { node { ... @include(if: false) { id } } } pageInfo { endCursor @skip(if: true) } } }` }],
      ['nothing is left of a connection', { query: `{ meetings(first: 5) { nodes @skip(if: true) { id } totalCount @include(if: false) } }` }],
      ['nothing is left of a union, an interface and a value', { query: `{ meeting(code: ${code}) { attendance(first: 5) { nodes { participant { __typename @skip(if: true) } } } citations(first: 5) { nodes { subject { id @skip(if: true) } } } } adoptionCaseStatistics(groupBy: STAGE) { rows { count @skip(if: true) } } }` }],
      ['nothing is left of the query', { query: `{ meeting(code: ${code}) @skip(if: true) { id } ... @include(if: false) { __typename } }` }],
      ['on __typename', { query: `{ __typename @skip(if: true) t: __typename @include(if: true) meeting(code: ${code}) { __typename @include(if: false) id } }` }],
      ['on totals and cursors', { query: `query ($paging: Boolean = false) { meetings(first: 5) { totalCount @include(if: $paging) pageInfo @include(if: $paging) { endCursor } edges { cursor @include(if: $paging) node { code } } } }` }],
    ],

    __typename: () => [
      ['at the root, alone', { query: '{ __typename }' }],
      ['at the root, several times', { query: `query Q { a: __typename meeting(code: ${code}) { id } __typename b: __typename ... on Query { __typename } }` }],
      ['everywhere', { query: `{ __typename meetings(first: 5) { __typename edges { __typename cursor node { __typename title { __typename ko } host { __typename name { __typename } } } } nodes { __typename } pageInfo { __typename hasNextPage } totalCount } }` }],
      ['alone, everywhere', { query: '{ meetings(first: 5) { __typename } a: meetings(first: 5) { edges { __typename } pageInfo { __typename } } b: meetings(first: 5) { nodes { __typename } } }' }],
      ['in unions and interfaces', { query: `{ meeting(code: ${code}) { attendance(first: 5) { nodes { participant { __typename t: __typename ... on Person { __typename p: __typename } ... on Node { n: __typename } } } } citations(first: 5) { nodes { subject { f: __typename } } } } node(id: ${id}) { __typename } }` }],
      ['in values', { query: '{ adoptionCaseStatistics(groupBy: STAGE) { __typename rows { __typename keys { __typename label { __typename } } } } meetingSeriesList(first: 5) { nodes { record { __typename periods { __typename } } } } }' }],
      ['as a key of another field', { query: `{ meeting(code: ${code}) { type: __typename title { __typename: ko } } }` }],
    ],

    variables: () => [
      ['given', { query: 'query ($code: String!) { meeting(code: $code) { id } }', variables: { code: $code } }],
      ['with a default, not given', { query: `query ($code: String! = ${code}) { meeting(code: $code) { id } }` }],
      ['with a default, given', { query: `query ($code: String! = "no such") { meeting(code: $code) { id } }`, variables: { code: $code } }],
      ['nullable with a default, for an argument that must not be null', { query: `query ($code: String = ${code}) { meeting(code: $code) { id } }` }],
      ['not given, for an argument without a default', { query: 'query ($n: Int, $after: String) { meetings(first: $n, after: $after) { nodes { id } } }' }],
      ['null, for an argument without a default', { query: 'query ($n: Int, $after: String) { meetings(first: $n, after: $after) { nodes { id } } }', variables: { n: null, after: null } }],
      ['null instead of its default', { query: 'query ($n: Int = 3) { meetings(first: $n) { nodes { id } } }', variables: { n: null } }],
      ['with null as its default', { query: 'query ($n: Int = null) { meetings(first: $n) { nodes { id } } }' }],
      ['not given, for an argument with a default', { query: `query ($days: Int) { bill(number: ${JSON.stringify(bill.number)}) { isStalled(days: $days) } }` }],
      ['given, for an argument with a default', { query: `query ($days: Int) { bill(number: ${JSON.stringify(bill.number)}) { isStalled(days: $days) } }`, variables: { days: 30 } }],
      ['of an enumeration', { query: 'query ($direction: OrderDirection!) { meetings(first: 3, orderBy: [{ field: HELD_ON, direction: $direction }]) { nodes { heldOn } } }', variables: { direction: 'DESC' } }],
      ['of an enumeration, as a default', { query: 'query ($group: AdoptionCaseDimension! = TECHNOLOGY) { adoptionCaseStatistics(groupBy: [$group]) { groupBy total { count } } }' }],
      ['a whole input object', { query: 'query ($where: MeetingFilter, $order: [MeetingOrder!]) { meetings(first: 5, where: $where) { nodes { kind } } b: meetings(first: 3, orderBy: $order) { nodes { code } } }', variables: { where: { kind: { in: ['MONTHLY', 'ROUNDTABLE'] } }, order: [{ field: 'CODE' }] } }],
      ['one object where a list is meant', { query: 'query ($order: [MeetingOrder!]) { meetings(first: 3, orderBy: $order) { nodes { code } } }', variables: { order: { field: 'CODE' } } }],
      ['one literal where a list is meant', { query: `{ nodes(ids: ${id}) { id } meetings(first: 3, orderBy: { field: CODE }) { nodes { code } } }` }],
      ['one id where a list is meant', { query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables: { ids: meeting.id } }],
      ['in a list', { query: `query ($a: ID!, $b: ID!) { nodes(ids: [$b, ${id}, $a]) { id } }`, variables: { a: person.id, b: topic.id } }],
      ['in a list of an input object', { query: 'query ($kind: MeetingKind!) { meetings(first: 5, where: { kind: { in: [$kind, ROUNDTABLE] } }) { nodes { code } } }', variables: { kind: 'MONTHLY' } }],
      ['not given, in an input object', { query: 'query ($kind: MeetingKind) { meetings(first: 5, where: { kind: { eq: $kind } }) { nodes { code } } }' }],
      ['not given, in an input object, for a field with a default', { query: 'query ($direction: OrderDirection) { meetings(first: 3, orderBy: [{ field: CODE, direction: $direction }]) { nodes { code } } }' }],
      ['a date', { query: `query ($date: Date!) { bill(number: ${JSON.stringify(bill.number)}) { stageOn(date: $date) } }`, variables: { date: '2026-01-31' } }],
      ['in fragments', { query: `query ($n: Int!, $code: String!) { meeting(code: $code) { ...A } } fragment A on Meeting { agenda(first: $n) { nodes { ...B } } } fragment B on AgendaItem { position meeting { agenda(first: $n) { totalCount } } }`, variables: { n: 2, code: $code } }],
      ['that nobody declared', { query: `{ meeting(code: ${code}) { id } }`, variables: { unknown: [1, { a: null }], code: 5 } }],
      ['as null for all of them', { query: `{ meeting(code: ${code}) { id } }`, variables: null }],
      ['used in several places', { query: 'query ($n: Int = 5) { a: meetings(first: $n) { nodes { agenda(first: $n) { nodes { id } } } } b: bills(first: $n) { totalCount } }' }],
    ],

    operations: () => [
      ['the first of several', { query: `query A { meeting(code: ${code}) { id } } query B { meeting(code: ${code}) { code } }`, operationName: 'A' }],
      ['the last of several', { query: `query A { meeting(code: ${code}) { id } } query B { meeting(code: ${code}) { code } }`, operationName: 'B' }],
      ['several with one fragment', { query: `query A { meeting(code: ${code}) { ...F } } fragment F on Meeting { code } query B { meetings(first: 5) { nodes { ...F } } }`, operationName: 'B' }],
      ['the variables of the other one are not asked for', { query: 'query A($code: String!) { meeting(code: $code) { id } } query B($n: Int! = 5) { meetings(first: $n) { nodes { id } } }', operationName: 'B', variables: {} }],
      ['the same variable, declared in both', { query: 'query A($x: String!) { meeting(code: $x) { id } } query B($x: Int!) { meetings(first: $x) { totalCount } }', operationName: 'A', variables: { x: $code } }],
      ['one, by its name', { query: `query Only { meeting(code: ${code}) { id } }`, operationName: 'Only' }],
      ['one with a name, not named', { query: `query Only { meeting(code: ${code}) { id } }`, operationName: null }],
      ['with comments, commas and block strings', { query: `# a comment\nquery Q,,,(\n  $n: Int = 5 # another\n) { meetings(first: $n),{ nodes,{ id,code } } meeting(code: """${meeting.code}""") { id } }` }],
      ['with a byte order mark and escapes', { query: `\uFEFF{ meeting(code: "${[...meeting.code].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}") { id } }` }],
    ],

    'nulls and empty lists': () => {
      const lonely = (type, field) => graph.find(type, `without ${field}`, (object) => object[field] === null);
      const agenda = lonely('AgendaItem', 'presentedBy');
      const silent = lonely('AgendaItem', 'presenterGroup');
      const root = lonely('Institution', 'parent');
      const untranslated = graph.find('Document', 'or none, with a text without English', ({ title }) => title !== null);
      const empty = graph.find('Institution', 'without units', ({ units }) => units({ first: 5 }).totalCount === 0);
      const loose = graph.find('Observation', 'without a body', ({ body, plan, task }) => body === null && plan === null && task === null);
      return [
        ['no object', { query: `{ node(id: ${JSON.stringify(loose.id)}) { ... on Observation { body { id name { ko } host { code } } plan { owner { name { en } } } b: body { __typename } task { tasks: milestones(first: 5) { nodes { id } } } } } }` }],
        ['no object, with lists below', { query: `{ institution(code: ${JSON.stringify(root.code)}) { parent { units(first: 5) { totalCount nodes { id } } names(first: 5) { edges { cursor } } parent { code } } } }` }],
        ['no member of a union', { query: `{ node(id: ${JSON.stringify(agenda.id)}) { ... on AgendaItem { presentedBy { __typename ... on Person { code } ... on Institution { code } } presenter { name { ko } } } } }` }],
        ['no text', { query: `{ node(id: ${JSON.stringify(silent.id)}) { ... on AgendaItem { presenterGroup { ko en } a: presenterGroup { __typename } presenterGroup { x: en } } } }` }],
        ['a text with or without English', { query: `{ document(code: ${JSON.stringify(untranslated.code)}) { title { en ko } unit { en ko } releaseNote { en } series { ko en } attachment { en } } }` }],
        ['an empty list', { query: `{ institution(code: ${JSON.stringify(empty.code)}) { units(first: 5) { totalCount nodes { id name { ko } } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }` }],
        ['an empty list of the root', { query: '{ meetings(first: 5, where: { code: { eq: "there is no such meeting" } }) { totalCount edges { cursor node { agenda(first: 5) { nodes { id } } } } pageInfo { endCursor hasNextPage } } }' }],
        ['a page without rows', { query: `{ meetings(first: 0) { totalCount nodes { id agenda(first: 5) { nodes { id } } } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } meeting(code: ${code}) { agenda(first: 0) { totalCount nodes { id } pageInfo { endCursor } } } }` }],
        ['no ids', { query: '{ nodes(ids: []) { id } }' }],
        ['the same id twice', { query: `{ nodes(ids: [${id}, ${JSON.stringify(person.id)}, ${id}]) { id ... on Meeting { code } } }` }],
        ['an object that does not exist', { query: `{ before: __typename meeting(code: "there is no such meeting") { id title { ko } } after: bills(first: 5) { totalCount } }`, errors: true }],
        ['every nullable object of rows', { query: '{ observations(first: 100) { nodes { institution { code } body { code } meeting { code } topic { code } region { code } plan { code } task { code } value unit { ko } note { en } } } }' }],
      ];
    },

    depth: () => [
      ['up and down', { query: `{ meeting(code: ${code}) { agenda(first: 2) { nodes { meeting { agenda(first: 2) { nodes { meeting { agenda(first: 2) { nodes { meeting { code } } } } } } } } } } }` }],
      ['a tree as a page shows it', {
        query: `{ meetings(first: 100) { nodes { code title { ko } body { name { ko } } series { name { ko } cadence } host { name { ko } region { name { ko } } }
          agenda(first: 5) { nodes { position title { ko } presentedBy { __typename ... on Person { name { ko } } ... on Institution { name { ko } } } } }
          attendance(first: 5) { nodes { participant { ... on Node { id } ... on Person { name { ko } } ... on Institution { name { ko } sector } } role } }
          statements(first: 5) { nodes { summary { ko } speaker { ... on Person { name { ko } memberships(first: 5) { nodes { institution { name { ko } } } } } } topics(first: 5) { nodes { name { ko } } } } }
          venues(first: 5) { nodes { name { ko } region { code } } } documents(first: 5) { nodes { role document { title { ko } publisher { code } } } }
          citations(first: 5) { nodes { locator { ko } basis document { code } subject { __typename id ... on Meeting { code } } } } } } }`,
      }],
      ['conflicts and what they are about', { query: '{ conflicts(first: 100) { nodes { field summary { ko } subject { __typename id version ... on Observation { code } ... on Meeting { code title { ko } } ... on Institution { name { ko } } } claims(first: 5) { nodes { value { ko en } document { code } } } } } }' }],
      ['a timeline', { query: '{ timeline(first: 40) { nodes { kind occurredOn title { ko } body { code } subject { __typename id ... on Meeting { code } ... on Bill { number } ... on BillEvent { stage bill { number } } } } } }' }],
      ['what a search finds', { query: '{ search(text: "AI", first: 5) { edges { cursor node { type title { ko } subject { id ... on Topic { code } ... on Fact { origin } } } } pageInfo { hasNextPage } } }' }],
    ],

    'introspection beside data': () => [
      ['of a type', { query: `{ meeting(code: ${code}) { id } __type(name: "Meeting") { name kind } meetings(first: 5) { totalCount } }` }],
      ['of the schema', { query: `{ a: __schema { queryType { name } } meeting(code: ${code}) { id } __schema { queryType { kind fields { name } } } }` }],
      ['merged', { query: '{ __type(name: "Party") { kind } __type(name: "Party") { possibleTypes { name } name } ... on Query { __type(name: "Party") { description } } }' }],
      ['with fragments and directives', { query: `query ($with: Boolean = true) { ...A meeting(code: ${code}) { code } } fragment A on Query { __type(name: "Fact") { ...T interfaces @include(if: $with) { ...T } enumValues @skip(if: $with) { name } } } fragment T on __Type { kind name __typename }` }],
      ['with variables', { query: 'query ($name: String!) { __type(name: $name) { enumValues { name description isDeprecated } } __typename }', variables: { name: 'MeetingKind' } }],
      ['of fields with arguments', { query: '{ __type(name: "Bill") { fields { name args { name defaultValue type { kind ofType { name } } } type { kind name } } } }' }],
      ['of an input object', { query: '{ __type(name: "MeetingOrder") { inputFields { name defaultValue description type { kind name ofType { name } } } } }' }],
      ['of a scalar', { query: '{ __type(name: "PartialDate") { kind name description specifiedByURL fields { name } } }' }],
      ['of no type', { query: `{ __type(name: "Nothing") { name } meeting(code: ${code}) { id } }` }],
      ['skipped', { query: `{ __schema @skip(if: true) { queryType { name } } t: __type(name: "Meeting") @include(if: false) { name } meeting(code: ${code}) { id } }` }],
      ['only', { query: '{ __schema { queryType { name } mutationType { name } subscriptionType { name } } }' }],
    ],
  };
}
