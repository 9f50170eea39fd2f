// What the browser tests share: the packages that the pages pin, Debian's Chromium, the headers that
// the gateway sends, axe, and checks on a page as a whole.
import { createRequire } from 'node:module'
import { readFileSync, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join, extname } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
export const require = createRequire(join(root, 'services/gateway/pages/package.json'))
const { chromium } = require('playwright-core')
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

// As PAGES section 2 has them. The gateway's own tests compare its answers with these.
export const securityHeaders = {
  'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types live",
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store'
}

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  // Root has no sandbox of its own in a container.
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  headless: true
})

// A context whose pages report what the browser refused, threw, or asked a third party for.
// `faults` fills as the test goes.
export async function openContext (browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const faults = []
  context.on('weberror', e => faults.push('error: ' + e.error().message))
  context.on('console', m => {
    if (/Content Security Policy|Trusted ?Type|violates/i.test(m.text())) faults.push('csp: ' + m.text())
  })
  context.on('request', r => {
    const host = new URL(r.url()).hostname
    if (!/^(localhost|127\.0\.0\.1|[a-z]+\.localhost)$/.test(host)) faults.push('third party: ' + host)
  })
  return { context, faults }
}

// axe, WCAG 2.2 A and AA and best practice. Through the debugger's own world: our CSP allows no script
// from elsewhere.
export async function axe (page) {
  await page.evaluate(axeSource)
  const result = await page.evaluate(() => globalThis.axe.run(document, {
    resultTypes: ['violations'], // what passes is not described node by node
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice']
  }))
  return result.violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(' | ')}`)
}

// How much wider than its window the page is, in CSS pixels.
export const overflow = page =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

const types = { '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8' }

// Serves what render-pages wrote, with the gateway's headers. `handle(request, response, url)` comes
// first and returns true where it answered.
export async function serve (folder, handle = () => false) {
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost')
    if (handle(request, response, url)) return
    const file = join(folder, url.pathname)
    if (!file.startsWith(folder) || !existsSync(file) || !types[extname(file)]) {
      response.writeHead(404, securityHeaders).end()
      return
    }
    response.writeHead(200, { ...securityHeaders, 'Content-Type': types[extname(file)] })
    response.end(readFileSync(file))
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  return { server, origin: `http://localhost:${server.address().port}`, close: () => new Promise(resolve => { server.closeAllConnections(); server.close(resolve) }) }
}

export const renderFolder = process.env.RENDER_FOLDER || join(root, 'build/render')
export const rendered = () => JSON.parse(readFileSync(join(renderFolder, 'index.json'), 'utf8'))
export const flavours = ['empty', 'full', 'hostile']
