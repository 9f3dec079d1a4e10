import { urlencoded } from 'express'

/** Reads a form of flat fields, of a size that a person fills in. */
export const form = urlencoded({ extended: false, limit: '16kb', parameterLimit: 40 })
