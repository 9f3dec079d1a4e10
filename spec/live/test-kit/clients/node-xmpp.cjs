// Logs in by node-xmpp-client over BOSH, sends a presence and a message to its own account, and leaves.
const { Client } = require('node-xmpp-client')

const say = text => process.stdout.write(`${text}\n`)
const [url, username, password] = process.argv.slice(2)
const client = new Client({ jid: `${username}@localhost/client`, password, bosh: { url } })
client.on('online', ({ jid }) => {
  say(`online ${jid}`)
  client.send(new Client.Stanza('presence'))
  client.send(new Client.Stanza('message', { to: `${username}@localhost`, type: 'chat' }).c('body').t('x'))
})
client.on('stanza', stanza => {
  if (!stanza.is('message')) return
  say(`message ${stanza.getChildText('body')}`)
  client.end()
})
client.on('offline', () => {
  say('end')
  process.exit()
})
client.on('error', error => {
  say(/authentication failure/i.test(String(error)) ? 'refused' : String(error))
  process.exit()
})
setTimeout(() => process.exit(1), 20_000)
