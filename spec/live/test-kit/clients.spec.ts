import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type PersonalityName, startBoshServer } from '../../../lib/testing/server'
import { chatServers } from './chat-servers'

/*
 * Chat clients by other authors log in to the real servers and to the test kit, and print the same.
 */

const run = promisify(execFile)
const directory = mkdtempSync(join(tmpdir(), 'chat-clients-'))

beforeAll(() => {
  cpSync(join(__dirname, 'clients'), directory, { recursive: true })
  const npm = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']
  execFileSync('npm', npm, { cwd: directory })
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const ONLINE = ['online user1@localhost/client', 'message x', 'end']
const CLIENTS = [{ client: 'node-xmpp-client', command: ['node', 'node-xmpp.cjs'], online: ONLINE }] as const

describe.each(chatServers)('on %s', (personality: PersonalityName, start) => {
  let urls: readonly string[]
  let stop: () => Promise<unknown>
  beforeAll(async () => {
    const accounts = { user1: 'user1', user2: 'user2' }
    const [real, kit] = await Promise.all([
      start(),
      startBoshServer({ domain: 'localhost', accounts, personality, mechanisms: ['PLAIN', 'SCRAM-SHA-1'] }),
    ])
    await real.register('user1', 'user1')
    urls = [real.url, kit.url]
    stop = () => Promise.all([real.stop(), kit.close()])
  })
  afterAll(() => stop?.())

  const printed = ([file, ...args]: readonly [string, ...string[]], password: string) =>
    Promise.all(
      urls.map(async url => {
        const options = { cwd: directory, timeout: 60_000 }
        const { stdout } = await run(file, [...args, url, password], options)
        return stdout.trim().split('\n')
      }),
    )

  test.each(CLIENTS)('$client goes online on the server and on the test kit alike', async ({ command, online }) => {
    expect(await printed(command, 'user1')).toEqual([online, online])
  })

  test.each(CLIENTS)('$client is refused by both when the password is wrong', async ({ command }) => {
    expect(await printed(command, 'wrong')).toEqual([['refused'], ['refused']])
  })
})
