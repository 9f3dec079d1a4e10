import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Authenticator, type Mechanism, Registration, ServiceAccount, Strategy } from '../../lib'
import { element } from '../../lib/xml/write'
import { form, visit } from '../fixtures/passport'
import { within } from '../fixtures/waits'
import { authenticate, bind, openSession } from './servers/bare-session'
import { handled, inboxOf, online, watchStates } from './servers/clients/account'
import { is26, type ShippedServer, startShipped } from './servers/shipped'

// The promises of ejabberd/ejabberd.yml and ejabberd-26.yml, on the ejabberd under test.

const password = 'correct horse battery'
const MESSAGES = 100
const CONFIGURATIONS = [
  { config: 'ejabberd.yml', offered: ['PLAIN', 'SCRAM-SHA-256'], listeners: ['BOSH_PORT', 'C2S_PORT', 'S2S_PORT'] },
  {
    config: 'ejabberd-26.yml',
    offered: ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'],
    listeners: ['BOSH_PORT', 'C2S_PORT', 'REGISTER_PORT', 'S2S_PORT'],
  },
] as const

// sign-up-page.spec.ts has older versions with ejabberd-26.yml.
describe.each(CONFIGURATIONS.filter(({ config }) => is26 || config === 'ejabberd.yml'))(
  'with $config',
  ({ config, offered, listeners }) => {
    let server: ShippedServer
    beforeAll(async () => {
      server = await startShipped({ config, values: { BLOCKED: '[blocked@localhost]', SERVICE_ACCOUNTS: '[login]' } })
    })
    afterEach(async () => {
      await Promise.all(opened.splice(0).map(account => account.close()))
    })
    afterAll(() => server?.stop())

    test('the server logs only the expected warning when it starts', async () => {
      const log = await readFile(join(server.directory, 'log/ejabberd.log'), 'utf8')

      expect(log).toMatch(/Loading configuration from/)
      const lines = log.split('\n').filter(line => /\[(warning|error|critical|alert|emergency)\]/.test(line))
      // Nothing that is said in the rooms of roles is to be kept.
      expect(lines).toEqual([expect.stringContaining('Module mod_mam is recommended for module mod_muc')])
    })

    test(`the server offers only ${offered.join(', ')}`, async () => {
      const { features } = await openSession(server)

      expect(Array.from(features.matchAll(/<mechanism>([^<]+)</g), ([, name]) => name).sort()).toEqual(offered)
    })

    test('the server listens only on loopback and only on its named ports', async () => {
      const distribution = (await readFile(join(server.directory, 'dist_port'), 'utf8')).trim()
      const ports = [...Object.values(server.ports), distribution]
      expect(Object.keys(server.ports).sort()).toEqual(listeners)
      expect(await listening(server.pid)).toEqual(ports.map(port => `127.0.0.1:${port}`).sort())
    })

    test.each(offered)('an account of ejabberd/add-user signs in by %s', async mechanism => {
      await server.addUser(`of-${mechanism}`.toLowerCase(), password)

      expect(await signIn(server, `of-${mechanism}`, password, [mechanism])).toMatchObject({
        action: 'success',
        user: { jid: `of-${mechanism}@localhost`.toLowerCase() },
        info: { mechanism },
      })
    })

    test('a blocked account gets 403', async () => {
      await server.addUser('blocked', password)

      expect(await signIn(server, 'blocked', password)).toMatchObject({
        action: 'fail',
        status: 403,
        info: { code: 'not-allowed' },
      })
    })

    test('the server sends no stanza of an account to other servers', async () => {
      await server.addUser('traveller', password)
      const session = await openSession(server)
      await authenticate(session, 'traveller', password)
      await bind(session)

      const ping =
        "<iq xmlns='jabber:client' type='get' id='2' to='elsewhere.invalid'><ping xmlns='urn:xmpp:ping'/></iq>"
      expect(await session.send(ping)).toMatch(/<not-allowed|<forbidden|<policy-violation/)
    })

    test('a visitor cannot sign up as the service account', async () => {
      const registration = new Registration({ service: server.url, domain: server.domain })
      const signUp = async (username: string, clientIp: string) => {
        const { state } = await registration.form({ clientIp })
        return registration.submit(state, { username, password, ocr: await server.captchaText() }, { clientIp })
      }
      await expect(signUp('login', '198.51.100.50')).rejects.toMatchObject({ code: 'registration-closed' })
      await expect(signUp('LOGIN', '198.51.100.51')).rejects.toMatchObject({ code: 'registration-closed' })
      expect(await signUp('logins', '198.51.100.52')).toBe('logins@localhost')
      await registration.close()
    })

    test('the service account is not slowed down while another account is, which loses nothing', async () => {
      await Promise.all(['login', 'talker'].map(name => server.addUser(name, password)))
      const [login, talker] = [open(server, 'login'), open(server, 'talker')]
      const inbox = inboxOf(talker)
      await online(login, talker)
      const { codes, stop } = watchStates()
      const slow = sendToItself(talker)
      const fast = sendToItself(login)
      await within('the receipts of login', fast.all, { seen: () => [fast.count(), login.state, ...codes] })
      // The burst is about 40 of them. If login were slowed down, too, talker would have nearly all.
      expect(slow.count()).toBeLessThan((MESSAGES * 3) / 4)
      await within('the receipts of talker', slow.all, {
        ms: 60_000,
        seen: () => [slow.count(), talker.state, ...codes],
      })
      await inbox.message(question(MESSAGES - 1))
      stop()

      expect(codes).toEqual([])
      expect(inbox.texts()).toEqual(Array.from({ length: MESSAGES }, (_, n) => question(n)))
    })

    test('the server keeps a message for an account that is not connected', async () => {
      await Promise.all(['writer', 'reader'].map(name => server.addUser(name, password)))
      const writer = open(server, 'writer')
      await online(writer)
      await writer.send(chat('reader', 'while you were away'))
      await handled(writer)

      await inboxOf(open(server, 'reader')).message('while you were away')
    })

    // This test is the last: it ends the server, because only then everything is on disk.
    test('the server writes no password to disk', async () => {
      const secrets = {
        made: 'opposite of staple',
        signedUp: 'other than battery',
        wrong: 'as wrong as can be',
        weak: 'weak!',
      }
      await server.addUser('erin', secrets.made)
      const registration = new Registration({ service: server.url, domain: server.domain })
      const signUp = async (username: string, password: string, clientIp: string) => {
        const { state } = await registration.form({ clientIp })
        return registration.submit(state, { username, password, ocr: await server.captchaText() }, { clientIp })
      }
      await signUp('frank', secrets.signedUp, '198.51.100.1')
      await expect(signUp('grace', secrets.weak, '198.51.100.2')).rejects.toMatchObject({ code: 'weak-password' })
      await registration.close()
      for (const mechanism of offered) {
        expect(await signIn(server, 'erin', secrets.made, [mechanism])).toMatchObject({ action: 'success' })
        expect(await signIn(server, 'frank', secrets.signedUp, [mechanism])).toMatchObject({ action: 'success' })
        expect(await signIn(server, 'erin', secrets.wrong, [mechanism])).toMatchObject({ action: 'fail', status: 401 })
      }
      await server.end()

      const files = await filesBelow(server.directory)
      const holding = (text: string) => files.filter(file => file.bytes.includes(text)).map(({ path }) => path)
      expect(holding('frank')).toContainEqual(expect.stringContaining('passwd'))
      expect(Object.values(secrets).flatMap(holding)).toEqual([])
    })
  },
)

