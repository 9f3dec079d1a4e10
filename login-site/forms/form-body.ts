import { type RequestHandler, urlencoded } from 'express'

/** Reads a form of flat fields, as large as a person fills in. */
export const formBody: RequestHandler = urlencoded({ extended: false, limit: '16kb', parameterLimit: 40 })

/** Reads a sign-up form, which carries its picture. */
export const signUpBody: RequestHandler = urlencoded({ extended: false, limit: '64kb', parameterLimit: 50 })
