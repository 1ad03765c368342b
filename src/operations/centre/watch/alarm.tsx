import type { AlertRow } from '#alerts'

/** Grave and not yet taken by anybody: what sounds. What is silenced or folded is not among the alerts of a watch. */
export const listUnheard = (alerts: readonly AlertRow[]): AlertRow[] =>
  alerts.filter(({ severity, state }) => severity === 'critical' && state === 'new')

/**
 * The sound of a room, made by the island `alarm` while something grave is not acknowledged. The switch is the browser's own and works
 * only with the island; the list is the server's, and renewed also while the page is not seen: a sound must end everywhere.
 */
export function Alarm({ alerts }: { alerts: readonly AlertRow[] }) {
  return (
    <div class="alarm" id="alarm">
      <button type="button" class="button button-small" id="alarm-switch" hidden />
      <span class="alarm-note" id="alarm-note">
        Nhấn một lần để bật âm báo
      </span>
      <p class="hidden-visually" id="alarm-say" role="alert" />
      <ul id="alarm-list" data-live="alerts" data-live-unseen hidden>
        {listUnheard(alerts).map(({ code, headline }) => (
          <li key={code} data-code={code}>
            {headline}
          </li>
        ))}
      </ul>
    </div>
  )
}
