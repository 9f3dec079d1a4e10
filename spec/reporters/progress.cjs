/**
 * Announces a run with its expected time, and prints a running count: a whole run takes minutes. All output goes to
 * stderr, so that `--json` stays alone on stdout. It has to come before the default reporter.
 */
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const { dirname, join } = require('node:path')

const COUNT_EVERY_MS = 10_000
/** The mean by project when this was written, for a machine without an earlier run. */
const SECONDS_PER_FILE = { spec: 2 }

/** Jest rewrites its own count in place on such a terminal. */
const isInteractive = Boolean(process.stdout.isTTY) && process.env.TERM !== 'dumb' && !('CI' in process.env)

module.exports = class Progress {
  #config
  #records
  #isWhole
  #results
  #estimatedS = 0
  #startedAt = 0
  #countedAt = 0
  #isAnnounced = false
  /** tests passed in files that still run */
  #passed = new Map()

  constructor(config) {
    this.#config = config
    this.#records = join(config.rootDir, 'node_modules/.cache/passport-xmpp-bosh/runs.json')
    this.#isWhole = !config.testPathPatterns?.isSet() && !config.testNamePattern && !config.onlyChanged && !config.shard
  }

  onRunStart(results, options) {
    this.#results = results
    this.#estimatedS = options.estimatedTime
    this.#startedAt = this.#countedAt = Date.now()
    // Without this, jest shows no count on a terminal when it has a single worker.
    options.showStatus = true
  }

  onTestFileStart(test) {
    if (this.#isAnnounced) return
    this.#isAnnounced = true
    const files = this.#results.numTotalTestSuites
    if (files > 1) say(this.#announcement(nameOf(test.context), files))
  }

  onTestCaseResult({ path }, { status }) {
    if (status === 'passed') this.#passed.set(path, (this.#passed.get(path) ?? 0) + 1)
    this.#count()
  }

  onTestFileResult({ path }) {
    this.#passed.delete(path)
    this.#count()
  }

  onRunComplete(contexts, results) {
    if (!this.#isWhole || contexts.size !== 1 || !results.success || results.wasInterrupted) return
    const [context] = contexts
    const seconds = Math.round((Date.now() - this.#startedAt) / 1000)
    const record = { tests: results.numTotalTests, seconds, workers: this.#config.maxWorkers }
    try {
      mkdirSync(dirname(this.#records), { recursive: true })
      writeFileSync(this.#records, JSON.stringify({ ...this.#recorded(), [nameOf(context)]: record }))
    } catch {
      // Without a record, the next run guesses its time.
    }
  }

  #announcement(name, files) {
    const { maxWorkers: workers } = this.#config
    const record = this.#isWhole ? this.#recorded()[name] : undefined
    const tests = record ? ` with ${grouped(record.tests)} tests` : ''
    const seconds = record?.workers === workers ? record.seconds : this.#guess(name, files)
    const time = seconds > 0 ? `: ${about(seconds)}` : ''
    return `Running ${files} spec files${tests} on ${workers === 1 ? 'one worker' : `${workers} workers`}${time}`
  }

  /** Returns 0 when there is nothing to guess by. */
  #guess(name, files) {
    const byMean = (files * (SECONDS_PER_FILE[name] ?? 0)) / this.#config.maxWorkers
    // Jest adds up only the files whose times it knows, which are few after a run of some of them.
    return this.#isWhole && byMean > 0 ? byMean : this.#estimatedS
  }

  #recorded() {
    try {
      return JSON.parse(readFileSync(this.#records, 'utf8'))
    } catch {
      return {} // the first run, or a file that another version wrote
    }
  }

  #count() {
    const now = Date.now()
    if (isInteractive || now - this.#countedAt < COUNT_EVERY_MS) return
    this.#countedAt = now
    const { numTotalTestSuites, numPassedTestSuites, numFailedTestSuites, numPendingTestSuites } = this.#results
    const files = numPassedTestSuites + numFailedTestSuites + numPendingTestSuites
    const passed = [...this.#passed.values()].reduce((sum, n) => sum + n, this.#results.numPassedTests)
    const failed = this.#results.numFailedTests
    const failures = failed > 0 ? `, ${grouped(failed)} failed` : ''
    say(`${files} of ${numTotalTestSuites} files, ${grouped(passed)} tests passed${failures}`)
  }
}

function nameOf({ config }) {
  return config.displayName?.name ?? 'spec'
}

function about(seconds) {
  const minutes = Math.round(seconds / 60)
  if (seconds < 45) return 'less than a minute'
  return `about ${Math.max(minutes, 1)} ${minutes > 1 ? 'minutes' : 'minute'}`
}

function grouped(number) {
  return number.toLocaleString('en')
}

function say(line) {
  process.stderr.write(`${line}\n`)
}
