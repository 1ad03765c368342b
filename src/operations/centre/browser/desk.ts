// Keys of the operator's desk: they press what is on the page, so what they may do is what the page offers.

const links = () => [...document.querySelectorAll<HTMLAnchorElement>('#desk-queue .desk-list a[href]')]

function move(step: 1 | -1): void {
  const all = links()
  const at = all.findIndex((link) => link.getAttribute('aria-current') === 'true')
  const next = all[Math.max(0, Math.min(all.length - 1, at + step))]
  if (next && at !== all.indexOf(next)) next.click()
}

const press = (id: string) => document.querySelector<HTMLElement>(`#${id} :is(a, button)`)?.click()

const deeds: Record<string, () => void> = {
  j: () => move(1),
  k: () => move(-1),
  n: () => press('desk-take'),
  g: () => press('desk-assign'),
  d: () => document.getElementById('desk-reason')?.focus(),
  '?': () => {
    const help = document.querySelector<HTMLDetailsElement>('#desk-keys details')
    if (!help) return
    help.open = true
    help.querySelector('summary')?.focus()
  },
}

document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof Element && event.target.matches('input, textarea, select, [contenteditable]')
  if (typing || event.ctrlKey || event.altKey || event.metaKey) return
  const deed = deeds[event.key.toLowerCase()]
  if (!deed) return
  event.preventDefault()
  deed()
})
