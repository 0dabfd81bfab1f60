// The server's data as plain objects, for the reference executor to answer from.
//
// Every object that has an id is fetched once, with all its fields, by a query without aliases, merged
// fields or directives; the objects it names are fetched as their id alone and linked afterwards. What
// comes out is the whole graph in memory, cycles included, so that a query of any depth can be answered
// by the reference without the server's executor ever having seen a query of that shape.

import { getArgumentValues, getNamedType, isAbstractType, isLeafType, isObjectType, isUnionType, parseValue } from 'graphql';

/** Page of every connection below the root, small so that deep queries stay cheap. */
export const PAGE = 'first: 5';

/** Ids fetched by one query; a page of each connection below them stays under the server's limit. */
const CHUNK = 40;

/**
 * Arguments that queries may use besides the pages above. The reference has no rows to filter or sort, so
 * an argument can only be used as it was fetched.
 */
const VARIANTS = {
  'Query.meetings': [
    'first: 100',
    'first: 0',
    'last: 3',
    'first: 3, orderBy: [{ field: HELD_ON, direction: DESC }]',
    'first: 3, orderBy: [{ field: CODE }]',
    'first: 5, where: { kind: { in: [MONTHLY, ROUNDTABLE] } }',
    'first: 5, where: { kind: {} }',
    'first: 5, where: { code: { eq: "there is no such meeting" } }',
  ],
  'Query.institutions': ['first: 100', 'last: 2'],
  'Query.observations': ['first: 100'],
  'Query.conflicts': ['first: 100'],
  'Query.bills': ['first: 100'],
  'Query.timeline': ['first: 40'],
  'Query.regions': ['first: 5, asOf: "2025-01-01"'],
  'Query.search': ['text: "AI", first: 5', 'text: "AI", types: [MEETING], first: 5'],
  'Query.similarCases': ['to: { ksic: "C" }, first: 5, includeIllustrative: true', 'to: { size: SMALL, region: "KR-11" }, first: 5, includeIllustrative: true'],
  'Query.adoptionCaseStatistics': ['', 'groupBy: STAGE', 'groupBy: STAGE, includeIllustrative: true', 'groupBy: TECHNOLOGY'],
  'Query.feedbackStatistics': ['', 'groupBy: TOPIC', 'includeIllustrative: true'],
  'Meeting.agenda': ['', 'first: 0', 'first: 2', 'last: 2', 'first: 5, orderBy: [{ field: POSITION, direction: DESC }]'],
  'Meeting.attendance': ['', 'first: 1', 'first: 100', 'first: 5, where: { status: { eq: ATTENDED } }'],
  'Meeting.statements': ['', 'first: 100'],
  'Institution.units': ['first: 1'],
  'Bill.stageOn': ['date: "2026-01-31"', 'date: "1999-12-31"'],
  'Bill.isStalled': ['', 'days: 30'],
  'Body.appointments': ['first: 5, asOf: "2026-06-30"'],
  'Body.expiringSeats': ['', 'days: 3650'],
  'MeetingSeries.record': ['', 'until: "2026-03-31"'],
};

/** Instants of the answer itself differ from call to call. */
const VOLATILE = new Set([
  'AdoptionCaseStatistics.computedAt',
  'RecommendationStatistics.computedAt',
  'OutcomeStatistics.computedAt',
  'MeetingStatistics.computedAt',
  'BillStatistics.computedAt',
  'InstitutionStatistics.computedAt',
  'ChangeStatistics.computedAt',
  'IndicatorSeries.computedAt',
  'IndicatorSeries.knownAt',
  'SubmissionStatistics.computedAt',
  'SubmissionValueStatistics.computedAt',
  'TargetStatistics.computedAt',
]);

/** What nobody without a token may ask for: the reference is asked as nobody, who is told so. */
const PROTECTED = new Set([
  'Institution.submissions',
  'Person.contactPoints',
  'Programme.submissions',
  'Query.apiClients',
  'Query.webhooks',
  'Query.auditEvents',
  'Query.extensionRequests',
  'Query.reminders',
  'Query.submissionRevisions',
  'Query.submissions',
  'Query.submissionStatistics',
  'Query.submissionValues',
  'Query.valueStatistics',
  'Query.indicatorSeries',
  'ReportingPeriod.submissions',
]);

/** What the reference would need is not in the graph: that says nothing about the server. */
export class Unknown extends Error {}

