// The live script against a server that the test holds in its hands: what changes at once, what waits for
// the reader, and what happens when the stream does not behave.
import { test, before, after, beforeEach, afterEach } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { axe, launch, openContext, renderFolder, require, securityHeaders, serve } from './lib.mjs'

const parse5 = require('parse5')
const original = readFileSync(join(renderFolder, 'probation-referral.full.html'), 'utf8')
const FACT = '<div class="moj-timeline__item" id="fact-new" data-item="true"><div class="moj-timeline__header"><h3 class="moj-timeline__title">Session 3 booked</h3></div><p class="moj-timeline__date"><time datetime="2026-11-20T14:15:00Z">Friday 20 November 2026, 2:15pm</time></p><div class="moj-timeline__description">How: phone.</div></div>'
const attended = html => html.replace('govuk-tag--yellow">Unrecorded', 'govuk-tag--green">Attended')
const nextChanged = (html, words = 'Next: the provider books session 4.') => html.replaceAll(/Next: the provider holds[^<"]*/g, words)
const withFact = html => html.replace('<div class="moj-timeline">', `<div class="moj-timeline">${FACT}`).replace('data-say="Session 2 recorded"', 'data-say="Session 3 booked"')

let browser, site, html, streams, opened, partStatus, asked
function parts (names) {
  const found = []
  const walk = node => {
    const name = node.attrs?.find(a => a.name === 'data-part')?.value
    if (name && names.includes(name)) found.push(parse5.serializeOuter(node))
    for (const child of node.childNodes ?? []) walk(child)
  }
  walk(parse5.parse(html))
  return found.join('')
}
function handle (request, response, url) {
  if (url.pathname === '/case') {
    const names = url.searchParams.get('part')
    if (names) asked.push(names)
    response.writeHead(names ? partStatus : 200, { ...securityHeaders, 'Content-Type': 'text/html; charset=utf-8' })
    response.end(names ? parts(names.split(',')) : html)
    return true
  }
  if (url.pathname === '/live') {
    opened.push({ after: url.searchParams.get('after'), page: url.searchParams.get('page'), last: request.headers['last-event-id'] })
    response.writeHead(200, { ...securityHeaders, 'Content-Type': 'text/event-stream' })
    response.write('retry: 50\nevent: beat\ndata: 1\n\n')
    streams.add(response)
    response.on('close', () => streams.delete(response))
    return true
  }
  return false
}
const tell = (names, id = 'c' + Math.random()) => { for (const s of streams) s.write(`id: ${id}\nevent: change\ndata: ${names}\n\n`) }
const until = async (what, isSo) => {
  for (let i = 0; i < 200; i++) { if (isSo()) return; await new Promise(resolve => setTimeout(resolve, 25)) }
  assert.fail(`never: ${what}`)
}

let context, faults, tab
before(async () => { browser = await launch(); site = await serve(renderFolder, handle) })
after(async () => { await browser?.close(); await site?.close() })
beforeEach(async () => {
  html = original; streams = new Set(); opened = []; asked = []; partStatus = 200;
  ({ context, faults } = await openContext(browser))
  tab = await context.newPage()
})
afterEach(async () => { assert.deepEqual(faults, []); await context.close() })
const load = async () => {
  await tab.goto(`${site.origin}/case`)
  await tab.mouse.move(0, 0)
  await until('a stream', () => streams.size === 1)
}
const status = () => tab.locator('#live-status')

test('the page opens one stream where it stands, and says that it is live', async () => {
  await load()
  assert.deepEqual(opened, [{ after: 'cursor', page: '/case', last: undefined }])
  await tab.getByText(/^Live, \d{1,2}(:\d\d)?[ap]m$/).waitFor()
})

test('a cell and the next action change at once, and one polite sentence says so', async () => {
  await load()
  html = nextChanged(attended(html))
  tell('sessions,next')
  await tab.locator('.govuk-tag--green', { hasText: 'Attended' }).nth(1).waitFor()
  await tab.getByText('Next: the provider books session 4.').first().waitFor()
  await tab.waitForFunction(() => document.getElementById('live-status').textContent !== '')
  assert.equal(await status().textContent(), 'Next: the provider books session 4.')
  assert.deepEqual(asked, ['sessions,next'])
  assert.deepEqual(await axe(tab), [])
})

test('a new fact waits behind a button, which inserts it and leads to it', async () => {
  await load()
  html = withFact(html)
  tell('timeline')
  const button = tab.getByRole('button', { name: 'Show 1 new' })
  await button.waitFor()
  assert.equal(await tab.locator('#fact-new').count(), 0)
  assert.deepEqual(await axe(tab), [])
  await button.click()
  assert.equal(await tab.evaluate(() => document.activeElement.id), 'fact-new')
  assert.equal(await button.count(), 0)
  assert.equal(await status().textContent(), 'Session 3 booked')
})

test('what the reader has the focus in never changes under them', async () => {
  await load()
  await tab.getByRole('link', { name: 'Open risk' }).focus()
  html = html.replace('Risk: version 3, read by', 'Risk: version 4, shared by')
  tell('progress')
  await until('asked', () => asked.length > 0)
  html = attended(html)
  tell('sessions')
  await tab.locator('.govuk-tag--green', { hasText: 'Attended' }).nth(1).waitFor()
  assert.equal(await tab.getByText('Risk: version 3').count(), 1)
  assert.equal(await tab.evaluate(() => document.activeElement.textContent), 'Open risk')
  await tab.getByRole('link', { name: 'Sign out' }).or(tab.getByRole('button', { name: 'Sign out' })).focus()
  await tab.getByText('Risk: version 4').waitFor()
})

test('fifty changes move nothing under pointer, focus and view', async () => {
  await tab.setViewportSize({ width: 900, height: 500 })
  await load()
  const heading = tab.getByRole('heading', { name: 'What happened' })
  await heading.scrollIntoViewIfNeeded()
  await tab.evaluate(() => scrollTo(0, document.body.scrollHeight))
  const box = await heading.boundingBox()
  await tab.mouse.move(box.x + 5, box.y + 5)
  const tops = []
  for (let i = 0; i < 50; i++) {
    html = nextChanged(attended(original), `Next: change ${i}. ` + 'Longer words make the line wrap. '.repeat(i % 7))
    tell('next,sessions', 'n' + i)
    await tab.getByText(`Next: change ${i}.`).first().waitFor()
    tops.push((await heading.boundingBox()).y)
  }
  assert.ok(tops.every(y => Math.abs(y - box.y) < 1), `moved: ${[...new Set(tops)].join(' ')}`)
  await tab.waitForFunction(() => /updates|Next/.test(document.getElementById('live-status').textContent))
})

test('paused stays paused over a reload, and going on catches up', async () => {
  await load()
  await tab.getByRole('button', { name: 'Pause' }).click()
  await until('the stream is closed', () => streams.size === 0)
  await tab.getByText('Live updates paused').waitFor()
  await tab.reload()
  await tab.getByText('Live updates paused').waitFor()
  assert.equal(opened.length, 1)
  html = attended(html)
  await tab.getByRole('button', { name: 'Go on' }).click()
  await until('a stream', () => streams.size === 1)
  await tab.locator('.govuk-tag--green', { hasText: 'Attended' }).nth(1).waitFor()
})

test('a hidden tab closes its stream; shown again it goes on after the last change', async () => {
  await load()
  html = attended(html)
  tell('sessions', 'seen-1')
  await tab.locator('.govuk-tag--green', { hasText: 'Attended' }).nth(1).waitFor()
  const hide = hidden => tab.evaluate(h => {
    Object.defineProperty(document, 'hidden', { value: h, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)
  await hide(true)
  await until('the stream is closed', () => streams.size === 0)
  await hide(false)
  await until('a stream', () => streams.size === 1)
  assert.equal(opened.at(-1).after, 'seen-1')
})

test('a cut stream comes back with what it saw last', async () => {
  await load()
  html = attended(html)
  tell('sessions', 'seen-2')
  await tab.locator('.govuk-tag--green', { hasText: 'Attended' }).nth(1).waitFor()
  for (const s of streams) s.destroy()
  await until('opened again', () => opened.length === 2)
  assert.equal(opened[1].last, 'seen-2')
})

test('a stream that made room for a newer one is not opened again', async () => {
  await load()
  for (const s of streams) s.end('event: end\ndata: replaced\n\n')
  await tab.getByText('Live updates stopped').waitFor()
  await new Promise(resolve => setTimeout(resolve, 300)) // six times what the stream asked to wait before it is opened again
  assert.equal(opened.length, 1)
})

test('a server that is stopped is asked again, after what was seen last', async () => {
  await load()
  html = attended(html)
  tell('sessions', 'seen-3')
  await tab.locator('.govuk-tag--green', { hasText: 'Attended' }).nth(1).waitFor()
  for (const s of streams) s.end('event: end\ndata: shutdown\n\n')
  await until('opened again', () => opened.length === 2)
  assert.equal(opened[1].last, 'seen-3')
})

test('silence for 45 seconds is said, and the page goes on by asking', async () => {
  await tab.clock.install()
  await load()
  await tab.getByText(/^Live,/).waitFor()
  await tab.clock.fastForward(46_000)
  await tab.getByText('Live updates stopped').waitFor()
  assert.ok(await tab.getByRole('link', { name: 'Refresh' }).isVisible())
  await until('the stream is closed', () => streams.size === 0)
  html = attended(html)
  await tab.clock.fastForward(31_000)
  await tab.locator('.govuk-tag--green', { hasText: 'Attended' }).nth(1).waitFor()
})

test('a part that is not ours any more stops the page', async () => {
  await load()
  partStatus = 404
  tell('sessions')
  await tab.getByText('Live updates stopped').waitFor()
  await until('the stream is closed', () => streams.size === 0)
})

test('a form that takes longer than a second says so', async () => {
  await load()
  // While the answer is awaited the tab answers no questions: it tells by itself.
  let heard = ''
  tab.on('console', m => { heard += m.text() })
  await tab.evaluate(() => {
    const region = document.getElementById('live-status')
    new MutationObserver(() => console.log('heard ' + region.textContent)).observe(region, { childList: true })
  })
  await tab.route('**/sign-out', () => {})
  await tab.getByRole('button', { name: 'Sign out' }).click({ noWaitAfter: true })
  await until('said', () => heard.includes('heard Sending'))
})
