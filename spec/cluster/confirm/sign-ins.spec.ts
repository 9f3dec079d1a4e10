import { setTimeout as delay } from 'node:timers/promises'
import { type Cluster, startCluster } from '../servers/cluster'
import type { Door } from '../visitor'
import { Browser } from './browser'
import { newPerson, type Person } from './people'

/*
 * Sign-ins without a password: two processes of the app behind nginx, one Redis, a real ejabberd, and people with clients of
 * their own.
 */

const PASSWORD = 'a password of the specs, long enough'
const BOT = { name: 'login', password: 'the password of the service account, long enough' }
const NAMES = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace'] as const
/** ms. Longer than any chat message takes. */
const SOON_MS = 10_000
/** ms in which nothing must happen */
const NOTHING_MS = 500
const QUESTION = /app\.example/

let cluster: Cluster
let people: Record<(typeof NAMES)[number], Person>

beforeAll(async () => {
  cluster = await startCluster(Object.fromEntries(NAMES.map(name => [name, PASSWORD])), BOT)
  const [{ url }] = cluster.nodes
  const signedIn = await Promise.all(
    NAMES.map(async name => {
      const options = { service: url, name, password: PASSWORD, bot: `${BOT.name}@localhost` }
      return [name, await newPerson(options)] as const
    }),
  )
  people = Object.fromEntries(signedIn) as typeof people
}, 180_000)
afterAll(async () => {
  for (const person of Object.values(people ?? {})) await person.close()
  await cluster?.stop()
})

const jidOf = (name: string) => `${name}@localhost`

interface Way {
  readonly name: (typeof NAMES)[number]
  readonly asked: Door
  readonly shown: Door
  readonly waited: Door
  readonly finished: Door
  /** session of the service account that gets the answer */
  readonly to: 'bare' | 'full'
}

/** Signs in at the given doors. */
async function signedIn({ name, asked, shown, waited, finished, to }: Way): Promise<Browser> {
  const person = people[name]
  const browser = new Browser()
  const since = person.chat.length
  const { number } = await browser.start(asked, jidOf(name), shown)
  expect(await person.hears(QUESTION, since, SOON_MS)).toBe(true)
  expect(person.chat.slice(since).join()).not.toContain(number)
  const waits = browser.waits(waited)
  await person.say(number, to)
  expect(await waits).toBe(true)
  expect(await browser.finish(finished)).toBe('/')
  return browser
}

describe('a request that one process asks', () => {
  test.each([
    ['is waited for and finished there', 'alice', 'first', 'first', 'first', 'full'],
    ['is waited for at the other one', 'bob', 'first', 'second', 'first', 'full'],
    ['is waited for and finished at the other one', 'carol', 'second', 'first', 'first', 'full'],
    ['is answered to both processes', 'dave', 'second', 'first', 'second', 'bare'],
    ['is waited for through nginx', 'erin', 'first', 'nginx', 'nginx', 'bare'],
  ] as const)('signs the browser in when it %s', async (_, name, asked, waited, finished, to) => {
    const { doors } = cluster
    const way = {
      name,
      asked: doors[asked],
      shown: doors[waited],
      waited: doors[waited],
      finished: doors[finished],
      to,
    }
    const browser = await signedIn(way)

    for (const door of Object.values(doors)) expect(await browser.nameAt(door)).toBe(name)
    expect(await people[name].hears(/app\.example/, 1, SOON_MS)).toBe(true)
  })
})

test('a browser is signed in when it finishes at both processes at the same time', async () => {
  const { first, second } = cluster.doors
  const browser = new Browser()
  const person = people.alice
  const { number } = await browser.start(first, person.jid)
  await person.say(number)
  expect(await browser.waits(second)).toBe(true)
  const ends = await Promise.all([browser.finish(first), browser.finish(second)])

  expect(ends.filter(end => end === '/').length).toBeGreaterThanOrEqual(1)
  expect(await browser.nameAt(first)).toBe('alice')
})

test('each of two browsers is signed in by its own number when both ask for one account at different processes', async () => {
  const { first, second } = cluster.doors
  const person = people.frank
  const [one, two] = [new Browser(), new Browser()]
  const since = person.chat.length
  const shown = [await one.start(first, person.jid), await two.start(second, person.jid)]
  expect(new Set(shown.map(({ number }) => number)).size).toBe(2)
  expect(await person.hears(QUESTION, since, SOON_MS)).toBe(true)
  const waits = [one.waits(second), two.waits(first)]
  await person.say(String(shown[1]?.number))

  expect(await waits[1]).toBe(true)
  expect(await two.finish(second)).toBe('/')
  expect(await one.nameAt(first)).toBeUndefined()
  await person.say(String(shown[0]?.number))
  expect(await waits[0]).toBe(true)
  expect(await one.finish(first)).toBe('/')
  for (const browser of [one, two]) expect(await browser.nameAt(second)).toBe('frank')
})

test('a browser that wrote the code at one process is signed in by the number at the other', async () => {
  const { first, second } = cluster.doors
  const person = people.grace
  const browser = new Browser()
  const { number, code } = await browser.start(first, '', second)
  const since = person.chat.length
  await person.say(code)
  expect(await person.hears(/./, since, SOON_MS)).toBe(true)
  const waits = browser.waits(second)
  await person.say(number)

  expect(await waits).toBe(true)
  expect(await browser.finish(first)).toBe('/')
  expect(await browser.nameAt(second)).toBe('grace')
})

test('no browser is signed in when another person answers with its number', async () => {
  const { first, second } = cluster.doors
  const browser = new Browser()
  const { number } = await browser.start(first, people.bob.jid)
  for (const to of ['bare', 'full'] as const) await people.carol.say(number, to)
  await delay(NOTHING_MS)

  expect(await browser.finish(second)).toBe('/login/xmpp/wait')
  expect(await browser.nameAt(second)).toBeUndefined()
  await people.bob.say('no')
  expect(await browser.waits(second)).toBe(true)
  expect(await browser.finish(second)).toBe('/login')
  expect(await browser.nameAt(first)).toBeUndefined()
})