export class Graph {
  /** What the reference executor starts from. */
  root = {};
  /** Objects that are named but not found. */
  lost = new Set();
  #schema;
  #server;
  /** Objects by type and id. */
  #objects = new Map();
  /** Ids named but not fetched yet, by type. */
  #wanted = new Map();

  static async read(server, schema) {
    const graph = new Graph();
    graph.#server = server;
    graph.#schema = schema;
    await graph.#readRoot();
    while (graph.#wanted.size > 0) {
      const [type, ids] = graph.#wanted.entries().next().value;
      graph.#wanted.delete(type);
      for (let at = 0; at < ids.length; at += CHUNK) await graph.#readObjects(type, ids.slice(at, at + CHUNK));
    }
    graph.#link();
    return graph;
  }

  get schema() {
    return this.#schema;
  }

  get size() {
    return this.#objects.size;
  }

  /** Types of which there are objects. */
  get types() {
    const names = new Set([...this.#objects.values()].map((object) => object.__typename));
    return [...names].filter((name) => this.all(name).length > 0).sort();
  }

  /** Every object of a type that was found. */
  all(type) {
    return [...this.#objects.values()].filter(({ __typename, id }) => __typename === type && !this.lost.has(`${type} ${id}`));
  }

  /** An object of a type that has what a case needs. */
  find(type, what, predicate = () => true) {
    const found = this.all(type).find(predicate);
    if (!found) throw new Error(`the data has no ${type} ${what}`);
    return found;
  }

  /** The argument lists that may be used with a field; none if it cannot be used. */
  variants(type, field) {
    const coordinate = `${type.name}.${field.name}`;
    if (VOLATILE.has(coordinate) || PROTECTED.has(coordinate)) return [];
    if (field.args.length === 0) return [''];
    const known = VARIANTS[coordinate] ?? [];
    if (field.args.some((arg) => arg.defaultValue === undefined && String(arg.type).endsWith('!'))) return known;
    if (!isConnection(getNamedType(field.type))) return known.length > 0 ? known : [''];
    return [PAGE, ...(type.name === 'Query' ? [''] : []), ...known];
  }

  /** Whether a field of the root finds one object by its code. */
  isLookup({ args, type }) {
    return args.length === 1 && String(args[0].type) === 'String!' && isObjectType(type) && args[0].name in type.getFields();
  }

  /** The selection that fetches everything of a type but the objects it names. */
  flat(type) {
    if (isUnionType(type)) {
      const options = type.getTypes().map((option) => `... on ${option.name} { id }`);
      return `{ __typename ${options.join(' ')} }`;
    }
    if (isNamed(type)) return '{ __typename id }';
    return this.#everything(type);
  }

  /** A field with the first of its argument lists, flat. */
  field(type, field, args = this.variants(type, field)[0]) {
    const named = getNamedType(field.type);
    return `${field.name}${args ? `(${args})` : ''}${isLeafType(named) ? '' : ` ${this.flat(named)}`}`;
  }

  /** The selection of all fields of a type, each with the first of its argument lists. */
  everything(type) {
    return this.#everything(type);
  }

  #everything(type) {
    const fields = Object.values(type.getFields()).filter((field) => this.variants(type, field).length > 0);
    return `{ __typename ${fields.map((field) => this.field(type, field)).join(' ')} }`;
  }

  async #readRoot() {
    const query = this.#schema.getQueryType();
    for (const field of Object.values(query.getFields())) {
      if (field.name === 'node') {
        this.root.node = ({ id }) => this.#byId(id);
      } else if (field.name === 'nodes') {
        this.root.nodes = ({ ids }) => ids.map((id) => this.#byId(id));
      } else if (this.isLookup(field)) {
        const key = field.args[0].name;
        this.root[field.name] = (args) => this.all(field.type.name).find((object) => object[key] === args[key]) ?? null;
      } else {
        for (const args of this.variants(query, field)) {
          const data = await this.#server.data(`{ ${this.field(query, field, args)} }`);
          this.#keep(this.root, query, field, args, data[field.name]);
        }
      }
    }
  }

  async #readObjects(name, ids) {
    const type = this.#schema.getType(name);
    const read = async (selection) => {
      const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on ${name} ${selection} } }`;
      const { nodes } = await this.#server.data(query, { ids }, ['NOT_FOUND']);
      nodes.forEach((node, at) => {
        if (node === null) this.#lose(type, ids[at]);
        else if (node.__typename !== name || node.id !== ids[at]) {
          throw new Error(`nodes(ids:) answers ${node.__typename} ${node.id} for the ${name} ${ids[at]}`);
        }
      });
      return nodes.filter((node) => node !== null);
    };
    for (const node of await read(this.#everything(type))) {
      const object = { __typename: name };
      for (const field of Object.values(type.getFields())) {
        const [args] = this.variants(type, field);
        if (args !== undefined) this.#keep(object, type, field, args, node[field.name]);
      }
      this.#objects.set(`${name}:${node.id}`, object);
    }
    for (const field of Object.values(type.getFields())) {
      for (const args of this.variants(type, field).slice(1)) {
        const nodes = await read(`{ ${this.field(type, field, args)} }`);
        for (const node of nodes) {
          this.#keep(this.#objects.get(`${name}:${node.id}`), type, field, args, node[field.name]);
        }
      }
    }
  }

  /** Notes an object that a list or a field names, but `nodes(ids:)` does not find. */
  #lose(type, id) {
    this.lost.add(`${type.name} ${id}`);
    const object = { __typename: type.name, id };
    for (const { name } of Object.values(type.getFields())) {
      if (name !== 'id') object[name] = () => this.#unknown(`${type.name} ${id} is named by another object but not found by nodes(ids:)`);
    }
    this.#objects.set(`${type.name}:${id}`, object);
  }

  #unknown(what) {
    throw new Unknown(what);
  }

  /** Puts a value under its field; with arguments, as a function that knows the ones fetched. */
  #keep(object, type, field, args, value) {
    if (value === undefined) throw new Error(`the fetch of ${type.name}.${field.name} left it out`);
    this.#want(value);
    if (field.args.length === 0) {
      object[field.name] = value;
      return;
    }
    if (!object[field.name]) {
      const answers = new Map();
      object[field.name] = (given = {}) => {
        const key = spelled(given);
        if (!answers.has(key)) this.#unknown(`${type.name}.${field.name} was not fetched with ${key}`);
        return answers.get(key);
      };
      object[field.name].answers = answers;
    }
    object[field.name].answers.set(spelled(coerced(field, args)), value);
  }

  #want(value) {
    if (Array.isArray(value)) {
      for (const item of value) this.#want(item);
    } else if (value !== null && typeof value === 'object') {
      const { __typename, id } = value;
      if (isNamed(this.#schema.getType(__typename))) {
        const ids = this.#wanted.get(__typename) ?? [];
        if (!this.#objects.has(`${__typename}:${id}`) && !ids.includes(id)) this.#wanted.set(__typename, [...ids, id]);
      } else {
        for (const item of Object.values(value)) this.#want(item);
      }
    }
  }

  /** Puts the objects in the place of their ids. */
  #link() {
    const linked = (value) => {
      if (Array.isArray(value)) return value.map(linked);
      if (value === null || typeof value !== 'object') return value;
      if (isNamed(this.#schema.getType(value.__typename))) return this.#objects.get(`${value.__typename}:${value.id}`);
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, linked(item)]));
    };
    for (const object of [this.root, ...this.#objects.values()]) {
      for (const [name, value] of Object.entries(object)) {
        if (typeof value !== 'function') object[name] = linked(value);
        for (const [key, answer] of value?.answers ?? []) value.answers.set(key, linked(answer));
      }
    }
  }

  #byId(id) {
    for (const object of this.#objects.values()) if (object.id === id) return object;
    return null;
  }
}

/** Whether objects of the type are fetched on their own, under their id. */
function isNamed(type) {
  if (isUnionType(type)) return false;
  return (isObjectType(type) || isAbstractType(type)) && 'id' in type.getFields();
}

export function isConnection(type) {
  return isObjectType(type) && type.name.endsWith('Connection');
}

/** Arguments as the reference executor hands them to a resolver. */
function coerced(field, args) {
  const literal = parseValue(`{${args}}`);
  return getArgumentValues(field, { kind: 'Field', arguments: literal.fields.map((entry) => ({ ...entry, kind: 'Argument' })) });
}

/** One text for arguments that mean the same: an argument that is null asks for nothing, like none. */
function spelled(args) {
  const sorted = (value) => {
    if (Array.isArray(value)) return value.map(sorted);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
  };
  return JSON.stringify(sorted(Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null))));
}
