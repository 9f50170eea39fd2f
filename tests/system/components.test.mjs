// Our components against the packages' own: every published fixture of govuk-frontend either gives the
// same document or uses an option that stands below with its reason; MoJ publishes none, so its own
// templates are rendered beside ours.
import { test, before } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { base, cases, compile, cString, cView, END, run, withFolder, writeC } from './cc.mjs'
import { dom, domWithout } from './dom.mjs'
import { require, root } from './lib.mjs'

const TEXT = v => cView(v)
const LINK = v => `{${cView(v)}}`
const FLAG = v => v ? 'true' : 'false'
const NUMBER = v => String(Number(v))

// option path -> [member, kind]. A path that is in neither list fails.
const label = { 'label.text': ['label.text', TEXT], 'label.classes': ['label.classes', TEXT], 'label.isPageHeading': ['label.is_page_heading', FLAG] }
const hint = { 'hint.text': ['hint.text', TEXT] }
const error = { 'errorMessage.text': ['error_message.text', TEXT] }
const legend = { 'fieldset.legend.text': ['legend.text', TEXT], 'fieldset.legend.classes': ['legend.classes', TEXT], 'fieldset.legend.isPageHeading': ['legend.is_page_heading', FLAG], 'fieldset.describedBy': ['fieldset_described_by', TEXT] }
const t = (...names) => Object.fromEntries(names.map(n => [n, [n.replace(/[A-Z]/g, c => '_' + c.toLowerCase()), TEXT]]))
const choice = { value: ['value', TEXT], text: ['label.text', TEXT], 'hint.text': ['hint.text', TEXT], divider: ['divider', TEXT], id: ['id', TEXT], checked: ['checked', FLAG], disabled: ['disabled', FLAG], 'label.classes': ['label.classes', TEXT] }
const cell = { text: ['text', TEXT], format: ['format', TEXT], classes: ['classes', TEXT], colspan: ['colspan', TEXT], rowspan: ['rowspan', TEXT] }

