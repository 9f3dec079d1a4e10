import { Confirmations } from '../../confirm/confirmations'
import { senderOf } from '../../confirm/jids'
import type { ConfirmTexts } from '../../confirm/texts'
import { XmppBoshError } from '../../errors/error'
import { parsePreparedJid } from '../../jid'
import type { AccountLike } from '../../service-account/account-like'
import { type StanzaError, stanzaErrorOf } from '../../stanzas/iq'
import type { Clock } from '../../time/clock'
import { TimeoutSignal } from '../../time/combined-signals'
import { LightSignal } from '../../time/light-signal'
import type { Element } from '../../xml/read'
import { type Finding, ok, warn, wrong } from '../finding'
import { ASK_MS, HOLD_MS } from '../limits'
import { settingFor } from '../settings'
import type { Software } from '../software'
import { lostAdvice } from './other-server'

/** The question says what it is. The other texts are those of a sign-in. */
const TEXTS: Partial<ConfirmTexts> = {
  question:
    'This is a test of signing in with {site} without a password. Answer with the number that the person who runs it tells you.\nAsked from: {place}\nNot you? Answer "no".',
  accepted: 'Confirmed: the test has read your answer.',
}

/** Tells the person who runs the command which number to answer with, and for how many ms. */
export type Asked = (number: string, ms: number) => void

/** Asks an account as for a sign-in, and reports its answer, or how the question came back. */
export async function questionFinding(
  account: AccountLike,
  clock: Clock,
  { jid, asked }: { readonly jid: string; readonly asked: Asked },
  software: Software,
): Promise<Finding> {
  const { domain = '' } = parsePreparedJid(account.jid) ?? {}
  const confirmations = new Confirmations(
    { account, site: domain, url: `https://${domain}/`, allow: '*', code: false, lifetime: 2 * ASK_MS, texts: TEXTS },
    { clock },
  )
  const heard = hear(account, clock)
  const bound = new TimeoutSignal(clock, ASK_MS, () => undefined, heard.returned)
  try {
    const { id, view } = await confirmations.start({ jid, visitor: { place: 'passport-xmpp-bosh check' } })
    heard.from(view.jid)
    asked(view.number, ASK_MS)
    while (!bound.aborted) {
      const now = await confirmations.settled(id, HOLD_MS, bound)
      if (now === undefined) break
      if (now.state === 'decided') return decided(now.granted === true, heard.elapsed())
    }
    return heard.error ? cameBack(heard.error, heard.elapsed(), software) : unanswered(heard.hasArrived)
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return wrong('account-ask', error.message, 'Give --ask the bare JID of an account, such as alice@example.org.')
  } finally {
    bound.release()
    heard.stop()
    await confirmations.close()
  }
}

/** Listens to what comes from an account. */
function hear(account: AccountLike, clock: Clock) {
  const bot = parsePreparedJid(account.jid) ?? { local: '', domain: '' }
  const startedAt = clock.now()
  let jid: string | undefined
  const early: Element[] = []
  const heard = {
    error: undefined as StanzaError | undefined,
    /** aborts when the question comes back */
    returned: new LightSignal(),
    hasArrived: false,
    /** Names the account; the question may have come back by then. */
    from(asked: string | undefined) {
      jid = asked
      for (const message of early.splice(0)) take(message)
    },
    elapsed: () => Math.round(clock.now() - startedAt),
    stop: account.onMessage(message => take(message)),
  }
  function take(message: Element): void {
    if (jid === undefined) return void early.push(message)
    if (senderOf(message.attributes.get('from') ?? '', bot)?.jid !== jid) return
    const error = stanzaErrorOf(message)
    if (error === undefined) heard.hasArrived = true
    else {
      heard.error ??= error
      heard.returned.abort()
    }
  }
  return heard
}

function decided(isGranted: boolean, ms: number): Finding {
  const after = `after ${Math.round(ms / 1000)} s`
  return isGranted
    ? ok('account-ask', `the account answered with the number ${after}`)
    : ok('account-ask', `the account answered ${after}, and refused`)
}

function unanswered(hasArrived: boolean): Finding {
  const seen = `within ${ASK_MS / 1000} s the question was neither answered nor returned`
  return hasArrived
    ? warn('account-ask', `the question arrived; ${seen}`, 'Answer with the number that the command shows.')
    : warn(
        'account-ask',
        seen,
        'Make sure that the account has a client that is connected. Some servers drop messages of strangers and do not tell: if the client shows nothing, send a message from the account to the service account, and leave option `code` of the app on.',
      )
}

/** Reports a question that was returned: by the server of the account that was asked, or by the own one. */
function cameBack(error: StanzaError, ms: number, software: Software): Finding {
  const { condition } = error
  const seen = `the question was returned after ${ms} ms (${condition})`
  switch (condition) {
    case 'policy-violation':
    case 'forbidden':
    case 'not-acceptable':
    case 'not-allowed':
    case 'subscription-required':
      return warn(
        'account-ask',
        seen,
        `A server refuses messages of strangers. Leave option \`code\` of the app on: people then write first. If the account is on another server, make sure that yours talks to others${settingFor('talk to other servers', software)}.`,
      )
    case 'remote-server-not-found':
    case 'remote-server-timeout':
      return wrong('account-ask', seen, lostAdvice(error, settingFor('talk to other servers', software)))
    default:
      return wrong(
        'account-ask',
        seen,
        `The account does not exist, or blocks yours, or none of its clients is connected and its server keeps no messages${settingFor('keep messages', software)}.`,
      )
  }
}