async function signIn(server: ShippedServer, username: string, password: string, mechanisms?: readonly Mechanism[]) {
  const authenticator = new Authenticator({
    service: server.url,
    domain: server.domain,
    failureDelay: 0,
    ...(mechanisms && { mechanisms }),
  })
  try {
    return await visit(new Strategy({ authenticator }), form(username, password))
  } finally {
    await authenticator.close()
  }
}

const opened: ServiceAccount[] = []

/** Keeps an account online until the end of the test, as the app keeps its service account. */
function open({ url, domain }: ShippedServer, username: string): ServiceAccount {
  const account = new ServiceAccount({ service: url, domain, username, password })
  opened.push(account)
  return account
}

const chat = (to: string, text: string) =>
  element('message', { xmlns: 'jabber:client', to: `${to}@localhost`, type: 'chat' }, element('body', {}, text))

/** Returns a text of the length of a question. */
const question = (n: number) => `${n} `.padEnd(400, 'x')

/** Sends messages from an account to itself. `all` resolves when the server has them, and `count` tells how many it has. */
function sendToItself(account: ServiceAccount) {
  const [name = ''] = account.jid.split('@')
  let receipts = 0
  const send = async (n: number) => {
    await account.send(chat(name, question(n)))
    receipts++
  }
  return { all: Promise.all(Array.from({ length: MESSAGES }, (_, n) => send(n))), count: () => receipts }
}

/** Returns the TCP addresses on which a process listens. */
async function listening(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`)
  const targets = await Promise.all(names.map(name => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')))
  const sockets = new Set(targets.map(target => /^socket:\[(\d+)\]$/.exec(target)?.[1]))
  const tables = await Promise.all(['tcp', 'tcp6'].map(name => readFile(`/proc/net/${name}`, 'utf8')))
  return tables
    .flatMap(table => table.trim().split('\n').slice(1))
    .map(line => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && sockets.has(inode))
    .map(([, address = '']) => readable(address))
    .sort()
}

/** Turns `0100007F:14A0` into 127.0.0.1:5280. An address that is not IPv4 keeps its form. */
function readable(address: string): string {
  const [ip = '', port = ''] = address.split(':')
  const number = Number.parseInt(port, 16)
  return ip.length === 8 ? `${Buffer.from(ip, 'hex').reverse().join('.')}:${number}` : `${ip}:${number}`
}

async function filesBelow(directory: string): Promise<{ path: string; bytes: Buffer }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  return Promise.all(paths.map(async path => ({ path, bytes: await readFile(path) })))
}
