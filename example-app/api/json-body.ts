import express, { type RequestHandler } from 'express'
import { Problem } from './problems'

const requireJson: RequestHandler = (req, _res, next) => {
  // `null` means that there is no body. An empty one has no type.
  const isOther = req.is('application/json') === false && req.headers['content-length'] !== '0'
  next(isOther ? new Problem(415, 'unsupported-media-type', 'Send JSON, as application/json.') : undefined)
}

/** Reads a JSON object, as large as a form that a person fills in. */
export const jsonBody: RequestHandler[] = [requireJson, express.json({ limit: '16kb', type: 'application/json' })]
