/**
 * Sends storms by our own API and by Alertmanager's, acknowledges, closes and silences, while the program is killed. As with records, what
 * was cut off is sent again until an answer comes; the same again must add nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pace, Trial } from './course.ts'
import type { Storm } from './storms.ts'

const quietMs = { least: 2000, more: 6000 }

const addressOf = ({ place }: Trial, path: string) => `http://127.0.0.1:${place.port}${path}`

/** The answer, or nothing where the program died under the request. */
async function ask(trial: Trial, path: string, body?: unknown): Promise<Response | undefined> {
  return fetch(addressOf(trial, path), {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${trial.tokens?.alerts}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
    .then(
      // A body that breaks off is no answer.
      async (answer) => new Response(answer.status === 204 ? null : await answer.text(), { status: answer.status }),
      () => undefined,
    )
    .catch(() => undefined)
}

const bodyOf = ({ inlet, occurrences }: Storm): { path: string; body: unknown } =>
  inlet === 'api'
    ? {
        path: '/api/v1/alerts',
        body: {
          alerts: occurrences.map(({ cause, district, thing, startsAt, severity }) => ({
            headline: `${cause} ở ${district}`,
            severity,
            labels: { alertname: cause, quan: district, thing },
            startsAt,
          })),
        },
      }
    : {
        path: '/alertmanager/api/v2/alerts',
        body: occurrences.map(({ cause, district, thing, startsAt, severity }) => ({
          labels: { alertname: cause, quan: district, thing, severity },
          annotations: { summary: `${cause} ở ${district}` },
          startsAt,
        })),
      }

/** True when the program has answered 200. @throws when it refuses what it should take */
export async function sendStorm(trial: Trial, storm: Storm): Promise<boolean> {
  const { path, body } = bodyOf(storm)
  trial.storms.sent += storm.occurrences.length
  const answer = await ask(trial, path, body)
  const isDone = answer?.status === 200
  trial.journal.storms[isDone ? 'acknowledged' : 'cut'] += 1
  if (isDone) trial.storms.acknowledged.add(storm)
  else if (answer && answer.status < 500) throw new Error(`storm refused: ${answer.status} ${await answer.text()}`)
  return isDone
}

/** Storm after storm until told to stop or cut off: mostly small ones, now and then a large one. */
export async function sendStorms(trial: Trial, pace: Pace): Promise<void> {
  const { storms, random } = trial
  while (!pace.ends) {
    const storm = storms.waiting.shift() ?? storms.makeStorm(random() < 0.2 ? 1500 : 1 + storms.pick(150))
    if (!(await sendStorm(trial, storm))) {
      storms.waiting.push(storm)
      return
    }
    if (!pace.hurries) await sleep(random() * 200)
  }
}

/** Acknowledges what is new and closes some: each acknowledgement has a timer that lapses it a few seconds later. */
export async function handleAlerts(trial: Trial, pace: Pace): Promise<void> {
  while (!pace.ends && (await handleSome(trial))) await sleep(100 + trial.random() * 200)
}

/** False where it was cut off. @throws when the program refuses */
export async function handleSome(trial: Trial): Promise<boolean> {
  const { storms, random } = trial
  const answer = await ask(trial, '/api/v1/alerts?limit=100')
  if (answer?.status !== 200) return false
  const open = (await answer.json()).alerts as { code: string; state: string }[]
  const chosen = open.filter(({ state }) => state === 'new').filter(() => random() < 0.3)
  for (const { code } of chosen.slice(0, 5)) {
    const closes = random() < 0.15
    const step = closes ? { to: 'closed', reason: 'Đã xử lý trong lúc thử' } : { to: 'acknowledged' }
    const moved = await ask(trial, `/api/v1/alerts/${code}/transitions`, step)
    trial.journal.steps[moved?.status === 204 ? 'acknowledged' : 'cut'] += 1
    if (!moved) return false
    if (moved.status === 204) (closes ? storms.closed : storms.taken).push({ code, at: Date.now() })
    // Closed by a request that was cut off before.
    else if (moved.status < 500 && moved.status !== 409)
      throw new Error(`transition refused: ${moved.status} ${await moved.text()}`)
  }
  return true
}

/** Silences districts for some seconds and sends storms into them: shown when the silence is over, not before. */
export async function hushDistricts(trial: Trial, pace: Pace): Promise<void> {
  while (!pace.ends && (await hushDistrict(trial))) await sleep(trial.random() * 1000)
}

/** False where it was cut off. @throws when the program refuses */
export async function hushDistrict(trial: Trial): Promise<boolean> {
  const { storms, random } = trial
  const district = `Im ${storms.hushes.length + 1}-${storms.pick(1_000_000)}`
  const endsAt = new Date(Date.now() + quietMs.least + random() * quietMs.more)
  const answer = await ask(trial, '/alertmanager/api/v2/silences', {
    matchers: [{ name: 'quan', value: district, isRegex: false, isEqual: true }],
    startsAt: new Date().toISOString(),
    endsAt: endsAt.toISOString(),
    createdBy: 'thử',
    comment: 'Im lặng trong lúc thử',
  })
  trial.journal.silences[answer?.status === 200 ? 'acknowledged' : 'cut'] += 1
  // It came so late, on a busy machine, that the silence would have been over.
  if (answer?.status === 400 && Date.now() >= endsAt.getTime() - 500) return true
  if (answer && answer.status >= 400 && answer.status < 500) throw new Error(`silence refused: ${await answer.text()}`)
  if (answer?.status !== 200) return false
  const storm = storms.makeHushed(district, 1 + storms.pick(60))
  storms.hushes.push({ district, endsAt, storm })
  if (await sendStorm(trial, storm)) return true
  storms.waiting.push(storm)
  return false
}
