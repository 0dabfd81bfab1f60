import type { Entry } from './cells';
import { Difference, FormOf, Report, type FormOfData, type ReportData, Values } from './operations.graphql';
import { addDays, endOf, quarterBeside } from './parts';
import { Failure, type Session, trouble } from './session';

export type Submission = NonNullable<ReportData['submissions']>['nodes'][number];
export type Problem = NonNullable<ReportData['submissionCheck']>['problems'][number];
export type Receipt = Submission['revisions']['nodes'][number];
export type Indicator = NonNullable<FormOfData['programme']>['indicators']['nodes'][number];
type Value = Submission['values']['nodes'][number];

/** What a page of one submission is made of. */
export interface Sheet {
  readonly submission: Submission;
  readonly check: NonNullable<ReportData['submissionCheck']>;
  readonly indicators: readonly Indicator[];
  readonly stored: ReadonlyMap<string, Entry>;
  /** Whether there are more cells than the page shows. */
  readonly isCut: boolean;
  /** Values of the quarter before, by cell. */
  readonly last: ReadonlyMap<string, { state: Entry['state']; value: string | null }>;
  readonly isLastAccepted: boolean;
  readonly targets: ReadonlyMap<string, string>;
  readonly holidays: ReadonlyMap<string, { ko: string; en?: string | null }>;
  readonly regions: readonly Named[];
  readonly industries: readonly Named[];
}

interface Named {
  readonly code: string;
  readonly name: { ko: string; en?: string | null };
}

/** Pages of values that are read; more are changed in a file. */
const PAGES = 10;
/** Days over which a due date may move: the longest run of days off. */
const RUN = 14;

function entry({ state, value, reason, comment, evidenceNote }: Value): Entry {
  return { state, value: value ?? '', reason: reason ?? '', comment: comment ?? '', evidenceNote: evidenceNote ?? '' };
}

/** The submission with its values, and the form that it fills in. */
export async function load(session: Session, id: string): Promise<Sheet> {
  const { submissions, submissionCheck } = await session.ask(Report, { id }).catch((failure: unknown) => {
    // An id in the address that is none.
    throw trouble(failure) === 'REFUSED' ? new Failure('MISSING') : failure;
  });
  const submission = submissions?.nodes[0];
  if (!submission || !submissionCheck) throw new Failure('MISSING');
  const end = endOf(submission.quarter);
  const nominal = addDays(end, submission.programme?.dueDays ?? 0);
  const [form, rest] = await Promise.all([
    session.ask(FormOf, {
      programme: submission.programme?.code ?? '',
      quarter: submission.quarter,
      before: quarterBeside(submission.quarter, -1),
      institution: submission.institution?.code ?? '',
      from: nominal,
      to: addDays(nominal, RUN),
      end,
    }),
    others(session, id, submission),
  ]);
  const last = form.last?.nodes[0];
  return {
    submission,
    check: submissionCheck,
    indicators: form.programme?.indicators.nodes ?? [],
    stored: new Map([...submission.values.nodes, ...rest.values].map((value) => [value.cell, entry(value)])),
    isCut: rest.isCut,
    last: new Map(last?.values.nodes.map(({ cell, state, value }) => [cell, { state, value }])),
    isLastAccepted: last?.status === 'ACCEPTED' || last?.status === 'FINAL',
    targets: new Map(form.targets.nodes.map(({ indicator, value }) => [indicator.code, value])),
    holidays: new Map(form.holidays.nodes.map(({ observedOn, name }) => [observedOn, name])),
    regions: form.regions.nodes,
    industries: form.industries.nodes,
  };
}

/** The values beyond the first page. */
async function others(session: Session, id: string, submission: Submission) {
  const values: Value[] = [];
  let page = submission.values.pageInfo;
  for (let read = 1; page.hasNextPage && read < PAGES; read += 1) {
    const found = (await session.ask(Values, { id, after: page.endCursor })).submissions?.nodes[0];
    // Written meanwhile: pages of two states are no state.
    if (found?.version !== submission.version) throw new Failure('CONFLICT');
    values.push(...found.values.nodes);
    page = found.values.pageInfo;
  }
  return { values, isCut: page.hasNextPage };
}

export type Change = Awaited<ReturnType<typeof difference>>['changes'][number];

export async function difference(session: Session, id: string, from: number, to: number) {
  const { submissionDiff } = await session.ask(Difference, { id, from, to });
  if (!submissionDiff) throw new Failure('MISSING');
  return submissionDiff;
}
