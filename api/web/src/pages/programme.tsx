import type { Params } from '../app/router';
import { Empty, Page } from '../app/ui';

export default function ProgrammePage({ params }: { params: Params }) {
  return (
    <Page title={params.code ?? ''} heading={params.code ?? ''}>
      <Empty />
    </Page>
  );
}
