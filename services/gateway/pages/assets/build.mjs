// Style sheet and scripts as C arrays, each plain and gzipped, under names that carry their hash.
// usage: node assets/build.mjs PAGES_FOLDER OUT_FOLDER    writes assets.c and assets.h
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'

const [folder, out] = process.argv.slice(2)
const require = createRequire(join(resolve(folder), 'package.json'))
const sass = require('sass')

const SCRIPT_BYTES_MAX = 4096
const css = sass.compile(join(folder, 'assets/app.scss'), {
  style: 'compressed', loadPaths: [folder], quietDeps: true, logger: sass.Logger.silent
}).css
const govuk = readFileSync(join(folder, 'node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js'), 'utf8')
  .replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')

const hashed = (name, text) => {
  const [stem, end] = name.split(/\.(?=[a-z]+$)/)
  return `/assets/${stem}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.${end}`
}
const govukPath = hashed('govuk-frontend.js', govuk)
// Comments and indentation stay at home.
const live = readFileSync(join(folder, 'assets/live.js'), 'utf8')
  .split('\n').map(line => line.trim()).filter(line => line && !line.startsWith('//')).join('\n')
  .replace("'./govuk-frontend.js'", `'${govukPath}'`) + '\n'
if (gzipSync(live).length > SCRIPT_BYTES_MAX) throw new Error('live.js is over 4 kB')

const assets = [
  { key: 'style', path: hashed('app.css', css), type: 'text/css; charset=utf-8', text: css },
  { key: 'govuk', path: govukPath, type: 'text/javascript; charset=utf-8', text: govuk },
  { key: 'script', path: hashed('live.js', live), type: 'text/javascript; charset=utf-8', text: live }
]

const array = (name, bytes) => {
  const rows = []
  for (let i = 0; i < bytes.length; i += 24) rows.push('    ' + [...bytes.subarray(i, i + 24)].join(',') + ',')
  return `static const unsigned char ${name}[] = {\n${rows.join('\n')}\n};\n`
}
let source = '/* Written by assets/build.mjs. */\n#include "gateway/pages/assets.h"\n\n'
for (const a of assets) {
  const plain = Buffer.from(a.text, 'utf8')
  source += array(`${a.key}_plain`, plain) + array(`${a.key}_gzip`, gzipSync(plain, { level: 9 }))
}
source += '#define BYTES(a) {(const char *)(a), sizeof(a)}\nstatic const struct asset assets[] = {\n' +
  assets.map(a => `    {"${a.path}", "${a.type}", BYTES(${a.key}_plain), BYTES(${a.key}_gzip)},\n`).join('') + '};\n' + `
const struct asset *asset_find(struct view path)
{
    for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
        if (view_eq_text(path, assets[i].path))
            return &assets[i];
    return NULL;
}
`
const header = '/* Written by assets/build.mjs. */\n#ifndef PAGES_ASSET_NAMES_H\n#define PAGES_ASSET_NAMES_H\n\n' +
  assets.map(a => `#define ASSET_${a.key.toUpperCase()} "${a.path}"\n`).join('') + '\n#endif\n'
writeFileSync(join(out, 'assets.c'), source)
writeFileSync(join(out, 'assets.h'), header)
