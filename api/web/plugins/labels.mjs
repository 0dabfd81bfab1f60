// Writes `src/pages/parts/labels.ts`: what a reader calls each value of an enum, out of the first words of its
// description in `schema.graphql` ("한국어. English; more."), so that no page has a second list of them.
import { readFileSync, writeFileSync } from 'node:fs';
import { buildSchema, isEnumType } from 'graphql';

/** Enums of which pages show values. */
const shown = [
  'ActivityKind', 'AdoptionStage', 'AgendaOutcome', 'Aggregation', 'AmountBand', 'ApplicationArea', 'AppointmentRole', 'AttendanceRole', 'AttendanceStatus',
  'BarrierKind', 'Basis', 'BillEffect', 'BillResult', 'BillStage', 'BodyKind', 'BusinessSize', 'Cadence', 'CaseStatus', 'Completeness',
  'ConflictStatus', 'ConsiderationRole', 'ConsultationStage', 'ContactKind', 'DeliveryStatus', 'Direction', 'Disclosure', 'Disposition',
  'DocumentKind', 'EffectKind', 'IdentifierScheme', 'InstitutionKind', 'Licence', 'MeetingDocumentRole', 'MeetingKind', 'MeetingStatus',
  'MinutesStatus', 'NameKind', 'Origin', 'OutcomeFamily', 'PlanKind', 'PlanStatus', 'PressAccess', 'ProposerKind', 'RecommendationRelationKind',
  'RecommendationSource', 'RecommendationStatus', 'RollRule', 'Sector', 'SeriesPeriodStatus', 'Severity', 'SimilarityReason',
  'SubmissionStatus', 'TaskKind', 'Technology', 'Verification',
];

