import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import nock from 'nock'
import * as library from '../../lib'
import { mockBosh } from '../../lib/testing/nock'
import {
  type BoshServer,
  type BoshServerOptions,
  type Fault,
  PERSONALITY_NAMES,
  startBoshServer,
} from '../../lib/testing/server'
import { withImports } from '../docs/blocks'
import { handClock } from '../fixtures/clock'
import { selfSigned } from '../fixtures/vectors/certificate'

/*
 * docs/testing.md is true: its programs are the files of the projects (which .ci/guides runs), its examples run, and its
 * tables name the real outcomes.
 */

// node:http belongs to the whole process, and other examples count connections.
nock.restore()

const DOCS = join(__dirname, '../../docs')
const GUIDE = readFileSync(join(DOCS, 'testing.md'), 'utf8')
const PROJECTS = ['jest', 'vitest', 'node-test']
const SHOWN = /^\[(.+)\]\(testing\/\1\)\n\n```js\n([\s\S]*?)^```$/gm
const EXAMPLE = /^```js\n([\s\S]*?)^```$/gm

const fileOf = (path: string) => readFileSync(join(DOCS, 'testing', path), 'utf8')

describe('for its programs', () => {
  const shown = Array.from(GUIDE.matchAll(SHOWN), ([, path = '', code]) => [path, code] as const)

  test.each(shown)('the guide shows the file %s as it is', (path, code) => {
    expect(code).toBe(fileOf(path))
  })

  test('the guide names every program', () => {
    const programs = PROJECTS.flatMap(project =>
      readdirSync(join(DOCS, 'testing', project))
        .filter(name => name.endsWith('.js'))
        .map(name => `${project}/${name}`),
    )
    const named = Array.from(GUIDE.matchAll(/\(testing\/([^)]+\.js)\)/g), ([, path]) => path)

    expect([...new Set(named)].sort()).toEqual(programs.sort())
  })

  test('the apps of the projects are one app', () => {
    expect(fileOf('vitest/app.js')).toBe(fileOf('node-test/app.js'))
    expect(asEsModule(fileOf('jest/app.js'))).toBe(fileOf('vitest/app.js'))
  })
})

const mocked: typeof mockBosh = (url, options) => {
  nock.activate()
  return mockBosh(url, options)
}

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor

/** The options of `xmpp` in an example that does not start its own server. */
const SERVED: BoshServerOptions = { domain: 'localhost', accounts: { alice: 'secret' } }

describe('for its examples', () => {
  const [, reference = ''] = GUIDE.split('\n## The server\n')
  const examples = Array.from(reference.matchAll(EXAMPLE), ([, code = '']) => [firstOf(code), code] as const)

  test('the guide has more than five examples', () => {
    expect(examples.length).toBeGreaterThan(5)
  })

  test.each(examples)('the example "%s" runs', async (_, code) => {
    const started: { close(): Promise<void> }[] = []
    const start = async (options: BoshServerOptions) => {
      const server = await startBoshServer(options)
      started.push(server)
      return server
    }
    const modules: Readonly<Record<string, unknown>> = {
      'node:assert/strict': assert,
      'passport-xmpp-bosh': library,
      'passport-xmpp-bosh/testing': { startBoshServer: start, PERSONALITY_NAMES },
      'passport-xmpp-bosh/testing/nock': { mockBosh: mocked },
    }
    const scope = {
      ...library,
      ...selfSigned('localhost'),
      assert,
      startBoshServer: start,
      require: (name: string) => modules[name],
    }
    // Not in another realm: an array from there is not an instance of our Array.
    const run = new AsyncFunction('xmpp', ...Object.keys(scope), `{ ${code} }`)
    try {
      await run(await start(SERVED), ...Object.values(scope))
    } finally {
      await Promise.all(started.map(server => server.close()))
      nock.restore()
    }
  })
})

