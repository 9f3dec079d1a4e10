import type { Session } from '../servers/bare-session'

// The meaning of a bare reply in a few words of the protocol, never in the server's own text.

/** Returns `success`, or the condition of any other reply. */
export function said(reply: string): string {
  if (/<success\b/.test(reply)) return 'success'
  const failure = /<failure\b[^>]*>\s*<([a-z-]+)/.exec(reply)?.[1]
  if (failure !== undefined) return `\`${failure}\``
  const stanza = /<error\b[^>]*>.*?<([a-z-]+) xmlns=['"]urn:ietf:params:xml:ns:xmpp-stanzas/s.exec(reply)?.[1]
  if (stanza !== undefined) return `\`${stanza}\``
  return terminated(reply) ?? 'something else'
}

/** Returns the condition by which the server ended the session, or `undefined` when it did not. */
export function terminated(reply: string): string | undefined {
  if (!/^[^>]* type=['"]terminate['"]/.test(reply)) return undefined
  const condition = /^[^>]* condition=['"]([a-z-]+)['"]/.exec(reply)?.[1] ?? 'no condition'
  const stream = /<stream:error>\s*<([a-z-]+)/.exec(reply)?.[1]
  return `terminated, \`${stream ?? condition}\``
}

/** Returns the JID of a bind without its resource. */
export const boundAs = (reply: string): string => /<jid>([^<]+?)\/[^<]*<\/jid>/.exec(reply)?.[1] ?? said(reply)

export const mechanismsOf = ({ features }: Session): string =>
  [...features.matchAll(/<mechanism>([^<]+)<\/mechanism>/g)]
    .map(([, name]) => name)
    .sort()
    .join(', ')