const offered = {
  button: { ...t('text', 'classes', 'name', 'type', 'value', 'id'), href: ['href', LINK], disabled: ['disabled', FLAG], isStartButton: ['is_start_button', FLAG], preventDoubleClick: ['prevent_double_click', FLAG] },
  'back-link': { ...t('text', 'classes'), href: ['href', LINK] },
  'skip-link': { ...t('text', 'classes'), href: ['href', LINK] },
  tag: t('text', 'classes'),
  'inset-text': t('text', 'classes', 'id'),
  'warning-text': t('text', 'classes', 'iconFallbackText'),
  details: { ...t('summaryText', 'text', 'id', 'classes'), open: ['open', FLAG] },
  'phase-banner': { ...t('text', 'classes'), 'tag.text': ['tag.text', TEXT], 'tag.classes': ['tag.classes', TEXT] },
  label: { ...t('text', 'classes'), isPageHeading: ['is_page_heading', FLAG], for: ['for_id', TEXT] },
  hint: t('text', 'classes', 'id'),
  'error-message': t('text', 'classes', 'id'),
  'error-summary': { ...t('titleText', 'descriptionText', 'classes'), errorList: ['error_list', 'error_item_view', { text: ['text', TEXT], href: ['href', LINK] }] },
  input: { ...t('name', 'id', 'value', 'type', 'classes', 'describedBy', 'autocomplete', 'inputmode', 'pattern'), ...label, ...hint, ...error, disabled: ['disabled', FLAG] },
  textarea: { ...t('name', 'id', 'value', 'rows', 'classes', 'describedBy', 'autocomplete'), ...label, ...hint, ...error },
  'character-count': { ...t('name', 'id', 'value', 'rows', 'classes', 'threshold'), ...label, ...hint, ...error, maxlength: ['maxlength', NUMBER] },
  select: { ...t('name', 'id', 'value', 'classes', 'describedBy'), ...label, ...hint, ...error, items: ['items', 'option_view', { text: ['text', TEXT], value: ['value', TEXT], selected: ['selected', FLAG], disabled: ['disabled', FLAG] }] },
  radios: { ...t('name', 'idPrefix', 'classes', 'value'), ...legend, ...hint, ...error, 'formGroup.classes': ['form_group_classes', TEXT], items: ['items', 'choice_view', choice] },
  checkboxes: { ...t('name', 'idPrefix', 'classes'), ...legend, ...hint, ...error, describedBy: ['own_described_by', TEXT], 'formGroup.classes': ['form_group_classes', TEXT], values: ['values', 'value_view', { '': ['text', TEXT] }], items: ['items', 'choice_view', { ...choice, name: ['name', TEXT], behaviour: ['is_exclusive', FLAG] }] },
  'date-input': {
    ...t('id', 'namePrefix', 'classes'), ...legend, ...hint, ...error,
    ...Object.fromEntries(['day', 'month', 'year'].flatMap(p => [[`${p}.label`, [`${p}.label`, TEXT]], [`${p}.name`, [`${p}.name`, TEXT]], [`${p}.value`, [`${p}.value`, TEXT]], [`${p}.error`, [`${p}.error`, FLAG]], [`values.${p}`, [`${p}.value`, TEXT]]]))
  },
  table: { ...t('caption', 'captionClasses', 'classes'), firstCellIsHeader: ['first_cell_is_header', FLAG], head: ['head', 'cell_view', cell], rows: ['rows', 'row_view', { '': ['cells', 'cell_view', cell] }] },
  'summary-list': { classes: ['classes', TEXT], rows: ['rows', 'summary_row_view', { 'key.text': ['key', TEXT], 'key.classes': ['key_classes', TEXT], 'value.text': ['value', TEXT], 'value.classes': ['value_classes', TEXT], classes: ['classes', TEXT], 'actions.items': ['actions', 'action_view', { text: ['text', TEXT], href: ['href', LINK], visuallyHiddenText: ['hidden_text', TEXT], classes: ['classes', TEXT] }] }] },
  'notification-banner': t('text', 'type', 'titleText', 'titleId', 'role', 'classes'),
  'service-navigation': { ...t('serviceName', 'classes'), serviceUrl: ['service_url', LINK], navigation: ['navigation', 'navigation_item_view', { text: ['text', TEXT], href: ['href', LINK], active: ['active', FLAG], current: ['current', FLAG] }] },
  'generic-header': { ...t('logoText', 'classes', 'containerClasses'), url: ['url', LINK] },
  footer: { ...t('classes', 'containerClasses'), 'meta.items': ['items', 'footer_item_view', { text: ['text', TEXT], href: ['href', LINK] }], 'meta.text': ['text', TEXT] },
  pagination: { 'previous.href': ['previous', LINK], 'next.href': ['next', LINK] }
}

