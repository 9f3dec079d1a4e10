import { MAX_LANGUAGE_LENGTH } from './limits'

const TAG = /^[A-Za-z][A-Za-z0-9-]*$/

/** Returns a language tag (RFC 5646), or `undefined` for anything else. */
export function languageOf(tag: unknown): string | undefined {
  return typeof tag === 'string' && tag.length <= MAX_LANGUAGE_LENGTH && TAG.test(tag) ? tag : undefined
}
