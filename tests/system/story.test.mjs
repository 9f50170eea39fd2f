// The broker as a whole, seen by three people: facts that one states and another sees. Runs inside
// broker.sh; everybody in it is invented.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { axe, launch, openContext, root } from './lib.mjs'

const port = process.env.STORY_PORT
const [plainCase, pressedCase] = (process.env.STORY_CASES ?? '').trim().split(' ')
const at = (audience, path) => `http://${audience}.localhost:${port}${path}`
const nobody = /\bAsh\b|\bLantern\b|[A-Z]\d{6}\b/
const SEEN_WITHIN_MS = 1000
let browser, sam // sam: the path of the story's case
const windows = []

// A person at a window: signed in, every address, title, console error and refusal of the browser noted.
// `refusals` are the answers that this window is meant to get; with `keeps`, every body it got is kept.
async function sits (audience, user, { refusals = [], keeps = false, ...options } = {}) {
  const { context, faults } = await openContext(browser, { viewport: { width: 760, height: 2200 }, ...options })
  const tab = await context.newPage()
  const self = { context, tab, faults, bodies: [], reading: [], go: path => self.tab.goto(at(audience, path)) }
  context.on('request', r => { if (nobody.test(decodeURIComponent(r.url()))) faults.push('a name in an address') })
  context.on('console', m => {
    // The icon is the browser's own wish, asked for at any moment, also while the broker starts or stops.
    if (m.location().url.endsWith('/favicon.ico')) return
    if (m.type() === 'error' && !refusals.some(s => m.text().includes(`status of ${s} `))) faults.push(`console: ${m.text()} ${m.location().url}`)
  })
  context.on('response', r => {
    const type = r.headers()['content-type'] ?? ''
    if (!keeps || r.status() === 204 || (r.status() >= 300 && r.status() < 400) || /event-stream|css|javascript/.test(type)) return
    self.reading.push(r.text().then(text => self.bodies.push(text), () => faults.push(`a body that could not be read: ${r.url()}`)))
  })
  // Paused, so that every body it asks for belongs to a page that stays until the body is there.
  if (keeps) await context.addInitScript(() => { if (location.host) sessionStorage.setItem('paused', location.pathname) })
  windows.push(self)
  await self.go('/')
  await tab.check(`input[name=user][value=${user}]`)
  await Promise.all([tab.waitForURL(/\/(today|flows)$/), tab.click('main form button')])
  return self
}

// The page at hand as a whole; with a script.
async function sound (window) {
  assert.doesNotMatch(await window.tab.title(), nobody)
  assert.deepEqual(await window.tab.$$eval('[id]', all => all.map(el => el.id).filter((id, i, ids) => ids.indexOf(id) !== i)), [], 'doubled ids')
  assert.deepEqual(await axe(window.tab), [], window.tab.url())
}

async function leaves (window) {
  await Promise.all(window.reading)
  await window.context.close()
  assert.deepEqual(window.faults, [])
  windows.splice(windows.indexOf(window), 1)
}

const live = tab => tab.waitForFunction(() => document.querySelector('[data-live] span')?.textContent.startsWith('Live,'))

// Notes when the page first holds every text: {query: text}. Before the change, so that nothing is missed.
const watch = (tab, wanted) => tab.evaluate(wanted => {
  const holds = () => Object.entries(wanted).every(([query, text]) =>
    [...document.querySelectorAll(query)].some(el => !el.hidden && el.textContent.trim().startsWith(text)))
  globalThis.said = []
  globalThis.seenAt = new Promise(resolve => {
    const look = () => {
      const saying = document.getElementById('live-status').textContent
      if (saying && globalThis.said.at(-1) !== saying) globalThis.said.push(saying)
      if (holds()) resolve(Date.now())
    }
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    look()
  })
}, wanted)

async function record (tab, sentence) {
  await tab.check('input[name=attendance][value=attended]')
  await tab.fill('[name=feedback-summary]', sentence)
  await tab.fill('[name=feedback-response]', 'Came with questions and went with a plan.')
  await tab.check('input[name=feedback-notifyBehaviour][value=no]')
  await tab.check('input[name=feedback-notifyConcerns][value=no]')
}

// Presses Send and gives the moment when the answer to the POST began to arrive.
async function send (tab) {
  const [answer] = await Promise.all([tab.waitForResponse(r => r.request().method() === 'POST'), tab.click('main form button:not([type=button])')])
  assert.equal(answer.status(), 303)
  await tab.waitForSelector('.govuk-notification-banner--success')
  const timing = answer.request().timing()
  return timing.startTime + timing.responseStart
}

const dayFrom = days => { const d = new Date(Date.now() + days * 86400000); return [d.getDate(), d.getMonth() + 1, d.getFullYear()] }
const yesterday = dayFrom(-1), tomorrow = dayFrom(1)
const day = async (tab, name, [d, m, y]) => {
  await tab.fill(`[name=${name}-day]`, String(d))
  await tab.fill(`[name=${name}-month]`, String(m))
  await tab.fill(`[name=${name}-year]`, String(y))
}

