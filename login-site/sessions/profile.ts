import { deserializeUser, deserializeUserOf } from 'passport-xmpp-bosh'

/** Returns the profile of an account, as a login does. */
export function profileOf(jid: string): Express.User {
  let profile: Express.User | false | undefined
  deserializeUser(jid, (_error, user) => {
    profile = user
  })
  if (!profile) throw new Error('the library returned an invalid JID')
  return profile
}

/**
 * Returns the function that restores the visitor of a session. An account of a domain that may not sign in any more is
 * signed out.
 *
 * @param allow domains of the accounts that sign in with their XMPP app; `*`: any
 */
export function restoreOf(domain: string, allow: readonly string[] | '*' = []): typeof deserializeUser {
  return allow === '*' ? deserializeUser : deserializeUserOf([domain, ...allow])
}

/** Tells whether an account is one of this app's XMPP server. */
export type IsOwn = (jid: string) => boolean

/**
 * Returns a function that recognizes the accounts of `domain`. The others signed in with their XMPP app: this app cannot
 * check their passwords, and an account of the same name here may be of another person.
 */
export function ownAccounts(domain: string): IsOwn {
  const restore = deserializeUserOf(domain)
  return jid => {
    let isOwn = false
    restore(jid, (_error, user) => {
      isOwn = Boolean(user)
    })
    return isOwn
  }
}
