// A programme: its indicators with their targets, who must report, by which rule.

import { date, figure, quarter, unit } from '../app/language';
import { useQuery } from '../app/query';
import type { Params } from '../app/router';
import { Badge, Name, Table } from '../app/ui';
import { Cite, Conflicts, Hidden, NotOnRecord, OriginMark } from './parts/facts';
import { Fact, isHidden, NotFound, None, Part, Thing, WhenAsked } from './parts/frame';
import { PublishedTile } from './parts/published';
import { InstitutionLink } from './parts/rows';
import { DealtWith } from './parts/shared';
import { label, span, word } from './parts/text';
import { ProgrammePage, type ProgrammePageData } from './queries/programme.graphql';

type Programme = NonNullable<ProgrammePageData['programme']>;
type Indicator = Programme['indicators']['nodes'][number];
type Target = Indicator['targets']['nodes'][number];

/** Targets as bars from nought, quarter by quarter; the table beside it has the figures. */
function TargetBars({ of, targets }: { of: Indicator; targets: Target[] }) {
  const most = Math.max(...targets.map((one) => Math.abs(Number(one.value))), 1e-9);
  const step = 100 / targets.length;
  return (
    <svg className="target-bars" viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true" data-unit={of.unit}>
      {targets.map((one, index) => {
        const height = (26 * Math.abs(Number(one.value))) / most;
        return <rect key={one.quarter} x={index * step + step * 0.12} width={step * 0.76} y={28 - height} height={height} />;
      })}
    </svg>
  );
}

function Targets({ of }: { of: Indicator }) {
  const whole = of.targets.nodes.filter((one) => !one.institution);
  const others = of.targets.nodes.filter((one) => one.institution);
  if (whole.length === 0) return <p className="none">{word('noTarget')}</p>;
  const first = whole[0];
  const last = whole[whole.length - 1];
  return (
    <>
      <p className="target-now">
        {last && (
          <>
            <b>{figure(last.value, of)}</b> <span className="muted">{[word('target'), quarter(last.quarter)].join(' ')}</span>
          </>
        )}
      </p>
      <TargetBars of={of} targets={whole} />
      <p className="target-axis muted" aria-hidden="true">
        <span>{first?.quarter}</span>
        <span>{last?.quarter}</span>
      </p>
      <details>
        <summary>{word('targets')}</summary>
        <Table<Target>
          caption={`${word('targets')} (${unit(of.unit)})`}
          rows={[...whole, ...others]}
          keyOf={(one) => `${one.quarter} ${one.institution?.code ?? ''}`}
          columns={[
            { title: word('quarter'), isHead: true, value: (one) => quarter(one.quarter) },
            { title: word('institution'), value: (one) => (one.institution ? <InstitutionLink of={one.institution} /> : word('any')) },
            { title: word('target'), isNumber: true, value: (one) => figure(one.value, of) },
          ]}
        />
      </details>
    </>
  );
}

function Indicators({ of }: { of: Indicator[] }) {
  return (
    <ul className="indicators">
      {of.map((one) => (
        <li key={one.id}>
          <h3>
            <Name of={one.name} /> <Cite of={one} />
          </h3>
          <p className="line-facts">
            <code>{one.code}</code>
            <span>{unit(one.unit)}</span>
            <span>{label('Direction', one.direction)}</span>
            <span>{label('Aggregation', one.aggregation)}</span>
            {one.isRequired && <Badge>{word('required')}</Badge>}
            {[one.isByRegion && word('byRegion'), one.isBySize && word('bySize'), one.isByIndustry && word('byIndustry')].filter(Boolean).map((by) => (
              <span key={String(by)}>{by}</span>
            ))}
          </p>
          <p className="muted">
            {quarter(one.validFrom)} – {one.validTo && quarter(one.validTo)}
          </p>
          {one.definition && (
            <p>
              <Name of={one.definition} />
            </p>
          )}
          <Targets of={one} />
          <Conflicts of={one} />
        </li>
      ))}
    </ul>
  );
}

export default function ProgrammeView({ params }: { params: Params }) {
  const code = params.code ?? '';
  const asked = useQuery(ProgrammePage, { code });
  return (
    <WhenAsked asked={asked} kind="programmes" code={code}>
      {(data, faults) => {
        const of = data.programme;
        if (!of) return <NotFound kind="programmes" code={code} faults={faults} />;
        const dealt = data.considerations.nodes;
        return (
          <Thing
            kind="programmes"
            fact={of}
            name={of.name}
            nameField="name.en"
            code={code}
            kicker={word('programmes')}
            lead={of.summary}
            answer={data}
            operation={ProgrammePage}
            variables={{ code }}
            facts={
              <>
                <Fact title={word('operator')} of={of} field="operator">
                  {of.operator && <InstitutionLink of={of.operator} />}
                </Fact>
                <Fact title={word('period')} of={of} field="startsOn">
                  {span(of.startsOn, of.endsOn)}
                </Fact>
                <Fact title={word('reporting')}>{word('reportingRule', { n: of.dueDays, x: label('RollRule', of.rollRule), m: of.lockDays })}</Fact>
                <Fact title={word('resultsOf')}>{isHidden(faults, 'programme', 'submissions') && <Hidden>{word('resultsHidden')}</Hidden>}</Fact>
              </>
            }
            sections={[
              { id: 'results', title: word('quarterlyResults') },
              { id: 'indicators', title: word('indicators'), count: of.indicators.nodes.length },
              { id: 'reporters', title: word('reporters'), count: of.obligations.totalCount },
              of.validationRules.nodes.length > 0 && { id: 'rules', title: word('rules'), count: of.validationRules.nodes.length },
              dealt.length > 0 && { id: 'dealt', title: word('dealtWithIn'), count: dealt.length },
            ]}
          >
            <Part id="results">
              <PublishedTile data={data} operation={ProgrammePage} variables={{ code }} programme={code} />
            </Part>
            <Part id="indicators" note={word('indicatorsNote')}>
              {of.indicators.nodes.length > 0 ? <Indicators of={of.indicators.nodes} /> : <None />}
            </Part>
            <Part id="reporters" all={{ total: of.obligations.totalCount, shown: of.obligations.nodes.length }}>
              {of.obligations.nodes.length > 0 ? (
                <Table
                  caption={word('reporters')}
                  rows={of.obligations.nodes}
                  keyOf={(one) => one.id}
                  columns={[
                    {
                      title: word('institution'),
                      isHead: true,
                      value: (one) => (
                        <>
                          {one.institution ? <InstitutionLink of={one.institution} /> : <NotOnRecord />} <Cite of={one} /> <OriginMark of={one} />
                        </>
                      ),
                    },
                    { title: word('since'), value: (one) => date(one.startsOn) },
                    { title: word('until'), value: (one) => (one.endsOn ? date(one.endsOn) : <span className="muted">–</span>) },
                  ]}
                />
              ) : (
                <None />
              )}
            </Part>
            <Part id="rules">
              <ul className="lines">
                {of.validationRules.nodes.map((one) => (
                  <li key={one.id} className="line">
                    <p>
                      <Badge tone={one.severity === 'ERROR' ? 'bad' : 'warn'}>{label('Severity', one.severity)}</Badge> <Name of={one.message} /> <Cite of={one} />
                    </p>
                  </li>
                ))}
              </ul>
            </Part>
            <DealtWith id="dealt" of={dealt} without={['programme']} />
          </Thing>
        );
      }}
    </WhenAsked>
  );
}
