// Types by the area that they belong to, told by how their names begin.

import { getNamedType, type GraphQLNamedType, type GraphQLSchema, isInputObjectType, isObjectType, isScalarType } from 'graphql';

export interface Area {
  ko: string;
  en: string;
  /** Fields of the schema's roots that answer with what belongs here, by root: what to begin with. */
  roots: { root: string; name: string }[];
  types: GraphQLNamedType[];
  /** Filters, orders, pages, inputs: what the others are asked with. */
  helpers: GraphQLNamedType[];
}

/** The first that fits counts. */
const areas: [ko: string, en: string, names: RegExp][] = [
  ['환류', 'Feedback loop', /^(Recommendation|Disposition|Delivery|Effect|Opinion|ConsultationStage|WaitsFor|RateAnswer)/],
  ['도입 사례', 'Adoption cases', /^(AdoptionCase|Adoption|Case|Outcome|Barrier|Technology|ApplicationArea|BusinessSize|Verification|Similar|Disclosure)/],
  ['입법·정책', 'Legislation and policy', /^(Bill|Legislative|Initiative|Provision|Proposer|Policy|Plan(Kind|Status)|Task|Milestone|Consideration)/],
  ['회의', 'Bodies and meetings', /^(Body|Meeting|Agenda|Attendance|Statement|Minutes|Series(Record|Period)|Missed|PressAccess|Cadence|Venue)/],
  [
    '분기 실적',
    'Quarterly results',
    /^(Submission|Programme|Indicator|Series|Target|Obligation|Period|Reporting|Validation|Value|Extension|Reminder|Holiday|RollRule|Completeness|Aggregation|Direction|Severity|MissingStrategy|Receipt)/,
  ],
  ['기관·인물·지역', 'Institutions, people, regions', /^(Institution|Person|Membership|Appointment|Contact|Region|Industry|Sector|Party|Name|Identifier|Topic)/],
  ['자료·수치·출처', 'Documents, figures, sources', /^(Document|Observation|Citation|Claim|Conflict|Basis|Fact|Licence|Origin)/],
  ['통계·공표', 'Statistics and releases', /^(Statistic|Publish)|Measure$|Release|Suppress/],
  ['검색·이력·변경', 'Search, history, changes', /^(Search|Timeline|Activity|Change)/],
  ['접근·감사', 'Access and audit', /^(ApiClient|Client|Webhook|Audit|Viewer|Permission|Allowance|RateTier|Visibility|Account|Role)/],
];
const common = ['공통', 'Common'] as const;
const helper = /(Connection|Edge|Filter|Order|OrderField|Input|Payload)$/;

/** What a payload brings besides its errors: `Meeting` of `InviteParticipantsPayload`. */
function contentOf(payload: GraphQLNamedType | undefined): string | undefined {
  if (!isObjectType(payload)) return undefined;
  const content = Object.values(payload.getFields()).map((field) => getNamedType(field.type));
  return content.find((type) => isObjectType(type) && type.name !== 'UserError')?.name;
}

/** The area of a type; inputs and payloads belong to what the payload brings, for their names begin with a verb. */
function areaOf(name: string, schema: GraphQLSchema): number {
  const payload = /(Input|Payload)$/.test(name) ? schema.getType(name.replace(/(Input|Payload)$/, 'Payload')) : undefined;
  const of = contentOf(payload) ?? name.replace(/^Nullable/, '');
  return areas.findIndex(([, , names]) => names.test(of));
}

export function byArea(schema: GraphQLSchema): Area[] {
  const made: Area[] = [...areas.map(([ko, en]) => ({ ko, en, roots: [], types: [], helpers: [] }) as Area), { ko: common[0], en: common[1], roots: [], types: [], helpers: [] }];
  const rest = made.at(-1) as Area;
  const at = (name: string) => made[areaOf(name, schema)] ?? rest;
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter((one) => one != null);
  for (const root of roots) {
    for (const { name, type } of Object.values(root.getFields())) {
      const of = getNamedType(type).name;
      at(of).roots.push({ root: root.name, name });
    }
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || roots.some((root) => root === type)) continue;
    const area = isScalarType(type) ? rest : at(type.name);
    (helper.test(type.name) || isInputObjectType(type) ? area.helpers : area.types).push(type);
  }
  const order = new Intl.Collator('en').compare;
  for (const area of made) for (const list of [area.types, area.helpers]) list.sort((a, b) => order(a.name, b.name));
  return made.filter((area) => area.roots.length + area.types.length + area.helpers.length > 0);
}
