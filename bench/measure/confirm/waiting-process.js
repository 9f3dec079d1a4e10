// Measures waiting requests in a process of its own, with an account that is not connected: memory of each, and the time to
// match an answer. Each message is a number of waiting requests, and is answered with the measurements. It ends with its
// parent.
import { Confirmations, MemoryConfirmStore } from '../../dist/index.js'
import { read } from '../../dist/xml/read.js'
import { DOMAIN } from '../../servers/instance.js'
import { median } from '../statistics.js'

const WARMUPS = 300
const ANSWERS = 1_000
const MOST = 1_001

/** An account that sends nothing, and is given messages by hand. */
function unconnected() {
  let listener = () => {}
  return {
    jid: `login@${DOMAIN}`,
    nickname: undefined,
    state: 'online',
    ready: async () => {},
    send: async () => {},
    onMessage(added) {
      listener = added
      return () => {}
    },
    give: message => listener(message),
  }
}

function opened() {
  const account = unconnected()
  const confirmations = new Confirmations({
    account,
    site: 'app.example',
    url: 'https://app.example/login',
    allow: DOMAIN,
    store: new MemoryConfirmStore({ maxWaiting: MOST }),
    asks: { perJid: 100, perDomain: 100_000 },
  })
  return { account, confirmations }
}

let people = 0
const nextJid = () => `person${++people}@${DOMAIN}`

async function startMany({ confirmations }, count) {
  for (let nth = 0; nth < count; nth++) {
    const visitor = { place: `Firefox on Linux, 203.0.113.${nth % 256}`, language: 'en', key: `203.0.113.${nth}` }
    await confirmations.start({ jid: nextJid(), visitor })
  }
}

let answers = 0
const answerOf = (jid, number) =>
  Buffer.from(
    `<message xmlns='jabber:client' type='chat' id='a${++answers}' from='${jid}/phone' to='login@${DOMAIN}'><body>${number}</body></message>`,
  )

/** Starts one more request, answers it and returns the ms from the answer until the request is settled. */
async function matched({ account, confirmations }) {
  const jid = nextJid()
  const { id, view } = await confirmations.start({ jid })
  const settled = confirmations.settled(id, 10_000)
  const message = read(answerOf(jid, view.number))
  const startedAt = performance.now()
  account.give(message)
  const { granted } = await settled
  const ms = performance.now() - startedAt
  if (!granted) throw new Error('the answer did not match')
  await confirmations.take(id)
  return ms
}

async function memoryOf(count) {
  const party = opened()
  const before = heap()
  await startMany(party, count)
  const each = (heap() - before) / count
  await party.confirmations.close()
  return each
}

function heap() {
  for (let nth = 0; nth < 3; nth++) gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function timesOf(count) {
  const party = opened()
  await startMany(party, count - 1)
  for (let nth = 0; nth < WARMUPS; nth++) await matched(party)
  const times = []
  for (let nth = 0; nth < ANSWERS; nth++) times.push(await matched(party))
  await party.confirmations.close()
  return median(times)
}

process.on('message', async ([what, count]) => {
  process.send(what === 'memory' ? await memoryOf(count) : await timesOf(count))
})
process.on('disconnect', () => process.exit())
process.send({})
