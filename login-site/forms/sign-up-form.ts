import { createHash } from 'node:crypto'
import type { SignUpForm } from '../auth/accounts'
import type { Seal } from '../protection/seal'

/** A sign-up form as a page has it. */
export interface ShownForm {
  readonly form: Omit<SignUpForm, 'captcha'>
  readonly captcha: { readonly type: string; readonly url?: string; readonly digest?: string } | undefined
}

/** Values of the hidden fields with which a sign-up form comes back. */
export interface CarriedForm {
  /** the form, sealed: its state names the captcha */
  readonly state: string
  /** the captcha's picture in base64, as the page shows it */
  readonly picture?: string | undefined
}

/** bytes. A larger picture is not carried: after a mistake, the visitor gets a new one. */
const MAX_PICTURE_BYTES = 24 * 1024
/** ms. Lifetime of a form without a captcha. */
const LIFETIME_MS = 2 * 60 * 60 * 1000

/** Returns a form for the browser to carry. It needs neither a session nor a store, so two tabs have two forms. */
export async function carry({ captcha, ...form }: SignUpForm, seal: Seal): Promise<CarriedForm> {
  const picture = captcha?.image && Buffer.from(captcha.image)
  const shown: ShownForm = {
    form,
    captcha: captcha && {
      type: captcha.type,
      ...(captcha.url !== undefined && { url: captcha.url }),
      ...(picture && { digest: digestOf(picture) }),
    },
  }
  const { expiresAt } = form.state
  // A lifetime of 0 would be endless.
  const lifetime = expiresAt === null ? LIFETIME_MS : Math.max(1, expiresAt - Date.now())
  const isCarried = picture && picture.length <= MAX_PICTURE_BYTES
  return { state: await seal.close(shown, lifetime), ...(isCarried && { picture: picture.toString('base64') }) }
}

/** Returns the form that came back; `undefined` if it is too old or not of this app. */
export async function carried(state: unknown, seal: Seal): Promise<ShownForm | undefined> {
  // Sealed by this app, so it is a form.
  return (await seal.open(state)) as ShownForm | undefined
}

/** Returns the picture that came back with a form, if it is the one that the form was shown with. */
export function carriedPicture(picture: unknown, { captcha }: ShownForm): string | undefined {
  if (typeof picture !== 'string' || captcha?.digest === undefined) return undefined
  return digestOf(Buffer.from(picture, 'base64')) === captcha.digest ? picture : undefined
}

function digestOf(picture: Buffer): string {
  return createHash('sha256').update(picture).digest('base64')
}
