// Asks the app until the person has answered, and goes on then. Without scripts the page loads itself again.
{
  /** ms between two questions that were answered, and after one that failed */
  const PAUSE_MS = 500
  const AGAIN_MS = 3_000
  const { held, finish } = document.currentScript.dataset
  let asking = new AbortController()

  const pause = ms =>
    new Promise(resolve => {
      const timer = setTimeout(resolve, ms)
      asking.signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    })

  const isWaiting = async () => {
    const answer = await fetch(held, { headers: { Accept: 'application/json' }, signal: asking.signal })
    if (!answer.ok) throw new Error(`status ${answer.status}`)
    return (await answer.json()).state === 'waiting'
  }

  const watch = async () => {
    for (;;) {
      asking = new AbortController()
      let ms = PAUSE_MS
      try {
        if (!(await isWaiting())) return location.replace(finish)
      } catch {
        ms = asking.signal.aborted ? 0 : AGAIN_MS
      }
      await pause(ms)
    }
  }

  // A phone stops the questions of a page while the visitor is in another app, and may never answer them.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') asking.abort()
  })
  watch()
}
