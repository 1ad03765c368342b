// J and K move over the rows of the first list that has links, Enter opens (the focus is on the row's own link), ? opens the
// help on keys. Nothing is taken while somebody types.

function rowLinks(): HTMLAnchorElement[] {
  const body = [...document.querySelectorAll('.table tbody')].find((each) => each.querySelector('th a[href]'))
  return [...(body?.querySelectorAll<HTMLAnchorElement>('tr > th a[href]') ?? [])]
}

function move(step: 1 | -1): void {
  const links = rowLinks()
  const now = links.findIndex((link) => link.closest('tr')?.contains(document.activeElement))
  const next = now < 0 ? (step === 1 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, now + step))
  links[next]?.focus()
}

function openKeyHelp(): void {
  const help = document.querySelector('.keys')?.closest('details')
  if (!help) return
  help.open = true
  help.querySelector('summary')?.focus()
}

const does: Record<string, () => void> = { j: () => move(1), k: () => move(-1), '?': openKeyHelp }

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  if (event.target instanceof Element && event.target.matches('input, select, textarea, [contenteditable]')) return
  const act = does[event.key.toLowerCase()]
  if (!act) return
  event.preventDefault()
  act()
})
