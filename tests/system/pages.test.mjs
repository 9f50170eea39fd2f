// Every page, in every flavour, as a file with the gateway's headers: accessible, narrow, without a
// script, with nothing that the browser refuses.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { axe, flavours, launch, openContext, overflow, rendered, renderFolder, require, serve } from './lib.mjs'

const parse5 = require('parse5')
const pages = rendered().flatMap(p => flavours.map(flavour => ({ ...p, flavour, file: `${p.name}.${flavour}.html` })))
let browser, site

before(async () => { browser = await launch(); site = await serve(renderFolder) })
after(async () => { await browser?.close(); await site?.close() })

// Opens each page in one of two tabs, which take turns through the list; a page's file names its failure.
async function open (list, options, visit) {
  const queue = [...list]
  await Promise.all([1, 2].map(async () => {
    const { context, faults } = await openContext(browser, options)
    const tab = await context.newPage()
    if (options.noScripts) await tab.route('**/*.js', route => route.abort())
    for (let page = queue.shift(); page; page = queue.shift()) {
      await tab.goto(`${site.origin}/${page.file}`)
      await visit(tab, page)
      if (!options.noScripts) assert.deepEqual(faults, [], page.file)
    }
    await context.close()
  }))
}

const walk = (node, visit) => { visit(node); for (const child of node.childNodes ?? []) walk(child, visit) }
const attribute = (node, name) => node.attrs?.find(a => a.name === name)?.value

