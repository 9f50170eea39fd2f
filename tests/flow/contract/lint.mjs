// Lints the generated documents by Spectral's own rule sets, which hold them against the official
// schemas of OpenAPI 3.1 and AsyncAPI 3. Offline. Anything found, a hint too, is a failure.
//
// usage: node lint.mjs DOCUMENT.json...        prints "NAME: N found" each; exits 1 if any was
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import core from '@stoplight/spectral-core'
import parsers from '@stoplight/spectral-parsers'
import rulesets from '@stoplight/spectral-rulesets'

const off = {
  'info-contact': 'off', // whoever runs the broker, not we
  'operation-description': 'off', // the summary says it
  'asyncapi-info-contact': 'off',
  'asyncapi-servers': 'off', // differ in each deployment
  'asyncapi-latest-version': 'off', // 3.0 is what tools read
  'asyncapi-3-operation-description': 'off',
  'asyncapi-3-tags': 'off', // the family is in the topic's name
  'asyncapi-3-payload-unsupported-schemaFormat': 'off' // it knows no Avro: Avro's own readers check that
}

// Rules that are off must be those of this rule set.
function rulesOff(ruleset) {
  return Object.fromEntries(Object.entries(off).filter(([name]) => name in ruleset.rules))
}

async function lint(path) {
  const text = readFileSync(path, 'utf8')
  const ruleset = JSON.parse(text).asyncapi ? rulesets.asyncapi : rulesets.oas
  const spectral = new core.Spectral()
  spectral.setRuleset({ extends: [ruleset], rules: rulesOff(ruleset) })
  const found = await spectral.run(new core.Document(text, parsers.Json, path))
  for (const { code, message, path: at } of found) console.log(`  ${code} at /${at.join('/')}: ${message}`)
  console.log(`${basename(path)}: ${found.length} found`)
  return found.length
}

let count = 0
for (const path of process.argv.slice(2)) count += await lint(path)
process.exitCode = count > 0 || process.argv.length < 3 ? 1 : 0
