import { XmppBoshError } from '../../errors/error'
import { type Domain, prepareConfiguredDomain } from '../../jid'

/**
 * Checks the domain that the first reply comes from (XEP-0124 §7.2). Openfire answers every request for its one domain,
 * and ejabberd maps names by IDNA2003: a host `straße.example` is `strasse.example` there, and so are its accounts.
 *
 * @throws {XmppBoshError} ERR_XMPP_DOMAIN that names both
 */
export function assertSameDomain(from: string | undefined, domain: Domain): void {
  if (from === undefined || from === domain.wire) return
  const answering = prepareConfiguredDomain(from)?.ascii
  if (answering === domain.ascii) return
  const configured = domain.wire === domain.ascii ? `'${domain.ascii}'` : `'${domain.wire}' (${domain.ascii})`
  throw new XmppBoshError(
    'ERR_XMPP_DOMAIN',
    answering === undefined
      ? `the server answers for something that is no domain name, and not for \`domain\` ${configured}`
      : `the server answers for '${answering}' and not for \`domain\` ${configured}; set option \`domain\` to the domain of its accounts`,
  )
}
