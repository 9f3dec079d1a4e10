import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Confirmations, type ConfirmView, ServiceAccount } from '../../lib'
import { type Browsers, openBrowsers } from '../browser/fixture/browser'
import { appOn } from '../example-app/visitor'
import { issuedBy, selfSigned } from '../fixtures/vectors/certificate'
import { online } from './servers/clients/account'
import { type Person, startPerson } from './servers/clients/person'
import { type Federation, startFederation } from './servers/federation'
import { claimDomain } from './servers/federation/false-peer'
import type { HomeServer } from './servers/federation/server'
import { acceptsServerCertificates } from './servers/shipped'

// People with an account of another server sign in without a password. All servers have the configurations that operators
// copy, with federation switched on.

const PASSWORD = 'correct horse battery'
/** ms in which an answer that counts would have been seen */
const UNANSWERED_MS = 500
/** ms until a connection between servers has failed, at the latest */
const FAILED_MS = 60_000
const PAIRS = [
  ['ejabberd', 'ejabberd'],
  ['ejabberd', 'Prosody'],
  ['Prosody', 'ejabberd'],
  ['Prosody', 'Prosody'],
] as const

interface Site {
  readonly home: HomeServer
  readonly password: string
  readonly account: ServiceAccount
  readonly confirmations: Confirmations
}

let federation: Federation
const sites = new Map<string, Site>()
const bobs = new Map<string, Person>()

beforeAll(async () => {
  federation = await startFederation()
  await Promise.all([...federation.own.map(startSite), ...[...federation.others, federation.untrusted].map(startBob)])
}, 120_000)
afterAll(async () => {
  for (const { account, confirmations } of sites.values()) {
    await account.close()
    await confirmations.close()
  }
  await Promise.all([...bobs.values()].map(bob => bob.stop()))
  await federation?.stop()
})

async function startSite(home: HomeServer): Promise<void> {
  const password = await home.addServiceAccount()
  const account = new ServiceAccount({ service: home.url, domain: home.domain, username: 'login', password })
  const confirmations = new Confirmations({
    account,
    site: 'app.example',
    url: 'https://app.example/login',
    allow: '*',
    asks: { perJid: 100 },
  })
  sites.set(home.kind, { home, password, account, confirmations })
  await online(account)
}

async function startBob(home: HomeServer): Promise<void> {
  await home.addUser('bob', PASSWORD)
  const { domain, clientPort: port, trusted: ca } = home
  bobs.set(domain, await startPerson({ jid: `bob@${domain}`, password: PASSWORD, port: Number(port), ca }))
}

function siteOn(kind: string): Site {
  const site = sites.get(kind)
  if (site === undefined) throw new Error(`no site on ${kind}`)
  return site
}

function bobOf({ domain }: HomeServer): Person {
  const bob = bobs.get(domain)
  if (bob === undefined) throw new Error(`no bob of ${domain}`)
  return bob
}

function otherOf(kind: string): HomeServer {
  const other = federation.others.find(home => home.kind === kind)
  if (other === undefined) throw new Error(`no other ${kind}`)
  return other
}

/** Waits until a view is as it should be, or for the time in which it would have become so. */
async function viewOf(
  { confirmations }: Site,
  id: string,
  isIt: (view: ConfirmView | undefined) => boolean = view => view?.state !== 'waiting',
): Promise<ConfirmView | undefined> {
  for (const deadline = performance.now() + FAILED_MS; ; ) {
    const view = await confirmations.settled(id, UNANSWERED_MS)
    if (isIt(view) || performance.now() > deadline) return view
  }
}

test.each(PAIRS)(
  'an account of another server signs in when the site has %s and the other one is %s',
  async (own, kind) => {
    const site = siteOn(own)
    const other = otherOf(kind)
    const jid = `bob@${other.domain}`
    const bob = bobOf(other)

    const skip = bob.events.length
    const { id, view } = await site.confirmations.start({ jid })
    expect(await bob.told(skip)).toMatchObject({ body: expect.stringContaining('Answer with the number') })
    bob.do({ say: view.number, to: view.bot })
    expect(await viewOf(site, id)).toMatchObject({ state: 'decided', granted: true, way: 'number', jid })
    expect(await site.confirmations.take(id)).toMatchObject({ jid })

    const coded = await site.confirmations.start({})
    bob.do({ say: coded.view.code ?? '', to: view.bot })
    expect(await viewOf(site, coded.id, seen => seen?.jid !== undefined)).toMatchObject({ state: 'waiting', jid })
    bob.do({ say: coded.view.number, to: view.bot })
    expect(await viewOf(site, coded.id)).toMatchObject({ state: 'decided', granted: true, jid })
  },
)

