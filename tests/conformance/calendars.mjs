// Reads the calendars of a running server with ical.js, the reader of Thunderbird, and compares them with what GraphQL tells.
//
//   node calendars.mjs http://127.0.0.1:8080

import ICAL from 'ical.js';

import { Report } from './src/report.mjs';

const [base] = process.argv.slice(2);
if (!base) {
  console.error('usage: node calendars.mjs BASE_URL');
  process.exit(2);
}

const ask = async (query) => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(new URL('/graphql', base), { method: 'POST', headers, body: JSON.stringify({ query }) });
  return (await answer.json()).data;
};
const report = new Report();
const { bodies, institutions } = await ask(
  '{ bodies(first: 100) { nodes { code name { ko } } } institutions(first: 100) { nodes { code name { ko } } } }',
);

for (const [kind, all] of Object.entries({ bodies: bodies.nodes, institutions: institutions.nodes })) {
  await report.group(`calendars of ${kind}`, async (check) => {
    for (const { code, name } of all) check(code, await problem(`/calendar/${kind}/${code}.ics?lang=ko`, kind, code, name.ko));
  });
}
report.end();

/** What is wrong with a calendar; null if nothing is. */
async function problem(path, kind, code, name) {
  const answer = await fetch(new URL(path, base));
  if (answer.status !== 200) return `${answer.status} ${await answer.text()}`;
  const calendar = new ICAL.Component(ICAL.parse(await answer.text()));
  if (calendar.getFirstPropertyValue('x-wr-calname') !== name) return 'it has another name';
  const events = calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one));
  if (new Set(events.map(({ uid }) => uid)).size !== events.length) return 'an event is there twice';
  for (const event of events) {
    if (!event.startDate || event.endDate.compare(event.startDate) < 0) return `${event.uid} ends before it begins`;
    if (!event.summary.trim()) return `${event.uid} has no title`;
  }
  if (kind !== 'bodies') return null;
  const where = `where: { body: { code: { eq: "${code}" } } }`;
  const { meetings } = await ask(`{ meetings(${where}, first: 100) { nodes { id status title { ko } heldOn startsAt } } }`);
  if (meetings.nodes.length !== events.length) return `${events.length} events of ${meetings.nodes.length} meetings`;
  for (const meeting of meetings.nodes) {
    const event = events.find(({ uid }) => uid === `${meeting.id}@aiplus`);
    if (!event) return `${meeting.id} is not there`;
    const mark = { CANCELLED: '[취소] ', POSTPONED: '[연기] ' }[meeting.status] ?? '';
    if (event.summary !== mark + meeting.title.ko) return `${event.summary} is ${meeting.title.ko}`;
    const day = meeting.startsAt ? new Date(meeting.startsAt).getTime() : meeting.heldOn;
    const begins = meeting.startsAt ? event.startDate.toJSDate().getTime() : event.startDate.toString();
    if (meeting.startsAt ? begins !== day : !begins.startsWith(day)) return `${meeting.id} begins on ${begins}, not ${day}`;
  }
  return null;
}