test('no page has an inline script, style or handler, and each has one h1, one title and no doubled id', () => {
  for (const page of pages) {
    const html = readFileSync(join(renderFolder, page.file), 'utf8')
    const problems = [], ids = new Set(), headings = []
    parse5.parse(html, { sourceCodeLocationInfo: true, onParseError: e => problems.push(e.code) })
    walk(parse5.parse(html), node => {
      if (node.tagName === 'script' && !attribute(node, 'src')) problems.push('inline script')
      if (node.tagName === 'style') problems.push('inline style')
      if (node.tagName === 'h1') headings.push(node)
      for (const a of node.attrs ?? []) {
        if (/^on/.test(a.name) || a.name === 'style') problems.push(a.name)
        if (['href', 'action', 'src'].includes(a.name) && !/^(\/(?!\/)|#|$|http:\/\/[a-z]+\.localhost:\d+\/$)/.test(a.value)) problems.push(`link ${a.value}`)
        if (a.name === 'id') { if (ids.has(a.value)) problems.push(`id ${a.value} twice`); ids.add(a.value) }
      }
    })
    walk(parse5.parse(html), node => {
      for (const name of ['for', 'aria-describedby', 'aria-labelledby', 'aria-controls']) {
        for (const id of (attribute(node, name) ?? '').split(' ').filter(Boolean)) {
          if (!ids.has(id)) problems.push(`${name} names ${id}, which is not there`)
        }
      }
      const href = attribute(node, 'href')
      if (href?.startsWith('#') && href !== '#' && !ids.has(href.slice(1))) problems.push(`nothing at ${href}`)
    })
    if (headings.length !== 1) problems.push(`${headings.length} h1`)
    assert.deepEqual(problems, [], page.file)
  }
})

test('no title names a person', () => {
  for (const page of pages) {
    const title = readFileSync(join(renderFolder, page.file), 'utf8').match(/<title>(.*?)<\/title>/s)[1]
    assert.match(title, /Referral Broker$/, page.file)
    assert.doesNotMatch(title, /Sam|Ash|Jo|Bell|script/, page.file)
    assert.equal(title.startsWith('Error: '), page.name.endsWith('-wrong'), page.file)
  }
})

test('what people typed is text, never markup', () => {
  for (const page of pages.filter(p => p.flavour === 'hostile')) {
    const html = readFileSync(join(renderFolder, page.file), 'utf8')
    assert.doesNotMatch(html, /<script>alert|<img src=x/, page.file)
    assert.doesNotMatch(html, /href="(javascript:|\/\/)/, page.file)
  }
})

test('parts are the same markup as in their page', () => {
  const inner = root => {
    const parts = new Map()
    walk(root, node => { const name = attribute(node, 'data-part'); if (name) parts.set(name, parse5.serializeOuter(node).replace(/\s+/g, ' ')) })
    return parts
  }
  for (const page of pages.filter(p => p.parts)) {
    const whole = inner(parse5.parse(readFileSync(join(renderFolder, page.file), 'utf8')))
    const alone = inner(parse5.parse(readFileSync(join(renderFolder, 'parts', page.file), 'utf8')))
    assert.deepEqual([...alone.keys()].sort(), page.parts.split(',').sort(), page.file)
    for (const [name, html] of alone) assert.equal(html, whole.get(name), `${page.file} ${name}`)
  }
})

test('axe finds nothing on any page, and the browser refuses nothing', () => open(pages, {}, async (tab, page) => {
  await tab.waitForFunction(() => document.body.classList.contains('js-enabled'))
  assert.deepEqual(await axe(tab), [], page.file)
}))

test('axe finds nothing without a script either', () =>
  open(pages.filter(p => p.flavour === 'full'), { noScripts: true }, async (tab, page) => {
    assert.deepEqual(await axe(tab), [], page.file)
  }))

test('at 320 px and at 200 % text no page scrolls sideways, and every target is at least 24 px high', () =>
  open(pages, { viewport: { width: 320, height: 640 } }, async (tab, page) => {
    assert.equal(await overflow(tab), 0, `${page.file} at 320 px`)
    const small = await tab.$$eval('button, input:not([type=hidden]), select, textarea, summary', all =>
      all.filter(el => el.offsetParent && el.getBoundingClientRect().height < 24).map(el => el.outerHTML.slice(0, 80)))
    assert.deepEqual(small, [], page.file)
    await tab.setViewportSize({ width: 640, height: 900 })
    await tab.evaluate(() => { document.documentElement.style.fontSize = '200%' })
    assert.equal(await overflow(tab), 0, `${page.file} at 200 %`)
    await tab.setViewportSize({ width: 320, height: 640 })
  }))

test('without a script nothing scrolls sideways at 320 px, every control that needs one is hidden, and every form can be sent', () =>
  open(pages, { viewport: { width: 320, height: 640 }, javaScriptEnabled: false }, async (tab, page) => {
    assert.equal(await overflow(tab), 0, `${page.file} at 320 px`)
    const found = await tab.evaluate(() => ({
      shown: [...document.querySelectorAll('button[type=button]')].filter(el => el.getClientRects().length > 0).length,
      forms: [...document.querySelectorAll('main form')].map(form => ({
        sends: form.querySelectorAll('button:not([type=button])').length > 0,
        tokens: form.method === 'post' ? form.querySelectorAll('input[name=csrf]').length : 1
      }))
    }))
    assert.equal(found.shown, 0, page.file)
    for (const form of found.forms) assert.deepEqual(form, { sends: true, tokens: 1 }, page.file)
  }))

test('on a page with errors the summary has the focus and each link leads into its field', async () => {
  const { context } = await openContext(browser)
  const tab = await context.newPage()
  for (const page of pages.filter(p => p.name.endsWith('-wrong'))) {
    await tab.goto(`${site.origin}/${page.file}`)
    await tab.waitForFunction(() => document.activeElement?.classList.contains('govuk-error-summary'))
    const links = await tab.locator('.govuk-error-summary a').all()
    assert.ok(links.length >= 4, page.file)
    for (const link of links) {
      const id = (await link.getAttribute('href')).slice(1)
      await link.click()
      assert.equal(await tab.evaluate(() => document.activeElement.id), id, page.file)
    }
  }
  await context.close()
})

test('the keyboard alone reaches the main action in at most 12 stops through the skip link', async () => {
  const { context } = await openContext(browser)
  const tab = await context.newPage()
  const goals = { 'provider-referral.empty': '.govuk-button', 'risk-before.full': '.govuk-button--inverse', 'record.full': 'input[name=attendance]', 'provider-today.full': '.moj-alert a' }
  for (const [name, goal] of Object.entries(goals)) {
    await tab.goto(`${site.origin}/${name}.html`)
    await tab.waitForFunction(() => document.body.classList.contains('js-enabled'))
    await tab.keyboard.press('Tab')
    assert.equal(await tab.evaluate(() => document.activeElement.className), 'govuk-skip-link')
    await tab.keyboard.press('Enter')
    let stops = 0
    while (stops <= 12 && !await tab.evaluate(s => document.activeElement.matches(s), goal)) { await tab.keyboard.press('Tab'); stops++ }
    assert.ok(stops <= 12, name)
  }
  await context.close()
})

test('a page prints, and forced colours leave it readable', async () => {
  const { context } = await openContext(browser, { forcedColors: 'active' })
  const tab = await context.newPage()
  for (const name of ['probation-referral', 'risk-read', 'flows']) {
    await tab.goto(`${site.origin}/${name}.full.html`)
    assert.deepEqual(await axe(tab), [], name)
    assert.ok((await tab.pdf()).length > 1000, name)
  }
  await context.close()
})
