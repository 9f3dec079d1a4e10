import type { Mechanism } from '../../sasl/mechanism-names'
import type { Node } from '../../xml/write'
import type { Attributes, HttpReply, Reply, StreamEnd } from '../protocol/reply'
import type { RoomHabits } from './room-habits'
import type { QueryHabits, StanzaHabits } from './stanza-habits'

/** Name and version that a server reports (XEP-0092). */
export interface Software {
  readonly name: string
  readonly version: string
}

/** Habits in which real servers differ. */
export interface Personality {
  readonly software: Software
  /** path of the BOSH URL */
  readonly path: string
  readonly http: HttpHabits
  readonly replies: ReplyHabits
  readonly sessions: SessionHabits
  readonly features: FeatureHabits
  readonly sasl: SaslHabits
  readonly registration: RegistrationHabits
  readonly stanzas: StanzaHabits
  readonly queries: QueryHabits
  readonly rooms: RoomHabits
}

/** Habits below BOSH. Pages of any origin may use every server. */
export interface HttpHabits {
  /** serves BOSH at every path */
  readonly anyPath: boolean
  /** headers of every reply, beside those for pages of other origins */
  readonly headers: Attributes
  /** `Content-Type` of a reply with XML */
  readonly xmlType: string
  /** headers of every reply that let pages read it */
  readonly cors: Attributes
  /** the reply names the origin that asks; otherwise it names all */
  readonly namesOrigin: boolean
  /** further headers of the reply to OPTIONS */
  readonly preflight: Attributes
  /** reply to GET */
  readonly page: HttpReply
  /** reply to HEAD; without one HEAD is answered as GET */
  readonly head: Reply | undefined
  /** reply to an unknown method */
  readonly otherMethod: Reply
  /** pages of other origins may read the reply to an unknown method */
  readonly sharesOtherMethod: boolean
  /** ms without a request until the server closes a connection; without a number the connection stays */
  readonly idleMs: number | undefined
  /** the end of a session closes every connection that ever carried it, even if another session waits on it */
  readonly closesWithSession: boolean
}

/**
 * Replies that are not stanzas. Values of attributes may hold `{sid}`, `{authid}`, `{domain}`, `{rid}` (of the request),
 * `{previous}` (the rid before it), `{wait}`, `{hold}`, `{requests}` and `{inactivity}`.
 */
export interface ReplyHabits {
  /** attributes of the reply that creates a session */
  readonly created: Attributes
  /** attributes of every later reply of the session */
  readonly every: Attributes
  /** further attributes of the reply to a restart */
  readonly restarted: Attributes
  /** attributes of the reply to a terminate, beside `type` */
  readonly ended: Attributes
  /** reply to a request that cannot be parsed */
  readonly malformed: Reply
  /** reply to a request without a rid */
  readonly withoutRid: Reply
  /** reply to a request of a session that the server does not have */
  readonly unknownSession: HttpReply
  /** reply to the creation for a domain that the server does not serve; without one it serves its own domain */
  readonly unknownDomain: HttpReply | undefined
  /** reply to a creation without `to`; without one it serves its own domain */
  readonly withoutDomain: HttpReply | undefined
  /** reply to a creation without `wait`; without one the server chooses a time */
  readonly withoutWait: HttpReply | undefined
  /** reply to a creation without `hold`; without one the server holds one request */
  readonly withoutHold: HttpReply | undefined
  /** reply to a creation when there are too many sessions */
  readonly full: HttpReply
}

/** Habits of keeping a BOSH session. */
export interface SessionHabits {
  /** form of a sid: a UUID, 40 hexadecimal digits, or 10 letters and digits */
  readonly sid: 'uuid' | 'hex' | 'short'
  /** s without a request until a session ends */
  readonly inactivity: number
  /** maximum s that a request is held */
  readonly maxWait: number
  /** s before the end of `wait` when a held request is answered */
  readonly early: number
  /** ms between two answers of a session, at least */
  readonly answerPause: number
  /** the features come with the second answer, not with the first */
  readonly hasLateFeatures: boolean
  /** a stream without a version begins with the first request after its creation, and has no features (RFC 6120 §4.7.5) */
  readonly needsVersion: boolean
  /** the domain of the creation is compared letter by letter */
  readonly comparesLetters: boolean
  /** grants the client's wish that no request is held; without `wait` it ends a session that then polls too soon */
  readonly grantsHoldZero: boolean
  /** a reply goes to the request that asked, and the held request gets an empty one; otherwise the held one gets the reply */
  readonly answersNewest: boolean
  /** a request that overtakes an empty one is stuck until the server has a stanza for the client */
  readonly parksEarly: boolean
  /** the first of several answers comes alone, and the others with the next reply */
  readonly givesFirstAlone: boolean
  /** stanzas that an idle session has not taken are delivered anew when it ends; otherwise they are lost */
  readonly reroutes: boolean
  /** a repeated request gets the same reply; otherwise it is held like an empty one, and the answer is lost */
  readonly repeatsReplies: boolean
  /** a restart that is repeated before its answer is done twice, so that the features come once more with the next answer */
  readonly repeatsRestart: boolean
  /** condition for a held request when another request ends the session; without one it gets the same reply */
  readonly otherRequest: string | undefined
  /** answers the stanzas of a request that restarts the stream or ends the session */
  readonly answersPayload: boolean
  /**
   * A terminate between the success and the restart ends the session, also with the features in the reply, or the session
   * `stays` until it is idle for too long.
   */
  readonly unrestartedEnd: 'ends' | 'ends-with-features' | 'stays'
}

