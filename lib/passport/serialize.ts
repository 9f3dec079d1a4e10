import { parsePreparedJid } from '../jid'
import { type Profile, profileOf } from './profile'

/**
 * For `passport.serializeUser`: keeps the bare JID in the session and nothing else.
 *
 * Answers with an error when the user has no `jid` as the strategy makes it, as a user of the app's own database may not.
 */
export function serializeUser(user: object, done: (error: unknown, jid?: string) => void): void {
  const { jid } = user as { jid?: unknown }
  if (typeof jid === 'string' && parsePreparedJid(jid)) done(null, jid)
  else
    done(new TypeError('the user has no `jid`: give passport.serializeUser a function of your own for your own users'))
}

/** For `passport.deserializeUser`: the profile as it was at login; not signed in when the session holds something else. */
export function deserializeUser(jid: unknown, done: (error: unknown, user?: Profile | false) => void): void {
  const parsed = typeof jid === 'string' ? parsePreparedJid(jid) : undefined
  done(null, parsed ? profileOf({ username: parsed.local, domain: parsed.domain }) : false)
}
