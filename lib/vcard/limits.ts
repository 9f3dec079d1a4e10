/** Length of a text of a vCard, in characters (code points). */
export const MAX_TEXT_LENGTH = 200
/** Number of e-mail addresses of a vCard that are taken. */
export const MAX_EMAILS = 5
/** Length of an e-mail address, in characters (RFC 5321 §4.5.3.1, with its errata). */
export const MAX_EMAIL_LENGTH = 254
/** Size of the photo of a vCard, in bytes, decoded: as base64 it leaves room for the rest of the vCard in 64 KiB. */
export const MAX_PHOTO_BYTES = 48_000
/** Width and height of the photo of a vCard, in pixels. */
export const MAX_PHOTO_PIXELS = 1_024
