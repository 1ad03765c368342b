import type { Purpose } from './store.ts'

/** Filled in by the island `passkey` before its form is sent; what keeps it from that is said in place. */
export function PasskeyInput({ purpose, origin }: { purpose: Purpose; origin?: string | undefined }) {
  return (
    <>
      <input type="hidden" name="passkey" data-passkey={purpose} data-origin={origin} />
      <noscript>
        <p>Khóa truy cập cần JavaScript. Xin bật JavaScript, hoặc dùng cách khác.</p>
      </noscript>
      <p class="field-error" id={`passkey-words-${purpose}`} role="status" data-passkey-words hidden />
    </>
  )
}
