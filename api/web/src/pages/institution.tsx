import type { Params } from '../app/router';
import { Empty, Page } from '../app/ui';

export default function InstitutionPage({ params }: { params: Params }) {
  return (
    <Page title={params.code ?? ''} heading={params.code ?? ''}>
      <Empty />
    </Page>
  );
}
