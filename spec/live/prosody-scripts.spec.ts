import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Authenticator } from '../../lib'
import { command } from './servers/command'
import { freePorts } from './servers/free-ports'

// prosody/start, stop and add-user, called as an operator calls them.

const scripts = resolve(__dirname, '../../prosody')
const password = 'pä$$wörd "€"\\ 😀'

let place: string
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'prosody-scripts-'))
})
afterAll(() => rm(place, { recursive: true, force: true }))

// A test process that dies cannot stop its servers, so they end with it.
const start = (...args: string[]) => command([join(scripts, 'start'), '--while', String(process.pid), ...args])
const stop = (dir: string) => command([join(scripts, 'stop'), dir])
const addUser = (dir: string, name: string, typed: string) => command([join(scripts, 'add-user'), dir, name], typed)

async function signIn(username: string, port: number | undefined, domain: string, typed = password): Promise<string> {
  const service = `http://127.0.0.1:${port}/http-bind`
  const authenticator = new Authenticator({ service, domain, failureDelay: 0 })
  try {
    return (await authenticator.authenticate({ username, password: typed })).jid
  } finally {
    await authenticator.close()
  }
}

describe('for a server in a directory', () => {
  const domain = 'xmpp.example'
  let dir: string
  let port: number | undefined
  beforeAll(async () => {
    dir = join(place, 'a "quoted" \\ place')
    ;[port] = await freePorts(1)
    await start(dir, `BOSH_PORT=${port}`, `DOMAIN=${domain}`)
  })
  afterAll(() => stop(dir))

  test('add-user makes an account and prints its JID', async () => {
    expect((await addUser(dir, 'zoë', `${password}\n`)).stdout).toBe('zoë@xmpp.example')

    expect(await signIn('ZOË', port, domain)).toBe('zoë@xmpp.example')
  })

  test('the server keeps its files from other users', async () => {
    const { stdout } = await command(['find', dir, '-perm', '/077'])

    expect(stdout).toBe('')
  })

  test.each([
    ['zoë', password, /exists/],
    ['bob', '', /^No password/],
    ['not a name', password, /^prosodyctl did not make the account: /],
    ['bob@other.example', password, /^usage: /],
    ['', password, /^usage: /],
  ])('add-user refuses %j with the password %j: %s', async (name, typed, reason) => {
    await expect(addUser(dir, name, typed)).rejects.toThrow(reason)
  })

  test('add-service-account creates an account once and replaces its password when it is told to', async () => {
    const script = [join(scripts, 'add-service-account')]
    const file = join(dir, 'service-account-login')
    const { stdout } = await command([...script, dir])
    expect(stdout).toBe(`XMPP_CONFIRM_USERNAME=login\nXMPP_CONFIRM_PASSWORD_FILE=${file}`)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const made = (await readFile(file, 'utf8')).trim()
    expect(await signIn('login', port, domain, made)).toBe('login@xmpp.example')

    expect((await command([...script, dir])).stdout).toBe(stdout)
    expect(await signIn('login', port, domain, made)).toBe('login@xmpp.example')

    await command([...script, '--new-password', dir])
    await expect(signIn('login', port, domain, made)).rejects.toMatchObject({ code: 'invalid-credentials' })
    const renewed = (await readFile(file, 'utf8')).trim()
    expect(await signIn('login', port, domain, renewed)).toBe('login@xmpp.example')
  })

  test('add-service-account leaves an account alone that it did not create', async () => {
    await addUser(dir, 'visitor', password)

    await expect(command([join(scripts, 'add-service-account'), dir, 'visitor'])).rejects.toThrow(
      'the account visitor already exists, and this script did not create it',
    )
    expect(await signIn('visitor', port, domain)).toBe('visitor@xmpp.example')
  })

  test('start refuses a second server in the same directory', async () => {
    await expect(start(dir)).rejects.toThrow(/^prosody runs already in .*, pid \d+$/)
  })

  test('the server keeps its accounts when it starts again on another port', async () => {
    await stop(dir)
    await expect(addUser(dir, 'bob', password)).rejects.toThrow('no prosody runs in')
    await expect(signIn('zoë', port, domain)).rejects.toMatchObject({ code: 'ERR_XMPP_CONNECT' })

    const [other] = await freePorts(1)
    const { stdout, stderr } = await start(dir, `BOSH_PORT=${other}`, `DOMAIN=${domain}`)

    expect(stdout).toMatch(/^\d+$/)
    expect(stderr).toContain(`http://127.0.0.1:${other}/http-bind, for accounts of ${domain}`)
    expect(await signIn('zoë', other, domain)).toBe('zoë@xmpp.example')
  })
})

test('stop does nothing when no server runs in the directory', async () => {
  await stop(join(place, 'nowhere'))
  await stop(place)
})

describe('with a fault in its set-up', () => {
  test.each([
    [['--config', '/nowhere.cfg.lua'], /^cannot read \/nowhere\.cfg\.lua$/],
    [['BOSH_PORT=none'], /^usage: /],
    [['PASSWORD=x'], /^usage: /],
    [['FEDERATION=yes'], /^usage: /],
    [['CERTIFICATES=/nowhere'], /^cannot read \/nowhere$/],
  ])('start explains its refusal of %j', async (args, reason) => {
    await expect(start(join(place, 'failed'), ...args)).rejects.toThrow(reason)
  })

  test('start names the file when the configuration has a mistake', async () => {
    const config = join(place, 'mistake.cfg.lua')
    await writeFile(config, 'modules_enabled = {\n')

    await expect(start('--config', config, join(place, 'mistaken'))).rejects.toThrow(
      /^prosody did not start: it ended\. (.|\n)*mistake\.cfg\.lua/,
    )
  })

  test('start names the port when it belongs to another process', async () => {
    const listener = createServer().listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const address = listener.address()
    const port = typeof address === 'object' ? address?.port : undefined
    try {
      await expect(start(join(place, 'without-port'), `BOSH_PORT=${port}`)).rejects.toThrow(
        `port ${port} belongs to another process`,
      )
    } finally {
      listener.close()
    }
  })
})
