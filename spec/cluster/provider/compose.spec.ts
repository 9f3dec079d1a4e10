import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { newVisitor } from '../visitor'
import { type ComposeSite, RELYING_PARTY, startComposeSite } from './servers/compose-site'

/* The provider with the variables of compose.provider.yaml behind the Caddyfile of its proxy, without containers. */

const PASSWORD = 'correct horse battery'

let site: ComposeSite
beforeAll(async () => {
  site = await startComposeSite({ frank: PASSWORD })
}, 120_000)
afterAll(async () => {
  await site?.stop()
})

const door = () => ({ url: new URL(site.issuer).origin, ca: readFileSync(site.root, 'utf8') })

/** Signs a visitor in with the program of ejabberd/check-containers. */
async function signIn(name: string, password: string): Promise<Record<string, unknown>> {
  const running = promisify(execFile)(process.execPath, [RELYING_PARTY, site.issuer, name], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: site.root },
    timeout: 60_000,
  })
  running.child.stdin?.end(`${password}\n`)
  return JSON.parse((await running).stdout)
}

test('a browser signs in to a relying party through the proxy of the containers', async () => {
  expect(await signIn('frank', PASSWORD)).toMatchObject({
    iss: site.issuer,
    sub: 'xmpp:frank@localhost',
    xmpp: 'frank@localhost',
    amr: ['pwd'],
  })
}, 90_000)

test('the check of the containers fails when the password is wrong', async () => {
  await expect(signIn('frank', 'another horse')).rejects.toThrow('the visitor is not back')
}, 90_000)

test.each(['/readyz', '/HEALTHZ', '/healthz/'])('the proxy of the containers answers %s with 404', async path => {
  expect((await newVisitor().get(door(), path)).status).toBe(404)
})

test('the proxy of the containers redirects to https, and its cookies are for https alone', async () => {
  const plain = await newVisitor().get({ url: site.plainUrl }, '/login')
  // The port that browsers use, whatever is published in its place.
  expect([plain.status, plain.location]).toEqual([308, 'https://localhost/login'])
  const { headers } = await newVisitor().get(door(), '/login')
  expect(headers['set-cookie']?.join()).toMatch(/__Host-\S+=.*; Secure/)
})
