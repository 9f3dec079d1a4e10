// Shows times in the visitor's time zone and language. Without scripts they stay in UTC, which their text says.
{
  const { lang } = document.documentElement
  const format = new Intl.DateTimeFormat(lang === 'en' ? navigator.language : lang, {
    dateStyle: 'medium',
    timeStyle: 'short',
  })
  for (const time of document.querySelectorAll('time[datetime]')) {
    time.title = time.textContent
    time.textContent = format.format(new Date(time.dateTime))
  }
}
