// Compares schema.graphql with the schema as it was released last: whatever would break a client must be told in the
// changelog. docs/api-policy.md says what that means.
//
//   node released.mjs            compare
//   node released.mjs --write    record schema.graphql as released, once a release is made

import { readFileSync, writeFileSync } from 'node:fs';
import { buildSchema, findBreakingChanges, isEnumType, isInputObjectType, isInterfaceType, isObjectType, parse, print, visit } from 'graphql';

import { Report } from './src/report.mjs';

const file = (path) => new URL(`../../${path}`, import.meta.url);
const read = (path) => readFileSync(file(path), 'utf8');
const RELEASED = 'tests/schema/released.graphql';

if (process.argv[2] === '--write') {
  // What a description says binds nobody.
  const bare = visit(parse(read('schema.graphql'), { noLocation: true }), { enter: (node) => (node.description ? { ...node, description: undefined } : undefined) });
  writeFileSync(file(RELEASED), `${print(bare)}\n`);
  process.exit(0);
}

const report = new Report();
const [released, now] = [RELEASED, 'schema.graphql'].map((path) => buildSchema(read(path)));
const told = new Set(
  [...read('CHANGELOG.md').matchAll(/^- Breaking: (.+)$/gm)].map(([, line]) => line.trim()),
);
await report.group('what breaks clients stands in the changelog', (check) => {
  const broken = new Set(findBreakingChanges(released, now).map(({ description }) => description));
  for (const description of broken) {
    check(description, told.has(description) ? null : `CHANGELOG.md lacks: - Breaking: ${description}`);
  }
  check('both were read', null);
});

/** Every field, argument and value that is retired, with its reason. */
function* retired(schema) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    const parts = isEnumType(type)
      ? type.getValues()
      : isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
        ? Object.values(type.getFields()).flatMap((field) => [field, ...(field.args ?? [])])
        : [];
    for (const part of parts) {
      if (part.deprecationReason != null) yield [`${type.name}.${part.name}`, part.deprecationReason];
    }
  }
}
await report.group('what is retired names what to use instead', (check) => {
  for (const [place, reason] of retired(now)) check(place, reason.includes('`') ? null : reason);
  check('all were read', null);
});
report.end();
