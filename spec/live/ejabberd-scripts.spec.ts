import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Authenticator } from '../../lib'
import { authenticate, bind, openSession } from './servers/bare-session'
import { command } from './servers/command'
import { freePorts } from './servers/free-ports'

// ejabberd/start, stop, add-user and ctl, called as an operator calls them.

const scripts = resolve(__dirname, '../../ejabberd')
const password = 'correct horse battery'
const FAILURES = 4
const drawing = `CAPTCHA_CMD=${join(__dirname, 'servers/captcha.sh')}`

let place: string
let ports: string[]
let url: string

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'ejabberd-scripts-'))
  const [bosh, c2s, s2s] = await freePorts(3)
  ports = [`BOSH_PORT=${bosh}`, `C2S_PORT=${c2s}`, `S2S_PORT=${s2s}`]
  url = `http://127.0.0.1:${bosh}/bosh`
})
afterAll(() => rm(place, { recursive: true, force: true }))

// A test process that dies cannot stop its servers, so they end with it.
const start = (...args: string[]) => command([join(scripts, 'start'), '--while', String(process.pid), ...args])
const stop = (dir: string) => command([join(scripts, 'stop'), dir])
const ctl = (dir: string, words: readonly string[], typed = '') => command([join(scripts, 'ctl'), dir, ...words], typed)
const addServiceAccount = (dir: string, ...name: string[]) =>
  command([join(scripts, 'add-service-account'), dir, ...name])
const addUser = (dir: string, name: string, typed: string) => command([join(scripts, 'add-user'), dir, name], typed)

