// What a reader calls the codes that the dashboard shows.

import { dictionary } from '../app/language';

export const words = dictionary(
  {
    stage: { EXPLORING: '탐색', POC: '개념검증', PILOT: '시범', PRODUCTION: '운영', SCALED: '확산', STOPPED: '중단' } as Record<string, string>,
    size: { SMALL_MERCHANT: '소상공인', SMALL: '소기업', MEDIUM: '중기업', MID_MARKET: '중견기업' } as Record<string, string>,
    bill: {
      DRAFTING: '입안', CONSULTATION: '관계부처 협의', LEGISLATIVE_NOTICE: '입법예고', REGULATORY_AND_MOLEG_REVIEW: '규제·법제처 심사', CABINET: '국무회의',
      RECEIVED: '접수', COMMITTEE_RECEIVED: '소관위 접수', COMMITTEE_REVIEW: '소관위 심사', COMMITTEE_DECIDED: '소관위 의결', JUDICIARY_REQUESTED: '체계·자구 의뢰',
      JUDICIARY_REVIEW: '체계·자구 심사', PLENARY_READY: '본회의 부의', PLENARY_NOT_TABLED: '본회의 불부의', PLENARY_DECIDED: '본회의 의결', TEXT_FINALISED: '의안 정리',
      TRANSFERRED: '정부 이송', RECONSIDERATION_REQUESTED: '재의 요구', RECONSIDERATION_DECIDED: '재의', PROMULGATED: '공포', IN_FORCE: '시행',
      CLOSED_WITHOUT_ENACTMENT: '폐기·철회·부결',
    } as Record<string, string>,
    type: {
      Institution: '기관', Meeting: '회의', Bill: '법률안', BillEvent: '입법 단계', Recommendation: '건의', AdoptionCase: '도입 사례', Body: '협의체', Programme: '사업',
      ReportingPeriod: '보고기간', Indicator: '지표', Document: '자료', Person: '인물', Target: '목표', Statement: '발언', AgendaItem: '안건', Attendance: '참석',
      RecommendationAnswer: '회신', RecommendationDelivery: '이행', Effect: '성과', OpinionRound: '의견수렴', Outcome: '사례 성과', PolicyPlan: '계획', PolicyTask: '과제',
      Observation: '통계', Appointment: '위촉', LegislativeInitiative: '입법과제', Minutes: '회의록', StatisticsRelease: '통계 공표',
    } as Record<string, string>,
    change: { CREATED: '등록', UPDATED: '수정', DELETED: '삭제' } as Record<string, string>,
    period: { OPEN: '접수 중', FINAL: '확정', NOT_OPEN: '시작 전', UPCOMING: '시작 전', CLOSED: '마감' } as Record<string, string>,
    cadence: { MONTHLY: '매월', QUARTERLY: '매 분기', IRREGULAR: '수시', ANNUAL: '매년', HALF_YEARLY: '반기', WEEKLY: '매주' } as Record<string, string>,
  },
  {
    stage: { EXPLORING: 'Exploring', POC: 'Proof of concept', PILOT: 'Pilot', PRODUCTION: 'In production', SCALED: 'Scaled up', STOPPED: 'Stopped' },
    size: { SMALL_MERCHANT: 'Small business owner', SMALL: 'Small enterprise', MEDIUM: 'Medium enterprise', MID_MARKET: 'Mid-market company' },
    bill: {
      DRAFTING: 'Drafting', CONSULTATION: 'Consultation', LEGISLATIVE_NOTICE: 'Legislative notice', REGULATORY_AND_MOLEG_REVIEW: 'Legal review', CABINET: 'Cabinet',
      RECEIVED: 'Received', COMMITTEE_RECEIVED: 'In committee', COMMITTEE_REVIEW: 'Committee review', COMMITTEE_DECIDED: 'Committee decided', JUDICIARY_REQUESTED: 'Wording requested',
      JUDICIARY_REVIEW: 'Wording review', PLENARY_READY: 'Ready for plenary', PLENARY_NOT_TABLED: 'Not tabled', PLENARY_DECIDED: 'Plenary decided', TEXT_FINALISED: 'Text finalised',
      TRANSFERRED: 'Sent to government', RECONSIDERATION_REQUESTED: 'Reconsideration requested', RECONSIDERATION_DECIDED: 'Reconsidered', PROMULGATED: 'Promulgated', IN_FORCE: 'In force',
      CLOSED_WITHOUT_ENACTMENT: 'Closed, not enacted',
    },
    type: {
      Institution: 'Institution', Meeting: 'Meeting', Bill: 'Bill', BillEvent: 'Bill stage', Recommendation: 'Recommendation', AdoptionCase: 'Case', Body: 'Body', Programme: 'Programme',
      ReportingPeriod: 'Reporting period', Indicator: 'Indicator', Document: 'Document', Person: 'Person', Target: 'Target', Statement: 'Statement', AgendaItem: 'Agenda item', Attendance: 'Attendance',
      RecommendationAnswer: 'Answer', RecommendationDelivery: 'Delivery', Effect: 'Effect', OpinionRound: 'Opinion round', Outcome: 'Outcome', PolicyPlan: 'Plan', PolicyTask: 'Task',
      Observation: 'Figure', Appointment: 'Appointment', LegislativeInitiative: 'Initiative', Minutes: 'Minutes', StatisticsRelease: 'Statistics release',
    },
    change: { CREATED: 'added', UPDATED: 'updated', DELETED: 'removed' },
    period: { OPEN: 'Open', FINAL: 'Final', NOT_OPEN: 'Not yet open', UPCOMING: 'Not yet open', CLOSED: 'Closed' },
    cadence: { MONTHLY: 'monthly', QUARTERLY: 'quarterly', IRREGULAR: 'irregular', ANNUAL: 'yearly', HALF_YEARLY: 'half-yearly', WEEKLY: 'weekly' },
  },
);
