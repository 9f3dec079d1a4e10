import { startEjabberd } from './ejabberd.js'
import { startProsody } from './prosody.js'
import { startSlapd } from './slapd.js'

const STARTS = { ejabberd: startEjabberd, prosody: startProsody, slapd: startSlapd }

/** Starts a server of the plan (measure/plan.js). */
export const startServer = ({ kind, ...options }) => STARTS[kind](options)
