import { PASSWORD } from '../fixture/pages'
import { KIT } from './fixture/chats'
import { arrived, askWith, claimsAt, comeTo, consent, pagesSeen, requestOf, signIn } from './fixture/steps'
import { inWorld, T } from './fixture/visits'

/* Parameters of a party's request beside the sign-in itself, and the time that a visitor takes. */

const MINUTE_MS = 60_000
const HOUR_S = 3_600

const [name, start] = KIT

inWorld(name, start, visits => {
  afterEach(() => visits.world.setAhead(0))

  test('prompt=login asks a signed-in visitor for the password again, and the party gets the new time', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    const first = await signIn(visitor, world)
    await world.setAhead(MINUTE_MS)
    await askWith(visitor, world.wiki, { prompt: 'login' })
    await visitor.see.says('Sign in')
    await visitor.see.signIn('alice', 'a wrong one')
    expect(await visitor.see.told('alert')).toBe('Unknown user name or wrong password.')
    await visitor.see.signIn('alice')
    const second = await claimsAt(visitor, world.wiki)
    expect(second.sub).toBe(first.sub)
    expect(second.auth_time).toBeGreaterThanOrEqual((first.auth_time ?? 0) + 60)
    // The sign-in is that of the session of the site: the second party hears of the same time.
    await visitor.page.goto(world.shop.account)
    expect((await claimsAt(visitor, world.shop)).auth_time).toBe(second.auth_time)
  })

  test('prompt=login lets another account sign in, which is asked for its own consent', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    await signIn(visitor, world)
    await askWith(visitor, world.wiki, { prompt: 'login' })
    await visitor.see.signIn('bob')
    await consent(visitor)
    expect(await claimsAt(visitor, world.wiki)).toMatchObject({ sub: 'xmpp:bob@localhost' })
    await visitor.see.open('/')
    await visitor.see.says('hello bob')
  })

  test('prompt=consent asks a visitor who has agreed before', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    await signIn(visitor, world)
    await askWith(visitor, world.wiki, { prompt: 'consent' })
    await visitor.see.says(T.consentTitle('A wiki'))
    await consent(visitor)
    await claimsAt(visitor, world.wiki)
  })

  test('max_age asks for the password when the sign-in is older, and shows no page when it is not', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    const first = await signIn(visitor, world)
    const seen = pagesSeen(visitor)
    await world.setAhead(30 * MINUTE_MS)
    await askWith(visitor, world.wiki, { max_age: String(HOUR_S) })
    expect((await claimsAt(visitor, world.wiki)).auth_time).toBe(first.auth_time)
    expect(seen).toEqual([world.wiki.account])
    await world.setAhead(61 * MINUTE_MS)
    await askWith(visitor, world.wiki, { max_age: String(HOUR_S) })
    await visitor.see.says('Sign in')
    await visitor.see.signIn('alice')
    const second = await claimsAt(visitor, world.wiki)
    expect(second.auth_time).toBeGreaterThanOrEqual((first.auth_time ?? 0) + HOUR_S)
    await askWith(visitor, world.wiki, { max_age: String(HOUR_S) })
    expect((await claimsAt(visitor, world.wiki)).auth_time).toBe(second.auth_time)
  })

  test('prompt=none shows no page: an error for a stranger, a code for a signed-in visitor who has agreed', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    const seen = pagesSeen(visitor)
    await visitor.page.goto(requestOf(world, 'plain', { prompt: 'none' }))
    expect(await arrived(visitor)).toContain('login_required')
    await signIn(visitor, world)
    await visitor.page.goto(requestOf(world, 'plain', { prompt: 'none' }))
    expect(await arrived(visitor)).toContain('consent_required')
    seen.length = 0
    await visitor.page.goto(requestOf(world, 'own', { prompt: 'none' }))
    expect(await arrived(visitor)).toBe('GET code iss state no error')
    await askWith(visitor, world.wiki, { prompt: 'none' })
    expect(await claimsAt(visitor, world.wiki)).toMatchObject({ sub: 'xmpp:alice@localhost' })
    expect(seen.every(url => !url.startsWith(world.url))).toBe(true)
  })

  test('login_hint fills the user name in, and decides nothing', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    await askWith(visitor, world.shop, { login_hint: 'xmpp:bob@localhost' })
    expect(await visitor.page.getByLabel('User name').inputValue()).toBe('bob@localhost')
    await visitor.page.getByLabel('User name').fill('alice')
    await visitor.page.getByLabel('Password').fill(PASSWORD)
    await visitor.see.press('Sign in')
    expect(await claimsAt(visitor, world.shop)).toMatchObject({ sub: 'xmpp:alice@localhost' })
  })

  test('a sign-in that takes too long leads to a page that says so, and signs in at the provider alone', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    visitor.expected.add(400)
    await comeTo(visitor, world.wiki)
    await world.setAhead(11 * MINUTE_MS)
    await visitor.see.signIn('alice')
    await visitor.see.says(T.goneTitle)
    // The party can begin again, and finds the visitor signed in.
    await visitor.page.goto(world.wiki.account)
    await consent(visitor)
    await claimsAt(visitor, world.wiki)
  })

  test('a consent that takes too long leads to a page that says so', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    visitor.expected.add(400)
    await comeTo(visitor, world.wiki)
    await visitor.see.signIn('alice')
    await visitor.see.says(T.consentTitle('A wiki'))
    await world.setAhead(11 * MINUTE_MS)
    await visitor.see.press(T.consentYes)
    await visitor.see.says(T.goneTitle)
  })
})