describe('for a server in a directory', () => {
  let dir: string
  beforeAll(async () => {
    dir = join(place, 'kept')
    await start(dir, ...ports, drawing, `MAX_FAILURES=${FAILURES}`)
  })
  afterAll(() => stop(dir))

  test('the server keeps its files from other users', async () => {
    const { stdout } = await command(['find', dir, '-perm', '/077'])

    expect(stdout).toBe('')
  })

  test('add-user makes an account and prints its JID', async () => {
    expect((await addUser(dir, 'Alice', `${password}\n`)).stdout).toBe('alice@localhost')
    expect((await addUser(dir, 'zoë@localhost', 'pä$$wörd "€"\\')).stdout).toBe('zoë@localhost')

    expect(await signIn('alice', password)).toBe('alice@localhost')
    expect(await signIn('zoë', 'pä$$wörd "€"\\')).toBe('zoë@localhost')
  })

  test.each([
    ['alice', password, 'there is such an account already'],
    ['bob', 'bob', 'the password is weak'],
    ['bob', '', 'No password'],
    ['bob', '😀😀😀😀😀😀😀😀', 'does not take this password'],
    ['not a name', password, 'cannot be the name of an account'],
    ['bob@other.example', password, 'it serves localhost only'],
    ['bob@', password, 'it serves localhost only'],
    ['@localhost', password, 'cannot be the name of an account'],
    ['', password, 'usage: '],
  ])('add-user refuses %j with the password %j: %s', async (name, typed, reason) => {
    await expect(addUser(dir, name, typed)).rejects.toThrow(reason)
  })

  describe('with the accounts of an operator', () => {
    const other = 'wrong horse battery'

    test('ctl status shows version, accounts and bans', async () => {
      const { stdout } = await ctl(dir, ['status'])

      expect(stdout).toMatch(
        /^ejabberd \d+\.\d+\S* runs for \d+ s\nlocalhost: accounts: \d+, sessions: 0\nbanned addresses: 0$/,
      )
    })

    test('ctl add makes an account that ctl users lists', async () => {
      expect((await ctl(dir, ['add', 'Carol'], password)).stdout).toBe('carol@localhost')
      expect((await ctl(dir, ['users'])).stdout.split('\n')).toContain('carol@localhost')
    })

    test('ctl password replaces the password and ends the sessions of the account', async () => {
      await addUser(dir, 'dave', password)
      const session = await openSession({ url })
      await authenticate(session, 'dave', password)
      await bind(session)

      expect((await ctl(dir, ['password', 'Dave'], other)).stdout).toBe(
        'dave@localhost has a new password, ended sessions: 1',
      )
      await expect(signIn('dave', password)).rejects.toMatchObject({ code: 'invalid-credentials' })
      expect(await signIn('dave', other)).toBe('dave@localhost')
    })

    test('ctl remove deletes the account', async () => {
      await addUser(dir, 'erin', password)

      expect((await ctl(dir, ['remove', 'erin'])).stdout).toBe('erin@localhost is deleted')
      await expect(signIn('erin', password)).rejects.toMatchObject({ code: 'invalid-credentials' })
    })

    test('ctl remove takes the account out of the rooms of roles', async () => {
      const role = (...words: string[]) => command([join(scripts, 'role'), dir, ...words])
      await addUser(dir, 'frank', password)
      await command([join(scripts, 'make-room'), dir, 'admins', 'frank'])
      expect((await role('list', 'admins')).stdout).toContain('owner frank@localhost')

      await ctl(dir, ['remove', 'frank'])

      expect((await role('list', 'admins')).stdout).toMatch(/^owner owner-[0-9a-f]{32}@rooms\.localhost$/)
    })

    test.each([
      [['password', 'alice'], 'bob', 'Not done: the password is weak: make it longer, or of more kinds of characters.'],
      [['password', 'alice'], '', 'No password.'],
      [['password', 'missing'], password, 'Not done: there is no such account.'],
      [['password', 'alice@other.example'], password, 'Not done: it serves localhost only.'],
      [['remove', 'missing'], '', 'Not done: there is no such account.'],
      [['unban', 'nonsense'], '', 'Not done: that is not an address.'],
    ])('ctl %j with the line %j answers: %s', async (words, typed, reason) => {
      const message = await ctl(dir, words, typed).catch((error: Error) => error.message)
      expect(message).toBe(reason)
    })

    test.each([
      [[]],
      [['nonsense']],
      [['users', 'alice']],
      [['password']],
      [['status', 'a', 'b']],
      [['remove', 'a\nb']],
    ])('ctl refuses the arguments %j with its usage', async words => {
      await expect(ctl(dir, words)).rejects.toThrow(/^usage: /)
    })
  })

  describe('with a service account', () => {
    const lines = (name: string) =>
      `XMPP_CONFIRM_USERNAME=${name}\nXMPP_CONFIRM_PASSWORD_FILE=${join(dir, `service-account-${name}`)}`
    const passwordOf = async (name: string) => (await readFile(join(dir, `service-account-${name}`), 'utf8')).trim()

    test('add-service-account creates login with a password in a file of the owner', async () => {
      expect(await addServiceAccount(dir)).toEqual({
        stdout: lines('login'),
        stderr: expect.stringContaining('Start it with SERVICE_ACCOUNTS=[login]'),
      })
      expect(await signIn('login', await passwordOf('login'))).toBe('login@localhost')
      expect((await stat(join(dir, 'service-account-login'))).mode & 0o777).toBe(0o600)
    })

    test('add-service-account changes nothing when it runs again', async () => {
      await addServiceAccount(dir, 'helper')
      const made = await passwordOf('helper')

      expect((await addServiceAccount(dir, 'helper')).stdout).toBe(lines('helper'))
      expect(await passwordOf('helper')).toBe(made)
    })

    test('add-service-account replaces the password when it is told to', async () => {
      await addServiceAccount(dir, 'asker')
      const old = await passwordOf('asker')
      await command([join(scripts, 'add-service-account'), '--new-password', dir, 'asker'])

      await expect(signIn('asker', old)).rejects.toMatchObject({ code: 'invalid-credentials' })
      expect(await signIn('asker', await passwordOf('asker'))).toBe('asker@localhost')
    })

    test('add-service-account creates the account again when it was removed', async () => {
      await addServiceAccount(dir, 'removed')
      await ctl(dir, ['remove', 'removed'])
      await addServiceAccount(dir, 'removed')

      expect(await signIn('removed', await passwordOf('removed'))).toBe('removed@localhost')
    })

    test('add-service-account takes the password of the environment', async () => {
      const variable = `XMPP_CONFIRM_PASSWORD=${password}`
      await command(['env', variable, join(scripts, 'add-service-account'), dir, 'told'])

      expect(await signIn('told', password)).toBe('told@localhost')
    })

    test('add-service-account leaves the account of a visitor alone', async () => {
      await addUser(dir, 'visitor', password)

      await expect(addServiceAccount(dir, 'visitor')).rejects.toThrow(
        'the account visitor already exists, and this script did not create it',
      )
      expect(await signIn('visitor', password)).toBe('visitor@localhost')
      await expect(passwordOf('visitor')).rejects.toMatchObject({ code: 'ENOENT' })
    })

    test.each(['../x', 'a b', '-x', 'a@localhost'])('add-service-account refuses the name %j', async name => {
      await expect(addServiceAccount(dir, name)).rejects.toThrow(/^usage: /)
    })
  })

  test('ctl lists the bans and ends that of an address, and of all', async () => {
    const banned = ['198.51.100.7', '2001:db8::7', '203.0.113.7']
    await Promise.all(banned.map(guess))

    const { stdout } = await ctl(dir, ['bans'])
    const lines = stdout.split('\n')
    expect(lines).toHaveLength(3)
    for (const address of banned) {
      expect(lines).toContainEqual(
        expect.stringMatching(
          new RegExp(`^${address} until \\d{4}-\\d\\d-\\d\\dT[\\d:]{8}Z, wrong passwords: ${FAILURES}$`),
        ),
      )
    }
    expect((await ctl(dir, ['unban', '198.51.100.7'])).stdout).toBe('ended bans: 1')
    expect((await ctl(dir, ['unban', '2001:db8::/64'])).stdout).toBe('ended bans: 1')
    expect((await ctl(dir, ['unban', '198.51.100.7'])).stdout).toBe('ended bans: 0')
    expect((await ctl(dir, ['unban'])).stdout).toBe('ended bans: 1')
    expect((await ctl(dir, ['bans'])).stdout).toBe('')
    expect(await signIn('alice', password, url, '203.0.113.7')).toBe('alice@localhost')
  })

  test('start refuses a second server in the same directory', async () => {
    await expect(start(dir, ...ports, drawing)).rejects.toThrow(/^ejabberd runs already in .*kept, pid \d+$/)
  })

  test('the server keeps its accounts when it starts again on another port', async () => {
    await stop(dir)
    await expect(addUser(dir, 'bob', password)).rejects.toThrow(`no ejabberd runs in ${dir}`)
    const said = await ctl(dir, ['status']).catch((error: Error) => error.message)
    expect(said).toBe(`no ejabberd runs in ${dir}: ejabberd/start ${dir}`)
    await expect(signIn('alice', password)).rejects.toMatchObject({ code: 'ERR_XMPP_CONNECT' })

    const [bosh, c2s, s2s] = await freePorts(3)
    const { stdout, stderr } = await start(dir, `BOSH_PORT=${bosh}`, `C2S_PORT=${c2s}`, `S2S_PORT=${s2s}`, drawing)

    expect(stdout).toMatch(/^\d+$/)
    expect(stderr).toContain(`http://127.0.0.1:${bosh}/bosh, for accounts of localhost`)
    expect(await signIn('alice', password, `http://127.0.0.1:${bosh}/bosh`)).toBe('alice@localhost')
  })
})

