import type { Request, Response } from 'express'
import { accountOf } from '../claims/account'
import type { SubjectOf } from '../claims/pairwise'
import type { Interaction, Provider, RegisteredClient } from '../provider/oidc'
import { BEGAN } from '../provider/policy'
import type { Asked, Visitor } from './decision'

/** An interaction, with the client that it is for. */
export interface Found {
  readonly interaction: Interaction
  readonly client: RegisteredClient
  /** The provider session that it began in has not ended. */
  readonly isInSession: boolean
}

/** Finds interactions. */
export interface Interactions {
  /** Returns the interaction of this browser: its cookie, which is signed, must name the same one as the address. */
  ofBrowser(req: Request, res: Response): Promise<Found | undefined>
  /** Returns an interaction by its id alone, for facts that another browser may know as well. */
  byId(uid: string): Promise<Found | undefined>
}

export function createInteractions(provider: Provider): Interactions {
  const byId = async (uid: string): Promise<Found | undefined> => {
    const interaction = await provider.Interaction.find(uid)
    if (!interaction) return undefined
    const { params, session } = interaction
    const client = await provider.Client.find(String(params['client_id']))
    const current = session && (await provider.Session.findByUid(session.uid))
    const isInSession = current !== undefined && current.accountId === session?.accountId
    return client && { interaction, client, isInSession }
  }
  return {
    byId,
    async ofBrowser(req, res) {
      const uid: unknown = req.params['uid']
      const cookie = provider.createContext(req, res).cookies.get(provider.cookieName('interaction'), { signed: true })
      return typeof uid === 'string' && cookie === uid ? byId(uid) : undefined
    },
  }
}

/** Describes an interaction. */
export function askedBy({ interaction, client, isInSession }: Found, subjectOf: SubjectOf): Asked {
  const { prompt, params, session, iat } = interaction
  const began = prompt.details[BEGAN]
  const maxAge = params['max_age']
  const hinted = subjectIn(params['id_token_hint'])
  return {
    prompt: prompt.name,
    prompts: String(params['prompt'] ?? '').split(' '),
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
    beganAt: typeof began === 'number' ? began : 1_000 * iat,
    isHinted: hinted === undefined ? undefined : accountId => subjectOf(accountId, client) === hinted,
    accountId: isInSession ? session?.accountId : undefined,
  }
}

/** Returns the subject of an ID token. oidc-provider has verified its signature before the interaction began. */
function subjectIn(token: unknown): string | undefined {
  if (typeof token !== 'string') return undefined
  const [, payload = ''] = token.split('.')
  const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub?: unknown }
  return String(sub)
}

/** Describes the signed-in visitor of a request. */
export function visitorOf({ user, session }: Pick<Request, 'user' | 'session'>): Visitor | undefined {
  return user && session.login && { accountId: accountOf(user), since: session.login.since }
}
