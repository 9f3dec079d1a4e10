import type { BoshSession } from '../bosh/session'
import { XmppBoshError } from '../errors/error'
import type { Domain } from '../jid'
import { askIq, senders, stanzaErrorOf } from '../stanzas/iq'
import type { Signal } from '../time/light-signal'
import { element } from '../xml/write'
import { knownSoftware } from './software'

const VERSION = 'jabber:iq:version'

/** Name and version of the software, as the server reports them. */
export interface ReportedVersion {
  readonly name: string
  /** `undefined` if the server tells only its name: a Metronome built from source says that its version is "unknown" */
  readonly version: string | undefined
}

/**
 * Asks for the server's version on a session that is logged in (XEP-0092).
 *
 * @returns `undefined` if the server does not answer, or not with the name of a program
 */
export async function askVersion(
  session: BoshSession,
  domain: Domain,
  signal: Signal,
): Promise<ReportedVersion | undefined> {
  try {
    const payload = element('query', { xmlns: VERSION })
    const answer = await askIq(session, { type: 'get', to: domain.wire, payload, from: senders(domain) }, signal)
    if (stanzaErrorOf(answer) !== undefined) return undefined
    const texts = answer.children.flatMap(({ children }) => children).filter(child => child.namespace === VERSION)
    const text = (name: string) => texts.find(child => child.name === name)?.text ?? ''
    const [name, version] = [text('name'), text('version')]
    return versionOf(name, version)
  } catch (error) {
    // The login has already succeeded, so an error here does not fail the check.
    if (!XmppBoshError.is(error)) throw error
    return undefined
  }
}

// Openfire: "5.2.0 Alpha"
function versionOf(name: string, version: string): ReportedVersion | undefined {
  if (/^[A-Za-z]{1,20}$/.test(name) && /^\d[\w.+~-]{0,30}(?: \w{1,16})?(?: \w{1,16})?$/.test(version)) {
    return { name, version }
  }
  const known = knownSoftware(name)
  return known && { name: known, version: undefined }
}

/** Returns the version in the header `Server` of Tigase: `Tigase Bosh/8.5.0-SNAPSHOT`. */
export function headerVersion(server: string | undefined): ReportedVersion | undefined {
  const [, version] = /^Tigase Bosh\/(\S+)$/.exec(server ?? '') ?? []
  const reported = version === undefined ? undefined : versionOf('Tigase', version)
  return reported?.version === undefined ? undefined : reported
}