const everywhere = [
  [/(^|\.)(html|[a-zA-Z]+Html)$/, 'texts only: nothing reaches a page unescaped'],
  [/(^|\.)(attributes|[a-z]+Attributes)(\.|$)/, 'an attribute that a page needs is a member of the struct'],
  [/spellcheck|autocapitalize|disableAutoFocus/, 'the browser\'s own choice is right for us'],
  [/^(prefix|suffix|inputWrapper)/, 'no field of ours has a unit'],
  [/^formGroup/, 'only groups of choices take classes'],
  [/conditional/, 'every "if" stands in words, so that no script is needed'],
  [/visuallyHiddenText$/, 'the word before an error comes from the catalogue']
]
const notOffered = {
  select: [[/^disabled$/, 'a field that cannot be used is left out']],
  radios: [[/^fieldset\.(classes|attributes)|items\[\]\.label/, 'one look for all groups']],
  checkboxes: [[/^fieldset\.(classes|attributes)|items\[\]\.label/, 'one look for all groups']],
  'character-count': [[/maxwords|countType|Text|countMessage|formGroup/, 'characters only, in the component\'s own words']],
  'date-input': [[/^items|^values\.dob|(day|month|year)\.classes/, 'always day, month, year']],
  'summary-list': [[/^card/, 'no page has cards'], [/actions\.classes/, 'one look for all rows']],
  'notification-banner': [[/titleHeadingLevel/, 'its title is always the second level']],
  'service-navigation': [[/slots|collapse|aria|menuButton|navigation(Label|Classes|Id)/, 'one menu, in the component\'s own words']],
  footer: [[/contentLicence|copyright|navigation|meta\.visuallyHidden/, 'no licence, crown or columns: they belong to service.gov.uk']],
  pagination: [[/items|landmarkLabel|labelText|\.text|^classes/, 'only to the page before and after']],
  'phase-banner': [],
  details: []
}
// Options that are offered, with a value that is not.
const valueNotOffered = {
  button: [[o => o.preventDoubleClick === false, 'only ever switched on']],
  'date-input': [[o => ['day', 'month', 'year'].some(p => o[p] === false), 'always day, month, year'], [o => ['day', 'month', 'year'].some(p => o[p]?.error === false), 'a part is marked by its own error, never unmarked'], [o => o.values && (o.day ?? o.month ?? o.year), 'a part has one value']],
  radios: [[o => o.items.some(i => !i), 'a list has no gaps'], [o => o.value && o.items.some(i => i?.checked === false), 'an item is checked by the value alone']],
  checkboxes: [[o => o.items.some(i => !i), 'a list has no gaps'], [o => o.values && o.items.some(i => i?.checked === false), 'an item is checked by the values alone']],
  footer: [[o => o.meta && !o.meta.text && !o.meta.items?.length, 'no heading over nothing']],
  select: [[o => o.value && o.items.some(i => i?.selected === false), 'an item is selected by the value alone']]
}

function fields (schema, options, component, path = '') {
  const out = []
  const walk = (value, at) => {
    const full = path + at
    const row = schema[at]
    if (row && row.length === 3) {
      const items = (value ?? []).filter(Boolean)
      out.push(`.${row[0]} = {(const struct ${row[1]}[]){${items.map(item => {
        const inner = row[2]['']?.length === 3 ? fields({ '': row[2][''] }, item, component, full + '[]') : typeof item === 'object' ? fields(row[2], item, component, full + '[].') : [`.${row[2][''][0]} = ${row[2][''][1](item)}`]
        return `{${inner.join(', ')}}`
      }).join(', ') || '{0}'}}, ${items.length}}`)
      return
    }
    if (row) { if (value !== undefined && value !== null && !(value === false && row[1] === FLAG)) out.push(`.${row[0]} = ${row[1](value)}`); return }
    if (value && typeof value === 'object' && !Array.isArray(value)) { for (const [k, v] of Object.entries(value)) walk(v, at ? `${at}.${k}` : k); return }
    if (value === undefined || value === null) return
    throw new NotOffered(full)
  }
  if (schema['']) walk(options, '')
  else for (const [k, v] of Object.entries(options)) walk(v, k)
  return out
}
class NotOffered extends Error {}

const snake = name => name.replaceAll('-', '_')
const filled = new Set(readFileSync(join(root, 'services/gateway/pages/components.h'), 'utf8').match(/\b[a-z_]+_fill\b/g))

function paths (value, at = '') {
  if (Array.isArray(value)) return value.flatMap(v => paths(v, at + '[]'))
  if (value && typeof value === 'object') return Object.entries(value).flatMap(([k, v]) => [at ? `${at}.${k}` : k, ...paths(v, at ? `${at}.${k}` : k)])
  return []
}
function reasonAgainst (component, fixture) {
  for (const path of paths(fixture.options)) {
    for (const [pattern, reason] of [...everywhere.filter(r => !(component === 'summary-list' && /visuallyHidden/.test(String(r[0])))), ...(notOffered[component] ?? [])]) {
      if (pattern.test(path)) return `${path}: ${reason}`
    }
  }
  return (valueNotOffered[component] ?? []).find(([isSo]) => isSo(fixture.options))?.[1]
}

const dist = join(dirname(require.resolve('govuk-frontend/package.json')), 'dist/govuk')
const wanted = [] // { component, name, html, code }
const refused = []
const unknown = [] // in neither list

