// Starts the components and keeps the page's live parts up to date. Content never comes by the
// stream: it names parts, and the page is asked for them again (?part=), so that access is judged
// again. Nothing moves under the reader: what they touch or type in gets a button instead.
import { initAll } from './govuk-frontend.js'

const body = document.body
body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()

const $ = (root, query) => [...root.querySelectorAll(query)]
const bar = document.querySelector('[data-live]')
const status = document.getElementById('live-status')
const words = status.dataset
const fill = (text, n) => text.replace('#', n)

// One sentence at most every 5 s; more than one are merged.
let sayings = [], sayTimer
const say = text => {
  if (!text) return
  sayings.push(text)
  sayTimer ??= setTimeout(() => {
    const n = sayings.length
    status.textContent = n > 1 ? fill(words.updates, n) + ' ' + sayings.join(', ') : sayings[0]
    sayings = []
    sayTimer = setTimeout(() => { sayTimer = null; if (sayings.length) say(sayings.shift()) }, 5000)
  }, 50)
}

document.addEventListener('submit', () => setTimeout(() => say(words.sending), 1000))

const busy = el => el.contains(document.activeElement) || el.matches(':hover') ||
  el.querySelector('details[open]') || (s => s && !s.isCollapsed && s.containsNode(el, true))(getSelection())

// What stands in the middle of the window stays there.
const steady = change => {
  const mark = document.elementFromPoint(innerWidth / 2, innerHeight / 2)
  const top = mark?.getBoundingClientRect().top
  change()
  if (mark?.isConnected) scrollBy(0, mark.getBoundingClientRect().top - top)
}

const offer = (part, fresh, n, later) => {
  const button = document.querySelector(`[data-new="${part.dataset.part}"]`)
  if (!button) return setTimeout(later, 2000)
  button.textContent = n ? fill(words.show, n) : words.changed
  button.hidden = false
  button.onclick = () => {
    const known = new Set($(part, '[data-item]').map(el => el.id))
    part.replaceChildren(...fresh.cloneNode(true).childNodes)
    button.hidden = true
    const first = $(part, '[data-item]').find(el => !known.has(el.id)) || part
    first.tabIndex = -1
    first.focus()
  }
}

const apply = (part, fresh, later) => {
  if (part.dataset.say !== fresh.dataset.say) say(fresh.dataset.say)
  part.dataset.say = fresh.dataset.say || ''
  let held = false
  const replace = (old, now) => {
    if (old.innerHTML === now.innerHTML) return
    if (busy(old)) held = true
    else steady(() => old.replaceChildren(...now.cloneNode(true).childNodes))
  }
  if ('whole' in part.dataset) replace(part, fresh)
  else for (const cell of $(part, '[data-cell]')) {
    const now = fresh.querySelector('#' + CSS.escape(cell.id))
    if (now) replace(cell, now)
  }
  const ids = root => $(root, '[data-item]').map(el => el.id)
  const known = new Set(ids(part)), now = ids(fresh)
  const n = now.filter(id => !known.has(id)).length
  if (n || held || part.textContent.trim() !== fresh.textContent.trim()) offer(part, fresh, n, later)
}

if (bar) {
  const policy = globalThis.trustedTypes?.createPolicy('live', { createHTML: text => text })
  const html = text => policy ? policy.createHTML(text) : text
  const [state, pause, refresh] = $(bar, 'span, button, a')
  const names = () => $(document, '[data-part]').map(el => el.dataset.part)
  let after = bar.dataset.live, source, beat, poll, wanted = new Set(), asking
  let paused = sessionStorage.getItem('paused') === location.pathname

  const clock = () => new Date().toLocaleTimeString('en-GB', { hour: 'numeric', minute: '2-digit',
    hour12: true, timeZone: 'Europe/London' }).replace(' ', '').replace(':00', '')
  const show = (text, stopped) => { state.textContent = text; refresh.hidden = !stopped }

  const ask = async () => {
    if (asking || !wanted.size) return
    asking = true
    const list = [...wanted]
    wanted = new Set()
    try {
      const url = new URL(location)
      url.searchParams.set('part', list.join())
      const answer = await fetch(url, { cache: 'no-store', redirect: 'error' })
      if (!answer.ok) throw answer.status
      const page = new DOMParser().parseFromString(html(await answer.text()), 'text/html')
      for (const fresh of $(page, '[data-part]')) {
        const part = document.querySelector(`[data-part="${fresh.dataset.part}"]`)
        if (part) apply(part, fresh, () => want([fresh.dataset.part]))
      }
      if (source) show(words.liveWords + ' ' + clock())
    } catch (e) {
      if (e >= 400 && e < 500) stop()
    }
    asking = false
    ask()
  }
  const want = list => { list.forEach(name => wanted.add(name)); ask() }
  const alive = () => {
    clearTimeout(beat)
    clearInterval(poll)
    beat = setTimeout(stop, 45000)
  }
  const close = () => { source?.close(); source = null; clearTimeout(beat); clearInterval(poll) }
  function stop() {
    close()
    show(words.stopped, true)
    poll = setInterval(() => want(names()), 30000)
  }
  const open = () => {
    close()
    if (paused || document.hidden) return
    source = new EventSource(`/live?page=${encodeURIComponent(location.pathname)}&after=${encodeURIComponent(after)}`)
    source.onopen = () => { alive(); show(words.liveWords + ' ' + clock()) }
    source.onerror = () => source?.readyState === 2 && stop()
    source.addEventListener('beat', alive)
    source.addEventListener('end', e => e.data !== 'shutdown' && stop())
    source.addEventListener('change', e => { alive(); after = e.lastEventId || after; want(e.data.split(',')) })
  }
  const label = () => { pause.textContent = paused ? words.resume : words.pause; if (paused) show(words.paused) }
  pause.onclick = () => {
    paused = !paused
    sessionStorage.setItem('paused', paused ? location.pathname : '')
    label()
    paused ? close() : (open(), want(names()))
  }
  document.addEventListener('visibilitychange', open)
  addEventListener('pagehide', close)
  addEventListener('pageshow', e => e.persisted && open())
  bar.hidden = false
  label()
  open()
}
