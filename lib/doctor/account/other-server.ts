import { XmppBoshError } from '../../errors/error'
import type { ServiceAccount } from '../../service-account/service-account'
import { type StanzaError, stanzaErrorOf } from '../../stanzas/iq'
import type { Clock } from '../../time/clock'
import { DISCO_INFO } from '../../xml/namespaces'
import { element } from '../../xml/write'
import { type Finding, ok, wrong } from '../finding'
import { OTHER_SERVER_MS } from '../limits'
import { settingFor } from '../settings'
import type { Software } from '../software'

const UNREACHABLE =
  'Check that the domain exists and is spelled correctly, that its SRV records or its address lead to its server, and that no firewall is in between (port 5269, both ways).'
const UNTRUSTED =
  'One of the two servers does not trust the certificate of the other. Each needs a certificate for its XMPP domain (not for its host) that is signed by a public authority, with its intermediate certificates.'

/** Asks another XMPP domain a harmless question (XEP-0030), which two servers have to carry. */
export async function otherServerFinding(
  account: Pick<ServiceAccount, 'ask'>,
  clock: Clock,
  domain: string,
  software: Software,
): Promise<Finding> {
  const startedAt = clock.now()
  const elapsed = () => Math.round(clock.now() - startedAt)
  try {
    const payload = element('query', { xmlns: DISCO_INFO })
    const error = stanzaErrorOf(await account.ask({ type: 'get', to: domain, payload }))
    if (error === undefined) return ok('account-s2s', `${domain} answered after ${elapsed()} ms`)
    return refused(domain, error, elapsed(), software)
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    const isLate = error.code === 'ERR_XMPP_TIMEOUT'
    const summary = isLate ? `${domain} did not answer within ${OTHER_SERVER_MS} ms` : error.message
    return wrong('account-s2s', summary, UNREACHABLE)
  }
}

function refused(domain: string, error: StanzaError, ms: number, software: Software): Finding {
  const { condition } = error
  const seen = (text: string) => `${text} (${condition}, after ${ms} ms)`
  const setting = settingFor('talk to other servers', software)
  switch (condition) {
    case 'remote-server-not-found':
    case 'remote-server-timeout':
      return wrong('account-s2s', seen(`the server does not reach ${domain}`), lostAdvice(error, setting))
    case 'forbidden':
    case 'not-allowed':
      return wrong(
        'account-s2s',
        seen(`the server does not talk to ${domain}`),
        `Allow connections to other servers${setting}. If they are allowed, the other server refuses yours.`,
      )
    default:
      // No server writes another condition when it does not reach the other one: so the other one wrote it.
      return ok('account-s2s', seen(`${domain} answered`))
  }
}

/** Finds the reason in the text of the server, which is searched and never repeated. */
export function lostAdvice({ text }: StanzaError, setting: string): string {
  const off = `If connections to other servers are off, turn them on${setting}.`
  if (/certificate|not trusted|self[- ]signed/i.test(text)) return UNTRUSTED
  if (/dialback/i.test(text)) return `${UNTRUSTED} One of them asks for dialback instead, which proves less.`
  return `${UNREACHABLE} ${UNTRUSTED} ${off}`
}
