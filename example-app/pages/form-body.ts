import { urlencoded } from 'express'

/** Reads a form of flat fields, as large as a person fills in. */
export const formBody = urlencoded({ extended: false, limit: '16kb', parameterLimit: 40 })
