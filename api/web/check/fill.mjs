// Fills in a form as an officer would: with LibreOffice where it is installed, else in the text of the CSV.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const office = [process.env.SOFFICE, '/usr/bin/soffice', '/usr/bin/libreoffice'].find((path) => path && existsSync(path));

/** Whether forms are filled by LibreOffice, as workbooks. */
export const hasOffice = office !== undefined;

/** The ending of the form that can be filled here. */
export const format = hasOffice ? 'xlsx' : 'csv';

/** Columns of the form's sheet of totals, and of its CSV. */
const column = { state: 5, value: 6, reason: 7, comment: 8, evidence: 9 };

/** Writes `values` (`{ CODE: { value, comment } }`) into a copy of a form, and tells where it is. */
export async function fill(form, values, folder) {
  await mkdir(folder, { recursive: true });
  return hasOffice ? fillWorkbook(form, values, folder) : fillCsv(form, values, folder);
}

async function convert(from, to, folder) {
  // A profile of its own: another LibreOffice that runs would take the call and keep silent.
  const profile = `-env:UserInstallation=file://${folder}/profile`;
  await run(office, [profile, '--headless', '--convert-to', to, '--outdir', folder, from], { timeout: 120_000 });
  return join(folder, basename(from).replace(/\.\w+$/, `.${to}`));
}

/** Through LibreOffice's own XML: it reads the server's workbook, and writes the one that is uploaded. */
async function fillWorkbook(form, values, folder) {
  const flat = await convert(form, 'fods', folder);
  let text = await readFile(flat, 'utf8');
  for (const [code, entry] of Object.entries(values)) text = withRow(text, code, entry);
  await writeFile(flat, text);
  return convert(flat, 'xlsx', folder);
}

function withRow(text, code, entry) {
  const sheet = text.indexOf('<table:table table:name="합계"');
  const head = text.indexOf(`<text:p>${code}</text:p>`, sheet);
  if (sheet < 0 || head < 0) throw new Error(`The form has no row for ${code}.`);
  const start = text.lastIndexOf('<table:table-row', head);
  const end = text.indexOf('</table:table-row>', head);
  const row = text.slice(start, end);
  const opening = row.slice(0, row.indexOf('>') + 1);
  // Cells that are alike stand once, with how often they are repeated.
  const cells = [...row.slice(opening.length).matchAll(/<table:table-cell\b[^>]*?(?:\/>|>[\s\S]*?<\/table:table-cell>)/g)].flatMap(([cell]) => {
    const times = Number(/number-columns-repeated="(\d+)"/.exec(cell)?.[1] ?? 1);
    const single = cell.replace(/ table:number-columns-repeated="\d+"/, '');
    return times > 100 ? [cell] : Array(times).fill(single);
  });
  for (const [field, value] of Object.entries(entry)) {
    const at = column[field];
    const [style = ''] = / table:style-name="[^"]*"/.exec(cells[at]) ?? [];
    const isNumber = field === 'value' && /^-?\d+(\.\d+)?$/.test(value);
    const kind = isNumber ? `office:value-type="float" office:value="${value}"` : 'office:value-type="string"';
    cells[at] = `<table:table-cell${style} ${kind}><text:p>${value}</text:p></table:table-cell>`;
  }
  return text.slice(0, start) + opening + cells.join('') + text.slice(end);
}

async function fillCsv(form, values, folder) {
  const lines = (await readFile(form, 'utf8')).split('\r\n');
  const filled = lines.map((line) => {
    const cells = line.split(',');
    for (const [field, value] of Object.entries(values[cells[0].replace('\uFEFF', '')] ?? {})) cells[column[field]] = `"${value}"`;
    return cells.join(',');
  });
  const path = join(folder, basename(form));
  await writeFile(path, filled.join('\r\n'));
  return path;
}
