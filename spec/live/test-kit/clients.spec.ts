import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type PersonalityName, startBoshServer } from '../../../lib/testing/server'
import { chatServers } from './chat-servers'

/*
 * Chat clients by other authors log in to the real servers and to the test kit, and print the same. Each ends by itself,
 * and gives up an answer that does not come.
 */

const run = promisify(execFile)

interface Client {
  readonly client: string
  /** the program, which gets the URL, the user name and the password as further arguments */
  readonly command: readonly [string, ...string[]]
  readonly username: string
  /** the servers that it can log in to */
  readonly servers: readonly PersonalityName[]
  /** waits more than it works, so it runs beside the others */
  readonly isSlow: boolean
  /** its lines with the right password, and with a wrong one */
  readonly right: readonly string[]
  readonly wrong: readonly string[]
}

const BOTH: readonly PersonalityName[] = ['ejabberd', 'prosody']
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-1']
const ANSWERS = ['contacts 0', 'ping true', 'version true', 'server true', 'account true', 'nickname x', 'message x']

const CLIENTS: readonly Client[] = [
  {
    client: 'node-xmpp-client',
    command: ['node', 'node-xmpp.cjs'],
    username: 'node',
    servers: BOTH,
    isSlow: false,
    right: ['online node@localhost/client', 'message x', 'end'],
    wrong: ['refused'],
  },
  {
    client: 'Smack',
    command: ['java', '-XX:TieredStopAtLevel=1', '-cp', '.:lib/*', 'Login'],
    username: 'smack',
    servers: BOTH,
    isSlow: false,
    right: MECHANISMS.flatMap(mechanism => [`online smack@localhost/client by ${mechanism}`, ...ANSWERS, 'end']),
    wrong: MECHANISMS.flatMap(mechanism => [`refused by ${mechanism}`, 'end']),
  },
  {
    client: 'xmpp4r',
    command: ['ruby', 'xmpp4r.rb'],
    username: 'ruby',
    // It does not name the version of its stream, and ejabberd then sends neither features nor answers in time.
    servers: ['prosody'],
    isSlow: true,
    right: ['online ruby@localhost/client', 'message x', 'end'],
    wrong: ['refused'],
  },
  {
    client: 'finch (libpurple)',
    command: ['node', 'finch.cjs'],
    username: 'finch',
    servers: BOTH,
    isSlow: true,
    right: ['online finch@localhost/client', 'presence', 'end 0'],
    wrong: ['refused', 'end 0'],
  },
]

let directory: string
beforeAll(async () => {
  directory = (await run(join(__dirname, 'clients/prepare'))).stdout.trim()
})

/** Runs the program of a client. Returns the lines that it prints. */
async function printed({ command: [file, ...args], username }: Client, url: string, password: string) {
  const all = [...args, url, username, password]
  try {
    return (await run(file, all, { cwd: directory, timeout: 60_000 })).stdout.trim().split('\n')
  } catch (error) {
    return [String(error)]
  }
}

describe.each(chatServers)('on %s', (personality: PersonalityName, start) => {
  let urls: readonly string[]
  let stop: () => Promise<unknown>
  const slow = new Map<Client, Promise<string[][]>>()
  const printedByAll = (client: Client, password: string) =>
    Promise.all(urls.map(url => printed(client, url, password)))

  beforeAll(async () => {
    const accounts = Object.fromEntries(CLIENTS.map(({ username }) => [username, 'right']))
    const [real, kit] = await Promise.all([
      start(),
      startBoshServer({ domain: 'localhost', accounts, personality, mechanisms: ['PLAIN', 'SCRAM-SHA-1'] }),
    ])
    stop = () => Promise.all([real.stop(), kit.close()])
    for (const username of Object.keys(accounts)) await real.register(username, 'right')
    urls = [real.url, kit.url]
    for (const client of CLIENTS) if (client.isSlow) slow.set(client, printedByAll(client, 'right'))
  })
  afterAll(() => stop?.())

  const these = CLIENTS.filter(({ servers }) => servers.includes(personality))
  const others = CLIENTS.filter(({ servers }) => !servers.includes(personality))
  const named = (clients: readonly Client[]) => clients.map(client => [client.client, client] as const)

  test.each(named(these))(
    '%s is refused by server and test kit alike when the password is wrong',
    async (_, client) => {
      expect(await printedByAll(client, 'wrong')).toEqual([client.wrong, client.wrong])
    },
  )

  test.each(named(these))(
    '%s goes online on server and test kit alike when the password is right',
    async (_, client) => {
      expect(await (slow.get(client) ?? printedByAll(client, 'right'))).toEqual([client.right, client.right])
    },
  )

  if (others.length > 0) {
    test.each(named(others))('%s waits in vain for server and test kit alike', async (_, client) => {
      expect(await (slow.get(client) ?? printedByAll(client, 'right'))).toEqual([['no answer'], ['no answer']])
    })
  }
})
