// A case of AI adoption: who, where, with what, what came of it; the adopter named or not, as it consented.

import { date, krw, number, say, unit } from '../app/language';
import { useQuery } from '../app/query';
import type { Params } from '../app/router';
import { Badge, Name, Table } from '../app/ui';
import { Cite, Conflicts, Hidden, NotOnRecord } from './parts/facts';
import { Fact, NotFound, None, Part, Thing, WhenAsked } from './parts/frame';
import { CaseLine, InstitutionLink, Lines, RecommendationLine, TitledLink } from './parts/rows';
import { label, word } from './parts/text';
import { CasePage, type CasePageData, CasesLike } from './queries/case.graphql';

type Case = NonNullable<CasePageData['adoptionCase']>;
type Outcome = Case['outcomes']['nodes'][number];

function Company({ of }: { of: Case }) {
  if (of.company) return <InstitutionLink of={of.company} />;
  if (of.companyName) return of.companyName;
  return <Hidden>{of.disclosure === 'ANONYMISED' ? word('companyHidden') : label('Disclosure', of.disclosure)}</Hidden>;
}

function Outcomes({ of }: { of: Outcome[] }) {
  return (
    <Table<Outcome>
      caption={word('outcomes')}
      rows={of}
      keyOf={(one) => one.id}
      columns={[
        {
          title: word('metric'),
          isHead: true,
          value: (one) => (
            <>
              <Badge>{label('OutcomeFamily', one.family)}</Badge> <Name of={one.metric} /> <span className="muted">({unit(one.unit)})</span> <Cite of={one} />
              <Conflicts of={one} />
            </>
          ),
        },
        { title: word('before'), isNumber: true, value: (one) => number(one.baseline, 2) },
        { title: word('after'), isNumber: true, value: (one) => number(one.after, 2) },
        {
          title: word('change'),
          isNumber: true,
          value: (one) => (
            <>
              <b>{signed(one.change)}</b>
              {one.changePercent !== null && <span className="muted"> ({signed(one.changePercent, 1)}%)</span>}
            </>
          ),
        },
        {
          title: word('method'),
          value: (one) =>
            one.measuredOn || one.method ? (
              <>
                {date(one.measuredOn)} <Name of={one.method} /> <TitledLink kind="documents" of={one.document} />
              </>
            ) : (
              <NotOnRecord />
            ),
        },
      ]}
    />
  );
}