/** Where the first words of a description are a sentence, the name that stands in a table. */
const short = {
  'Basis.STATED': ['명시', 'Stated'],
  'Basis.INFERRED': ['추정', 'Inferred'],
  'BillEffect.IN_ALTERNATIVE': ['대안 반영', 'Lives on in another bill'],
  'BillResult.UNMAPPED': ['미분류', 'Not classified'],
  'BarrierKind.DATA': ['데이터 부족', 'Lack of data'],
  'Completeness.ACCEPTED': ['승인', 'Accepted'],
  'Completeness.SUBMITTED': ['제출', 'Submitted on time'],
  'Completeness.LATE': ['지연 제출', 'Submitted late'],
  'ConsiderationRole.HEARING': ['의견 청취', 'Views heard'],
  'ConsiderationRole.DISCUSSION': ['논의', 'Discussed'],
  'ConsiderationRole.DECISION': ['의결', 'Decided'],
  'ConsiderationRole.NOTICE': ['보고·공유', 'Presented for information'],
  'ConsiderationRole.PREPARATION': ['마련·사전 검토', 'Prepared'],
  'ConsiderationRole.DELIVERY': ['수행', 'Carried out'],
  'ContactKind.EMAIL': ['전자우편', 'Email'],
  'Direction.HIGHER_IS_BETTER': ['높을수록 좋음', 'Higher is better'],
  'Direction.LOWER_IS_BETTER': ['낮을수록 좋음', 'Lower is better'],
  'Direction.NEUTRAL': ['중립', 'Neutral'],
  'Disclosure.NAMED': ['실명 공개', 'Named'],
  'Disclosure.ANONYMISED': ['익명 처리', 'Anonymised'],
  'IdentifierScheme.BUSINESS_REGISTRATION': ['사업자등록번호', 'Business registration number'],
  'IdentifierScheme.CORPORATE_REGISTRATION': ['법인등록번호', 'Corporate registration number'],
  'InstitutionKind.MINISTRY': ['중앙부처', 'Ministry'],
  'InstitutionKind.AI_SUPPLIER': ['AI 공급(전문)기업', 'AI supplier'],
  'InstitutionKind.AI_ADOPTER': ['AI 수요기업', 'AI adopter'],
  'InstitutionKind.ASSOCIATION': ['협회·단체', 'Association'],
  'InstitutionKind.STARTUP': ['스타트업', 'Start-up'],
  'Licence.KOGL_1': ['공공누리 제1유형(출처표시)', 'KOGL type 1 (attribution)'],
  'Licence.KOGL_2': ['공공누리 제2유형(출처표시·상업적 이용금지)', 'KOGL type 2 (attribution, no commercial use)'],
  'Licence.KOGL_3': ['공공누리 제3유형(출처표시·변경금지)', 'KOGL type 3 (attribution, no changes)'],
  'Licence.KOGL_4': ['공공누리 제4유형(출처표시·상업적 이용금지·변경금지)', 'KOGL type 4 (attribution, no commercial use, no changes)'],
  'Licence.UNSPECIFIED': ['표시 없음', 'None stated'],
  'MeetingDocumentRole.PRESS_RELEASE': ['보도자료', 'Press release'],
  'MeetingKind.AD_HOC': ['수시회의', 'Ad hoc meeting'],
  'MeetingStatus.PLANNED': ['예정', 'Planned'],
  'MeetingStatus.HELD': ['개최', 'Held'],
  'MeetingStatus.POSTPONED': ['연기', 'Postponed'],
  'MeetingStatus.CANCELLED': ['취소', 'Cancelled'],
  'NameKind.ALIAS': ['이명', 'Other name'],
  'NameKind.FORMER': ['옛 명칭', 'Former name'],
  'Origin.SOURCE': ['출처 확인', 'From a source'],
  'Origin.REPORTED': ['기관 입력', 'Entered by an institution'],
  'PlanKind.ACTION_PLAN': ['행동계획', 'Action plan'],
  'PlanKind.OPERATING_PLAN': ['운영계획', 'Operating plan'],
  'PressAccess.UNKNOWN': ['미상', 'Not on record'],
  'RecommendationRelationKind.SAME_AS': ['같은 내용', 'Same matter'],
  'RecommendationSource.STATEMENT': ['회의 발언', 'Statement at a meeting'],
  'RecommendationSource.AGENDA_ITEM': ['안건', 'Agenda item'],
  'RecommendationSource.SURVEY': ['설문', 'Survey'],
  'RecommendationSource.UPSTREAM_COMMITTEE': ['상위 위원회', 'Upstream committee'],
  'RecommendationSource.INTAKE_DESK': ['상담 창구', 'Intake desk'],
  'RecommendationSource.RESEARCH_REPORT': ['연구보고서', 'Research report'],
  'RecommendationSource.OPINION_ROUND': ['의견수렴', 'Opinion round'],
  'RecommendationStatus.FORWARDED': ['이관·건의', 'Forwarded'],
  'RecommendationStatus.IN_DELIVERY': ['이행 중', 'In delivery'],
  'RollRule.NEXT_BUSINESS_DAY': ['다음 영업일', 'moved to the next business day'],
  'Sector.INDUSTRY': ['산업계', 'Industry'],
  'Sector.ACADEMIA': ['학계', 'Academia'],
  'Sector.RESEARCH': ['연구계', 'Research'],
  'Sector.GOVERNMENT': ['관(공공)', 'Government'],
  'Sector.CIVIL': ['전문직·민간', 'Professions and civil society'],
  'SeriesPeriodStatus.HELD': ['개최', 'Held'],
  'SeriesPeriodStatus.UNDATED': ['날짜 미상', 'Date uncertain'],
  'SeriesPeriodStatus.NOT_ON_RECORD': ['기록 없음', 'Not on record'],
  'SeriesPeriodStatus.MISSED': ['미개최', 'Missed'],
  'SeriesPeriodStatus.DUE': ['예정', 'Due'],
  'Severity.ERROR': ['오류', 'Error'],
  'Severity.WARNING': ['경고', 'Warning'],
  'SimilarityReason.VERIFIED': ['검증됨', 'Verified'],
  'SubmissionStatus.NOT_STARTED': ['미작성', 'Not started'],
  'SubmissionStatus.DRAFT': ['작성 중', 'Draft'],
  'SubmissionStatus.SUBMITTED': ['제출', 'Submitted'],
  'SubmissionStatus.RETURNED': ['반려', 'Returned'],
  'SubmissionStatus.FINAL': ['확정', 'Final'],
  'Verification.DOCUMENTED': ['서류 확인', 'Documented'],
  'Verification.SELF_REPORTED': ['자기 보고', 'Self-reported'],
  'Verification.SITE_VISITED': ['현장 확인', 'Site visited'],
};

const schema = buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));
const lines = shown.map((name) => {
  const type = schema.getType(name);
  if (!isEnumType(type)) throw new Error(`The schema has no enum ${name}.`);
  const values = type.getValues().map((value) => {
    const [ko = value.name, rest = ''] = (value.description ?? '').split(/\.\s+(.*)/s);
    const en = rest.split(/[.;:,]| \(/)[0] || value.name;
    return `    ${value.name}: ${JSON.stringify(short[`${name}.${value.name}`] ?? [ko.replace(/\.$/, ''), en])},`;
  });
  return `  ${name}: {\n${values.join('\n')}\n  },`;
});
/** What search finds, by the name of its type. */
const found = schema
  .getType('SearchType')
  .getValues()
  .map((value) => {
    const [ko, en] = value.description.split(/\.\s+/);
    const name = value.name.toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());
    return `  ${name}: ${JSON.stringify([ko, en.replace(/\.$/, '')])},`;
  });
const text = `// Generated from \`schema.graphql\` by \`node labels.mjs\`: [Korean, English] of each value.
export const labels = {
${lines.join('\n')}
} as const satisfies Record<string, Record<string, readonly [string, string]>>;

export const searchTypes: Record<string, readonly [string, string]> = {
${found.join('\n')}
};
`;
const file = new URL('../src/pages/parts/labels.ts', import.meta.url);
if (process.argv[2] === '--check') {
  if (readFileSync(file, 'utf8') !== text) throw new Error('src/pages/parts/labels.ts has drifted; run: node plugins/labels.mjs');
} else writeFileSync(file, text);
