import type { Request, Response } from 'express'
import type { FailureInfo } from 'passport-xmpp-bosh'
import { markFailedAttempt } from '../protection/rate-limits'
import { cardOfUser } from '../sessions/card'
import { type SessionStores, signIn } from '../sessions/signed-in'
import type { Auth } from './auth'
import type { Refusal } from './refusals'

/**
 * Verifies the user name and the password in the body and signs the visitor in. Resolves to the refusal if the server
 * rejects them. Rejects if the outcome is unknown.
 */
export type PasswordLogin = (req: Request, res: Response) => Promise<Refusal | undefined>

export function passwordLogin(passport: Auth['passport'], stores: SessionStores): PasswordLogin {
  return async (req, res) => {
    // Read before the password is verified: a password change in the meantime then ends this login too.
    const revocation = await stores.revocations.latest()
    const answer = async (
      error: unknown,
      user?: Express.User | false,
      info?: Partial<FailureInfo> & { mechanism?: string },
      status?: number,
    ): Promise<Refusal | undefined> => {
      if (error) throw error
      if (user) {
        const { mechanism = '' } = info ?? {}
        await signIn(stores, req, user, {
          mechanism,
          revocation,
          stay: req.body?.stay === 'on',
          card: cardOfUser(user),
        })
        return undefined
      }
      markFailedAttempt(res)
      const { code = 'invalid-credentials' } = info ?? {}
      const message = status === 400 ? 'sign-in.missing-credentials' : 'sign-in.refused'
      return { code, status: status ?? 401, message }
    }
    return new Promise((resolve, reject) => {
      passport.authenticate('xmpp-bosh', (...given: Parameters<typeof answer>) => {
        answer(...given).then(resolve, reject)
      })(req, res, reject)
    })
  }
}
