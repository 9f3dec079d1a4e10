import express from 'express'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/**
 * Ends a session of this app when its visitor signs out at the provider. `store` is the store of express-session: it also
 * keeps which session belongs to which `sid` of the provider, so that every process of the app can end it.
 */
export function createBackChannelLogout({ store, issuer, jwksUri, clientId }) {
  const keys = createRemoteJWKSet(new URL(jwksUri))
  const keyOf = sid => `sid:${sid}`

  return {
    /** Call this after a sign-in, with the claim `sid` of the ID token. */
    remember(req, sid) {
      store.set(keyOf(sid), { cookie: req.session.cookie, sessionID: req.sessionID })
    },

    /** Handlers of the address that the provider calls. */
    handlers: [
      express.urlencoded({ extended: false }),
      async (req, res) => {
        res.set('Cache-Control', 'no-store')
        try {
          const { sid } = await claimsOf(req.body?.logout_token)
          await end(sid)
          res.sendStatus(200)
        } catch {
          res.sendStatus(400)
        }
      },
    ],
  }

  // OpenID Connect Back-Channel Logout 1.0 §2.6
  async function claimsOf(token) {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: clientId,
      typ: 'logout+jwt',
      maxTokenAge: '2 minutes',
      requiredClaims: ['sid', 'jti'],
    })
    if (!payload.events?.[EVENT] || 'nonce' in payload) throw new Error('not a logout token')
    return payload
  }

  function end(sid) {
    return new Promise((resolve, reject) => {
      store.get(keyOf(sid), (error, known) => {
        if (error || !known) return error ? reject(error) : resolve()
        store.destroy(keyOf(sid))
        store.destroy(known.sessionID, error => (error ? reject(error) : resolve()))
      })
    })
  }
}