before(async () => {
  assert.ok(port && pressedCase, 'run by tests/system/run.sh')
  browser = await launch()
})
after(async () => { for (const window of windows) await window.context.close(); await browser?.close() })

test('what the provider records stands on the untouched probation page within a second', async t => {
  const jo = await sits('provider', 'JBELL', { refusals: [422] }), bernard = await sits('probation', 'BBEAKS')
  await sound(jo)
  await sound(bernard)
  const link = await jo.tab.locator('main tr', { hasText: 'Ash, Sam' }).locator('a[href$="/record"]').getAttribute('href')
  sam = link.replace(/\/sessions\/.*/, '')
  await bernard.go('/cases')
  await sound(bernard)
  const caseload = bernard.tab
  bernard.tab = await bernard.context.newPage()
  await bernard.go(sam)
  await sound(bernard)
  await jo.go(link)
  await sound(jo)

  await jo.tab.click('main form button:not([type=button])')
  await jo.tab.waitForSelector('.govuk-error-summary')
  assert.match(await jo.tab.title(), /^Error: /)
  await sound(jo)

  await record(jo.tab, 'Walked through the tenancy papers.')
  await live(bernard.tab)
  await live(caseload)
  const row = await bernard.tab.locator('[data-part=sessions] tr', { hasText: 'Session 3' }).getAttribute('id')
  const nextBefore = await bernard.tab.textContent('[data-part=next]')
  assert.match(nextBefore, /records the session/)
  await watch(bernard.tab, {
    [`#state-${row}`]: 'Attended', '#case-status': 'Session due', '[data-part=next]': 'Next: the provider books the next session',
    '[data-new=timeline]': 'Show 1 new', '#live-status': '3 updates: '
  })
  await watch(caseload, { [`tr:has(a[href="${sam}"]) .govuk-tag`]: 'Session due' })
  const answered = await send(jo.tab)
  const seen = await bernard.tab.evaluate(() => globalThis.seenAt) - answered
  const seenInList = await caseload.evaluate(() => globalThis.seenAt) - answered
  t.diagnostic(`seen after ${Math.round(seen)} ms on the case, ${Math.round(seenInList)} ms in the caseload`)
  assert.ok(seen < SEEN_WITHIN_MS, `the case shows it after ${seen} ms`)
  assert.ok(seenInList < SEEN_WITHIN_MS, `the caseload shows it after ${seenInList} ms`)
  assert.equal((await bernard.tab.evaluate(() => globalThis.said)).length, 1)
  await sound(jo)
  await sound(bernard)
  await sideBySide(bernard.tab, jo.tab)

  const facts = await bernard.tab.locator('.moj-timeline__item').count()
  await bernard.tab.click('[data-new=timeline]')
  assert.match(await bernard.tab.locator('.moj-timeline__item').first().innerText(), /Session 3 recorded[^]*Walked through the tenancy papers/)
  assert.ok(await bernard.tab.locator('.moj-timeline__item').count() >= facts)
  await leaves(jo)
  await leaves(bernard)
})

async function sideBySide (left, right) {
  const shots = [await left.screenshot(), await right.screenshot()]
  const tab = await browser.newPage({ viewport: { width: 1540, height: 2200 } })
  await tab.setContent(`<body style="margin:0;display:flex;gap:20px">${shots.map(s => `<img src="data:image/png;base64,${s.toString('base64')}">`).join('')}`)
  const folder = join(root, 'build/test-logs/system')
  mkdirSync(folder, { recursive: true })
  await tab.screenshot({ path: join(folder, 'two-windows.png') })
  await tab.close()
}

test('without a script the same journey works, and the commissioner sees its count change', async () => {
  const jo = await sits('provider', 'JBELL', { javaScriptEnabled: false })
  const bernard = await sits('probation', 'BBEAKS', { javaScriptEnabled: false })
  const mia = await sits('commissioner', 'MOKAFOR')
  await sound(mia)
  await live(mia.tab)
  const stage = mia.tab.locator('[data-part=stages] tr', { hasText: 'First meeting unrecorded' })
  const before = Number(await stage.locator('td').first().innerText())
  assert.ok(before >= 6, `${before}`)
  const id = await stage.getAttribute('id')
  await watch(mia.tab, { [`#${id} td`]: String(before - 1) })

  await bernard.go(`/referrals/${plainCase}`)
  assert.match(await bernard.tab.innerText('#case-status'), /First meeting unrecorded/)
  await jo.go(`/referrals/${plainCase}/sessions/0/record`)
  await record(jo.tab, 'Met for the first time.')
  await send(jo.tab)
  assert.match(await jo.tab.innerText('.govuk-notification-banner--success'), /Session recorded/)
  await bernard.tab.reload()
  assert.match(await bernard.tab.innerText('#case-status'), /Plan due/)
  assert.match(await bernard.tab.locator('.moj-timeline__item').first().innerText(), /First meeting recorded[^]*Met for the first time/)
  await mia.tab.evaluate(() => globalThis.seenAt)
  await sound(mia)
  for (const window of [jo, bernard, mia]) await leaves(window)
})

