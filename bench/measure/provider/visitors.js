// Signs visitors in to a provider, in a process of its own. A message { port, issuer, saysYes, usernames, password, ... } begins a
// turn. The other fields and the answer are those of load.js.
import { turn } from '../load.js'
import { signIns } from './party.js'

async function visit({ port, issuer, saysYes, usernames, password, first, ...ends }) {
  const party = signIns({ port, issuer, saysYes })
  try {
    return await turn(nth => party.signIn(usernames[(first + nth) % usernames.length], password), ends)
  } finally {
    party.close()
  }
}

process.on('message', async message => process.send(await visit(message)))
process.on('disconnect', () => process.exit())
process.send({})
