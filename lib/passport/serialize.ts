import { parsePreparedJid, prepareConfiguredDomain } from '../jid'
import { type Profile, profileOf } from './profile'

/**
 * Puts the bare JID of the user, and nothing else, into the session. Pass it to `passport.serializeUser`.
 *
 * Calls `done` with a `TypeError` if `user.jid` is not a JID as the strategy creates it. A user from the app's own
 * database may lack one: write a serializer for such users.
 *
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto'
 * import express from 'express'
 * import session from 'express-session'
 * import passport from 'passport'
 * import { deserializeUser, serializeUser, Strategy } from 'passport-xmpp-bosh'
 *
 * passport.use(new Strategy({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' }))
 * passport.serializeUser(serializeUser)
 * passport.deserializeUser(deserializeUser)
 *
 * const secret = randomBytes(32).toString('hex') // a fixed secret keeps sessions alive over a restart
 * const app = express()
 * app.use(express.urlencoded({ extended: false }))
 * app.use(session({ secret, resave: false, saveUninitialized: false }))
 * app.use(passport.session())
 * app.post('/login', passport.authenticate('xmpp-bosh', { successRedirect: '/', failureRedirect: '/' }))
 * app.get('/', (req, res) => {
 *   res.json(req.user ?? null)
 * })
 * ```
 */
export function serializeUser(user: object, done: (error: unknown, jid?: string) => void): void {
  const { jid } = user as { jid?: unknown }
  if (typeof jid === 'string' && parsePreparedJid(jid)) done(null, jid)
  else
    done(
      new TypeError(
        "the user has no valid `jid`: for users from the app's own database, pass your own function to passport.serializeUser",
      ),
    )
}

/**
 * Restores the profile of the login from the bare JID in the session, without roles and vCard: rights are asked for, not
 * remembered (see {@link RoleReader}). Pass it to `passport.deserializeUser`.
 *
 * Calls `done` with false, not signed in, if the session holds anything else.
 *
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto'
 * import express from 'express'
 * import session from 'express-session'
 * import passport from 'passport'
 * import { deserializeUser, serializeUser, Strategy } from 'passport-xmpp-bosh'
 *
 * passport.use(new Strategy({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' }))
 * passport.serializeUser(serializeUser)
 * // Adds data of the app to the profile, at every request.
 * passport.deserializeUser((jid, done) => {
 *   deserializeUser(jid, (error, profile) => done(error, profile && { ...profile, theme: 'dark' }))
 * })
 *
 * const secret = randomBytes(32).toString('hex')
 * const app = express()
 * app.use(express.urlencoded({ extended: false }))
 * app.use(session({ secret, resave: false, saveUninitialized: false }))
 * app.use(passport.session())
 * app.post('/login', passport.authenticate('xmpp-bosh', { successRedirect: '/', failureRedirect: '/' }))
 * app.get('/', (req, res) => {
 *   res.json(req.user ?? null)
 * })
 * ```
 */
export function deserializeUser(jid: unknown, done: (error: unknown, user?: Profile | false) => void): void {
  const parsed = typeof jid === 'string' ? parsePreparedJid(jid) : undefined
  done(null, parsed ? profileOf({ username: parsed.local, domain: parsed.domain }) : false)
}

/**
 * Returns a {@link deserializeUser} that restores accounts of the given domains only. With several tenants, a session of
 * one tenant is otherwise good at every other.
 *
 * @param domains XMPP domain or domains, as in option `domain`; they are compared prepared
 * @throws {TypeError} if a domain is not valid, or none is given
 * @example
 * ```ts
 * import type { Request } from 'express'
 * import passport from 'passport'
 * import { deserializeUserOf } from 'passport-xmpp-bosh'
 *
 * // One for each tenant, created from the configuration of the app.
 * const restore = new Map([['www.example.com', deserializeUserOf('example.com')]])
 *
 * passport.deserializeUser((req: Request, jid: unknown, done: Parameters<ReturnType<typeof deserializeUserOf>>[1]) => {
 *   const ofTenant = restore.get(req.hostname)
 *   if (ofTenant) ofTenant(jid, done)
 *   else done(null, false)
 * })
 * ```
 */
export function deserializeUserOf(domains: string | readonly string[]): typeof deserializeUser {
  const prepared = new Set([domains].flat().map(preparedDomain))
  if (prepared.size === 0) throw new TypeError('`domains` must name at least one XMPP domain')
  // Two parameters: Passport passes the request to a function that has three.
  return (jid, done) =>
    deserializeUser(jid, (error, profile) => done(error, profile && prepared.has(profile.domain) ? profile : false))
}

function preparedDomain(value: unknown): string {
  const domain = typeof value === 'string' ? prepareConfiguredDomain(value) : undefined
  if (domain === undefined) throw new TypeError('`domains` must be XMPP domains, as in option `domain`')
  return domain.ascii
}
