// Measures logins without a wire: the Authenticator on a transport that answers at once, and the Strategy on an
// Authenticator that accepts at once.
//
//   npm run bench:own                      µs of CPU a login, median of nine rounds
//   node --cpu-prof bench/without-wire.js  profiles it
import { EventEmitter } from 'node:events'
import { Authenticator, Strategy } from './dist/index.js'
import { median } from './measure/statistics.js'
import { DOMAIN } from './servers/instance.js'

const ROUNDS = 9
const LOGINS = 5_000
const credentials = { username: 'user1', password: 'user1' }
const BODY = "<body xmlns='http://jabber.org/protocol/httpbind'"
const STREAM = "xmlns:stream='http://etherx.jabber.org/streams'"

/** Replies of ejabberd, by a mark in the request. They are prepared bytes: composing them would be a quarter of the result. */
const REPLIES = [
  ['<auth', `${BODY}><success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></body>`],
  [
    'xmpp:restart',
    `${BODY} ${STREAM}><stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session></stream:features></body>`,
  ],
  ["type='terminate'", `${BODY} type='terminate'/>`],
  [
    "hold='1'",
    `${BODY.replace('<body', "<body xmpp:version='1.0' authid='463'")} sid='e8ceb575b55a3734aca6bb0db231d5182242eb84' wait='10' ver='1.11' polling='2' inactivity='30' hold='1' xmpp:restartlogic='true' requests='2' secure='true' maxpause='120' xmlns:xmpp='urn:xmpp:xbosh' ${STREAM} from='${DOMAIN}'><stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1</mechanism></mechanisms><register xmlns='http://jabber.org/features/iq-register'/></stream:features></body>`,
  ],
].map(([mark, reply]) => [mark, Buffer.from(reply)])

const connection = {
  repeats: 0,
  async post(body) {
    const [, reply] = REPLIES.find(([mark]) => body.includes(mark)) ?? []
    if (reply) return reply
    const [, id] = /<iq [^>]*id='([^']*)'/.exec(body)
    return Buffer.from(
      `${BODY}><iq xml:lang='en' type='result' id='${id}' xmlns='jabber:client'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>user1@${DOMAIN}/1234567890</jid></bind></iq></body>`,
    )
  },
  release() {},
}
const transport = { connect: () => connection, close() {} }

function authenticating(bind) {
  const options = { service: 'http://127.0.0.1/bosh', domain: DOMAIN, mechanisms: ['PLAIN'], bind }
  const authenticator = new Authenticator(options, { transport })
  return () => authenticator.authenticate(credentials)
}

function passing() {
  const account = { jid: `user1@${DOMAIN}`, username: 'user1', domain: DOMAIN, mechanism: 'PLAIN' }
  const strategy = new Strategy({ authenticator: { authenticate: async () => account } })
  const socket = new EventEmitter()
  return () =>
    new Promise((success, fail) => {
      Object.assign(Object.create(strategy), { success, fail, error: fail }).authenticate({ body: credentials, socket })
    })
}

async function microseconds(login) {
  const before = process.cpuUsage()
  for (let n = 0; n < LOGINS; n++) await login()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / LOGINS
}

for (const [name, login] of [
  ['Authenticator, PLAIN, bind: false', authenticating(false)],
  ['Authenticator, PLAIN, bind', authenticating(true)],
  ['Strategy', passing()],
]) {
  await microseconds(login)
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await microseconds(login))
  console.log(`${name.padEnd(34)} ${median(rounds).toFixed(1)} µs`)
}
