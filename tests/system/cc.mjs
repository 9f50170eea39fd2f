// Compiles C that a test writes against the sources of the pages, and runs it: one program for all
// cases, under the sanitizers. Each case prints its bytes, ended by a line of its own.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './lib.mjs'

export const END = '\n--case--\n'

export function cString (text) {
  const bytes = Buffer.from(String(text), 'utf8')
  let out = '"'
  for (const b of bytes) out += b < 0x20 || b >= 0x7f || b === 0x22 || b === 0x5c || b === 0x3f ? '\\' + b.toString(8).padStart(3, '0') : String.fromCharCode(b)
  return out + '"'
}
export const cView = text => `{${cString(text)}, ${Buffer.byteLength(String(text))}}`

export function withFolder (use) {
  const folder = mkdtempSync(join(tmpdir(), 'pages-'))
  try { return use(folder) } finally { rmSync(folder, { recursive: true }) }
}

const compiler = (process.env.CC || 'gcc').split(' ')
export function compile (folder, name, sources, includes) {
  const program = join(folder, name)
  mkdirSync(folder, { recursive: true })
  execFileSync(compiler[0], [...compiler.slice(1), '-std=gnu17', '-D_GNU_SOURCE', '-O0', '-g',
    '-fsanitize=address,undefined', '-fno-sanitize-recover=all',
    ...includes.map(i => '-I' + i), '-I' + join(root, 'common'), '-I' + join(root, 'services'), '-o', program, ...sources, '-lcrypto'],
  { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' })
  return program
}
export const base = ['arena', 'buf', 'view', 'res', 'id', 'clock'].map(n => join(root, `common/base/${n}.c`))

export function run (program, args = []) {
  return execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 })
}
// The program's output, one string a case.
export const cases = output => output.split(END).slice(0, -1)

export function writeC (folder, name, text) {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

export function tryRun (program, args) {
  try { return { ok: true, out: execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }) } } catch (e) { return { ok: false, out: e.stderr } }
}
