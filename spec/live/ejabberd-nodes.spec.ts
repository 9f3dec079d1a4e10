import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Authenticator } from '../../lib'
import { type Nodes, startNodes } from '../cluster/servers/ejabberd-nodes'
import { command } from './servers/command'

// ejabberd/start --join, called as an operator calls it.

const script = resolve(__dirname, '../../ejabberd/start')
const password = 'correct horse battery'

let cluster: Nodes

beforeAll(async () => {
  cluster = await startNodes()
}, 120_000)
afterAll(async () => {
  await cluster?.stop()
})

async function signIn(service: string | string[], username: string): Promise<string> {
  const authenticator = new Authenticator({ service, domain: 'localhost' })
  try {
    return (await authenticator.authenticate({ username, password })).jid
  } finally {
    await authenticator.close()
  }
}

test('accounts made on one node exist on both', async () => {
  const [first, second] = cluster.nodes
  await first.addUser('alice', password)
  await second.addUser('bob', password)

  for (const { url } of cluster.nodes) {
    for (const name of ['alice', 'bob']) expect(await signIn(url, name)).toBe(`${name}@localhost`)
  }
  await expect(second.addUser('alice', password)).rejects.toThrow('there is such an account already')
})

test.each([
  [0, 1],
  [1, 0],
])(
  'accounts sign in by the other node while node %i is killed and by both nodes once it is back again',
  async (a, b) => {
    const [killed, left] = [cluster.nodes[a], cluster.nodes[b]]
    if (!killed || !left) throw new Error('no such node')
    const name = `newcomer${a}`
    killed.kill()

    await left.addUser(name, password)
    expect(await signIn([killed.url, left.url], name)).toBe(`${name}@localhost`)
    await expect(signIn(killed.url, name)).rejects.toMatchObject({ code: 'ERR_XMPP_CONNECT' })

    await killed.start()
    expect(await signIn(killed.url, name)).toBe(`${name}@localhost`)
    await killed.addUser(`${name}-back`, password)
    expect(await signIn(left.url, `${name}-back`)).toBe(`${name}-back@localhost`)
  },
)

test('a directory with accounts of its own does not join another node', async () => {
  const [first, second] = cluster.nodes
  await command([resolve(script, '../stop'), second.directory])
  await expect(command([script, '--join', first.directory, second.directory])).rejects.toThrow(
    'has accounts of its own; joining would put others in their place',
  )
  await second.start()
  expect(await signIn(second.url, 'alice')).toBe('alice@localhost')
})

test('ejabberd/start refuses to join when no server runs in the other directory', async () => {
  const place = await mkdtemp(join(tmpdir(), 'ejabberd-nodes-'))
  try {
    const started = command([script, '--join', join(place, 'nothing'), join(place, 'second')])
    await expect(started).rejects.toThrow('no ejabberd runs where it is to join')
  } finally {
    await rm(place, { recursive: true, force: true })
  }
})
