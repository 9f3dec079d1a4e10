import { setTimeout as delay } from 'node:timers/promises'
import { type Cluster, startCluster } from '../servers/cluster'
import type { Door } from '../visitor'
import { Browser, type Shown } from './browser'
import { newPerson, type Person } from './people'

/*
 * Sign-ins without a password that go on while a process of the app is killed. Each browser ends signed in as the account
 * that it asked for, with the number that it showed, or not at all.
 */

const SIGN_INS = 200
const AT_ONCE = 16
/** Two browsers at a time ask for one account, which is asked three times in ten minutes at most. */
const NAMES = Array.from({ length: 40 }, (_, n) => `visitor${n}`)
const PASSWORD = 'a password of the specs, long enough'
const BOT = { name: 'login', password: 'the password of the service account, long enough' }
/** ms for which a person waits for the question, before they write the code */
const QUESTION_MS = 2_000
/** ms after which a person whose answer changed nothing writes it again */
const AGAIN_MS = 5_000
const ANSWERS = 5
/** tries to open a page, while nginx learns that a process is gone */
const TRIES = 10

let cluster: Cluster
let nginx: Door
const people: Person[] = []

beforeAll(async () => {
  cluster = await startCluster(Object.fromEntries(NAMES.map(name => [name, PASSWORD])), BOT)
  nginx = cluster.doors.nginx
  const bot = `${BOT.name}@localhost`
  for (const [n, name] of NAMES.entries()) {
    const service = String(cluster.nodes[n % 2]?.url)
    people.push(await newPerson({ service, name, password: PASSWORD, bot }))
  }
}, 300_000)
afterAll(async () => {
  await Promise.all(people.map(person => person.close()))
  await cluster?.stop()
})

/** Answers of the people: with the number, a wrong one, `no`, and the right one from another account. */
type Answering = 'right' | 'wrong' | 'no' | 'stranger'
type End = 'signed in' | 'refused' | 'given up'

interface Attempt {
  readonly browser: Browser
  readonly name: string
  readonly answering: Answering
  readonly end: End
}

function answeringOf(number: number): Answering {
  if (number % 20 === 3) return 'wrong'
  if (number % 20 === 7) return 'no'
  return number % 20 === 9 ? 'stranger' : 'right'
}

/** Tries again while a door answers with an error: a process is being killed. */
async function tried<T>(open: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await open()
    } catch (reason) {
      if (n === TRIES) throw reason
      await delay(200)
    }
  }
}

/** Signs in once. */
async function attempt(number: number): Promise<Attempt> {
  // Neighbours ask for the same account.
  const nth = Math.floor(number / 2) % people.length
  const person = people[nth] as Person
  const stranger = people[(nth + 1) % people.length] as Person
  const answering = answeringOf(number)
  const browser = new Browser()
  const since = person.chat.length
  const shown = await tried(() => browser.start(nginx, person.jid))
  const wait = { isOver: false }
  const over = untilDecided(browser, wait)
  const answer = textFor(answering, shown)
  await person.hears(/app\.example/, since, QUESTION_MS)
  if (answering === 'stranger') {
    await stranger.say(answer)
    await Promise.race([over, delay(QUESTION_MS)])
  } else {
    for (let n = 0; n < ANSWERS && !wait.isOver; n++) {
      // A person without an answer writes the code, too, as the page says.
      if (n > 0) await writeCode(person, shown)
      // A session of a killed process gets what is sent to it alone, for a while.
      await person.say(answer, n === 0 && number % 2 === 0 ? 'full' : 'bare')
      await Promise.race([over, delay(AGAIN_MS)])
    }
  }
  wait.isOver = true
  return { browser, name: person.name, answering, end: await endOf(browser) }
}

async function writeCode(person: Person, { code }: Shown): Promise<void> {
  const since = person.chat.length
  await person.say(code)
  await person.hears(/./, since, QUESTION_MS)
}

function textFor(answering: Answering, { number }: Shown): string {
  if (answering === 'no') return 'no'
  return answering === 'wrong' ? String(10 + ((Number(number) - 10 + 45) % 90)) : number
}

/** Waits at nginx, as a browser does, until the request is decided or its person has given up. */
async function untilDecided(browser: Browser, wait: { isOver: boolean }): Promise<void> {
  while (!wait.isOver) {
    if (await tried(() => browser.waits(nginx))) wait.isOver = true
  }
}

async function endOf(browser: Browser): Promise<End> {
  const location = await tried(async () => {
    const to = await browser.finish(nginx)
    if (to === undefined) throw new Error('no page to go to')
    return to
  })
  const ends: Record<string, End> = { '/': 'signed in', '/login': 'refused', '/login/xmpp/wait': 'given up' }
  const end = ends[location]
  if (end === undefined) throw new Error(`an unknown end: ${location}`)
  return end
}

async function attempts(events: ReadonlyMap<number, () => unknown>): Promise<Attempt[]> {
  const ended: Attempt[] = []
  let begun = 0
  const visitors = Array.from({ length: AT_ONCE }, async () => {
    while (begun < SIGN_INS) {
      ended.push(await attempt(begun++))
      await events.get(ended.length)?.()
    }
  })
  await Promise.all(visitors)
  return ended
}

test(`${SIGN_INS} sign-ins, ${AT_ONCE} at a time, end in the session of their own account when one process is killed`, async () => {
  const ends = await attempts(
    new Map<number, () => unknown>([
      [60, () => cluster.apps[0].kill()],
      [130, () => cluster.apps[0].start()],
    ]),
  )

  const count = (answering: Answering, end: End) =>
    ends.filter(one => one.answering === answering && one.end === end).length
  const lines = (['right', 'wrong', 'no', 'stranger'] as const).map(
    answering =>
      `${answering}: ${count(answering, 'signed in')} signed in, ${count(answering, 'refused')} refused, ${count(answering, 'given up')} given up`,
  )
  process.stderr.write(`${ends.length} sign-ins; ${lines.join('; ')}\n`)
  expect(ends).toHaveLength(SIGN_INS)
  // The others had a neighbour who refused, which ends all requests of the account.
  expect(count('right', 'signed in')).toBeGreaterThanOrEqual(SIGN_INS / 2)
  for (const { browser, name, end, answering } of ends) {
    const expected = end === 'signed in' ? name : undefined
    for (const door of Object.values(cluster.doors)) expect(await browser.nameAt(door)).toBe(expected)
    if (answering !== 'right') expect(end).not.toBe('signed in')
  }
}, 600_000)
