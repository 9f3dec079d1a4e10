import { type Door, newVisitor, type Visitor } from '../visitor'
import { claimsIn, comesBack, errorIn, question, redeem, type Tokens, tokensIn, userinfo } from './party'
import { type ProviderCluster, startProviderCluster } from './servers/provider-cluster'

/*
 * Sign-ins by the provider that go on while one of its processes is killed. Each one ends with the claims of its own visitor,
 * or with words that tell the visitor or the party to start again.
 */

const SIGN_INS = 100
const AT_ONCE = 10
const NAMES = Array.from({ length: 10 }, (_, n) => `visitor${n}`)
const accounts = Object.fromEntries(NAMES.map(name => [name, `the password of ${name}, long enough`]))

let cluster: ProviderCluster
let nginx: Door

beforeAll(async () => {
  cluster = await startProviderCluster(accounts)
  nginx = cluster.doors.nginx
}, 180_000)
afterAll(async () => {
  await cluster?.stop()
})

/** Words of an answer that tells a visitor, or the party, to start again. */
const START_AGAIN = {
  'page of nginx': /Go back to the site or the program that you came from and sign in there again/,
  'answer of nginx for programs': /"the provider did not answer: a code that was sent may be used up"/,
  'page of the provider': /Go back to (?:it|the site that you want to sign in to),? and try again/,
  'error page of the provider': /tell us this number: <code>[\da-f-]{36}</,
  'error code of the token endpoint': /"error":"invalid_grant"/,
}

interface Attempt {
  readonly name: string
  readonly end: 'signed in' | keyof typeof START_AGAIN
  readonly tokens?: Tokens
}

/** Signs in once. Throws if the end is wrong. */
async function attempt(number: number): Promise<Attempt> {
  const name = NAMES[number % NAMES.length] ?? ''
  const visitor: Visitor = newVisitor()
  const asked = question()
  const credentials = { username: name, password: String(accounts[name]) }
  const back = await comesBack(visitor, () => nginx, asked, credentials)
  const answer = 'code' in back ? await redeem(nginx, back.code, asked) : back.answer
  if (!('code' in back) || answer.status !== 200) return { name, end: endOf(answer) }
  const tokens = tokensIn(answer)
  const { sub, xmpp, nonce } = claimsIn(tokens)
  if (sub !== `xmpp:${name}@localhost` || xmpp !== `${name}@localhost` || nonce !== asked.nonce) {
    throw new Error(`${name} is ${sub}, ${xmpp}`)
  }
  return { name, end: 'signed in', tokens }
}

function endOf({ status, text }: { readonly status: number; readonly text: string }): keyof typeof START_AGAIN {
  const found = Object.entries(START_AGAIN).find(([, words]) => words.test(text))
  if (!found || status < 400) throw new Error(`an unknown end: ${status} ${text}`)
  return found[0] as keyof typeof START_AGAIN
}

async function attempts(events: ReadonlyMap<number, () => unknown>): Promise<Attempt[]> {
  let begun = 0
  const ended: Attempt[] = []
  const visitors = Array.from({ length: AT_ONCE }, async () => {
    while (begun < SIGN_INS) {
      ended.push(await attempt(begun++))
      await events.get(ended.length)?.()
    }
  })
  await Promise.all(visitors)
  return ended
}

test(`${SIGN_INS} sign-ins, ${AT_ONCE} at a time, end correctly when one process is killed meanwhile`, async () => {
  const ends = await attempts(
    new Map<number, () => unknown>([
      [30, () => cluster.processes[0].kill()],
      [70, () => cluster.processes[0].start()],
    ]),
  )

  const counts = new Map<string, number>()
  for (const { end } of ends) counts.set(end, (counts.get(end) ?? 0) + 1)
  process.stderr.write(`${ends.length} sign-ins: ${[...counts].map(([end, count]) => `${count} ${end}`).join(', ')}\n`)
  expect(ends).toHaveLength(SIGN_INS)
  // Only the sign-ins in progress at the kill fail.
  expect(ends.filter(({ end }) => end !== 'signed in').length).toBeLessThanOrEqual(AT_ONCE)
  expect(cluster.processes.map(one => one.runs())).toEqual([true, true])

  // Both processes know every token, also those that the killed one gave.
  const { first, second } = cluster.doors
  for (const { name, tokens } of ends) {
    if (!tokens) continue
    for (const door of [first, second]) {
      const { status, text } = await userinfo(door, tokens)
      expect([status, JSON.parse(text).sub]).toEqual([200, `xmpp:${name}@localhost`])
    }
  }
}, 300_000)

test('relying parties get an answer for programs, and visitors a page, when no process answers', async () => {
  await Promise.all(cluster.processes.map(one => one.kill()))

  const answer = await redeem(nginx, 'any', question())
  expect([answer.status, errorIn(answer)]).toEqual([502, 'temporarily_unavailable'])
  expect(answer.headers['content-type']).toBe('application/json')
  const page = await newVisitor().get(nginx, question().path)
  expect([page.status, endOf(page)]).toEqual([502, 'page of nginx'])

  await Promise.all(cluster.processes.map(one => one.start()))
  // nginx passes over a process for 5 s after it failed, and both had failed.
  const deadline = AbortSignal.timeout(20_000)
  while ((await attempt(0)).end !== 'signed in') deadline.throwIfAborted()
}, 120_000)
