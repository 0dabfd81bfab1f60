// Finds types, fields, arguments and values of the schema by their names and by what is said of them, in Korean or English.

import type { DocExplorerNavStackItem } from '@graphiql/plugin-doc-explorer';
import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';

export interface Entry {
  /** `Meeting.heldOn`, `Query.meetings(where:)`, `MeetingStatus.HELD`. */
  title: string;
  description: string;
  /** How to get there in the documentation. */
  path: DocExplorerNavStackItem[];
  /** Less counts more: what can be done, types, what can be asked, then fields. */
  rank: number;
  name: string;
  text: string;
}

export const fold = (text: string) => text.normalize('NFKC').toLowerCase();
/** `adoptionCase` is found by "adoption case", too. */
const words = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll('_', ' ');

export function index(schema: GraphQLSchema): Entry[] {
  const all: Entry[] = [];
  const add = (title: string, name: string, description: string | null | undefined, path: DocExplorerNavStackItem[], rank: number) => {
    const said = (description ?? '').replace(/\s+/g, ' ').trim();
    all.push({ title, description: said, path, rank, name: fold(name), text: fold(`${name} ${words(name)} ${said}`) });
  };
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].map((one) => one?.name));
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    const isHelper = /(Connection|Edge|Filter|Order|OrderField)$/.test(type.name);
    const here = { name: type.name, def: type };
    add(type.name, type.name, type.description, [here], isHelper ? 4 : isInputObjectType(type) ? 2 : 0.5);
    if (isEnumType(type)) for (const value of type.getValues()) add(`${type.name}.${value.name}`, value.name, value.description, [here], isHelper ? 5 : 3);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const there = { name: field.name, def: field };
      add(`${type.name}.${field.name}`, field.name, field.description, [here, there], isHelper ? 5 : type === schema.getMutationType() ? 0 : roots.has(type.name) ? 1 : 2);
      if ('args' in field && roots.has(type.name)) {
        for (const arg of field.args) add(`${type.name}.${field.name}(${arg.name}:)`, arg.name, arg.description, [here, there], 5);
      }
    }
  }
  return all;
}

/** What has every word of the text, best first. */
export function find(entries: readonly Entry[], text: string): Entry[] {
  const wanted = fold(text).split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [];
  const first = wanted[0] as string;
  const whole = wanted.join('');
  const score = (entry: Entry) => {
    const base = entry.rank * 2;
    if (entry.name === whole) return base - 20;
    if (entry.name.startsWith(first)) return base - 6;
    // The Korean term stands first in each description.
    return fold(entry.description).startsWith(first) ? base - 8 : base;
  };
  return entries
    .filter((entry) => wanted.every((word) => entry.text.includes(word)))
    .map((entry) => ({ entry, score: score(entry) }))
    .sort((a, b) => a.score - b.score || a.entry.title.length - b.entry.title.length)
    .map(({ entry }) => entry);
}
