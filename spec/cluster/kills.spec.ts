import { type Cluster, startCluster } from './servers/cluster'
import { type Answer, type Door, nameOf, newVisitor, signIn, type Visitor } from './visitor'

/*
 * Sign-ins that go on while a process of the app and a node of ejabberd are killed. Each one ends in the session of its
 * own user, in a correct refusal, or in an error page.
 */

const SIGN_INS = 500
const AT_ONCE = 20
/** Few sign-ins for each: an account has a limited number of sessions. */
const NAMES = Array.from({ length: 20 }, (_, n) => `visitor${n}`)
const accounts = Object.fromEntries(NAMES.map(name => [name, `the password of ${name}, long enough`]))

let cluster: Cluster
let nginx: Door

beforeAll(async () => {
  cluster = await startCluster(accounts)
  nginx = cluster.doors.nginx
}, 120_000)
afterAll(async () => {
  await cluster?.stop()
})

type End = 'signed in' | 'refused' | 'error page of the app' | 'error page of nginx'

interface Attempt {
  readonly visitor: Visitor
  readonly name: string
  readonly isRight: boolean
  readonly end: End
}

/** Signs in once. Throws if the end is wrong. */
async function attempt(number: number): Promise<Attempt> {
  const name = NAMES[number % NAMES.length] ?? ''
  const isRight = number % 5 !== 0
  const visitor = newVisitor()
  const answer = await signIn(visitor, nginx, name, isRight ? String(accounts[name]) : 'a wrong one')
  const end = await endOf(answer, visitor)
  const user = await nameOf(visitor, nginx)
  // After an error the visitor is signed out, or signed in as themselves if only the answer was lost.
  const allowed = { 'signed in': [name], refused: [undefined] }[end as string] ?? [undefined, name]
  if (!allowed.includes(user) || (user !== undefined && !isRight)) throw new Error(`${end}: ${name} is ${user}`)
  if (isRight ? end === 'refused' : end === 'signed in') throw new Error(`${name}, ${isRight}: ${end}`)
  return { visitor, name, isRight, end }
}

async function endOf({ status, location, text }: Answer, visitor: Visitor): Promise<End> {
  if (status === 303 && location === '/') return 'signed in'
  if (status === 303 && location === '/login') {
    const page = await visitor.get(nginx, '/login')
    if (page.text.includes('Unknown user name or wrong password.')) return 'refused'
  }
  if (status === 502 && text.includes('check whether it took effect')) return 'error page of nginx'
  if ([502, 503, 504].includes(status) && /tell us this number: <code>[\da-f-]{36}</.test(text)) {
    return 'error page of the app'
  }
  throw new Error(`an unknown end: ${status} ${location} ${text}`)
}

/** Events by the number of sign-ins that have ended. */
type Events = ReadonlyMap<number, () => unknown>

async function attempts(events: Events): Promise<Attempt[]> {
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

const doorsOf = ({ doors }: Cluster) => Object.values(doors)

test(`${SIGN_INS} sign-ins, ${AT_ONCE} at a time, end correctly when one process and one node are killed meanwhile`, async () => {
  const before = await Promise.all(
    NAMES.map(async name => {
      const visitor = newVisitor()
      await signIn(visitor, nginx, name, String(accounts[name]))
      return { visitor, name }
    }),
  )
  const ends = await attempts(
    new Map<number, () => unknown>([
      [150, () => cluster.apps[0].kill()],
      // All logins go to this node.
      [250, () => cluster.nodes[0].kill()],
      [350, () => cluster.apps[0].start()],
    ]),
  )

  const count = (wanted: End) => ends.filter(({ end }) => end === wanted).length
  const errors = count('error page of the app') + count('error page of nginx')
  process.stderr.write(
    `${ends.length} sign-ins: ${count('signed in')} signed in, ${count('refused')} refused, ` +
      `${count('error page of the app')} error pages of the app, ${count('error page of nginx')} of nginx\n`,
  )
  expect(ends).toHaveLength(SIGN_INS)
  // Only the sign-ins in progress at one of the two kills fail.
  expect(errors).toBeLessThanOrEqual(2 * AT_ONCE)

  expect(cluster.apps.map(app => app.runs())).toEqual([true, true])
  for (const { visitor, name } of [...before, ...ends.filter(({ end }) => end === 'signed in')]) {
    for (const door of doorsOf(cluster)) expect(await nameOf(visitor, door)).toBe(name)
  }
}, 300_000)

test('visitors sign in at a restarted process and with a restarted node', async () => {
  await cluster.nodes[0].start()
  cluster.nodes[1].kill()
  for (const name of NAMES) {
    for (const door of doorsOf(cluster)) {
      const visitor = newVisitor()
      await signIn(visitor, door, name, String(accounts[name]))
      expect(await nameOf(visitor, nginx)).toBe(name)
    }
  }
}, 120_000)
