// Gathers the notices that what is served asks for into `licences.txt`: of scripts, as Vite lists them, and of the
// font, the design tokens and the map, which are no scripts.

import { readFileSync } from 'node:fs';

const read = (path) => readFileSync(new URL(`../node_modules/${path}`, import.meta.url), 'utf8').trim();
const version = (name) => JSON.parse(read(`${name}/package.json`)).version;

const rule = `\n\n${'-'.repeat(80)}\n\n`;

function own() {
  return [
    '오픈소스와 저작권 고지 · Open-source licences and notices\n\nThe pages of this server hold the following works of others.',
    `Pretendard GOV (pretendard-gov ${version('pretendard-gov')}), the font\n\n${read('pretendard-gov/dist/LICENSE.txt')}`,
    `KRDS, the design system of the Korean government (krds-uiux ${version('krds-uiux')}), colour tokens only\nhttps://www.krds.go.kr\n\n` +
      'The package names the ISC licence; its README adds that the terms of use of KRDS apply:\n' +
      'https://www.krds.go.kr/html/site/utility/utility_06.html\n\n' +
      'Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby\n' +
      'granted, provided that the above copyright notice and this permission notice appear in all copies.\n\n' +
      'THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING\n' +
      'ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL,\n' +
      'DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS,\n' +
      'WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE\n' +
      'USE OR PERFORMANCE OF THIS SOFTWARE.',
    `Map of South Korea (@svg-maps/south-korea ${version('@svg-maps/south-korea')}) by Victor Cazanave, CC BY 4.0\n` +
      'https://github.com/VictorCazanave/svg-maps\nChanged: Gwangju and Jeollanam-do are shown as one division, as they are since 2026-07-01.\n\n' +
      read('@svg-maps/south-korea/LICENSE.md'),
  ];
}

export function licences() {
  return {
    name: 'aiplus:licences',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const scripts = bundle['licenses.md'];
        if (!scripts) this.error('licenses.md was not made.');
        delete bundle['licenses.md'];
        this.emitFile({ type: 'asset', fileName: 'licences.txt', source: [...own(), String(scripts.source)].join(rule) });
      },
    },
  };
}
