import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { until, within } from '../fixtures/waits'
import { startPerson } from './servers/clients/person'

// npm run start:ejabberd after the build. It runs on this machine, whatever release the others run on: a developer has
// the app and Node.js there.

const app = resolve(__dirname, '../../example-app')

let directory: string
let child: ChildProcess
let output = ''

beforeAll(async () => {
  if (!existsSync(join(app, 'dist/server.js'))) throw new Error('the app is not built: npm run build:app')
  directory = mkdtempSync(join(tmpdir(), 'start-on-ejabberd-'))
  child = spawn(join(app, 'start-on-ejabberd'), [directory], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  await printed('Accounts:')
})

afterAll(async () => {
  if (child.exitCode === null) {
    child.kill('SIGTERM')
    await within('the end of the script', once(child, 'close'), { seen: () => output })
  }
  rmSync(directory, { recursive: true })
})

/** Waits until the script has printed the words. It may have to install something first. */
async function printed(words: string): Promise<void> {
  await until(`"${words}"`, () => output.includes(words) || child.exitCode !== null, { ms: 90_000, seen: () => output })
  if (!output.includes(words)) throw new Error(`it ended with ${child.exitCode}: ${output}`)
}

const listening = (pattern: RegExp) => pattern.exec(output)?.[1] ?? ''

test('the sign-up page of the app shows the captcha of its own ejabberd', async () => {
  const url = listening(/^Listening on (\S+)$/m)
  const page = await (await fetch(`${url}/register`)).text()
  const [, type = '', data = ''] = /src="data:([^;]+);base64,([^"]+)"/.exec(page) ?? []
  expect(type).toBe('image/png')
  expect(Buffer.from(data, 'base64').readUInt32BE(16)).toBeGreaterThan(100) // its width
})

test('the script says that Erlang runs as root exactly when it does', () => {
  expect(output.includes('Erlang, with ejabberd, runs as root')).toBe(process.getuid?.() === 0)
})

test('the app is online with the service account that the script created', async () => {
  await printed('the service account is online')

  const { mode } = statSync(join(directory, 'service-account-login'))
  expect(mode & 0o777).toBe(0o600)
  const page = await (await fetch(`${listening(/^Listening on (\S+)$/m)}/login`)).text()
  expect(page).toContain('login@localhost')
})

test('the script makes the room of the role admins, and the service account reads it', () => {
  const role = join(app, '../ejabberd/role')
  const listed = execFileSync(role, [directory, 'list', 'admins'], { encoding: 'utf8' })

  expect(listed).toMatch(/^owner owner-[0-9a-f]{32}@rooms\.localhost\nmember login@localhost\n$/)
  expect(output).toContain(`Who is an admin in the app: ${role} ${directory} grant admins NAME`)
})

test('an XMPP client on this machine logs in when it accepts the certificate', async () => {
  const port = listening(/^XMPP clients on this machine log in at 127\.0\.0\.1, port (\d+)\.$/m)
  execFileSync(join(app, '../ejabberd/add-user'), [directory, 'alice'], { input: 'correct horse battery' })
  const ca = join(directory, 'certificate-localhost.pem')
  const person = await startPerson({
    jid: 'alice@localhost',
    password: 'correct horse battery',
    port: Number(port),
    ca,
  })

  expect(person.events[0]).toMatchObject({ event: 'online' })
  await person.stop()
})

test('one signal ends the app and its ejabberd', async () => {
  const bosh = listening(/^Accounts: localhost, by (\S+)$/m)
  expect((await fetch(bosh)).status).toBe(200)
  child.kill('SIGINT')
  const [code] = await within('the end of the script', once(child, 'close'), { seen: () => output })
  expect(code).toBe(0)
  await expect(fetch(bosh)).rejects.toThrow()
})
