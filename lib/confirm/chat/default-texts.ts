import type { ConfirmTexts } from '../texts'

const ENGLISH: ConfirmTexts = {
  question:
    'Sign in to {site}? Answer with the number that your browser shows.\nAsked from: {place}\nNot you? Answer "no". Use only a number that you see on the page of {site} itself, never one from a mail or a chat. Answer STOP to end these questions.',
  questionAfterCode:
    'You sent a code of {site}. To sign in there, answer with the number that the page with the code shows.\nThe page was opened from: {place}\nNot you? Answer "no".',
  accepted: 'Confirmed. Your browser continues at {site}.',
  signedIn: 'You are signed in to {site}.\nFrom: {place}\nNot you? Answer STOP.',
  denied: 'Refused: your account was not signed in to {site}.',
  wrongNumber: 'Wrong number: your account was not signed in to {site}. If it was you, start again in your browser.',
  stopped: 'Stopped. {site} sends you no questions for 24 hours.',
  notStopped:
    '{site} sends you no questions for 24 hours, but could not end your sessions. Answer STOP again in a minute.',
  late: 'This answer came too late. If your browser still waits, send it again. Otherwise start again in your browser.',
  several: 'Several browsers wait for you. Answer with the number that yours shows.',
  wrongCode: 'This code is not valid. Send the code that your browser shows now.',
  notAllowed: 'Your account cannot sign in to {site}.',
  help: 'To sign in to {site}, answer with the number that your browser shows. To refuse, answer "no".',
  encrypted: '{site} cannot read encrypted messages. Switch encryption off in this chat and send your answer again.',
}

const GERMAN: ConfirmTexts = {
  question:
    'Bei {site} anmelden? Antworte mit der Zahl, die dein Browser zeigt.\nAngefragt von: {place}\nDas warst nicht du? Antworte mit „nein“. Verwende nur eine Zahl, die du auf der Seite von {site} selbst siehst, nie eine aus einer Mail oder einem Chat. Mit STOP enden diese Fragen.',
  questionAfterCode:
    'Du hast einen Code von {site} gesendet. Um dich dort anzumelden, antworte mit der Zahl, die die Seite mit dem Code zeigt.\nDie Seite wurde geöffnet von: {place}\nDas warst nicht du? Antworte mit „nein“.',
  accepted: 'Bestätigt. In deinem Browser geht es bei {site} weiter.',
  signedIn: 'Du bist bei {site} angemeldet.\nVon: {place}\nDas warst nicht du? Antworte mit STOP.',
  denied: 'Abgelehnt: Dein Konto wurde nicht bei {site} angemeldet.',
  wrongNumber:
    'Falsche Zahl: Dein Konto wurde nicht bei {site} angemeldet. Wenn du es warst, beginne im Browser noch einmal.',
  stopped: 'Beendet. {site} stellt dir 24 Stunden lang keine Fragen.',
  notStopped:
    '{site} stellt dir 24 Stunden lang keine Fragen, konnte deine Sitzungen aber nicht beenden. Antworte in einer Minute noch einmal mit STOP.',
  late: 'Diese Antwort kam zu spät. Wenn dein Browser noch wartet, sende sie noch einmal. Sonst beginne im Browser von vorn.',
  several: 'Mehrere Browser warten auf dich. Antworte mit der Zahl, die deiner zeigt.',
  wrongCode: 'Dieser Code ist nicht gültig. Sende den Code, den dein Browser jetzt zeigt.',
  notAllowed: 'Dein Konto kann sich bei {site} nicht anmelden.',
  help: 'Um dich bei {site} anzumelden, antworte mit der Zahl, die dein Browser zeigt. Zum Ablehnen antworte mit „nein“.',
  encrypted:
    '{site} kann verschlüsselte Nachrichten nicht lesen. Schalte die Verschlüsselung in diesem Chat aus und sende deine Antwort noch einmal.',
}

/** Names of all texts. */
export const TEXT_NAMES = Object.keys(ENGLISH) as readonly (keyof ConfirmTexts)[]

/** Returns the built-in texts for a language tag (RFC 5646): German or English. */
export function defaultTexts(language: string | undefined): ConfirmTexts {
  return /^de(?:-|$)/i.test(language ?? '') ? GERMAN : ENGLISH
}

/** Fills a text in. A line that names the place is left out if the place is unknown. */
export function filled(text: string, values: { readonly site: string; readonly place: string | undefined }): string {
  const lines = text.split('\n').filter(line => values.place !== undefined || !line.includes('{place}'))
  return lines.join('\n').replace(/\{(site|place)\}/g, (_, name: 'site' | 'place') => values[name] ?? '')
}