function signed(value: number, digits = 2): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : '±'}${number(Math.abs(value), digits)}`;
}

/** Cases of a like company: asked for once this one is known. */
function Similar({ of }: { of: Case }) {
  const asked = useQuery(CasesLike, {
    to: { ksic: of.industry?.code, size: of.size, region: of.region?.code },
    illustrative: of.origin === 'ILLUSTRATIVE',
  });
  const edges = asked.data?.similarCases?.edges.filter((one) => one.node.code !== of.code).slice(0, 6) ?? [];
  return (
    <Part id="similar">
      {edges.length > 0 ? (
        <Lines>
          {edges.map((one) => (
            <CaseLine key={one.node.id} of={one.node} extra={one.reasons.map((reason) => label('SimilarityReason', reason)).join(', ')} />
          ))}
        </Lines>
      ) : (
        asked.state !== 'loading' && <None />
      )}
    </Part>
  );
}

export default function CaseView({ params }: { params: Params }) {
  const code = params.code ?? '';
  const asked = useQuery(CasePage, { code });
  return (
    <WhenAsked asked={asked} kind="cases" code={code}>
      {(data, faults) => {
        const of = data.adoptionCase;
        if (!of) return <NotFound kind="cases" code={code} faults={faults} />;
        const technologies = of.technologies.nodes.length > 0 ? of.technologies.nodes.map((one) => one.technology) : [of.technology];
        const effects = data.effects.nodes;
        return (
          <Thing
            kind="cases"
            fact={of}
            name={of.title}
            nameField="title.en"
            code={code}
            kicker={
              <>
                {word('cases')} {of.region && <Name of={of.region.name} />}
              </>
            }
            badges={
              <>
                <Badge tone={of.stage === 'STOPPED' ? 'bad' : 'accent'}>{label('AdoptionStage', of.stage)}</Badge>
                <Badge tone={of.verification === 'SELF_REPORTED' ? 'plain' : 'good'}>{label('Verification', of.verification)}</Badge>
                {of.status !== 'PUBLISHED' && <Badge tone="warn">{label('CaseStatus', of.status)}</Badge>}
              </>
            }
            lead={of.summary}
            answer={data}
            operation={CasePage}
            variables={{ code }}
            facts={
              <>
                <Fact title={word('company')} of={of} field="company">
                  <Company of={of} />
                </Fact>
                <Fact title={word('region')} of={of} field="region">
                  {of.region && (
                    <>
                      <Name of={of.currentRegion?.name ?? of.region.name} /> {of.district}
                      {of.currentRegion && of.currentRegion.code !== of.region.code && <span className="muted"> ({word('regionThen', { x: say(of.region.name) })})</span>}
                    </>
                  )}
                </Fact>
                <Fact title={word('industry')} of={of} field="industry">
                  {of.industry && (
                    <>
                      <Name of={of.industry.name} /> <span className="muted">KSIC {of.industry.code}</span>
                    </>
                  )}
                </Fact>
                <Fact title={word('size')}>{of.size ? label('BusinessSize', of.size) : <Hidden />}</Fact>
                <Fact title={word('technology')}>{technologies.map((one) => label('Technology', one)).join(', ')}</Fact>
                <Fact title={word('application')}>{label('ApplicationArea', of.application)}</Fact>
                <Fact title={word('supplier')} of={of} field="supplier">
                  {of.supplier ? <InstitutionLink of={of.supplier} /> : of.supplierName}
                </Fact>
                <Fact title={word('programme')}>{of.programme && <Name of={of.programme} />}</Fact>
                <Fact title={word('startedOn')}>{date(of.startedOn)}</Fact>
                <Fact title={word('investment')} of={of} field="investment">
                  {of.investment !== null ? krw(of.investment) : of.investmentBand && label('AmountBand', of.investmentBand)}
                </Fact>
                <Fact title={word('publicSupport')} of={of} field="publicSupport">
                  {of.publicSupport !== null ? krw(of.publicSupport) : of.publicSupportBand && label('AmountBand', of.publicSupportBand)}
                </Fact>
                <Fact title={word('consent')}>{word(of.hasConsentToPublish ? 'consented' : 'notConsented')}</Fact>
                <Fact title={word('publishedOn')}>{date(of.publishedOn)}</Fact>
              </>
            }
            sections={[
              { id: 'outcomes', title: word('outcomes'), count: of.outcomes.nodes.length },
              { id: 'barriers', title: word('caseBarriers'), count: of.barriers.nodes.length },
              of.lessons && { id: 'lessons', title: word('lessons') },
              effects.length > 0 && { id: 'recommendations', title: word('relatedRecommendations'), count: effects.length },
              { id: 'similar', title: word('similar') },
            ]}
          >
            <Part id="outcomes">{of.outcomes.nodes.length > 0 ? <Outcomes of={of.outcomes.nodes} /> : <None />}</Part>
            <Part id="barriers">
              {of.barriers.nodes.length > 0 ? (
                <ul className="lines">
                  {of.barriers.nodes.map((one) => (
                    <li key={one.id} className="line">
                      <p className="line-title">
                        {label('BarrierKind', one.kind)} <Cite of={one} />
                      </p>
                      {one.note && (
                        <p>
                          <Name of={one.note} />
                        </p>
                      )}
                    </li>
                  ))}
                </ul>
              ) : (
                <None />
              )}
            </Part>
            {of.lessons && (
              <Part id="lessons">
                <p className="prose">
                  <Name of={of.lessons} />
                </p>
              </Part>
            )}
            {effects.length > 0 && (
              <Part id="recommendations">
                <Lines>
                  {effects.map((one) => (
                    <RecommendationLine key={one.recommendation.id} of={one.recommendation} />
                  ))}
                </Lines>
              </Part>
            )}
            <Similar of={of} />
          </Thing>
        );
      }}
    </WhenAsked>
  );
}
