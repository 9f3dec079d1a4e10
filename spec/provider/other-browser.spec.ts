import { PASSWORD } from './servers/chat'
import { startWorld, type World } from './servers/world'
import type { Page } from './visitor/page'
import { isConsent, isLoginForm, isSignedIn, signsIn, typesIn } from './visitor/steps'
import { newVisitor, type Visitor } from './visitor/visitor'

/* A sign-in belongs to the browser in which it began: whoever knows its address alone cannot go on with it. */

let world: World
beforeAll(async () => {
  world = await startWorld('kit', ['openid-client'])
})
afterAll(() => world?.stop())

const party = () => world.parties['openid-client']
const ATTACKER = { username: 'user2', password: PASSWORD }
const VICTIM = { username: 'user1', password: PASSWORD }

/** Returns the address of the sign-in that led to a page of the provider. */
function interactionOf({ way }: Page): string {
  const paths = way.map(url => /\/interaction\/[\w-]+/.exec(new URL(url).searchParams.get('returnTo') ?? url)?.[0])
  const path = paths.findLast(found => found !== undefined)
  if (path === undefined) throw new Error(`no sign-in in ${way.join('\n')}`)
  return new URL(path, world.provider.issuer).href
}

async function signedInVictim(): Promise<Visitor> {
  const visitor = newVisitor()
  await signsIn(visitor, party(), VICTIM)
  return visitor
}

test('a browser that is signed in cannot finish a sign-in that began in another one', async () => {
  const attacker = newVisitor()
  const login = await attacker.open(party().account)
  expect(isLoginForm(login)).toBe(true)
  const victim = await signedInVictim()
  const url = interactionOf(login)
  const uid = url.split('/').at(-1)

  for (const address of [url, `${url}/onward`, `${world.provider.issuer}/auth/${uid}`]) {
    const { status, way } = await victim.open(address)
    expect({ address, status, way }).toEqual({ address, status: 400, way: [address] })
  }
  expect(await isSignedIn(attacker, party())).toBe(false)
})

test('a browser that is signed in cannot agree in the place of another one', async () => {
  const attacker = newVisitor()
  const consent = await typesIn(attacker, await attacker.open(party().account), ATTACKER)
  expect(isConsent(consent)).toBe(true)
  const victim = await signedInVictim()

  expect((await victim.open(interactionOf(consent))).status).toBe(400)
  expect(isConsent(await attacker.open(consent.url.href))).toBe(true)
})

test('a form of the sign-in in one browser is refused in another one', async () => {
  const attacker = newVisitor()
  const consent = await typesIn(attacker, await attacker.open(party().account), ATTACKER)
  const victim = await signedInVictim()
  const { status } = await victim.submit(consent, {}, 'form[action$="/consent"] button')

  expect(status).toBeGreaterThanOrEqual(400)
  expect(isConsent(await attacker.open(consent.url.href))).toBe(true)
})
