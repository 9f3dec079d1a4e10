import type { Account } from 'passport-xmpp-bosh'
import { type Card, isPictureType, type Picture } from '../stores/cards/cards'
import { profileOf } from './profile'

/** The part of a login that may have come from a vCard. */
interface Described {
  readonly displayName?: string | undefined
  readonly photos?: readonly { readonly value: string }[] | undefined
  readonly emails?: readonly { readonly value: string }[] | undefined
}

/** Returns the card of a visitor whom Passport has just signed in. */
export function cardOfUser({ jid, ...described }: Express.User): Card | undefined {
  return cardOf(jid, described)
}

/** Returns the card of an account, after its password was verified. */
export function cardOfAccount({ jid, vcard }: Pick<Account, 'jid' | 'vcard'>): Card | undefined {
  return vcard && cardOf(jid, vcard)
}

function cardOf(jid: string, { displayName, photos = [], emails = [] }: Described): Card | undefined {
  // Without a vCard, the name is that of the account, which the pages know anyway.
  const name = displayName === profileOf(jid).displayName ? undefined : displayName
  const picture = pictureIn(photos[0]?.value)
  const email = emails[0]?.value
  const isEmpty = name === undefined && picture === undefined && email === undefined
  return isEmpty ? undefined : { name, picture, ...(email !== undefined && { email }) }
}

/** Reads a picture that the library has checked: its type is that of its content. */
function pictureIn(url: string | undefined): Picture | undefined {
  const [head = '', data] = url?.split(',', 2) ?? []
  const type = /^data:(image\/[a-z]+);base64$/.exec(head)?.[1]
  if (!isPictureType(type) || data === undefined) return undefined
  // Without the pool of Node, of which a small picture would keep 8 KiB.
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(data, 'base64'))
  bytes.write(data, 'base64')
  return { type, bytes }
}
