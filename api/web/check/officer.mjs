// Plays a quarter through at /submit of a running server: an officer fills the form in, hands it in, gets it back, and
// hands it in again; a reviewer comments, returns and accepts. By keyboard for the main path, in both languages, with
// what goes wrong on the way: no answer, an ended token, somebody else's change. Compared with the API at each step.
//
//   node officer.mjs http://127.0.0.1:8080 [FOLDER-FOR-PICTURES]
//
// OFFICER, REVIEWER and READER are `ID:SECRET` of clients of KOSME (results:submit), TIPA (results:review) and one
// without either scope. It writes to the server's database: one that can be thrown away.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { fill, format, hasOffice } from './fill.mjs';
import { audit, equal, Failure, launch, problems, step, watch } from './support.mjs';

const [base, pictures] = process.argv.slice(2);
const clients = Object.fromEntries(
  ['OFFICER', 'REVIEWER', 'READER'].map((name) => {
    const [id, secret] = (process.env[name] ?? '').split(':');
    return [name, { id, secret }];
  }),
);
const folder = await mkdtemp(join(tmpdir(), 'officer-'));

async function token({ id, secret }) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret });
  const response = await fetch(new URL('/oauth/token', base), { method: 'POST', body });
  if (!response.ok) throw new Failure(`No token for ${id}: ${await response.text()}`);
  return (await response.json()).access_token;
}

