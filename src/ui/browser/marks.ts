// Says under a list how many of its rows are ticked, and which: `[data-marks="việc"]` is filled from the checkboxes of its form, each
// with its own name in `data-mark`. A button `[data-mark-all]` ticks or clears all of them. Without this, the answer says it.
const most = 3

function boxesOf(form: HTMLFormElement): HTMLInputElement[] {
  return [...form.querySelectorAll<HTMLInputElement>('input[type=checkbox][data-mark]')]
}

function say(form: HTMLFormElement): void {
  const place = form.querySelector<HTMLElement>('[data-marks]')
  if (!place) return
  const names = boxesOf(form)
    .filter(({ checked }) => checked)
    .map(({ dataset }) => dataset.mark ?? '')
  const rest = names.length > most ? ` và ${names.length - most} ${place.dataset.marks} nữa` : ''
  place.textContent =
    names.length === 0
      ? `Chưa đánh dấu ${place.dataset.marks} nào.`
      : `Đã đánh dấu ${names.length} ${place.dataset.marks}: ${names.slice(0, most).join('; ')}${rest}.`
}

for (const form of document.querySelectorAll('form')) {
  if (!form.querySelector('[data-marks]')) continue
  const all = form.querySelector<HTMLButtonElement>('[data-mark-all]')
  if (all) all.hidden = false
  all?.addEventListener('click', () => {
    const boxes = boxesOf(form)
    const checked = boxes.some((box) => !box.checked)
    for (const box of boxes) box.checked = checked
    say(form)
  })
  form.addEventListener('change', () => say(form))
  say(form)
}
