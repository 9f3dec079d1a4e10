import express, { type RequestHandler } from 'express'
import { Problem } from './problems'

const onlyJson: RequestHandler = (req, _res, next) => {
  // `null`: there is no body at all.
  const isOther = req.is('application/json') === false
  next(isOther ? new Problem(415, 'unsupported-media-type', 'Send JSON, as application/json.') : undefined)
}

/** Reads an object of the size of a form that a person fills in. */
export const json: RequestHandler[] = [onlyJson, express.json({ limit: '16kb', type: 'application/json' })]