/** Features of a stream, beside the mechanisms and the sign-up (RFC 6120 §4.3.2). */
export interface FeatureHabits {
  /** of a new stream */
  readonly first: readonly Node[]
  /** after the login */
  readonly restarted: readonly Node[]
  /** offers sign-up after the login, too */
  readonly registersAgain: boolean
}

/** Refusal of a SASL message: the condition of the failure, or a whole reply, which ends the session. */
export type SaslRefusal = string | HttpReply

/** Habits of SASL. */
export interface SaslHabits {
  /** mechanisms of the offer, in this order */
  readonly mechanisms: readonly Mechanism[]
  readonly names: NameHabits
  /** Returns a password as the server compares it, or `undefined` if it refuses to. */
  readonly password: (typed: string) => string | undefined
  /** refusal of a message that cannot be parsed, and of an empty password unless that is a wrong one */
  readonly undecodable: SaslRefusal
  /** an empty password is a wrong one */
  readonly comparesEmpty: boolean
  /** refusal of invalid base64 */
  readonly malformedBase64: SaslRefusal
  /** refusal of a name that no account can have */
  readonly badName: SaslRefusal
  /** refusal of a password of an account that cannot be prepared */
  readonly badPassword: SaslRefusal
  /** condition for a mechanism that is not offered */
  readonly unknownMechanism: string
  /** condition for `<abort/>`; without one there is no answer */
  readonly aborted: string | undefined
  /** the authzid of PLAIN is ignored, even if it names another account */
  readonly ignoresAuthzid: boolean
  /** SCRAM challenges a name without an account, with a salt that stays the same; otherwise it refuses at once */
  readonly challengesUnknown: boolean
  /** SCRAM accepts clients that could bind the channel (GS2 flag `y`, RFC 5802 §6) */
  readonly takesCapable: boolean
  /** iterations of SCRAM */
  readonly iterations: number
  /** SCRAM protects the list of offered mechanisms (XEP-0474) */
  readonly protectsOffer: boolean
  /**
   * A disabled account is refused at the `first` step, by SCRAM only after a right `proof` (by PLAIN as with a wrong
   * password), always as with a `wrong` password, or it is `admitted`.
   */
  readonly disabled: 'first' | 'proof' | 'wrong' | 'admitted'
  /** failures that one session may have, and the answer to the next one; without it there is no limit */
  readonly failures: { readonly allowed: number; readonly end: StreamEnd } | undefined
}

/** Preparation of user names. Each returns `undefined` for a name that no account can have. */
export interface NameHabits {
  /** name of a new account */
  readonly stored: (typed: string) => string | undefined
  /** name of the account that a login asks for */
  readonly asked: (typed: string) => string | undefined
  /** localpart that is bound */
  readonly bound: (typed: string) => string | undefined
}

/** Field of a data form (XEP-0004). */
export interface FormField {
  readonly name: string | undefined
  readonly type: string
  readonly label?: string
  readonly isRequired?: boolean
  readonly value?: string
}

/**
 * Judgement on what a form holds: `silent` gives no answer at all, `pretended` a result although nothing is changed, and
 * any other text is the condition of the refusal.
 */
export type Judgement = 'good' | 'silent' | 'pretended' | (string & {})

/** Habits of sign-up, change and removal (XEP-0077). */
export interface RegistrationHabits {
  readonly instructions: string
  /** tells the instructions outside a data form as well */
  readonly tellsInstructions: boolean
  /** the plain fields of the form, outside a data form */
  readonly fields: readonly string[]
  /** the data form; without one there are plain fields only */
  readonly form: { readonly title: string; readonly fields: readonly FormField[] } | undefined
  /** names of fields that have to be filled, beside name and password, and the condition if they are not */
  readonly required: { readonly names: readonly string[]; readonly condition: string }
  readonly captcha: 'picture' | 'sum'
  /** condition for plain fields where a captcha is demanded */
  readonly withoutCaptcha: string
  /** answers where sign-up is closed */
  readonly closed: { readonly form: string; readonly submit: Judgement; readonly remove: Judgement }
  /** condition for a name that no account can have */
  readonly badName: string
  /** longest values of fields, in characters, and the condition for a longer one */
  readonly tooLong: { readonly fields: Readonly<Record<string, number>>; readonly condition: string } | undefined
  /** condition for a sign-up without a name or a password, if it differs from that for an empty one; repeats nothing */
  readonly incomplete: string | undefined
  /** the form of a client that is logged in names its account (XEP-0077 §3.1.1) */
  readonly namesRegistered: boolean
  /** Judges the password of a new account, or the new password of an account. */
  readonly judge: (password: string | undefined, of: 'sign-up' | 'change') => Judgement
  /** condition for a change that names another account; an account that does not exist may be `created` by it */
  readonly otherAccount: { readonly existing: string; readonly missing: string | 'created' }
  /** a result repeats the query */
  readonly repeatsQuery: boolean
  /** an error repeats the query (RFC 6120 §8.3.1) */
  readonly repeatsRefused: boolean
  /** names the client as the addressee: after bind only, or a stranger too, by the domain */
  readonly addressee: 'none' | 'bound' | 'all'
  /** after the removal of an account: `answers` the request or not, then ends the stream */
  readonly removal: { readonly answers: boolean; readonly from?: string; readonly end: StreamEnd }
}
