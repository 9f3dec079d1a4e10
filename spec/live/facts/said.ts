import type { Session } from '../servers/bare-session'

// What a bare reply comes to, in a few words of the protocol: never the server's own text.

/** `success`, or the condition of what came instead. */
export function said(reply: string): string {
  if (/<success\b/.test(reply)) return 'success'
  const failure = /<failure\b[^>]*>\s*<([a-z-]+)/.exec(reply)?.[1]
  if (failure !== undefined) return `\`${failure}\``
  const stanza = /<error\b[^>]*>.*?<([a-z-]+) xmlns=['"]urn:ietf:params:xml:ns:xmpp-stanzas/s.exec(reply)?.[1]
  if (stanza !== undefined) return `\`${stanza}\``
  return terminated(reply) ?? 'something else'
}

/** Of a session that the server ended: by what condition. */
export function terminated(reply: string): string | undefined {
  if (!/^[^>]* type=['"]terminate['"]/.test(reply)) return undefined
  const condition = /^[^>]* condition=['"]([a-z-]+)['"]/.exec(reply)?.[1] ?? 'no condition'
  const stream = /<stream:error>\s*<([a-z-]+)/.exec(reply)?.[1]
  return `terminated, \`${stream ?? condition}\``
}

/** The JID that a bind gave, without its resource. */
export const boundAs = (reply: string): string => /<jid>([^<]+?)\/[^<]*<\/jid>/.exec(reply)?.[1] ?? said(reply)

export const mechanismsOf = ({ features }: Session): string =>
  [...features.matchAll(/<mechanism>([^<]+)<\/mechanism>/g)]
    .map(([, name]) => name)
    .sort()
    .join(', ')
