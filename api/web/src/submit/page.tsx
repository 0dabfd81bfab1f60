import { Empty, Page } from '../app/ui';

export default function SubmitPage() {
  return (
    <Page title="실적 제출" heading="실적 제출">
      <Empty />
    </Page>
  );
}