describe.each(['ejabberd', 'Prosody'])('on %s', own => {
  test('nothing arrives in either direction when the certificate of the other server is not trusted', async () => {
    const site = siteOn(own)
    const bob = bobOf(federation.untrusted)
    const skip = bob.events.length
    const { id, view } = await site.confirmations.start({ jid: 'bob@e.test' })
    bob.do({ say: view.code ?? '', to: view.bot })
    bob.do({ say: view.number, to: view.bot })

    expect(await viewOf(site, id, seen => seen?.asked !== 'sent')).toMatchObject({
      state: 'waiting',
      asked: 'unreachable',
    })
    await bob.until(({ type }) => type === 'error', { skip, ms: FAILED_MS })
    expect(await site.confirmations.settled(id, UNANSWERED_MS)).toMatchObject({ state: 'waiting' })
    expect(bob.events.slice(skip).filter(({ type }) => type !== 'error')).toEqual([])
    await site.confirmations.cancel(id)
  })

  test.each([
    ['signs itself', () => selfSigned('c.test')],
    ['was issued for another domain', () => issuedBy(federation.authority, 'f.test')],
  ])('a server is not believed when its certificate %s', async (_, certificate) => {
    const site = siteOn(own)
    const { id, view } = await site.confirmations.start({})
    const stanza = `<message from='bob@c.test' to='${view.bot}' type='chat' id='1'><body>${view.code}</body></message>`

    expect(await claimDomain(site.home, { certificate: certificate(), claims: 'c.test', stanza })).toBe(false)
    expect(await site.confirmations.settled(id, UNANSWERED_MS)).toMatchObject({ state: 'waiting' })
    expect((await site.confirmations.waiting(id))?.jid).toBeUndefined()
    await site.confirmations.cancel(id)
  })

  test('a server speaks for its own domain alone when its certificate is trusted', async () => {
    const site = siteOn(own)
    const { id, view } = await site.confirmations.start({})
    const certificate = issuedBy(federation.authority, 'f.test', acceptsServerCertificates ? 'server' : 'any')
    const stanzaOf = (from: string) =>
      `<message from='${from}' to='${view.bot}' type='chat' id='2'><body>${view.code}</body></message>`

    expect(await claimDomain(site.home, { certificate, claims: 'f.test', stanza: stanzaOf('bob@c.test') })).toBe(true)
    expect((await site.confirmations.settled(id, UNANSWERED_MS))?.jid).toBeUndefined()
    expect(await claimDomain(site.home, { certificate, claims: 'f.test', stanza: stanzaOf('eve@f.test') })).toBe(true)
    expect(await viewOf(site, id, seen => seen?.jid !== undefined)).toMatchObject({ jid: 'eve@f.test' })
    await site.confirmations.cancel(id)
  })
})

describe('with the example app', () => {
  let browsers: Browsers
  beforeAll(async () => {
    browsers = await openBrowsers()
  })
  afterAll(() => browsers?.close())

  test('a person with an account of another server signs in with the number in Chromium', async () => {
    const { home, password } = siteOn('ejabberd')
    const other = otherOf('Prosody')
    const jid = `bob@${other.domain}`
    const { app } = appOn(home, {
      XMPP_DOMAIN: home.domain,
      XMPP_CONFIRM_USERNAME: 'login',
      XMPP_CONFIRM_PASSWORD: password,
      XMPP_CONFIRM_ALLOW: '*',
    })
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    try {
      const url = `http://127.0.0.1:${port}`
      const { page } = await browsers.person([url])
      const bob = bobOf(other)
      const skip = bob.events.length
      await page.goto(`${url}/login`)
      await page.locator('#jid').fill(jid)
      await page.getByRole('button', { name: 'Sign in with your XMPP app' }).click()
      const number = (await page.locator('.number strong').textContent()) ?? ''
      await bob.told(skip)
      bob.do({ say: number, to: `login@${home.domain}` })

      await page.getByRole('heading', { name: 'hello bob' }).waitFor()
      await page.goto(`${url}/account`)
      expect(await page.locator('.menu').textContent()).toContain(jid)
      expect(await browsers.leave()).toEqual([])
    } finally {
      server.closeAllConnections()
      server.close()
      await app.close()
    }
  })
})
