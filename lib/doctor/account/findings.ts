import type { Internals } from '../../sessions/bounded-sessions'
import type { CheckContext } from '../check-context'
import { type Finding, skipped } from '../finding'
import type { Software } from '../software'
import type { AccountQuestion, CheckOptions } from '../target'
import { goOnline } from './online'
import { otherServerFinding } from './other-server'
import { hearsFinding, notHeard, paceFinding } from './own-messages'
import { questionFinding } from './question'

const IDS = ['account', 'account-hears', 'account-pace', 'account-s2s', 'account-ask'] as const

/** Checks the service account of sign-ins without a password. Each check has a bound of its own. */
export async function accountFindings(
  context: CheckContext,
  { account: question }: CheckOptions,
  software: Software,
  internals: Internals,
): Promise<Finding[]> {
  if (question === undefined) return IDS.map(id => skipped(id, 'not tried: pass --account to check a service account'))
  if (!context.target.maySendPassword) {
    return IDS.map(id => skipped(id, 'no password is sent over http: to another host'))
  }
  const { account, finding } = await goOnline(context, question, software, internals)
  if (account === undefined) return [finding]
  try {
    const { clock } = context
    const hears = await hearsFinding(account, clock)
    const canHear = hears.status === 'ok'
    const [s2s, ask] = await Promise.all([
      question.s2s === undefined
        ? skipped('account-s2s', 'not tried: pass --s2s with the domain of another server')
        : otherServerFinding(account, clock, question.s2s, software),
      canHear ? askedFinding() : notHeard('account-ask'),
    ])
    // Last: a server that slows the account down would delay the answers to the others.
    const pace = canHear ? await paceFinding(account, clock, software) : notHeard('account-pace')
    return [finding, hears, pace, s2s, ask]
  } finally {
    await account.close()
  }

  async function askedFinding(): Promise<Finding> {
    const { ask: jid, asked = () => {} } = question as AccountQuestion
    if (jid === undefined) return skipped('account-ask', 'not tried: pass --ask with the JID of a person')
    return questionFinding(account as NonNullable<typeof account>, context.clock, { jid, asked }, software)
  }
}