function caseCode (component, options) {
  const type = snake(component)
  const extra = options.fieldset ? ['.fieldset = true'] : []
  return `{ struct ${type}_view v = {${[...fields(offered[component], options, component), ...extra].join(', ') || '0'}};
  ${filled.has(type + '_fill') ? `${type}_fill(arena, &v);` : ''} template_${type}(&out, &v); end(&out); }`
}

for (const component of Object.keys(offered)) {
  const { fixtures } = JSON.parse(readFileSync(join(dist, 'components', component, 'fixtures.json'), 'utf8'))
  for (const fixture of fixtures) {
    const reason = reasonAgainst(component, fixture)
    if (reason) refused.push({ component, name: fixture.name, reason })
    else {
      try {
        wanted.push({ component, name: fixture.name, html: fixture.html, code: caseCode(component, fixture.options) })
      } catch (e) {
        if (!(e instanceof NotOffered)) throw e
        unknown.push(`${component}: ${fixture.name}: ${e.message}`)
      }
    }
  }
}

// MoJ's components, by its own templates.
const nunjucks = require('nunjucks')
const env = new nunjucks.Environment(new nunjucks.FileSystemLoader([join(dist, '..'), join(dirname(require.resolve('@ministryofjustice/frontend/package.json')))]), { autoescape: true })
env.addFilter('date', () => '20 November 2026 at 2:15pm')
const macroOf = component => readFileSync(require.resolve(`@ministryofjustice/frontend/moj/components/${component}/macro.njk`), 'utf8').match(/macro (\w+)/)[1]
const moj = (component, options, code, body = '') => {
  const macro = macroOf(component), name = snake(component)
  wanted.push({
    component: 'moj-' + component,
    name: JSON.stringify(options).slice(0, 60),
    html: env.renderString(`{% from "moj/components/${component}/macro.njk" import ${macro} %}` +
      (body ? `{% call ${macro}(options) %}${body}{% endcall %}` : `{{ ${macro}(options) }}`), { options }),
    code: `{ struct ${name}_view v = {${code}}; ${filled.has(name + '_fill') ? `${name}_fill(arena, &v);` : ''} template_${name}(&out, &v); end(&out); }`
  })
}
const nasty = '<b> & "quoted" \'it\''
for (const variant of ['information', 'success', 'warning', 'error']) {
  moj('alert', { variant, title: 'A title', text: nasty, showTitleAsHeading: true }, `.variant = ${TEXT(variant)}, .title = ${TEXT('A title')}, .text = ${TEXT(nasty)}, .show_title_as_heading = true`)
  moj('alert', { variant, title: nasty }, `.variant = ${TEXT(variant)}, .title = ${TEXT(nasty)}`)
}
moj('alert', { title: 'T', text: 'x', role: 'alert' }, `.title = ${TEXT('T')}, .text = ${TEXT('x')}, .role = ${TEXT('alert')}`)
moj('badge', { text: nasty, classes: 'moj-badge--red' }, `.text = ${TEXT(nasty)}, .classes = ${TEXT('moj-badge--red')}`)
moj('badge', { text: 'High' }, `.text = ${TEXT('High')}`)
moj('identity-bar', { title: { text: nasty } }, `.title = ${TEXT(nasty)}`)
moj('identity-bar', { title: { text: 'Sam' }, classes: 'x' }, `.title = ${TEXT('Sam')}, .classes = ${TEXT('x')}`)
for (const count of [0, 1, 98, 99, 1200]) moj('notification-badge', { text: String(count), visuallyHiddenText: 'unread' }, `.count = ${count}, .hidden_text = ${TEXT('unread')}`)
moj('notification-badge', { text: '3' }, '.count = 3')
moj('sub-navigation', { label: 'Parts', items: [{ text: nasty, href: '/a', active: true }, { text: 'B', href: '/b' }] }, `.label = ${TEXT('Parts')}, .items = {(const struct sub_navigation_item_view[]){{${TEXT(nasty)}, ${LINK('/a')}, true}, {${TEXT('B')}, ${LINK('/b')}, false}}, 2}`)
moj('sub-navigation', { items: [{ text: 'A', href: '/a' }] }, `.items = {(const struct sub_navigation_item_view[]){{${TEXT('A')}, ${LINK('/a')}, false}}, 1}`)
moj('timeline', { headingLevel: 3, items: [{ label: { text: nasty }, byline: { text: 'Jo' }, text: 'What', datetime: { timestamp: '2026-11-20T14:15:00Z', format: 'x' } }, { label: { text: 'L' }, text: nasty, datetime: { timestamp: '2026-11-20T14:15:00Z', format: 'x' } }] },
  `.items = {(const struct moment_view[]){{.label = ${TEXT(nasty)}, .byline = ${TEXT('Jo')}, .text = ${TEXT('What')}, .timestamp = ${TEXT('2026-11-20T14:15:00Z')}, .date = ${TEXT('20 November 2026 at 2:15pm')}}, {.label = ${TEXT('L')}, .text = ${TEXT(nasty)}, .timestamp = ${TEXT('2026-11-20T14:15:00Z')}, .date = ${TEXT('20 November 2026 at 2:15pm')}}}, 2}`)
