// Runs in the browser apart from any page: shows what arrives, and leads to the page that it is about.
self.addEventListener('push', (event) => {
  const { title, body, url, tag, language, grave } = event.data?.json() ?? {}
  const options = { body, tag, lang: language, requireInteraction: grave === true, data: { url } }
  event.waitUntil(self.registration.showNotification(title ?? 'Trầm Hương', options))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const url = new URL(event.notification.data?.url ?? '/thong-bao', self.location.origin)
  if (url.origin !== self.location.origin) return
  event.waitUntil(
    self.clients.matchAll({ type: 'window' }).then(async ([open]) => {
      if (!open) return self.clients.openWindow(url.href)
      await open.focus()
      return open.navigate(url.href)
    }),
  )
})
