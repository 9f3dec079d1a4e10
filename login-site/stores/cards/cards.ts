/** Part of a visitor's vCard that pages show. The visitor chose it: it proves nothing. */
export interface Card {
  readonly name?: string | undefined
  readonly picture?: Picture | undefined
  /** An address that nothing has verified. These stores do not keep it; an app that needs it does. */
  readonly email?: string | undefined
}

export interface Picture {
  readonly type: PictureType
  readonly bytes: Buffer
}

/** Types of pictures that the library lets through, with the ending of their files. */
export const PICTURE_TYPES = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/gif': 'gif' } as const

export type PictureType = keyof typeof PICTURE_TYPES

export function isPictureType(type: unknown): type is PictureType {
  return typeof type === 'string' && Object.hasOwn(PICTURE_TYPES, type)
}

/** The part of a card that every page needs. */
export interface CardHead {
  readonly name?: string | undefined
  readonly hasPicture: boolean
}

/**
 * The cards of signed-in sessions. Each goes with its session, in whichever way that ends. They are not in the session
 * itself, which every request reads: a picture is a hundred times as large.
 */
export interface Cards {
  /** Keeps the card of a session. @param idleMs ms that the session lives without a request */
  keep(sid: string, card: Card, idleMs: number): Promise<void>
  head(sid: string): Promise<CardHead>
  picture(sid: string): Promise<Picture | undefined>
  /** Forgets the cards of sessions that may go on being stored. */
  forget(sids: readonly string[]): Promise<void>
}
