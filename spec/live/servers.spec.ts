import { readdir, readFile } from 'node:fs/promises'
import { authenticate, bind, openSession, terminate } from './servers/bare-session'
import { startEjabberd } from './servers/ejabberd'
import { launch } from './servers/launch'
import type { LiveServer } from './servers/live-server'
import { startProsody } from './servers/prosody'

// The servers themselves, reached by bare HTTP: when this fails, the fault is not in lib/.

/** Waits for a count, since a server counts a session a moment after its answer. */
async function settles(count: () => Promise<number>, expected: number): Promise<void> {
  const deadline = performance.now() + 5_000
  while ((await count()) !== expected && performance.now() < deadline) await new Promise(done => setTimeout(done, 20))
  expect(await count()).toBe(expected)
}

/** Counts the processes that name a directory in their arguments or environment. */
async function processesOf(directory: string): Promise<number> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const read = (path: string) => readFile(path, 'utf8').catch(() => '') // it may have ended, or belong to another user
  const texts = await Promise.all(
    pids.map(async pid => (await read(`/proc/${pid}/cmdline`)) + (await read(`/proc/${pid}/environ`))),
  )
  return texts.filter(text => text.includes(directory)).length
}

describe.each([
  ['ejabberd', () => startEjabberd({ storage: 'scram', hash: 'sha256' }), ['PLAIN', 'SCRAM-SHA-256']],
  ['Prosody', () => startProsody(), ['PLAIN', 'SCRAM-SHA-1']],
] as const)('on a live %s', (_, start, mechanisms) => {
  let server: LiveServer
  beforeAll(async () => {
    server = await start()
  }, 90_000)
  afterAll(() => server?.stop(), 30_000)

  it('the server names itself and its version', () => {
    expect(server.name).toMatch(/^\w+ \(.+\)$/)
    expect(server.version).toMatch(/^\d+\.\d+/)
  })

  it('the server answers a BOSH creation with its mechanisms and counts the session', async () => {
    await settles(server.boshSessions, 0)
    const session = await openSession(server)
    for (const mechanism of mechanisms) expect(session.features).toContain(`<mechanism>${mechanism}</mechanism>`)
    await settles(server.boshSessions, 1)
    await terminate(session)
    await settles(server.boshSessions, 0)
  })

  it('the server accepts a registered account with any password and counts its bound session', async () => {
    const password = 'pä ß"$HOME\'`\\ <&> ✓'
    await server.register('zoë', password)
    const session = await openSession(server)
    expect(await authenticate(session, 'zoë', password)).toContain('<success')
    await settles(server.connectedUsers, 0)
    expect(await bind(session)).toMatch(/<jid>zoë@localhost\//)
    await settles(server.connectedUsers, 1)
    await terminate(session)
    await settles(server.connectedUsers, 0)
  })

  it('the server refuses a wrong password, an existing account and an invalid name', async () => {
    await server.register('mallory', 'right')
    const session = await openSession(server)
    expect(await authenticate(session, 'mallory', 'wrong')).toContain('<failure')
    await terminate(session)
    await expect(server.register('mallory', 'other')).rejects.toThrow(/refused/)
    await expect(server.register('not a name', 'any')).rejects.toThrow(/refused/)
  })

  it('the server does not answer between SIGSTOP and SIGCONT', async () => {
    server.signal('SIGSTOP')
    await expect(openSession(server, 500)).rejects.toThrow(/timeout/)
    server.signal('SIGCONT')
    await terminate(await openSession(server))
  })
})

it('ejabberd lets a blocked account pass SASL and refuses it at resource binding', async () => {
  const server = await startEjabberd({ storage: 'plain' })
  try {
    await server.register('blocked', 'secret')
    const session = await openSession(server)
    for (const hash of ['1', '256', '512']) expect(session.features).toContain(`<mechanism>SCRAM-SHA-${hash}<`)
    expect(await authenticate(session, 'blocked', 'secret')).toContain('<success')
    expect(await bind(session)).toContain('<not-allowed')
    await settles(server.connectedUsers, 0)
  } finally {
    await server.stop()
  }
}, 90_000)

it.each([
  ['ejabberd', () => startEjabberd({ storage: 'scram', hash: 'sha' })],
  ['Prosody', () => startProsody({ storage: 'plain' })],
] as const)(
  'stop() leaves no process and no directory of %s when the server was halted or killed',
  async (_, start) => {
    for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
      const server = await start()
      expect(await processesOf(server.directory)).toBeGreaterThan(0)
      server.signal(signal)
      await server.stop()
      await settles(() => processesOf(server.directory), 0)
      await expect(readdir(server.directory)).rejects.toThrow(/ENOENT/)
      expect(() => server.signal('SIGCONT')).toThrow(/is stopped/)
      await server.stop()
    }
  },
  120_000,
)

it('launch() rejects with the reason when a server does not start', async () => {
  const values = {
    FORMAT: 'unheard-of',
    HASH: 'sha',
    MODULES: '',
    HOSTS: 'localhost',
    COMMANDS: '',
    REGISTRATION: '# closed',
  }
  const start = launch({
    server: 'ejabberd',
    template: 'ejabberd.yml',
    values,
    morePorts: ['HTTPS_PORT', 'C2S_PORT'],
    args: ({ directory, configuration }) => ['--config', configuration, directory],
  })
  await expect(start).rejects.toThrow(/^ejabberd did not start: (.|\n)*auth_password_format/)
}, 90_000)
