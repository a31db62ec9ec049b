// Runs every test of http-cache-tests against a cache and prints one line each: id, group, kind, outcome, message (tabs between).
// Usage: node run.mjs http://127.0.0.1:8081 [test id …]
import { runTests, getResults } from 'http-cache-tests/client/runner.mjs'
import fetch from 'node-fetch'
import suites from 'http-cache-tests/tests/index.mjs'

const [base, ...only] = process.argv.slice(2)
const tests = new Map()
for (const suite of suites) {
  for (const test of suite.tests) {
    if (test.browser_only !== true && (only.length === 0 || only.includes(test.id))) {
      test.dump = only.length > 0
      tests.set(test.id, { group: suite.id, kind: test.kind || 'required', dependsOn: test.depends_on || [] })
    }
  }
}

await runTests([{ tests: suites.flatMap(suite => suite.tests).filter(test => tests.has(test.id)) }], fetch, false, base, 50)
const results = getResults()

// A test counts only when the tests it rests on are passed.
function outcomeOf (id) {
  const result = results[id]
  if (result === undefined) return 'untested'
  if (tests.get(id).dependsOn.some(other => tests.has(other) && outcomeOf(other) !== 'pass')) return 'dependency'
  if (result === true) return 'pass'
  return result[0] === 'Setup' ? 'setup' : 'fail'
}

for (const [id, test] of tests) {
  const message = Array.isArray(results[id]) ? String(results[id][1]).replace(/\s+/g, ' ').slice(0, 200) : ''
  console.log([id, test.group, test.kind, outcomeOf(id), message].join('\t'))
}
process.exit(0)