describe('for its tables', () => {
  let server: BoshServer
  beforeAll(async () => {
    server = await startBoshServer({ ...SERVED, registration: 'open' })
  })
  afterAll(() => server.close())
  afterEach(() => server.reset())

  const rows = Array.from(
    GUIDE.matchAll(/^\| (.+) \| `(\{ on: .+)` \| (.+) \|$/gm),
    ([, what = '', code = '', end = '']) => ({
      what,
      faults: faultsOf(code),
      end,
    }),
  )
  const logins = rows.filter(({ end }) => !end.includes('by') && !end.includes('vCard'))
  const details = rows.filter(({ end }) => end.includes('vCard'))
  const signUps = rows.filter(({ end }) => end.includes('by'))

  test('the tables have rows of all kinds and every row is read', () => {
    expect(rows.length).toBe(GUIDE.match(/^\|.*\{ on: /gm)?.length)
    expect([logins.length > 80, signUps.length > 2, details.length > 8]).toEqual([true, true, true])
  })

  test.each(logins)('a login ends with $end when the server $what', async ({ faults, end }) => {
    const clock = end.includes('TIMEOUT') ? handClock() : undefined
    const options = { service: server.url, domain: 'localhost', failureDelay: 0 }
    const authenticator = new library.Authenticator(options, { ...(clock && { clock }) })
    for (const fault of faults) server.fault(fault)
    const ended = authenticator.authenticate({ username: 'alice', password: 'secret' }).then(
      () => 'success',
      reason => reason.code,
    )
    if (clock) {
      while (!server.requests.some(({ step }) => step === faults[0]?.on)) await soon()
      clock.advance(15_000)
    }

    expect(`\`${await ended}\``).toBe(end)
    await authenticator.close()
  })

  test.each(details)('a login has $end when the server $what', async ({ faults, end }) => {
    const room = 'admins@rooms.localhost'
    server.rooms.add(room, { members: ['alice@localhost'] })
    server.vcards.set('alice', "<vCard xmlns='vcard-temp'><FN>Alice</FN></vCard>")
    const clock = handClock()
    const options = { service: server.url, domain: 'localhost', roles: { admins: room }, profile: 'vcard' } as const
    const authenticator = new library.Authenticator(options, { clock })
    for (const fault of faults) server.fault(fault)
    let isOver = false
    const login = authenticator.authenticate({ username: 'alice', password: 'secret' }).finally(() => {
      isOver = true
    })
    while (!server.requests.some(({ step }) => step === 'roles')) await soon()
    // An answer that does not come is waited for until the deadline.
    while (!isOver) {
      await soon()
      clock.advance(10)
    }
    const { roles, vcard } = await login
    const had = [`${roles?.includes('admins') ? 'a' : 'no'} role`, `${vcard ? 'a' : 'no'} vCard`]

    expect([had.join(' and '), had.toReversed().join(' and ')]).toContain(end)
    await authenticator.close()
  })

  test.each(signUps)('a sign-up ends with $end when the server $what', async ({ faults, end }) => {
    const registration = new library.Registration({ service: server.url, domain: 'localhost' })
    for (const fault of faults) server.fault(fault)
    const thrown = await (faults[0]?.on === 'remove'
      ? registration.remove({ username: 'alice', password: 'secret' })
      : registration.form().then(({ state }) => registration.submit(state, { username: 'bob', password: 'secret' }))
    ).then(
      () => 'nothing',
      reason => reason.code,
    )
    const by = faults[0]?.on === 'register' ? 'submit' : faults[0]?.on

    expect(`\`${thrown}\`, by \`${by}()\``).toBe(end)
    await registration.close()
  })
})

/** Reads a cell of a table: one fault or several. */
function faultsOf(code: string): readonly Fault[] {
  return runInNewContext(`[${code}]`, { Buffer })
}

/** Returns the title of an example: its first comment or its first line. */
function firstOf(code: string): string {
  return /^\/\/ (.+)/m.exec(code)?.[1] ?? code.split('\n', 1).join()
}

/** Rewrites a program for a project with `"type": "module"`. */
function asEsModule(code: string): string {
  return withImports(code)
    .replace('exports.createApp = xmpp => {', 'export function createApp(xmpp) {')
    .replace('{ Strategy, serializeUser, deserializeUser }', '{ deserializeUser, Strategy, serializeUser }')
}

function soon(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve)
  })
}
