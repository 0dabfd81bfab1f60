import { dictionary, number, say } from '../app/language';
import { useQuery } from '../app/query';
import { Failed, Loading, Page, Tile } from '../app/ui';
import { Dashboard } from './dashboard.graphql';

const texts = dictionary(
  { title: '현황판', cases: '지역 AI 도입 사례', finding: (n: string) => `공개된 AI 도입 사례는 ${n}건입니다`, region: '지역', count: '사례 수' },
  { title: 'Dashboard', cases: 'AI adoption by region', finding: (n: string) => `${n} cases of AI adoption are published`, region: 'Region', count: 'Cases' },
);

export default function DashboardPage() {
  const t = texts();
  const asked = useQuery(Dashboard, { includeIllustrative: true });
  return (
    <Page title={t.title} heading={t.title}>
      {asked.state === 'loading' && <Loading />}
      {asked.state === 'failed' && <Failed failure={asked.failure} retry={asked.reload} />}
      {asked.state === 'ready' && (
        <div className="tiles">
          <Tile
            id="cases"
            kicker={t.cases}
            finding={t.finding(number(asked.data.cases.total ?? 0))}
            isIllustrative
            query={{ operation: Dashboard, variables: { includeIllustrative: true } }}
            table={{
              caption: t.cases,
              columns: [
                { title: t.region, value: (row) => say(row.label), isHead: true },
                { title: t.count, value: (row) => row.count, isNumber: true },
              ],
              rows: asked.data.cases.rows,
            }}
          >
            <ol>
              {asked.data.cases.rows.map((row) => (
                <li key={row.key}>
                  {say(row.label)} {row.count}
                </li>
              ))}
            </ol>
          </Tile>
        </div>
      )}
    </Page>
  );
}
