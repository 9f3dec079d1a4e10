/** ms. A page that comes sooner needs no sign of work. */
const VISIBLE_AFTER_MS = 400

/** Submitted forms whose answer is awaited, with what restores them. */
const busy = new Map()

/** Announces the work to people who do not see the button. */
function liveRegion() {
  const region = document.createElement('p')
  region.setAttribute('role', 'status')
  region.className = 'working'
  document.querySelector('main')?.append(region)
  return region
}

function show(form, button) {
  const words = form.dataset.working ?? document.body.dataset.working
  if (!words) return () => {}
  const region = liveRegion()
  region.textContent = words
  const label = button?.textContent
  if (button) button.textContent = words
  return () => {
    region.remove()
    if (button) button.textContent = label
  }
}

function begin(form, button) {
  let restore = () => {}
  const timer = setTimeout(() => {
    restore = show(form, button)
  }, VISIBLE_AFTER_MS)
  form.setAttribute('aria-busy', 'true')
  busy.set(form, () => {
    clearTimeout(timer)
    form.removeAttribute('aria-busy')
    restore()
  })
}

function reset() {
  for (const restore of busy.values()) restore()
  busy.clear()
}

document.addEventListener('submit', event => {
  const { target: form, submitter } = event
  if (event.defaultPrevented) return
  // The request of the first press is on its way. A second one would make the browser drop its answer.
  if (busy.has(form)) event.preventDefault()
  else begin(form, submitter)
})

// The browser shows a page again as it left it, or the visitor has stopped the request.
addEventListener('pageshow', reset)
addEventListener('keydown', event => {
  if (event.key === 'Escape') reset()
})