test('start adds the options of an included file, and its own configuration includes the file again', async () => {
  const dir = join(place, 'included')
  const included = join(place, 'more.yml')
  await writeFile(included, 'define_macro:\n  LANGUAGE: en\nlanguage: LANGUAGE\n')
  const [bosh, c2s, s2s] = (await freePorts(3)).map(String)
  const own = [`BOSH_PORT=${bosh}`, `C2S_PORT=${c2s}`, `S2S_PORT=${s2s}`, drawing]
  await start('--include', included, dir, ...own, 'LANGUAGE=de')
  await stop(dir)
  await start('--config', join(dir, 'ejabberd.yml'), '--include', join(dir, 'included.yml'), dir)
  await stop(dir)

  expect(await readFile(join(dir, 'included.yml'), 'utf8')).toContain('\n  LANGUAGE: "de"\n')
  expect((await readFile(join(dir, 'ejabberd.yml'), 'utf8')).match(/^include_config_file: .*$/gm)).toEqual([
    'include_config_file: included.yml',
  ])
})

test('stop does nothing when no server runs in the directory', async () => {
  await stop(join(place, 'nowhere'))
  await stop(place)
})

describe('with a fault in its set-up', () => {
  let dir: string
  let n = 0
  beforeEach(() => {
    dir = join(place, `failed-${++n}`)
  })
  afterEach(() => stop(dir))

  test.each([
    ['a name that is not a macro', ['BOSH_PROT=5280'], /^BOSH_PROT is not in define_macro/],
    ['a line break in a value', ['DOMAIN=a\nb'], /^a value of define_macro has a control character in it$/],
    ['two directories', ['a', 'b'], /^usage: /],
    ['an unknown option', ['--help'], /^usage: /],
    ['an option without its value', ['--config'], /^usage: /],
    ['a missing file', ['--config', '/nonexistent.yml'], /^cannot read \/nonexistent\.yml$/],
    ['a missing file to include', ['--include', '/nonexistent.yml'], /^cannot read \/nonexistent\.yml$/],
    ['a macro of a file that is not included', ['CHAT_KEY=/key'], /^CHAT_KEY is not in define_macro/],
  ])('start explains its refusal of %s', async (_, args, reason) => {
    await expect(start(...(args.includes('a') ? [] : [dir]), ...args)).rejects.toThrow(reason)
  })

  test.each([['a b'], ['a: "b" # c \\ d'], ["it's a"], ['{a: b}'], ['&a *a !a %a @a `a']])(
    'start quotes the invalid domain %j as it was written',
    async domain => {
      const failed = start(dir, ...ports, drawing, `DOMAIN=${domain}`)

      await expect(failed).rejects.toThrow(
        `ejabberd did not start: it ended. Invalid value of option hosts->1: Invalid domain: ${domain}`,
      )
    },
  )

  test('start names the wrong entry of a list', async () => {
    const failed = start(dir, ...ports, drawing, 'TRUSTED_PROXIES=[127.0.0.1, nonsense]')

    await expect(failed).rejects.toThrow(/Invalid value of option trusted_proxies.*nonsense/)
  })

  test('start refuses a configuration without BOSH_PORT', async () => {
    const config = join(place, 'without.yml')
    await writeFile(config, 'define_macro:\n  DOMAIN: localhost\nhosts: [DOMAIN]\n')

    await expect(start('--config', config, dir)).rejects.toThrow('without.yml has no BOSH_PORT in define_macro')
  })

  test('start names an option that ejabberd does not know in one line', async () => {
    const config = join(place, 'misspelt.yml')
    const shipped = await readFile(join(scripts, 'ejabberd.yml'), 'utf8')
    await writeFile(config, shipped.replace('auth_scram_hash', 'auth_scram_hsh'))

    const failed = start('--config', config, dir, ...ports, drawing)

    await expect(failed).rejects.toThrow(
      /^ejabberd did not start: it ended\. Unknown option: auth_scram_hsh\. Did you mean auth_scram_hash\?.*$/,
    )
  })

  test('start refuses a captcha_cmd that draws nothing', async () => {
    const failed = start(dir, ...ports, 'CAPTCHA_CMD=/bin/false')

    await expect(failed).rejects.toThrow(
      /^ejabberd did not start: it ended\. CAPTCHA_CMD draws no picture.*ejabberd\/install\.$/,
    )
  })

  test.each(['BOSH_PORT', 'C2S_PORT', 'S2S_PORT'])(
    'start names the port when %s belongs to another process',
    async name => {
      const occupant = createServer().listen(0, '127.0.0.1')
      await once(occupant, 'listening')
      const address = occupant.address()
      const taken = typeof address === 'object' && address !== null ? address.port : 0
      try {
        await expect(start(dir, ...ports, drawing, `${name}=${taken}`)).rejects.toThrow(
          new RegExp(`${taken}.*address already in use`),
        )
      } finally {
        occupant.close()
      }
    },
  )

  test('start names the reason when it may not write to the directory', async () => {
    const file = join(place, 'file')
    await writeFile(file, '')

    await expect(start(join(file, 'dir'), ...ports)).rejects.toThrow(/Not a directory/)
  })
})

/** Gives wrong passwords from an address until the server bans it. */
async function guess(clientIp: string): Promise<void> {
  for (let n = 0; n < FAILURES; n++) await signIn('alice', `wrong ${n}`, url, clientIp).catch(() => {})
}

async function signIn(username: string, typed: string, service = url, clientIp?: string): Promise<string> {
  const authenticator = new Authenticator({ service, domain: 'localhost', failureDelay: 0 })
  try {
    return (await authenticator.authenticate({ username, password: typed }, { ...(clientIp && { clientIp }) })).jid
  } finally {
    await authenticator.close()
  }
}
