import type { Request, Response } from 'express'
import type { FailureInfo } from 'passport-xmpp-bosh'
import { attemptFailed } from '../protection/rate-limits'
import { sessionOf, signIn } from '../sessions/signed-in'
import type { Generations } from '../stores/revocations'
import type { Auth } from './auth'
import type { Refusal } from './refusals'

/** Signs in who the user name and the password of the body prove to be, or says why not. Rejects when nobody knows. */
export type PasswordLogin = (req: Request, res: Response) => Promise<Refusal | undefined>

export function passwordLogin(passport: Auth['passport'], generations: Generations): PasswordLogin {
  return async (req, res) => {
    // Before the password is proved: if it is changed meanwhile, it was the old one.
    const generation = await generations.now()
    const answer = async (
      error: unknown,
      user?: Express.User | false,
      info?: Partial<FailureInfo> & { mechanism?: string },
      status?: number,
    ): Promise<Refusal | undefined> => {
      if (error) throw error
      if (user) {
        // The session before is over as after signing out, whatever request still has it.
        if (req.user) await generations.end(sessionOf(req))
        await signIn(req, user, { mechanism: info?.mechanism ?? '', generation })
        return undefined
      }
      attemptFailed(res)
      const { code = 'invalid-credentials', message: text = 'You cannot sign in.' } = info ?? {}
      return { code, status: status ?? 401, text }
    }
    return new Promise((resolve, reject) => {
      passport.authenticate('xmpp-bosh', (...given: Parameters<typeof answer>) => {
        answer(...given).then(resolve, reject)
      })(req, res, reject)
    })
  }
}
