import { eventually } from './servers/eventually'
import { PAGES } from './servers/registered'
import { type PlainWorld, startStandInWorld } from './servers/world'
import { claimsOn, isSignedIn } from './visitor/steps'
import { newVisitor } from './visitor/visitor'

/*
 * The same parties at a plain oidc-provider whose login says yes at once, with which the bench compares. A failure here is
 * one of a party or of the visitor, not one of the provider.
 */

const CLAIMS = {
  sub: 'xmpp:user1@localhost',
  xmpp: 'user1@localhost',
  preferred_username: 'user1',
  groups: ['staff', 'editors'],
  amr: ['pwd'],
}

let world: PlainWorld
beforeAll(async () => {
  world = await startStandInWorld()
})
afterAll(() => world?.stop())

test('the parties get the same claims from a plain provider, and hear of a sign-out', async () => {
  const visitor = newVisitor()
  const parties = PAGES.map(name => world.parties[name])
  for (const party of parties) {
    const page = await visitor.open(party.account)
    expect(claimsOn(party, page)).toMatchObject({ ...CLAIMS, iss: world.provider.issuer, aud: party.entry.client_id })
  }
  const [first] = parties
  if (!first) throw new Error('no parties')
  await visitor.submit(await visitor.open(first.logout), {}, 'button[name="logout"]')

  await eventually(async () => {
    for (const party of parties) expect([party.name, await isSignedIn(visitor, party)]).toEqual([party.name, false])
  })
})
