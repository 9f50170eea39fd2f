// HTML as a plain value to compare: blanks between words count once, attributes and classes in any order.
import { require } from './lib.mjs'
const parse5 = require('parse5')

function plain (node) {
  if (node.nodeName === '#text') return node.value.replace(/\s+/g, ' ')
  const attrs = {}
  for (const a of node.attrs ?? []) attrs[a.name] = a.name === 'class' ? a.value.split(/\s+/).filter(Boolean).sort().join(' ') : a.value.replace(/\s+/g, ' ').trim()
  const children = []
  const keep = node.nodeName === 'textarea' || node.nodeName === 'pre'
  for (const child of node.childNodes ?? []) {
    if (child.nodeName === '#comment') continue
    if (keep && child.nodeName === '#text') { children.push(child.value); continue }
    const value = plain(child)
    if (typeof value === 'string') { if (value.trim()) children.push(value.trim()) } else children.push(value)
  }
  return { name: node.nodeName, attrs: Object.fromEntries(Object.entries(attrs).sort()), children }
}
export const dom = html => plain(parse5.parseFragment(html)).children
// The same without the elements that `drop(node)` names.
export function domWithout (html, drop) {
  const prune = nodes => nodes.filter(n => typeof n === 'string' || !drop(n)).map(n => typeof n === 'string' ? n : { ...n, children: prune(n.children) })
  return prune(dom(html))
}
