import { statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { tokenIn } from '../../example-app/visitor'
import { type Answer, type Door, newVisitor, type Visitor } from '../visitor'
import {
  claimsIn,
  comesBack,
  errorIn,
  lasting,
  question,
  redeem,
  refresh,
  signInBy,
  type Tokens,
  tokensIn,
  userinfo,
} from './party'
import { type ProviderCluster, startProviderCluster } from './servers/provider-cluster'

const PASSWORD = 'a password of the specs, long enough'
const ALICE = { username: 'alice', password: PASSWORD }
const BOB = { username: 'bob', password: PASSWORD }
/** ms within which a session has ended at all processes */
const ENDED_MS = 1_000
const ROUNDS = 8

let cluster: ProviderCluster
let nginx: Door
let first: Door
let second: Door

beforeAll(async () => {
  cluster = await startProviderCluster({ alice: PASSWORD, bob: PASSWORD })
  ;({ nginx, first, second } = cluster.doors)
}, 180_000)
afterAll(async () => {
  await cluster?.stop()
})

/** Returns the code with which a visitor comes back through nginx, and what it is redeemed with. */
async function codeOf(asked = question()) {
  const back = await comesBack(newVisitor(), () => nginx, asked, ALICE)
  if (!('code' in back)) throw new Error(`the visitor does not come back: ${back.answer.status}`)
  return { code: back.code, asked }
}

/** Sends the same to both processes at once. */
const atBoth = (send: (door: Door) => Promise<Answer>) => Promise.all([first, second].map(send))

/** Waits until neither process honours tokens. Throws if that takes longer than a session may take to end. */
async function expectEnded(tokens: Tokens): Promise<void> {
  const deadline = AbortSignal.timeout(ENDED_MS)
  for (const door of [second, first]) {
    while ((await userinfo(door, tokens)).status !== 401) {
      deadline.throwIfAborted()
      await setImmediate()
    }
    if (tokens.refresh_token === undefined) continue
    const refused = await refresh(door, tokens)
    expect([refused.status, errorIn(refused)]).toEqual([400, 'invalid_grant'])
  }
}

async function expectHonoured(tokens: Tokens, username: string): Promise<void> {
  for (const door of [first, second]) {
    const { status, text } = await userinfo(door, tokens)
    expect([status, text && JSON.parse(text).sub]).toEqual([200, `xmpp:${username}@localhost`])
  }
}

/** Sends a form of a page of the site. */
async function send(visitor: Visitor, door: Door, page: string, action: string, fields = {}): Promise<void> {
  const { text } = await visitor.get(door, page)
  expect((await visitor.post(door, action, { _csrf: tokenIn(text), ...fields })).status).toBe(303)
}

test('two processes that start at once share the file of keys that one of them makes', async () => {
  expect(statSync(cluster.keys).mode & 0o777).toBe(0o600)
  const sets = await Promise.all([first, second].map(door => newVisitor().get(door, '/oidc/jwks')))
  const [one, other] = sets.map(({ text }) => JSON.parse(text).keys)
  expect(one.length).toBeGreaterThan(1)
  expect(other).toEqual(one)
})

test('both processes call themselves by the issuer that visitors reach', async () => {
  for (const door of [first, second, nginx]) {
    const { text } = await newVisitor().get(door, '/oidc/.well-known/openid-configuration')
    expect(JSON.parse(text)).toMatchObject({ issuer: cluster.issuer, token_endpoint: `${cluster.issuer}/token` })
  }
})

test('a visitor whose requests go to both processes in turns signs in with the right claims', async () => {
  const asked = question()
  const tokens = await signInBy(newVisitor(), [first, second], ALICE, asked)
  expect(claimsIn(tokens)).toMatchObject({
    iss: cluster.issuer,
    sub: 'xmpp:alice@localhost',
    xmpp: 'alice@localhost',
    preferred_username: 'alice',
    amr: ['pwd'],
    nonce: asked.nonce,
  })
  await expectHonoured(tokens, 'alice')
})

test('a visitor who signed in at one process comes back from the other without a page', async () => {
  const visitor = newVisitor()
  await signInBy(visitor, [first], BOB)
  const back = await comesBack(visitor, () => second, question({ prompt: 'none' }), BOB)
  expect(back).toHaveProperty('code')
})

test('a code that is redeemed at both processes at once gives tokens at most once, and none that last', async () => {
  const given: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const { code, asked } = await codeOf()
    const answers = await atBoth(door => redeem(door, code, asked))
    const right = answers.filter(({ status }) => status === 200)
    given.push(right.length)
    for (const answer of answers) {
      if (answer.status !== 200) expect([answer.status, errorIn(answer)]).toEqual([400, 'invalid_grant'])
    }
    // RFC 6749 §4.1.2: one of the two may be a thief.
    for (const answer of right) await expectEnded(tokensIn(answer))
  }
  expect(Math.max(...given)).toBeLessThanOrEqual(1)
})

test('a code that was redeemed at one process is refused by the other', async () => {
  const { code, asked } = await codeOf()
  const tokens = tokensIn(await redeem(first, code, asked))
  const refused = await redeem(second, code, asked)
  expect([refused.status, errorIn(refused)]).toEqual([400, 'invalid_grant'])
  await expectEnded(tokens)
})

test('a refresh token that is used at one process and again at the other ends its family', async () => {
  const { code, asked } = await codeOf(lasting())
  const tokens = tokensIn(await redeem(first, code, asked))
  const next = tokensIn(await refresh(first, tokens))
  await expectHonoured(next, 'alice')
  const refused = await refresh(second, tokens)
  expect([refused.status, errorIn(refused)]).toEqual([400, 'invalid_grant'])
  await expectEnded(next)
})

test('a refresh token that is used at both processes at once ends its family', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const { code, asked } = await codeOf(lasting())
    const tokens = tokensIn(await redeem(first, code, asked))
    const right = (await atBoth(door => refresh(door, tokens))).filter(({ status }) => status === 200)
    expect(right.length).toBeLessThanOrEqual(1)
    for (const answer of right) await expectEnded(tokensIn(answer))
  }
})

test('signing out at one process ends what the other gave, within a second', async () => {
  const visitor = newVisitor()
  const tokens = await signInBy(visitor, [first], ALICE, lasting())
  const others = await signInBy(newVisitor(), [first], ALICE, lasting())
  await expectHonoured(tokens, 'alice')

  await send(visitor, second, '/', '/logout')

  await expectEnded(tokens)
  await expectHonoured(others, 'alice')
  const { location } = await visitor.get(first, question({ prompt: 'none' }).path)
  expect(location).toContain('error=login_required')
})

test('signing out everywhere at one process ends what the other gave to all browsers of the account', async () => {
  const visitor = newVisitor()
  const mine = await signInBy(visitor, [first], ALICE, lasting())
  const elsewhere = await signInBy(newVisitor(), [second], ALICE, lasting())
  const bobs = await signInBy(newVisitor(), [first], BOB, lasting())

  await send(visitor, second, '/account', '/account/sign-out-everywhere', { password: PASSWORD })

  await expectEnded(mine)
  await expectEnded(elsewhere)
  await expectHonoured(bobs, 'bob')
})

test('nginx hides the health of the processes and writes no query to its log', async () => {
  const { path } = question()
  await newVisitor().get(nginx, path)
  for (const hidden of ['/readyz', '/HEALTHZ', '/healthz/']) {
    expect((await newVisitor().get(nginx, hidden)).status).toBe(404)
  }
  const log = await cluster.nginx.accessLog()
  expect(log).toContain('"GET /oidc/auth" 303')
  expect(log).not.toContain('?')
})
