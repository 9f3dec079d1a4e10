import { CHATS, PASSWORD } from './servers/chat'
import { eventually } from './servers/eventually'
import { startWorld, type World } from './servers/world'
import { ask } from './visitor/program'
import { isLoginForm, signsIn, signsOutAt, typesIn } from './visitor/steps'
import { newVisitor } from './visitor/visitor'

/* Debian's Apache with mod_auth_openidc, configured as docs/identity-provider/apache.md shows. */

/** A logout token with `alg: none`. */
const FORGED = [{ alg: 'none', typ: 'logout+jwt' }, { events: {} }, {}]
  .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.')

describe.each(CHATS)('on %s', chat => {
  let world: World
  beforeAll(async () => {
    world = await startWorld(chat, ['apache'])
  })
  afterAll(() => world?.stop())

  const apache = () => world.parties.apache
  const staff = () => `${apache().origin}/staff/`

  test.each([
    ['user1', 200],
    ['zoë', 200],
    ['user2', 403],
  ])('the page for a group answers %s with %i', async (username, status) => {
    const visitor = newVisitor()
    const page = await typesIn(visitor, await visitor.open(staff()), { username, password: PASSWORD })

    expect(page).toMatchObject({ status, url: new URL(staff()) })
    expect(page.text.includes('OIDC_CLAIM_groups=staff')).toBe(status === 200)
  })

  test.each([
    ['user1', 'user1@localhost'],
    ['zoë', 'zoë@localhost'],
  ])('REMOTE_USER of %s is the JID', async (username, jid) => {
    const visitor = newVisitor()
    await signsIn(visitor, apache(), { username, password: PASSWORD })

    const { html } = await visitor.open(apache().account)
    expect(html.split('\n')).toContain(`REMOTE_USER=${jid}`)
  })

  test('a sign-out at the provider ends the session at Apache', async () => {
    const visitor = newVisitor()
    await signsIn(visitor, apache(), { username: 'user1', password: PASSWORD })
    expect((await visitor.peek(staff())).status).toBe(200)
    await signsOutAt(visitor, world.provider)

    await eventually(async () => expect((await visitor.peek(staff())).status).toBe(302))
    expect(isLoginForm(await visitor.open(staff()))).toBe(true)
  })

  test('Apache refuses a logout token that the provider did not sign', async () => {
    const visitor = newVisitor()
    await signsIn(visitor, apache(), { username: 'user1', password: PASSWORD })
    const { status } = await ask(`${apache().origin}/oidc/callback?logout=backchannel`, { logout_token: FORGED })

    expect(status).toBe(400)
    expect((await visitor.peek(staff())).status).toBe(200)
  })
})
