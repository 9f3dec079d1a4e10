import { prepareLocalpart } from '../../jid'
import { BIND, SESSION, XBOSH } from '../../xml/namespaces'
import { element, type Node } from '../../xml/write'
import type { Judgement, NameHabits } from './habits'

/** Attributes that name the version of the stream (XEP-0206 §3). */
export const VERSION = { 'xmlns:xmpp': XBOSH, 'xmpp:version': '1.0' }

/** The attributes of a first reply that all servers send (XEP-0124 §7.2). */
export const GRANTED = {
  from: '{domain}',
  sid: '{sid}',
  wait: '{wait}',
  hold: '{hold}',
  requests: '{requests}',
  inactivity: '{inactivity}',
}

/** For a person who opens the URL. */
export const PAGE = '<!DOCTYPE html>\n<title>BOSH</title>\n<p>This is a BOSH endpoint.</p>\n'

/** Names are prepared with nodeprep, and bound so. */
export const PREPARED_NAMES: NameHabits = { stored: prepareLocalpart, asked: prepareLocalpart, bound: prepareLocalpart }

/** RFC 6120 §7.3 */
export const BIND_FEATURE = element('bind', { xmlns: BIND })
/** The session of RFC 3921 §3, which old clients look for. */
export const OPTIONAL_SESSION = element('session', { xmlns: SESSION }, element('optional'))

/** Returns a feature without content. */
export function feature(name: string, namespace: string): Node {
  return element(name, { xmlns: namespace })
}

/** Refuses an empty password. */
export function notEmpty(condition: string): (password: string | undefined) => Judgement {
  return (password = '') => (password === '' ? condition : 'good')
}