/** Asks the API past the page. */
async function ask(client, query, variables = {}) {
  const response = await fetch(new URL('/graphql', base), {
    method: 'POST',
    headers: { 'Authorization': `Bearer ${await token(client)}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  if (answer.errors) throw new Failure(`The API refuses the check's own query: ${answer.errors[0].message}`);
  return answer.data;
}

const facts = `id version status revision dueOn institution { code } programme { code name { ko } } quarter
  values(first: 100) { nodes { cell value comment } }
  revisions(first: 9) { nodes { number receipt contentHash } }
  comments(first: 9) { nodes { cell message } }`;

async function stored(id) {
  const { submissions } = await ask(clients.OFFICER, `query($id: ID!) { submissions(where: { id: { eq: $id } }) { nodes { ${facts} } } }`, { id });
  return submissions.nodes[0];
}

const valueOf = (submission, cell) => submission.values.nodes.find((one) => one.cell === cell)?.value;

/** Goes on by Tab until the focus is where a selector or a name says; a page that cannot be walked fails. */
async function tabTo(page, wanted, backwards = false) {
  for (let presses = 0; presses < 150; presses += 1) {
    const is = await page.evaluate((text) => {
      const at = document.activeElement;
      if (!at || at === document.body) return false;
      if (/^[#.[]/.test(text)) return at.matches(text);
      return (at.getAttribute('aria-label') ?? at.textContent).trim().startsWith(text);
    }, wanted);
    if (is) return;
    await page.keyboard.press(backwards ? 'Shift+Tab' : 'Tab');
  }
  throw new Error(`Tab never reaches "${wanted}".`);
}

/** Types over what stands in the field that has the focus. */
async function type(page, text) {
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
}

async function signIn(page, { id, secret }) {
  await page.getByLabel(/^(클라이언트 ID|Client id)$/).fill(id);
  await page.getByLabel(/^(비밀키|Secret)$/).fill(secret);
  await page.getByRole('button', { name: /^(로그인|Sign in)$/ }).click();
}

async function told(page, text) {
  await page.locator('.notice').filter({ hasText: text }).first().waitFor();
}

/** Looks at a state: rules of accessibility, and pictures at the widths that people have. */
async function look(page, name) {
  await audit(page, name);
  const size = page.viewportSize();
  for (const width of [390, 1280, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) problems.push(`${name} is ${wide} pixels wide in a window of ${width}.`);
    if (pictures) await page.screenshot({ path: join(pictures, `submit-${name}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize(size);
}

async function play(context) {
  const page = await context.newPage();
  const expected = watch(page, base);
  // Somebody listens from the start: a chooser that opens just as the first begins to would be missed.
  page.on('filechooser', () => {});
  await step('/submit could not be opened.', () => page.goto(new URL('/submit?lang=ko', base).href));
  await page.getByRole('heading', { name: '로그인' }).waitFor();
  await look(page, 'sign-in-ko');

  await step('A wrong secret is not told as one.', async () => {
    expected.push(/401/);
    await signIn(page, { ...clients.OFFICER, secret: 'aiplus_wrong' });
    await told(page, '클라이언트 ID 또는 비밀키가 맞지 않거나');
  });
  await step('A client without the scopes is not told so.', async () => {
    await signIn(page, clients.READER);
    await told(page, 'results:submit');
  });
  await step('A server that is away is not told as one.', async () => {
    expected.push(/ERR_FAILED/);
    await page.route('**/oauth/token', (route) => route.abort());
    await signIn(page, clients.OFFICER);
    await told(page, '서버에 닿지 않습니다');
    await page.unroute('**/oauth/token');
  });

  const before = await step('There is no quarter to play.', async () => {
    const { submissions } = await ask(
      clients.OFFICER,
      `{ submissions(where: { status: { eq: NOT_STARTED }, programme: { code: { eq: "AI_TRAINING" } }, period: { state: { eq: OPEN } } }) { nodes { ${facts} } } }`,
    );
    const [first] = submissions.nodes.filter(({ institution }) => institution.code === 'KOSME');
    if (!first) throw new Error('KOSME has nothing of AI_TRAINING that is not started.');
    return first;
  });
  const { id } = before;

  await step('Nobody can sign in by keyboard.', async () => {
    await page.reload();
    await tabTo(page, '[name=client_id]');
    await page.keyboard.type(clients.OFFICER.id);
    await page.keyboard.press('Tab');
    await page.keyboard.type(clients.OFFICER.secret);
    await page.keyboard.press('Enter');
    await page.locator('.duty').first().waitFor();
  });
  await look(page, 'home-ko');
  const stores = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  if (stores.includes(clients.OFFICER.secret) || stores.includes('eyJ')) problems.push(`Secret or token are stored: ${stores}`);

  await step('What is due cannot be opened by keyboard.', async () => {
    await tabTo(page, `[href*="${id}"]`);
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: before.programme.name.ko }).waitFor();
  });
  const due = new Date(`${before.dueOn}T00:00:00Z`);
  await step('The due date is another one than the API has.', () =>
    page.locator('.deadline .day', { hasText: `${due.getUTCFullYear()}년 ${due.getUTCMonth() + 1}월 ${due.getUTCDate()}일` }).waitFor(),
  );
  await look(page, 'due-ko');

  // The form goes down, is filled in with two mistakes, and comes back.
  const form = await step('The form did not come down.', async () => {
    await tabTo(page, format === 'xlsx' ? '↓ 엑셀' : '↓ CSV');
    const download = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    const path = join(folder, (await download).suggestedFilename());
    await (await download).saveAs(path);
    await told(page, '내려받았습니다');
    await page.locator('.down .button:focus').waitFor();
    return path;
  });
  const send = async (values, name) => {
    const filled = await fill(form, values, join(folder, name));
    await tabTo(page, '파일 고르기', true);
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.press('Enter');
    await (await chooser).setFiles(filled);
  };
  const values = {
    SESSIONS: { value: '31' },
    TRAINEES: { value: '660' },
    COMPLETION_RATE: { value: '91.3' },
    TRAINING_COST: { value: '700000000' },
  };
  await step('The mistakes of a file are not shown at their cells.', async () => {
    expected.push(/422/);
    await send({ ...values, TRAINEES: { value: '3' }, COMPLETION_RATE: { value: '91.25' } }, 'first');
    await page.locator('.file-result').waitFor();
    const wrong = page.locator('.file-result .is-error .wrong');
    await wrong.filter({ hasText: '91.25' }).filter({ hasText: /G\d/ }).waitFor();
    await wrong.filter({ hasText: '3명' }).waitFor();
    equal(await page.getByRole('button', { name: '이 파일의 값 저장' }).count(), 0, 'ways to save a file with a cell that cannot be read');
    equal((await stored(id)).version, before.version, 'the version after a check');
  });
  await look(page, 'file-problems-ko');
  await step('A file of another kind that is dropped is not refused in words.', async () => {
    const dropped = await page.evaluateHandle(() => {
      const files = new DataTransfer();
      files.items.add(new File(['HWP'], '실적.hwp', { type: 'application/x-hwp' }));
      return files;
    });
    for (const type of ['dragover', 'drop']) await page.locator('.drop').dispatchEvent(type, { dataTransfer: dropped });
    await told(page, '.xlsx 또는 .csv');
  });
  await step('A sound file is not saved.', async () => {
    await send(values, 'second');
    await page.locator('.file-result').waitFor();
    await tabTo(page, '이 파일의 값 저장');
    await page.keyboard.press('Enter');
    await told(page, '값을 저장했습니다');
    const now = await stored(id);
    equal(now.status, 'DRAFT', 'the state after saving');
    for (const [cell, { value }] of Object.entries(values)) equal(valueOf(now, cell), value, `the saved ${cell}`);
  });
  await look(page, 'draft-ko');

  // What shows a value hangs on it.
  await step('A file that shows a value cannot be attached, read again and taken off.', async () => {
    const names = async () => {
      const { submissions } = await ask(clients.OFFICER, `query($id: ID!) { submissions(where: { id: { eq: $id } }) { nodes { files(first: 9) { nodes { name indicator { code } } } } } }`, { id });
      return submissions.nodes[0].files.nodes.map(({ name, indicator }) => `${indicator?.code}: ${name}`).join();
    };
    const attach = async (name, bytes) => {
      await writeFile(join(folder, name), bytes);
      await tabTo(page, '파일 붙이기');
      const chooser = page.waitForEvent('filechooser');
      await page.keyboard.press('Enter');
      await (await chooser).setFiles(join(folder, name));
    };
    await page.getByLabel('붙일 곳').selectOption({ value: 'TRAINING_COST' });
    expected.push(/4(15|22)/);
    await attach('정산서.exe', 'MZ');
    await told(page, '정산서.exe');
    equal(await names(), '', 'files after one of a kind that is not taken');
    await attach('정산서 1차.pdf', '%PDF-1.7 정산');
    await told(page, '정산서 1차.pdf 파일을 붙였습니다');
    equal(await names(), 'TRAINING_COST: 정산서 1차.pdf', 'the files');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: '정산서 1차.pdf', exact: true }).click();
    equal(await readFile(await (await download).path(), 'utf8'), '%PDF-1.7 정산', 'what came down');
    await attach('참고.txt', '참고할 것');
    await told(page, '참고.txt 파일을 붙였습니다');
    page.once('dialog', (dialog) => dialog.accept());
    await page.getByRole('button', { name: /^빼기.*참고\.txt/ }).click();
    await told(page, '참고.txt 파일을 뺐습니다');
    equal(await names(), 'TRAINING_COST: 정산서 1차.pdf', 'the files that stay');
  });
  await look(page, 'evidence-ko');

  // What the page does not take is told at its field, and nothing is lost.
  await step('A value that is none is not told at its field.', async () => {
    await page.locator('#cell-SESSIONS-value').fill('서른하나');
    await page.getByRole('button', { name: '저장', exact: true }).click();
    const input = page.locator('#cell-SESSIONS-value[aria-invalid=true]');
    await input.waitFor();
    await page.locator('#cell-SESSIONS-fault').waitFor();
    equal(await input.inputValue(), '서른하나', 'what was typed');
  });

  // The answer to a save is lost: the same key is sent again, and it is done once.
  const typedKeys = [];
  page.on('request', (request) => {
    const key = /"operationName":"SaveDraft"/.test(request.postData() ?? '') && /"idempotencyKey":"([^"]+)"/.exec(request.postData())?.[1];
    if (key) typedKeys.push(key);
  });
  await step('A save whose answer is lost is not done once.', async () => {
    const { version } = await stored(id);
    await page.locator('#cell-SESSIONS-value').fill('32');
    let isLost = false;
    await page.route('**/graphql', async (route) => {
      if (isLost || !route.request().postData()?.includes('"SaveDraft"')) return route.continue();
      isLost = true;
      await route.fetch();
      return route.abort();
    });
    await page.getByRole('button', { name: '저장', exact: true }).click();
    await told(page, '서버에 닿지 않습니다');
    equal(await page.locator('#cell-SESSIONS-value').inputValue(), '32', 'what was typed');
    await page.getByRole('button', { name: '저장', exact: true }).click();
    await told(page, '저장했습니다');
    await page.unroute('**/graphql');
    const now = await stored(id);
    equal(now.version, version + 1, 'the version after one save that was sent twice');
    equal(valueOf(now, 'SESSIONS'), '32', 'the saved SESSIONS');
    equal(new Set(typedKeys.slice(-2)).size, 1, 'keys of one save that was sent twice');
  });

  // Somebody else saves meanwhile.
  await step('Another\'s change is not told, or what was typed is lost.', async () => {
    await page.locator('#cell-TRAINEES-value').fill('670');
    const { version } = await stored(id);
    await ask(clients.OFFICER, `mutation($input: SaveSubmissionDraftInput!) { saveSubmissionDraft(input: $input) { errors { message } } }`, {
      input: { id, expectedVersion: version, idempotencyKey: crypto.randomUUID(), values: [{ indicator: 'TRAINEES', value: '655' }] },
    });
    await page.getByRole('button', { name: '저장', exact: true }).click();
    await told(page, '그사이 다른 사람이 저장했습니다');
    await page.locator('#cell-TRAINEES', { hasText: '다른 사람이 저장한 값: 655명' }).waitFor();
    equal(await page.locator('#cell-TRAINEES-value').inputValue(), '670', 'what was typed');
  });
  await look(page, 'conflict-ko');
  await step('What was typed over another\'s change cannot be saved.', async () => {
    await page.getByRole('button', { name: '내가 입력한 값 쓰기' }).click();
    await page.getByRole('button', { name: '저장', exact: true }).click();
    await told(page, '1개 칸을 저장했습니다');
    equal(valueOf(await stored(id), 'TRAINEES'), '670', 'the saved TRAINEES');
  });

  // The token ends, and the client is asked again.
  await step('An ended token is not renewed.', async () => {
    let isRefused = false;
    await page.route('**/graphql', (route) => {
      if (isRefused) return route.continue();
      isRefused = true;
      const error = { message: 'ended', extensions: { code: 'UNAUTHENTICATED' } };
      return route.fulfill({ status: 401, contentType: 'application/json', body: JSON.stringify({ errors: [error] }) });
    });
    await page.locator('#cell-SESSIONS-value').fill('31');
    await page.getByRole('button', { name: '저장', exact: true }).click();
    await told(page, '1개 칸을 저장했습니다');
    await page.unroute('**/graphql');
  });
  await step('A sign-in that ended loses what was typed.', async () => {
    const refuse = (route) => route.fulfill({ status: 401, contentType: 'application/json', body: '{"error":"invalid_client","errors":[{"message":"ended","extensions":{"code":"UNAUTHENTICATED"}}]}' });
    await page.route(/\/(graphql|oauth\/token)$/, refuse);
    await page.locator('#cell-SESSIONS-value').fill('33');
    await page.getByRole('button', { name: '저장', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: '로그인이 끝났습니다' });
    await dialog.waitFor();
    await look(page, 'ended-ko');
    await page.unroute(/\/(graphql|oauth\/token)$/);
    await dialog.getByLabel('비밀키', { exact: true }).fill(clients.OFFICER.secret);
    await dialog.getByRole('button', { name: '로그인' }).click();
    await dialog.waitFor({ state: 'detached' });
    equal(await page.locator('#cell-SESSIONS-value').inputValue(), '33', 'what was typed');
    await page.locator('#cell-SESSIONS-value').fill('31');
  });

  // A warning asks for a reason; it is handed in by keyboard.
  await step('It cannot be handed in by keyboard.', async () => {
    await tabTo(page, '.reasons textarea');
    await page.keyboard.type('강사 단가가 올랐습니다. 계약서를 붙입니다.');
    await tabTo(page, '저장하고 제출하기');
    await page.keyboard.press('Enter');
    await page.locator('#attest[aria-invalid=true]').waitFor();
    await page.locator('#attest:focus').waitFor();
    equal((await stored(id)).status, 'DRAFT', 'the state without the confirmation');
    await page.keyboard.press('Space');
    await tabTo(page, '제출하기');
    await page.keyboard.press('Enter');
    await page.locator('#receipt-now').waitFor();
  });
  await step('The receipt is another one than the API has.', async () => {
    const now = await stored(id);
    equal(now.status, 'SUBMITTED', 'the state after handing in');
    const [{ receipt, contentHash }] = now.revisions.nodes;
    const shown = (await page.locator('#receipt-now').innerText()).replace(/\s/g, '');
    for (const text of [receipt, contentHash]) if (!shown.includes(text)) throw new Error(`${text} is not on it.`);
  });
  await look(page, 'submitted-ko');
  if (pictures) await writeFile(join(pictures, 'submit-receipt.pdf'), await printed(page));

  await step('It cannot be recalled and handed in again.', async () => {
    await page.getByRole('button', { name: '회수하기' }).click();
    await told(page, '회수했습니다');
    equal((await stored(id)).status, 'DRAFT', 'the state after recalling');
    await page.locator('#attest').check();
    await page.getByRole('button', { name: '다시 제출하기' }).click();
    await page.locator('#receipt-now').waitFor();
    equal((await stored(id)).revision, 2, 'the number of the second revision');
  });

  // The reviewer, in English.
  const desk = await context.newPage();
  watch(desk, base, expected);
  await desk.goto(new URL('/submit?lang=en', base).href);
  await signIn(desk, clients.REVIEWER);
  await step('The queue is another one than the API has.', async () => {
    await desk.locator('#queue').waitFor();
    const { submissions } = await ask(clients.REVIEWER, '{ submissions(where: { waitsFor: REVIEWER }, first: 100) { nodes { id } } }');
    const table = desk.locator('section[aria-labelledby=queue] tbody tr');
    equal(await table.count(), submissions.nodes.length, 'rows of the queue');
    equal(await desk.locator(`section[aria-labelledby=queue] [href*="${id}"]`).count(), 1, 'links to what was handed in');
  });
  await look(desk, 'queue-en');
  await step('It cannot be returned with a comment by keyboard.', async () => {
    await tabTo(desk, `[href*="${id}"]`);
    await desk.keyboard.press('Enter');
    await desk.locator('.reading').waitFor();
    await look(desk, 'review-en');
    await desk.getByRole('button', { name: 'Return with these comments' }).click();
    await desk.locator('.review textarea[aria-invalid=true]').waitFor();
    await tabTo(desk, 'Comment: People trained', true);
    await desk.keyboard.press('Enter');
    await desk.keyboard.type('수료증 발급 대장과 맞지 않습니다.');
    await tabTo(desk, 'Return with these comments');
    await desk.keyboard.press('Enter');
    await told(desk, 'Returned.');
    const now = await stored(id);
    equal(now.status, 'RETURNED', 'the state after returning');
    equal(now.comments.nodes.map(({ cell, message }) => `${cell}: ${message}`).join(), 'TRAINEES: 수료증 발급 대장과 맞지 않습니다.', 'the comments');
  });

  // Back at the officer's, in English too.
  await step('The comment does not stand at its cell.', async () => {
    await page.getByRole('button', { name: 'English' }).or(page.getByRole('button', { name: 'Switch to English' })).click();
    await page.getByRole('link', { name: /Back to the list/ }).click();
    await page.locator(`.duty [href*="${id}"]`).click();
    await page.locator('#cell-TRAINEES .asked', { hasText: '수료증 발급 대장과 맞지 않습니다.' }).waitFor();
  });
  await look(page, 'returned-en');
  const asked = async () => {
    const { submissions } = await ask(clients.OFFICER, `query($id: ID!) { submissions(where: { id: { eq: $id } }) { nodes { extensionRequests { nodes { status reason decisionReason } } } } }`, { id });
    return submissions.nodes[0].extensionRequests.nodes.map((one) => Object.values(one).filter(Boolean).join(': ')).join();
  };
  await step('An extension cannot be asked for.', async () => {
    const section = page.locator('section[aria-labelledby=ask-extension]');
    await section.getByText('To ask for an extension').click();
    await section.getByRole('button', { name: 'Ask for an extension' }).click();
    await section.locator('textarea[aria-invalid=true]').waitFor();
    await section.locator('textarea').fill('발급 대장을 다시 받아야 합니다.');
    await section.getByRole('button', { name: 'Ask for an extension' }).click();
    await told(page, 'You have asked for an extension');
    equal(await asked(), 'OPEN: 발급 대장을 다시 받아야 합니다.', 'the request');
  });
  await look(page, 'asked-en');
  await step('What is asked for is not shown to the reviewer, or cannot be declined.', async () => {
    await desk.getByRole('link', { name: /Back to the list/ }).click();
    await desk.locator(`[href*="${id}"]`).click();
    await desk.locator('.review', { hasText: '발급 대장을 다시 받아야 합니다.' }).waitFor();
    await look(desk, 'asked-review-en');
    await desk.locator('summary', { hasText: 'Decline the extension' }).click();
    const form = desk.locator('details', { hasText: 'Why it is declined' });
    await form.locator('textarea').fill('보완 기한이 남았습니다.');
    await form.getByRole('button', { name: 'Decline the extension' }).click();
    await told(desk, 'The extension was declined');
    equal(await asked(), 'DECLINED: 발급 대장을 다시 받아야 합니다.: 보완 기한이 남았습니다.', 'the request');
  });
  await step('The decision is not told.', async () => {
    await page.getByRole('link', { name: /Back to the list/ }).click();
    await page.locator(`.duty [href*="${id}"]`).click();
    await page.locator('section[aria-labelledby=history]', { hasText: '보완 기한이 남았습니다.' }).waitFor();
  });
  await step('It cannot be handed in again.', async () => {
    await page.locator('#cell-TRAINEES-value').fill('658');
    await page.locator('#attest').check();
    await page.getByRole('button', { name: 'Save and submit' }).click();
    await page.locator('#receipt-now').waitFor();
    const now = await stored(id);
    equal(now.revision, 3, 'the number of the third revision');
    equal(valueOf(now, 'TRAINEES'), '658', 'the corrected TRAINEES');
  });
  await step('What changed since is not shown.', async () => {
    await page.getByRole('button', { name: 'Compare with the one before no. 3' }).click();
    const row = page.locator('tr', { hasText: '670' }).filter({ hasText: '658' });
    await row.waitFor();
  });
  await look(page, 'history-en');

  await step('It cannot be accepted.', async () => {
    await desk.getByRole('link', { name: /Back to the list/ }).click();
    await desk.locator(`section[aria-labelledby=queue] [href*="${id}"]`).click();
    await desk.getByRole('button', { name: 'Start the review' }).click();
    await told(desk, 'The review has begun');
    await desk.getByRole('button', { name: 'Accept', exact: true }).click();
    await told(desk, 'Accepted.');
    equal((await stored(id)).status, 'ACCEPTED', 'the state after accepting');
  });
  await look(desk, 'accepted-en');

  await step('Signing out does not end the token.', async () => {
    const asked = page.waitForRequest('**/graphql');
    await page.getByRole('link', { name: /Back to the list/ }).click();
    const { authorization } = await (await asked).allHeaders();
    const revoked = page.waitForResponse('**/oauth/revoke');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await told(page, 'You are signed out');
    await revoked;
    const response = await fetch(new URL('/graphql', base), {
      method: 'POST',
      headers: { 'authorization': authorization, 'content-type': 'application/json', 'accept': 'application/graphql-response+json' },
      body: '{"query":"{ viewer { kind } }"}',
    });
    equal(response.status, 401, 'the status of a call with the token of who signed out');
  });
  await look(page, 'signed-out-en');
}

/** The receipt as it is printed: it alone, on one page. */
async function printed(page) {
  await page.evaluate(() => {
    globalThis.print = () => {};
  });
  await page.getByRole('button', { name: '접수증 인쇄' }).first().click();
  await page.emulateMedia({ media: 'print' });
  const visible = await page.evaluate(() => document.body.innerText);
  if (!visible.includes('접수 번호') || visible.includes('회수하기')) problems.push(`More or less than the receipt is printed:\n${visible}`);
  const pdf = await page.pdf({ format: 'A4' });
  await page.emulateMedia({ media: 'screen' });
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  return pdf;
}

const browser = await launch();
try {
  if (pictures) await mkdir(pictures, { recursive: true });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'ko-KR', acceptDownloads: true });
  // As where the site is served over plain http.
  await context.addInitScript(() => { delete Crypto.prototype.randomUUID; });
  context.setDefaultTimeout(60_000);
  try {
    await play(context);
  } catch (error) {
    // What stood on the screen often tells the reason.
    if (pictures) for (const [at, page] of context.pages().entries()) await page.screenshot({ path: join(pictures, `submit-failed-${at}.png`) }).catch(() => {});
    throw error;
  }
  if (problems.length > 0) throw new Failure(problems.join('\n'));
  console.log(`A quarter was played through at ${base}/submit, ${hasOffice ? 'its form filled in by LibreOffice.' : 'its form filled in as CSV: LIBREOFFICE IS NOT HERE.'}`);
} catch (error) {
  console.error(`/submit at ${base} is broken: ${error instanceof Failure ? [error.message, ...problems].join('\n') : error.stack}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
