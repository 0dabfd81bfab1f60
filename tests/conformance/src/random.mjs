// Random queries over the graph, the same ones for the same seed and data.
//
// A response key always stands for one field with one list of arguments: the field's name alone for the
// first list, and a number behind it for the others. So repeated fields merge instead of conflicting. Where
// fields of different types still clash below an interface or union, the reference's own validation says
// so, and the query is made anew.

import { getNamedType, isAbstractType, isInterfaceType, isLeafType, isUnionType, parse, validate } from 'graphql';

import { PAGE, isConnection } from './graph.mjs';

/** Rows and fields of one query, well below the server's limits, which are not what is compared here. */
const MAX_ROWS = 300;
/** Most queries are small, since a small one that fails tells more. */
const MAX_FIELDS = [10, 20, 40, 80, 200];

export function* randomQueries(graph, seed, count) {
  const random = mulberry32(seed);
  for (let made = 0, tries = 0; made < count; tries += 1) {
    if (tries > 3 * count) throw new Error(`only ${made} of ${tries} random documents were valid`);
    const request = new Maker(graph, random).make();
    if (validate(graph.schema, parse(request.query)).length > 0) continue;
    made += 1;
    yield request;
  }
}

/** A small generator with a seed; Math.random has none. */
function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Maker {
  #graph;
  #random;
  #fragments = [];
  #variables = [];
  #fields;
  #calls = 0;

  constructor(graph, random) {
    this.#graph = graph;
    this.#random = random;
    this.#fields = this.#pick(MAX_FIELDS);
  }

  make() {
    const type = this.#graph.schema.getQueryType();
    const body = this.#selection(type, 2 + this.#below(5), 1);
    const definitions = this.#variables.map(({ name, type, fallback }) => `$${name}: ${type}${fallback === undefined ? '' : ` = ${fallback}`}`);
    const operation = `query${definitions.length > 0 ? ` Q(${definitions.join(', ')})` : ''} ${body}`;
    const fragments = this.#fragments.map(({ name, on, body }) => `fragment ${name} on ${on} ${body}`);
    // Fragments may stand before or after the operation that spreads them.
    const document = this.#chance(0.5) ? [operation, ...fragments] : [...fragments, operation];
    const given = this.#variables.filter(({ value }) => value !== undefined);
    return { query: document.join('\n'), variables: Object.fromEntries(given.map(({ name, value }) => [name, value])) };
  }

  #below(end) {
    return Math.floor(this.#random() * end);
  }

  #chance(odds) {
    return this.#random() < odds;
  }

  #pick(items) {
    return items[this.#below(items.length)];
  }

  /** `wraps` is how many fragments may stand around the fields; without an end to it there would be little else. */
  #selection(type, depth, rows, wraps = 2) {
    const parts = [];
    /** Fields of this set that have a selection, to be selected again and merged. */
    const composite = [];
    const count = 2 + this.#below(6);
    for (let made = 0; made < count && this.#fields > 0; made += 1) {
      const kind = this.#random();
      if (kind < 0.06 || (isUnionType(type) && wraps === 0)) {
        parts.push(`${this.#chance(0.3) ? `kind${this.#below(3)}: ` : ''}__typename${this.#directives()}`);
      } else if (kind < 0.14 && wraps > 0) {
        parts.push(`...${this.#directives()} ${this.#selection(type, depth, rows, wraps - 1)}`);
      } else if (kind < 0.26 && wraps > 0) {
        parts.push(`...${this.#fragment(type, depth, rows, wraps - 1)}${this.#directives()}`);
      } else if (isUnionType(type) || (kind < 0.38 && wraps > 0)) {
        const on = this.#condition(type);
        parts.push(`... on ${on.name}${this.#directives()} ${this.#selection(on, depth, rows, wraps - 1)}`);
      } else if (kind < 0.5 && composite.length > 0) {
        parts.push(this.#field(this.#pick(composite), depth));
      } else {
        const chosen = this.#choose(type, depth, rows) ?? this.#choose(type, depth, rows);
        if (!chosen) continue;
        if (!chosen.leaf) composite.push(chosen);
        parts.push(this.#field(chosen, depth));
      }
    }
    return `{ ${parts.length > 0 ? parts.join(' ') : '__typename'} }`;
  }

  /** A field with one of its argument lists and a key that stands for both. */
  #choose(type, depth, rows) {
    const field = this.#pick(Object.values(type.getFields()));
    const target = getNamedType(field.type);
    const leaf = isLeafType(target);
    if (!leaf && depth <= 0) return null;
    const lists = this.#lists(type, field);
    if (lists.length === 0) return null;
    const { args, at } = this.#pick(lists);
    const page = isConnection(target) ? Number(/\b(?:first|last): (\d+)/.exec(args)?.[1] ?? 20) : 1;
    if (rows * page > MAX_ROWS) return null;
    const prefix = this.#pick(['', 'x_', '_']);
    const key = at === 0 ? `${prefix}${field.name}` : `${prefix}${field.name}_${at}`;
    return { field, target, leaf, args, key, rows: rows * Math.max(page, 1) };
  }

  /** Lists of arguments that may be used, each with the number that goes into the key. */
  #lists(type, field) {
    const numbered = (lists) => lists.map((args, at) => ({ args, at }));
    // Behind an interface the object's type is not known, so only what is fetched for every type fits.
    if (isInterfaceType(type)) return numbered(field.args.length === 0 ? [''] : [PAGE]);
    if (type !== this.#graph.schema.getQueryType()) return numbered(this.#graph.variants(type, field));
    // Each call names other objects, so each has a number of its own.
    const call = (args) => [{ args, at: (this.#calls += 1) }];
    const anything = () => JSON.stringify(this.#pick(this.#graph.all(this.#pick(this.#graph.types))).id);
    if (field.name === 'node') return call(`id: ${anything()}`);
    if (field.name === 'nodes') return call(`ids: [${anything()}, ${anything()}, ${anything()}]`);
    if (!this.#graph.isLookup(field)) return numbered(this.#graph.variants(type, field));
    const objects = this.#graph.all(field.type.name);
    const key = field.args[0].name;
    return objects.length === 0 ? [] : call(`${key}: ${JSON.stringify(this.#pick(objects)[key])}`);
  }

  #field({ field, target, leaf, args, key, rows }, depth) {
    this.#fields -= 1;
    const alias = key === field.name ? '' : `${key}: `;
    const body = leaf ? '' : ` ${this.#selection(target, depth - 1, rows)}`;
    return `${alias}${field.name}${args ? `(${args})` : ''}${this.#directives()}${body}`;
  }

  /** A type condition that may stand on a set of that type, whether or not it will apply. */
  #condition(type) {
    const { schema } = this.#graph;
    if (isAbstractType(type)) {
      const possible = schema.getPossibleTypes(type);
      return this.#pick([type, this.#pick(possible), this.#pick(possible), ...(isInterfaceType(type) ? type.getInterfaces() : [])]);
    }
    return this.#pick([type, ...type.getInterfaces()]);
  }

  /** Name of a fragment on that type, an earlier one or a new one. */
  #fragment(type, depth, rows, wraps) {
    const fits = this.#fragments.filter((known) => known.on === type.name && known.depth <= depth && known.rows >= rows);
    if (fits.length > 0 && this.#chance(0.5)) return this.#pick(fits).name;
    const on = this.#condition(type);
    const body = this.#selection(on, depth, rows, wraps);
    const name = `F${this.#fragments.length}`;
    this.#fragments.push({ name, on: on.name, body, depth, rows });
    return name;
  }

  #directives() {
    let text = '';
    for (const name of this.#chance(0.5) ? ['include', 'skip'] : ['skip', 'include']) {
      if (this.#chance(0.1)) text += ` @${name}(if: ${this.#truth()})`;
    }
    return text;
  }

  /** A literal, or a variable: given, left to its default, or nullable with one. */
  #truth() {
    if (this.#chance(0.5)) return this.#pick(['true', 'false']);
    if (this.#variables.length > 0 && this.#chance(0.5)) return `$${this.#pick(this.#variables).name}`;
    const name = `v${this.#variables.length}`;
    const value = this.#chance(0.5);
    this.#variables.push(
      this.#pick([
        { name, type: 'Boolean!', value },
        { name, type: 'Boolean!', fallback: !value, value },
        { name, type: 'Boolean!', fallback: value },
        { name, type: 'Boolean', fallback: value },
      ]),
    );
    return `$${name}`;
  }
}
