// The template compiler against the Mustache rules: for each case the bytes of npm's mustache, with our
// escaping, are expected. And what a build must refuse.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { base, cases, compile, cString, cView, END, run, tryRun, withFolder, writeC } from './cc.mjs'
import { require, root } from './lib.mjs'

const Mustache = require('mustache')
Mustache.escape = text => String(text).replace(/[&<>"']/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c])
const mustachec = join(root, 'build/tool/mustachec')

// name, template, data, partials
const rules = [
  ['no tags', 'plain {text}\n', {}],
  ['a text', 'a {{x}} b', { x: 'y' }],
  ['a text with blanks in the tag', 'a {{ x }}|{{  x}} b', { x: 'y' }],
  ['a text is escaped', '{{x}}', { x: '& " < > \' `' }],
  ['utf-8 passes', '{{x}} \u00e9', { x: '\u05e9\u{1f600}' }],
  ['an absent text prints nothing', '[{{x}}]', { x: '' }],
  ['texts without line breaks stand within their line', '  {{x}}\n', { x: 'y' }],
  ['dotted names', '{{a.b.c}} {{#a.b}}{{c}}{{/a.b}}', { a: { b: { c: 'd' } } }],
  ['dotted names into a section', '{{#a.on}}yes{{/a.on}}{{^a.on}}no{{/a.on}}', { a: { on: true } }],
  ['a true flag shows its section', '"{{#on}}shown{{/on}}"', { on: true }],
  ['a false flag hides its section', '"{{#on}}shown{{/on}}"', { on: false }],
  ['names go on within a flag', '{{#on}}{{x}}{{/on}}', { on: true, x: 'y' }],
  ['a text opens a section on itself', '{{#x}}[{{.}}]{{/x}}', { x: 'y' }],
  ['an empty text opens none', '[{{#x}}{{.}}{{/x}}]', { x: '' }],
  ['a struct opens its names', '{{#a}}{{x}}-{{y}}{{/a}}', { a: { x: '1', y: '2' } }],
  ['a list repeats', '{{#l}}{{x}},{{/l}}', { l: [{ x: '1' }, { x: '2' }, { x: '3' }] }],
  ['an empty list repeats nothing', '[{{#l}}{{x}}{{/l}}]', { l: [{ x: '1' }] }, {}, { l: [] }],
  ['a list of texts', '{{#l}}({{.}}){{/l}}', { l: ['a', '<b>', 'c'] }],
  ['a list in a list', '{{#l}}{{x}}{{#m}}[{{y}}]{{/m}};{{/l}}', { l: [{ x: '1', m: [{ y: 'a' }, { y: 'b' }] }, { x: '2', m: [{ y: 'c' }] }] }],
  ['a section twice', '{{#on}}a{{/on}} b {{#on}}c{{/on}}', { on: true }],
  ['nested flags', '|A{{#a}}B{{#b}}C{{/b}}D{{/a}}E|', { a: true, b: false }],
  ['inverted: false', '"{{^on}}shown{{/on}}"', { on: false }],
  ['inverted: true', '"{{^on}}shown{{/on}}"', { on: true }],
  ['inverted: text', '{{^x}}none{{/x}}{{^y}}none{{/y}}', { x: '', y: 'z' }],
  ['inverted: list', '{{^l}}none{{/l}}', { l: [{ x: '1' }] }, {}, { l: [] }],
  ['inverted: list with items', '[{{^l}}none{{/l}}]', { l: [{ x: '1' }] }],
  ['a comment', '12345{{! a comment }}67890', {}],
  ['a comment over lines', '12345{{!\n  a\n  comment\n}}67890\n', {}],
  ['a comment alone takes its line', 'Begin.\n{{! alone }}\nEnd.\n', {}],
  ['an indented comment alone takes its line', 'Begin.\n  {{! alone }}\nEnd.\n', {}],
  ['a comment alone with \\r\\n', '|\r\n{{! alone }}\r\n|', {}],
  ['a comment alone without a line before', '  {{! alone }}\n!', {}],
  ['a comment alone without a line after', '!\n  {{! alone }}', {}],
  ['a comment alone over lines', 'Begin.\n{{!\nalone\n}}\nEnd.\n', {}],
  ['a comment within a line', '  12 {{! 34 }}\n', {}],
  ['section tags alone take their lines', '| This Is\n{{#on}}\n|\n{{/on}}\n| A Line\n', { on: true }],
  ['indented section tags alone', '| This Is\n  {{#on}}\n|\n  {{/on}}\n| A Line\n', { on: true }],
  ['section tags alone with \\r\\n', '|\r\n{{#on}}\r\n{{/on}}\r\n|', { on: true }],
  ['section tags alone without a line before', '  {{#on}}\n#{{/on}}\n/', { on: true }],
  ['section tags alone without a line after', '#{{#on}}\n/\n  {{/on}}', { on: true }],
  ['two tags in a line do not take it', ' {{#on}}YES{{/on}}\n {{#on}}GOOD{{/on}}\n', { on: true }],
  ['a section over lines in a line', ' | {{#on}} {{! x }}\n {{/on}} | \n', { on: true }],
  ['inverted tags alone take their lines', '| This\n{{^on}}\n|\n{{/on}}\n| Line\n', { on: false }],
  ['list items with their own lines', '{{#l}}\n{{x}}\n{{/l}}\n', { l: [{ x: '1' }, { x: '2' }] }],
  ['a partial', '"{{>p}}"', { p: 'y' }, { p: 'from partial' }],
  ['a partial sees the names', '"{{>p}}"', { x: 'y' }, { p: '*{{x}}*' }],
  ['a partial in a list', '{{#l}}{{>p}}{{/l}}', { l: [{ x: '1' }, { x: '2' }] }, { p: '<{{x}}>' }, undefined, 'l'],
  ['a partial calls itself', '{{>p}}', { x: 'X', n: [{ x: 'Y', n: [] }] }, { p: '{{x}}<{{#n}}{{>p}}{{/n}}>' }, undefined, 'self'],
  ['blanks around a partial stay', '| {{>p}} |', { x: 'y' }, { p: '{{x}}' }],
  ['blanks in a partial tag', '|{{> p }}|', { x: 'y' }, { p: '[{{x}}]' }],
  ['a partial alone takes its line', '|\n{{>p}}\n|', { x: 'y' }, { p: '{{x}}\n' }],
  ['braces that are no tag', '{ {x} } {{x}} }', { x: 'y' }],
  ['two texts side by side', '{{x}}{{x}}', { x: '<' }]
]

const LIST = '#define LIST_OF(T) struct { const struct T *items; size_t len; }\n'

// C struct and initializer from a case's data. Shape comes from `shape` where lists are empty.
function declare (name, value, out) {
  const members = Object.entries(value).map(([key, v]) => {
    if (typeof v === 'boolean') return `bool ${key};`
    if (typeof v === 'string') return `struct view ${key};`
    if (Array.isArray(v)) {
      if (typeof v[0] === 'string') return `LIST_OF(view) ${key};`
      declare(`${name}_${key}`, v[0], out)
      return `LIST_OF(${name}_${key}_view) ${key};`
    }
    declare(`${name}_${key}`, v, out)
    return `struct ${name}_${key}_view ${key};`
  })
  out.push(`struct ${name}_view {\n${members.map(m => '    ' + m).join('\n') || '    bool none;'}\n};\n`)
}
function initialize (name, value) {
  return '{' + (Object.entries(value).map(([key, v]) => {
    if (typeof v === 'boolean') return `.${key} = ${v}`
    if (typeof v === 'string') return `.${key} = ${cView(v)}`
    if (!Array.isArray(v)) return `.${key} = ${initialize(`${name}_${key}`, v)}`
    if (v.length === 0) return `.${key} = {NULL, 0}`
    if (typeof v[0] === 'string') return `.${key} = {(const struct view[]){${v.map(cView).join(', ')}}, ${v.length}}`
    return `.${key} = {(const struct ${name}_${key}_view[]){${v.map(x => initialize(`${name}_${key}`, x)).join(', ')}}, ${v.length}}`
  }).join(', ') || '0') + '}'
}

test('templates give what npm\'s mustache gives', () => {
  withFolder(folder => {
    mkdirSync(join(folder, 'pages'))
    const structs = ['#include "base/view.h"\n', LIST], bodies = [], files = [], expected = []
    rules.forEach(([, template, data, partials = {}, given, kind], i) => {
      const name = `c${i}`
      const value = given ?? data
      // A partial is named after the struct that it sees.
      const partial = kind === 'l' ? `${name}_l.p` : kind === 'self' ? `t${i}` : `${name}.p`
      if (kind === 'self') structs.push(`struct t${i}_view { struct view x; LIST_OF(t${i}_view) n; };\nstruct ${name}_view { struct t${i}_view top; };\n`)
      else declare(name, data, structs)
      const rename = text => text.replace(/\{\{>\s*p\s*\}\}/g, m => m.replace('p', partial))
      files.push(writeC(folder, `${name}.html`, kind === 'self' ? `{{#top}}{{>${partial}}}{{/top}}` : rename(template)))
      for (const text of Object.values(partials)) files.push(writeC(folder, `${partial}.html`, rename(text)))
      const init = kind === 'self' ? `{.top = {.x = ${cView('X')}, .n = {(const struct t${i}_view[]){{.x = ${cView('Y')}}}, 1}}}` : initialize(name, value)
      bodies.push(`    { const struct ${name}_view v = ${init}; template_${name}(&out, &v); end(&out); }\n`)
      expected.push(Mustache.render(template, value, partials))
    })
    const header = writeC(folder, 'views.h', structs.join('\n'))
    run(mustachec, ['--any-html', '--out', join(folder, 'pages'), '--views', 'views.h', header, ...files])
    const main = writeC(folder, 'main.c', `#include "pages/templates.h"
#include <stdio.h>
static void end(struct buf *out) { if (out->len > 0) fwrite(out->ptr, 1, out->len, stdout); fputs(${cString(END)}, stdout); buf_clear(out); }
int main(void) { struct buf out = {0};
${bodies.join('')}    buf_done(&out); return 0; }
`)
    const ours = cases(run(compile(folder, 'spec', [main, join(folder, 'pages/templates.c'), join(root, 'services/gateway/pages/escape.c'), ...base], [folder])))
    assert.equal(ours.length, rules.length)
    rules.forEach(([name], i) => assert.equal(ours[i], expected[i], name))
  })
})

const header = `#include "base/view.h"\n${LIST}struct inner_view { struct view x; };\nstruct t_view { struct view x, y; struct link to; bool on; const struct inner_view *maybe; struct inner_view in; LIST_OF(inner_view) l; LIST_OF(view) texts; };\n`
const refuse = (name, template, message, extra = {}) => test(`a build refuses ${name}`, () => withFolder(folder => {
  mkdirSync(join(folder, 'pages'))
  const files = [writeC(folder, 'views.h', extra.header ?? header), writeC(folder, 't.html', template), writeC(folder, 'en.txt', extra.texts ?? 'hello = Hello\nwith = With {n}\n')]
  const result = tryRun(mustachec, ['--out', join(folder, 'pages'), '--views', 'views.h', ...files])
  assert.equal(result.ok, message === null, result.out)
  if (message) assert.match(result.out, message)
}))

refuse('nothing that is right', '<p class="a {{x}}">{{text.hello}} {{x}}</p><a href="{{to}}">{{#on}}!{{/on}}</a>\n', null)
refuse('an unknown key', '<p>\n{{z}}</p>', /t\.html:2: no key 'z' in struct t_view/)
refuse('a key of the outer struct', '{{#in}}{{y}}{{/in}}', /no key 'y' in struct inner_view/)
refuse('a key behind what may be absent', '{{maybe.x}}', /may be absent/)
refuse('an unknown partial', '{{>nobody}}', /no template 'nobody'/)
refuse('a partial of another struct', '{{#in}}{{>t}}{{/in}}', /takes a struct t_view/)
refuse('an unknown text', '{{text.nothing}}', /no text 'nothing'/)
refuse('a text whose values nobody fills', '{{text.with}}', /has values/)
refuse('a flag as text', '{{on}}', /is no text/)
refuse('unescaped text', '{{{x}}}', /not offered/)
refuse('unescaped text by ampersand', '{{&x}}', /not offered/)
refuse('other delimiters', '{{=<% %>=}}', /not offered/)
refuse('a section that stays open', '{{#on}}', /never closed/)
refuse('a section that was not opened', '{{/on}}', /closes no open section/)
refuse('a tag that does not end', '<p>{{x', /does not end/)
refuse('words outside the catalogue', '<p>Hello</p>', /text catalogue/)
refuse('words in a label', '<p aria-label="Hello"></p>', /text catalogue/)
refuse('a link that is written out', '<a href="/cases">{{x}}</a>', /route table/)
refuse('a link that is a text', '<a href="{{x}}">{{x}}</a>', /struct link/)
refuse('an address to send to that is a text', '<form action="{{x}}"></form>', /struct link/)
refuse('a link as text', '<p>{{to}}</p>', /stands in href/)
refuse('an attribute without quotes', '<p class=a></p>', /double quotes/)
refuse('an attribute in single quotes', "<p class='a'></p>", /double quotes/)
refuse('a variable between attributes', '<p {{x}}></p>', /between double quotes/)
refuse('an inline handler', '<p onclick="{{x}}"></p>', /not allowed/)
refuse('an inline style', '<p style="{{x}}"></p>', /not allowed/)
refuse('a style sheet in the page', '<style></style>', /not allowed/)
refuse('a section that ends within another tag', '<p {{#on}}class="a">{{/on}}', /ends within/)
refuse('a template that ends within a tag', '<p', /ends within/)
refuse('a template without a struct', '{{x}}', /no struct t_view/, { header: 'struct u_view { struct view x; };' })
refuse('a text twice', '{{x}}', /twice/, { texts: 'a = b\na = c\n' })
refuse('a plural without its other half', '{{x}}', /n\[one\]' is missing/, { texts: 'n[other] = {n} things\n' })
refuse('an unknown plural', '{{x}}', /no plural category/, { texts: 'n[some] = {n} things\n' })
refuse('a brace that does not close', '{{x}}', /brace/, { texts: 'n = {n things\n' })
