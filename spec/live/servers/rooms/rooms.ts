import type { LiveServer } from '../live-server'

export type Affiliation = 'owner' | 'admin' | 'member' | 'outcast' | 'none'

/** Affiliations by bare JID. */
export type Affiliations = Readonly<Record<string, Affiliation>>

export interface RoomSettings {
  readonly affiliations: Affiliations
  readonly isPersistent?: boolean
  readonly isMembersOnly?: boolean
  /** hides the JIDs of the members from one another */
  readonly isAnonymous?: boolean
}

/** Service of rooms in which no client can make one. */
export const CLOSED = 'rooms.localhost'

/** Service of rooms in which every client can make one. */
export const OPEN = 'open.localhost'

/** Password of every account that owns a room. */
export const PASSWORD = 'correct horse battery'

/** A server with both services, and with vCards. Rooms are named by their bare JIDs. */
export interface RoomServer extends LiveServer {
  /** Makes a room: hidden, and by default persistent, members-only and non-anonymous. */
  makeRoom(room: string, settings: RoomSettings): Promise<void>
  /** Changes affiliations, however many. */
  grant(room: string, affiliations: Affiliations): Promise<void>
  destroyRoom(room: string): Promise<void>
}
