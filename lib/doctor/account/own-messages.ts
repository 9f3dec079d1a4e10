import { randomUUID } from 'node:crypto'
import { XmppBoshError } from '../../errors/error'
import type { AccountLike } from '../../service-account/account-like'
import { stanzaErrorOf } from '../../stanzas/iq'
import type { Clock } from '../../time/clock'
import { TimeoutSignal } from '../../time/combined-signals'
import { untilAborted } from '../../time/wait'
import { HINTS } from '../../xml/namespaces'
import type { Element } from '../../xml/read'
import { element, type Node } from '../../xml/write'
import { type Finding, ok, skipped, warn, wrong } from '../finding'
import { AT_ONCE, AT_ONCE_MS, HEAR_MS, QUESTION_LENGTH, SLOWEST_MS } from '../limits'
import { settingFor } from '../settings'
import type { Software } from '../software'

/** Checks that a message to the bare JID of the account arrives: people answer to it. */
export async function hearsFinding(account: AccountLike, clock: Clock): Promise<Finding> {
  const { heard, condition, ms } = await messagesToItself(account, clock, 1, HEAR_MS)
  if (heard === 1) return ok('account-hears', `a message to the account itself arrived after ${ms} ms`)
  return condition === undefined
    ? wrong(
        'account-hears',
        `a message to the account itself did not arrive within ${HEAR_MS} ms`,
        'The server gives messages to another client of the account, one with a higher priority: log all other clients of the account out.',
      )
    : wrong(
        'account-hears',
        `the server returned a message to the account itself (${condition})`,
        'The server lets the account log in, and not receive messages: check its rules about messages and its log.',
      )
}

/** Checks that the server does not slow the account down when many visitors sign in at once. */
export async function paceFinding(account: AccountLike, clock: Clock, software: Software): Promise<Finding> {
  const { heard, ms } = await messagesToItself(account, clock, AT_ONCE, SLOWEST_MS)
  if (heard === AT_ONCE && ms < AT_ONCE_MS) return ok('account-pace', `${AT_ONCE} messages at once took ${ms} ms`)
  const seen =
    heard === AT_ONCE
      ? `${AT_ONCE} messages at once took ${ms} ms`
      : `of ${AT_ONCE} messages at once, ${heard} arrived within ${ms} ms`
  const setting = settingFor('do not slow the account down', software)
  return warn(
    'account-pace',
    seen,
    `The server limits the speed of the account, so visitors who sign in at once wait for each other: exempt the account${setting}.`,
  )
}

/** Reports that the account could not be heard, which all about its messages depends on. */
export const notHeard = (id: Finding['id']) => skipped(id, 'not checked, because the account does not hear itself')

interface Arrival {
  /** number of messages that arrived */
  readonly heard: number
  /** condition of the first message that was returned */
  readonly condition: string | undefined
  /** ms until all had arrived, or until the wait was over */
  readonly ms: number
}

/** Sends messages to the bare JID of the account and waits for them, at most `maxMs`. */
async function messagesToItself(account: AccountLike, clock: Clock, count: number, maxMs: number): Promise<Arrival> {
  const waiting = new Set(Array.from({ length: count }, () => randomUUID() as string))
  let condition: string | undefined
  let done = () => {}
  const all = new Promise<void>(resolve => {
    done = resolve
  })
  const stop = account.onMessage(message => {
    const error = take(message, waiting)
    condition ??= error
    if (waiting.size === 0 || condition !== undefined) done()
  })
  const over = new XmppBoshError('ERR_XMPP_TIMEOUT', 'the messages did not arrive')
  const bound = new TimeoutSignal(clock, maxMs, () => over)
  const startedAt = clock.now()
  try {
    // A send that fails does not arrive.
    for (const id of waiting) account.send(testMessage(account.jid, id)).catch(() => {})
    await untilAborted(all, bound)
  } catch (error) {
    if (error !== over) throw error
  } finally {
    bound.release()
    stop()
  }
  return { heard: count - waiting.size, condition, ms: Math.round(clock.now() - startedAt) }
}

/** Takes a message that is waited for. Returns the condition of one that was returned. */
function take(message: Element, waiting: Set<string>): string | undefined {
  const id = message.attributes.get('id') ?? ''
  if (!waiting.has(id)) return undefined
  const error = stanzaErrorOf(message)
  if (error === undefined) waiting.delete(id)
  return error?.condition
}

/** A message as long as a question. The account is online, so the server need not keep it anywhere. */
function testMessage(to: string, id: string): Node {
  const text = 'This is a test of passport-xmpp-bosh check.'
  return element(
    'message',
    { to, id, type: 'chat' },
    element('body', {}, text.padEnd(QUESTION_LENGTH, '.')),
    element('no-store', { xmlns: HINTS }),
  )
}