test('a new risk version stands before booking, and its text in no answer before it is read', async () => {
  const words = 'keeps the seventh kettle behind the harbour wall'
  const jo = await sits('provider', 'JBELL', { keeps: true }), bernard = await sits('probation', 'BBEAKS')
  await bernard.go(sam)
  await bernard.tab.click('main a[href$="/risk/edit"]')
  await bernard.tab.waitForURL('**/risk/edit')
  await sound(bernard)
  const edit = bernard.tab
  await edit.check('input[name=basis][value=assessed]')
  await day(edit, 'assessedAt', yesterday)
  for (const radio of await edit.locator('input[name$="-state"][value=not-assessed]').all()) await radio.check()
  await edit.check('input[name=nature-state][value=disclosed]')
  await edit.fill('[name=nature-text]', words)
  await day(edit, 'reviewBy', tomorrow)
  await edit.check('input[name=approved]')
  await send(edit)
  await sound(bernard)

  const book = `${sam}/sessions/4/book`
  for (const path of ['/today', '/cases', sam, `${sam}?part=timeline,status,next,progress`, `${sam}/risk`, `${sam}/risk?part=alert`, `${sam}/sessions/3/record`, book]) {
    await jo.go(path)
    await Promise.all(jo.reading)
  }
  assert.match(await jo.tab.innerText('.moj-alert'), /Read risk first/)
  await sound(jo)
  await jo.tab.click('.moj-alert a')
  await jo.tab.waitForSelector('.moj-interruption-card')
  await sound(jo)
  await Promise.all(jo.reading)
  assert.ok(jo.bodies.length > 10)
  assert.ok(!jo.bodies.some(body => body.includes(words)), 'risk text before it was read')

  await Promise.all([jo.tab.waitForResponse(r => r.url().endsWith('/risk/read')), jo.tab.click('.moj-interruption-card button')])
  await jo.tab.waitForSelector(`text=${words}`)
  await Promise.all(jo.reading)
  assert.ok(jo.bodies.some(body => body.includes(words)), 'the search finds it once it was read')
  await sound(jo)
  await send(jo.tab)
  await sound(jo)

  await jo.go(book)
  assert.equal(await jo.tab.locator('.moj-alert').count(), 0)
  await day(jo.tab, 'booking-start', tomorrow)
  await jo.tab.fill('[name=booking-start-time]', '2pm')
  await jo.tab.check('input[name=booking-method][value=phone]')
  await sound(jo)
  await send(jo.tab)
  assert.match(await jo.tab.innerText('.govuk-notification-banner--success'), /Session booked/)
  await leaves(jo)
  await leaves(bernard)
})

test('Send, pressed twenty times and sent twenty times at once, states one fact', async () => {
  const jo = await sits('provider', 'JBELL')
  await jo.go(`/referrals/${pressedCase}/sessions/0/record`)
  await record(jo.tab, 'Met once, whatever the button says.')
  const answers = await jo.tab.evaluate(() => {
    const form = document.querySelector('main form')
    const post = () => fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) })
      .then(r => `${r.status} ${new URL(r.url).search}`)
    return Promise.all(Array.from({ length: 20 }, post))
  })
  assert.deepEqual([...new Set(answers)], ['200 ?done=FeedbackGiven'])
  await Promise.all([jo.tab.waitForURL('**?done=FeedbackGiven'), jo.tab.evaluate(() => {
    for (let i = 0; i < 20; i++) document.querySelector('main form button:not([type=button])').click()
  })])
  assert.equal(await jo.tab.locator('.moj-timeline__item', { hasText: 'First meeting recorded' }).count(), 1)
  await leaves(jo)
})

test('nobody else opens the case, and after signing out Back shows nothing of it', async () => {
  const refusals = [403, 404]
  const tom = await sits('provider', 'THALE', { refusals }), mia = await sits('commissioner', 'MOKAFOR', { refusals })
  for (const path of [sam, `${sam}/risk`, `${sam}?part=status`, `${sam}/sessions/4/book`, `${sam}/sessions/3/record`]) {
    assert.equal((await tom.go(path)).status(), 404, path)
    assert.ok([403, 404].includes((await mia.go(path)).status()), path)
  }
  await sound(tom)
  await sound(mia)
  await leaves(tom)
  await leaves(mia)

  const bernard = await sits('probation', 'BBEAKS', { refusals: [401] })
  await bernard.go(sam)
  assert.match(await bernard.tab.content(), nobody)
  await bernard.tab.click('.rb-sign-out')
  await bernard.tab.waitForSelector('input[name=user]')
  await sound(bernard)
  await bernard.tab.goBack()
  await bernard.tab.waitForSelector('input[name=user]')
  assert.doesNotMatch(await bernard.tab.content(), nobody)
  await leaves(bernard)
})
