// Compresses the files of a folder as well as it goes, each beside the original: they are served as they are.
//
//   node compress.mjs FOLDER

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const folder = process.argv[2];
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(html|css|js|json|txt|svg|ttf)$/.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const bytes = readFileSync(path);
  const made = [
    ['gz', gzipSync(bytes, { level: 9 })],
    ['br', brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })],
  ];
  // What hardly shrinks is not worth unpacking.
  for (const [ending, smaller] of made) if (smaller.length < bytes.length * 0.9) writeFileSync(`${path}.${ending}`, smaller);
}
