import type { RequestHandler } from 'express'
import { en } from './en'

/** All texts of one language: the same ones as in English. */
export type Texts = Translated<typeof en>

type Translated<T> = {
  readonly [Key in keyof T]: T[Key] extends string
    ? string
    : T[Key] extends (...given: infer Given) => string
      ? (...given: Given) => string
      : Translated<T[Key]>
}

/** Name of a message. */
export type MessageCode = keyof typeof en.messages

/** A message to a visitor, in whichever language the visitor reads. */
export interface Message {
  readonly code: MessageCode
  /** name or domain in the message */
  readonly value?: string
}

const LANGUAGES: Readonly<Record<string, Texts>> = { en }

/** Chooses the language of a request by its `Accept-Language`. Templates find the texts as `t`. */
export const chooseLanguage: RequestHandler = (req, res, next) => {
  const language = req.acceptsLanguages(Object.keys(LANGUAGES)) || 'en'
  res.vary('Accept-Language')
  res.locals['language'] = language
  res.locals['t'] = LANGUAGES[language] ?? en
  // Templates show a message by its code.
  res.locals['say'] = (message: Message) => messageIn(LANGUAGES[language] ?? en, message)
  next()
}

/** Returns a message in one language. */
export function messageIn({ messages }: Texts, { code, value = '' }: Message): string {
  const text = messages[code]
  return typeof text === 'string' ? text : text(value)
}
