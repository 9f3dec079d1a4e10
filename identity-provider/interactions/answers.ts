import type { Request } from 'express'
import type { TakeProfile } from '../claims/take-profile'
import type { Interaction, Provider } from '../provider/oidc'
import type { Found } from './find'

/** Mechanism that the site notes for a sign-in with an XMPP app */
const CONFIRM = 'xmpp-confirm'

/** Answers interactions. Each function returns the address at which oidc-provider goes on. */
export interface Answers {
  /** The visitor is signed in at the site. */
  signedIn(found: Found, req: Request, accountId: string): Promise<string>
  consented(found: Found): Promise<string>
  refused(found: Found, error: string, description: string): Promise<string>
}

export interface AnswersOptions {
  readonly provider: Pick<Provider, 'Grant' | 'Session'>
  /** Ends a provider session. */
  readonly endSession: (uid: string) => Promise<unknown>
  readonly takeProfile: TakeProfile
}

export function createAnswers({ provider, endSession, takeProfile }: AnswersOptions): Answers {
  return {
    async signedIn(found, req, accountId) {
      await leaveOther(found, accountId, endSession)
      await takeProfile(req, accountId)
      const { since = Date.now(), mechanism } = req.session.login ?? {}
      const amr = [mechanism === CONFIRM ? 'xmpp' : 'pwd']
      // Without the answers to earlier questions of the request: they were for another sign-in.
      return answer(found.interaction, { login: { accountId, amr, ts: Math.floor(since / 1_000), remember: true } })
    },
    async consented({ interaction }) {
      const grantId = await saveGrant(provider, interaction)
      // The sign-in of this request counts again, or `prompt=login` would ask for it once more.
      return answer(interaction, { ...interaction.lastSubmission, consent: { grantId } })
    },
    refused: ({ interaction }, error, description) => answer(interaction, { error, error_description: description }),
  }
}

/**
 * Lets a request that began in the session of another account, or in one that has ended, go on in a new session. oidc-provider
 * would end the other one by a form in the browser, and refuse to go on without the one that has ended.
 */
async function leaveOther(
  { interaction, isInSession }: Found,
  accountId: string,
  endSession: AnswersOptions['endSession'],
): Promise<void> {
  const { session } = interaction
  if (!session || (isInSession && session.accountId === accountId)) return
  await endSession(session.uid)
  // Its grant is of the other session.
  Object.assign(interaction, { session: undefined, grantId: undefined, lastSubmission: undefined })
}

async function answer(interaction: Interaction, result: NonNullable<Interaction['result']>): Promise<string> {
  interaction.result = result
  await interaction.persist()
  return interaction.returnTo
}

/** Grants the scopes of the question. A session that has ended gets no grant any more. */
async function saveGrant(
  provider: AnswersOptions['provider'],
  { grantId, session, params, prompt }: Interaction,
): Promise<string> {
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId)
  const owner = { ...(session && { accountId: session.accountId }), clientId: String(params['client_id']) }
  const grant = known ?? new provider.Grant(owner)
  const { missingOIDCScope, missingResourceScopes } = prompt.details as MissingParts
  if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '))
  for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.join(' '))
  }
  const id = await grant.save()
  // The session may have ended while the grant was saved: then its end has not seen this one, and nothing else would end it.
  if (session && !(await provider.Session.findByUid(session.uid))) await grant.destroy()
  return id
}

/** Details of a question for consent. */
export interface MissingParts {
  readonly missingOIDCScope?: readonly string[]
  readonly missingResourceScopes?: Readonly<Record<string, readonly string[]>>
}
