/** Name of a variable. */
export type Variable = string

export type Environment = Readonly<Record<string, string | undefined>>
