import { openBareSession } from '../../contestants/bare-session.js'
import { Confirmations, ServiceAccount } from '../../dist/index.js'
import { element } from '../../dist/xml/write.js'
import { DOMAIN, PASSWORD } from '../../servers/instance.js'

const URL_OF_SITE = 'https://app.example/login'
const BODY = 'app.example: answer with the number that your browser shows. Firefox on Linux, 203.0.113.7'
const HTTP_AUTH = 'http://jabber.org/protocol/http-auth'
/** ms. Longer than any answer takes. */
const DEADLINE_MS = 20_000
/** More than any run asks in a minute. */
const ASKS = { perJid: 100, perDomain: 100_000, window: 60_000 }

/**
 * The bare exchange: a prepared question out, and a search for its nonce in each reply.
 *
 * @returns {Promise<Contestant>}
 */
export async function bareExchange({ bosh, username }) {
  const waiting = new Map()
  const came = reply => {
    for (const [nonce, resolve] of waiting) if (reply.includes(nonce) && !reply.includes("type='error'")) resolve()
    return ''
  }
  const session = await openBareSession({ bosh, username, password: PASSWORD, came })
  let asked = 0
  return {
    ask: person =>
      new Promise(resolve => {
        const nonce = `r=bare${++asked}.`
        waiting.set(nonce, () => {
          waiting.delete(nonce)
          resolve()
        })
        void session.send(
          `<message xmlns='jabber:client' type='chat' to='${person}@${DOMAIN}' id='q${asked}'><thread>t${asked}</thread><body>${BODY}</body><confirm xmlns='${HTTP_AUTH}' id='42' method='POST' url='${URL_OF_SITE}?${nonce}'/><no-permanent-store xmlns='urn:xmpp:hints'/></message>`,
        )
      }),
    close: () => session.close(),
  }
}

/** Opens an account, which is online when the promise resolves. */
export async function openAccount({ bosh, username }) {
  const account = new ServiceAccount({
    service: bosh,
    domain: DOMAIN,
    username,
    password: PASSWORD,
    mechanisms: ['PLAIN'],
  })
  await account.ready(AbortSignal.timeout(DEADLINE_MS))
  return account
}

/** The same question through the standing session of the library, without the requests of Confirmations. */
export async function accountExchange(options) {
  const account = await openAccount(options)
  const waiting = new Map()
  account.onMessage(message => {
    const confirm = message.children.find(child => child.name === 'confirm')
    waiting.get(confirm?.attributes.get('url') ?? '')?.()
  })
  let asked = 0
  return {
    ask: person =>
      new Promise((resolve, reject) => {
        const url = `${URL_OF_SITE}?r=account${++asked}.`
        waiting.set(url, () => {
          waiting.delete(url)
          resolve()
        })
        const attributes = { xmlns: 'jabber:client', type: 'chat', to: `${person}@${DOMAIN}`, id: `q${asked}` }
        const children = [
          element('thread', {}, `t${asked}`),
          element('body', {}, BODY),
          element('confirm', { xmlns: HTTP_AUTH, id: '42', method: 'POST', url }),
          element('no-permanent-store', { xmlns: 'urn:xmpp:hints' }),
        ]
        account.send(element('message', attributes, ...children)).catch(reject)
      }),
    close: () => account.close(),
  }
}

/** The whole request: started, asked, answered, settled and taken. */
export async function confirmExchange(options) {
  const account = await openAccount(options)
  const confirmations = new Confirmations({
    account,
    site: 'app.example',
    url: URL_OF_SITE,
    allow: DOMAIN,
    dialog: true,
    asks: ASKS,
  })
  return {
    confirmations,
    async ask(person) {
      const { id } = await confirmations.start({
        jid: `${person}@${DOMAIN}`,
        visitor: { place: 'Firefox on Linux, 203.0.113.7' },
      })
      const view = await confirmations.settled(id, DEADLINE_MS)
      if (!view?.granted) throw new Error(`${person} did not grant: ${JSON.stringify(view)}`)
      return id
    },
    async close() {
      await account.close()
      await confirmations.close()
    },
  }
}

/**
 * Asks one person. Returns the ms until the answer.
 *
 * @param {Contestant} contestant
 */
export async function askOne(contestant, person) {
  const startedAt = performance.now()
  const id = await contestant.ask(person)
  const ms = performance.now() - startedAt
  if (id !== undefined) await contestant.confirmations.take(id)
  return ms
}

/** Asks all people at once. Returns the answers a second. */
export async function allAtOnce(contestant, people) {
  const startedAt = performance.now()
  const ids = await Promise.all(people.map(person => contestant.ask(person)))
  const seconds = (performance.now() - startedAt) / 1000
  for (const id of ids) if (id !== undefined) await contestant.confirmations.take(id)
  return people.length / seconds
}
