import type { en } from './en'

/** All texts of one language: the same ones as in English. */
export type Texts = Translated<typeof en>

type Translated<T> = {
  readonly [Key in keyof T]: T[Key] extends string
    ? string
    : T[Key] extends (...given: infer Given) => string
      ? (...given: Given) => string
      : Translated<T[Key]>
}