moj('interruption-card', { heading: nasty, primaryAction: { text: 'Read it', href: '/r' }, secondaryAction: { text: 'Not now', href: '/n' } },
  `.heading = ${TEXT(nasty)}, .body = {(const struct value_view[]){{${TEXT('One & two')}}}, 1}, .primary = {.text = ${TEXT('Read it')}, .href = ${LINK('/r')}}, .secondary = ${LINK('/n')}, .secondary_text = ${TEXT('Not now')}`,
  '<p>One &amp; two</p>')

let ours
before(() => {
  ours = withFolder(folder => {
    const pages = join(root, 'services/gateway/pages')
    const source = writeC(folder, 'main.c', `#include "gateway/pages/components.h"
#include "pages/templates.h"
#include <stdio.h>
static void end(struct buf *out) { fwrite(out->ptr, 1, out->len, stdout); fputs(${cString(END)}, stdout); buf_clear(out); }
static struct arena *arena;
static struct buf out;
${wanted.map((w, i) => `static void case_${i}(void)\n${w.code}`).join('\n')}
int main(void) { arena = arena_new(64 << 20); ${wanted.map((_, i) => `case_${i}();`).join(' ')} buf_done(&out); arena_free(arena); return 0; }
`)
    return cases(run(compile(folder, 'components', [source, ...['components', 'components_frame', 'routes', 'words', 'escape'].map(n => join(pages, n + '.c')),
      join(root, 'build/gen/pages/templates.c'), join(root, 'build/gen/pages/text.c'), ...base], [join(root, 'build/gen')])))
  })
  assert.equal(ours.length, wanted.length)
})

const isCrown = node => node.attrs.class === 'govuk-footer__crown' || /licence/.test(node.attrs.class ?? '') || (node.attrs.class === 'govuk-footer__meta-item' && node.children.some(c => /copyright-logo/.test(c.attrs?.class ?? '')))

for (const component of [...Object.keys(offered), ...new Set(wanted.map(w => w.component).filter(c => c.startsWith('moj-')))]) {
  test(`${component} gives the package's own document`, () => {
    const mine = wanted.map((w, i) => ({ ...w, i })).filter(w => w.component === component)
    assert.ok(mine.length > 0)
    for (const w of mine) {
      const expected = component === 'footer' ? domWithout(w.html, isCrown) : dom(w.html)
      assert.deepEqual(dom(ours[w.i]), expected, `${component}: ${w.name}`)
    }
  })
}

test('every fixture is either compared or names the option that we do not offer', t => {
  t.diagnostic(`${wanted.length} compared, ${refused.length} not offered`)
  assert.deepEqual(unknown, [])
  assert.ok(wanted.length > refused.length)
  for (const [component, rows] of Object.entries(notOffered)) assert.ok(component in offered, component)
})
