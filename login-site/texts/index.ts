import type { Request, RequestHandler } from 'express'
import { de } from './de'
import { en } from './en'
import { isolated } from './isolated'
import type { Texts } from './texts'

export type { Texts }

/** Name of a message. */
export type MessageCode = keyof typeof en.messages

/** A message to a visitor, in whichever language the visitor reads. */
export interface Message {
  readonly code: MessageCode
  /** name or domain in the message */
  readonly value?: string
}

/** The languages by their tag (BCP 47). The first one is for visitors who read none of them. */
export const LANGUAGES = { en, de } as const

type Language = keyof typeof LANGUAGES
const TAGS = Object.keys(LANGUAGES) as Language[]

/** Chooses the language of a request by its `Accept-Language`. Templates find the texts as `t`. */
export const chooseLanguage: RequestHandler = (req, res, next) => {
  const language = languageOf(req.acceptsLanguages(TAGS))
  const texts: Texts = LANGUAGES[language]
  Object.assign(res.locals, {
    language,
    t: texts,
    // Templates show a message by its code.
    say: (message: Message) => messageIn(texts, message),
    // Put around a name in the middle of a text.
    isolated,
    readable: (time: Date) => texts.common.utc(TIMES[language].format(time)),
  })
  next()
}

/** Returns the texts that {@link chooseLanguage} has chosen. */
export function textsOf({ locals }: { readonly locals: Record<string, unknown> }): Texts {
  return (locals['t'] as Texts | undefined) ?? en
}

/** Returns the tag of the language that {@link chooseLanguage} has chosen. */
export function languageTagOf({ res }: Request): string {
  return (res?.locals['language'] as Language | undefined) ?? 'en'
}

/** Returns a message in one language. */
export function messageIn({ messages }: Texts, { code, value = '' }: Message): string {
  const text = messages[code]
  return typeof text === 'string' ? text : text(isolated(value))
}

function languageOf(tag: string | false): Language {
  return TAGS.find(known => known === tag) ?? 'en'
}

// UTC, since a page without scripts does not know the visitor's time zone. A script shows the visitor's own time.
const utcTimes = (tag: string) =>
  new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
const TIMES: Readonly<Record<Language, Intl.DateTimeFormat>> = { en: utcTimes('en-GB'), de: utcTimes('de') }
