import { type Person, startPerson } from './servers/clients/person'
import { type Federation, startFederation } from './servers/federation'
import type { HomeServer } from './servers/federation/server'

const password = 'correct horse battery'

let federation: Federation
const people: Person[] = []

beforeAll(async () => {
  const t = Date.now()
  federation = await startFederation()
  console.log('started', Date.now() - t)
  await Promise.all([
    ...federation.own.map(server => server.addUser('alice', password)),
    ...[...federation.others, federation.untrusted].map(server => server.addUser('bob', password)),
  ])
  console.log('users', Date.now() - t)
}, 120_000)
afterAll(async () => {
  await Promise.all(people.map(person => person.stop()))
  await federation?.stop()
})

async function online(server: HomeServer, name: string): Promise<Person> {
  const { domain, clientPort, trusted } = server
  const person = await startPerson({ jid: `${name}@${domain}/phone`, password, port: Number(clientPort), ca: trusted })
  people.push(person)
  return person
}

test('pairs', async () => {
  for (const own of federation.own) {
    const alice = await online(own, 'alice')
    for (const other of [...federation.others, federation.untrusted]) {
      const t = Date.now()
      const bob = await online(other, 'bob')
      alice.do({ say: 'hi', to: `bob@${other.domain}` })
      const got = await bob.told().catch(String)
      console.log(own.domain, other.domain, got, Date.now() - t)
      bob.do({ say: 'ho', to: `alice@${own.domain}` })
      console.log(await alice.until(e => e.body === 'ho').catch(() => alice.events), Date.now() - t)
    }
  }
}, 120_000)
