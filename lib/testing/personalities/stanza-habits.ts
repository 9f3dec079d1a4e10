import type { StanzaFault } from '../protocol/stanza'

/** Habits of answering stanzas. */
export interface StanzaHabits {
  /** answers and copies name the client's own account: answers as their sender, copies as their addressee */
  readonly namesAccount: boolean
  /** an error repeats the children of the refused stanza (RFC 6120 §8.3.1) */
  readonly repeatsRefused: boolean
  /** a stanza in the name of another account ends the stream; otherwise the server corrects the name */
  readonly checksSender: boolean
  /** an element that is not a stanza ends the stream; otherwise it is ignored */
  readonly endsOnUnknown: boolean
  /** a stanza before bind gets an error, gets no answer, or ends the stream of a stranger and is ignored after the login */
  readonly unbound: StanzaFault | 'ends' | 'silent'
  /** a bind without a restart is done, done with the features before it, ends the stream, or gets no answer */
  readonly unrestarted: 'binds' | 'binds-with-features' | 'ends' | 'silent'
  /** binds for an iq of type get, too */
  readonly bindsOnGet: boolean
  /** the result of a bind names the client as its addressee */
  readonly addressesBound: boolean
  /** answers nothing until the client has asked for the session of RFC 3921, but sign-up as that of a stranger */
  readonly demandsSession: boolean
  /** keeps messages for accounts that are not available; otherwise it refuses them */
  readonly keepsMessages: boolean
  /** a message that asks for it is not kept, or only for some time (XEP-0334, XEP-0023) */
  readonly honoursHints: boolean
  /** kept messages come only with a first presence that is not negative; otherwise with any later one as well */
  readonly offersOnce: boolean
  readonly dropsHeadlines: boolean
  readonly refusesProbes: boolean
  /** sends the client its own unavailable presence */
  readonly echoesUnavailable: boolean
  /** answers an iq to a resource of the domain as the domain does */
  readonly servesDomainResources: boolean
  /** error for a stanza to another domain */
  readonly unreachable: StanzaFault
  /** error for a message to the domain */
  readonly messageToHost: StanzaFault
}

/** Habits of the services that clients ask by iq. */
export interface QueryHabits {
  /** the session of RFC 3921: answers a get as well, names the domain as its sender, repeats the element */
  readonly session: { readonly onGet: boolean; readonly fromHost: boolean; readonly isRepeated: boolean }
  /** errors of the roster: of another account, for a change without an item, and for an item that is not there */
  readonly roster: {
    readonly other: StanzaFault
    readonly withoutItem: StanzaFault
    readonly missingItem: StanzaFault | undefined
  }
  /** errors of service discovery: of another account, and for type set */
  readonly discovery: { readonly other: StanzaFault; readonly set: StanzaFault }
  /** error of a ping of type set */
  readonly pingSet: StanzaFault
  /** error of a query for the version; without one it is told (XEP-0092) */
  readonly version: StanzaFault | undefined
  /** tells the time (XEP-0202) */
  readonly tellsTime: boolean
  /** errors of vCards: when none is stored, and for a change of the domain's */
  readonly vCard: { readonly missing: StanzaFault | undefined; readonly host: StanzaFault | undefined }
  /** errors of private storage: of another account, and without an element */
  readonly storage: { readonly other: StanzaFault; readonly empty: StanzaFault }
}
