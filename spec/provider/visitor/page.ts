import type { IncomingHttpHeaders } from 'node:http'
import { JSDOM } from 'jsdom'

export interface Form {
  readonly action: string
  readonly method: string
  /** urlencoded */
  readonly body: string
}

/** An answer as a browser shows it. */
export interface Page {
  readonly url: URL
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** address of a redirect */
  readonly location: string | undefined
  readonly html: string
  /** visible text, with single spaces */
  readonly text: string
  /** addresses of the answers that led here, this one last */
  readonly way: readonly string[]
  /** address that the page leads to by itself, at once */
  readonly refresh: string | undefined
  /** form that a script of the page sends, filled in; `undefined`: there is none */
  readonly sentForm: Form | undefined
  /** Returns true when an element is there. */
  has(selector: string): boolean
  /** Returns the value of a field, or the text of another element; `undefined`: it is not there. */
  valueOf(selector: string): string | undefined
  /** Fills in a form. Throws when a field or the button is not there. */
  form(fields: Readonly<Record<string, string>>, button?: string): Form
}

/** Leads on without waiting. A page that waits shows something meanwhile. */
const AT_ONCE = /^0; *url=(.+)$/i
/** Marks a form that a script of the provider sends. */
const SENT = 'form[data-submit]'
const BUTTON = 'button:not([type=button]):not([type=reset]), input[type=submit]'

export function pageOf(way: readonly string[], status: number, headers: IncomingHttpHeaders, html: string): Page {
  const url = new URL(way.at(-1) ?? '')
  const isHtml = headers['content-type']?.startsWith('text/html') === true
  let parsed: Document | undefined
  const document = () => {
    parsed ??= new JSDOM(isHtml ? html : '', { url: url.href }).window.document
    return parsed
  }
  return {
    url,
    status,
    headers,
    location: headers.location,
    html,
    way,
    get text() {
      return (isHtml ? visibleText(document()) : html).replace(/\s+/g, ' ').trim()
    },
    get refresh() {
      if (!isHtml || !html.includes('http-equiv')) return undefined
      const content = document().querySelector('meta[http-equiv="refresh" i]')?.getAttribute('content') ?? ''
      return AT_ONCE.exec(content)?.[1]
    },
    get sentForm() {
      const isSent = isHtml && (html.includes('.submit()') || html.includes('data-submit'))
      const form = isSent ? (document().querySelector<HTMLFormElement>(SENT) ?? document().forms[0]) : undefined
      return form && filled(form, {})
    },
    has: selector => document().querySelector(selector) !== null,
    valueOf(selector) {
      const element = document().querySelector(selector)
      if (element === null) return undefined
      return 'value' in element ? String(element.value) : (element.textContent ?? '').trim()
    },
    form: (fields, button) => chosen(document(), fields, button),
  }
}

function visibleText(document: Document): string {
  const body = document.body.cloneNode(true) as HTMLElement
  for (const hidden of body.querySelectorAll('script, style, template')) hidden.remove()
  return body.textContent ?? ''
}

function chosen(document: Document, fields: Readonly<Record<string, string>>, selector = BUTTON): Form {
  const button = document.querySelector<HTMLButtonElement>(selector)
  if (!button?.form) throw new Error(`no form with ${selector} in ${document.body.innerHTML}`)
  return filled(button.form, fields, button)
}

function filled(form: HTMLFormElement, fields: Readonly<Record<string, string>>, button?: HTMLButtonElement): Form {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements.namedItem(name)
    if (field === null || !('value' in field)) throw new Error(`the form has no field ${name}: ${form.innerHTML}`)
    field.value = value
  }
  const view = form.ownerDocument.defaultView
  if (!view) throw new Error('a document without a window')
  const data = button ? new view.FormData(form, button) : new view.FormData(form)
  return {
    action: button?.getAttribute('formaction') ?? form.action,
    method: form.method,
    body: String(new URLSearchParams([...data].map(([name, value]) => [name, String(value)]))),
  }
}
