/** Signs hand-overs through the pages of the program while it is killed: of each the leaving lead, then the coming one. */
import { setTimeout as sleep } from 'node:timers/promises'
import { pageCookieOf, signInOver } from '../sign-in.ts'
import type { Pace, Trial } from './course.ts'
import type { HandOver } from './hand-overs.ts'

const password = 'vi-du-2026'
const people = { leaving: 'ca-mot', coming: 'ca-hai' } as const

async function findCookie(trial: Trial, account: string): Promise<string | undefined> {
  const known = trial.handOvers.cookies.get(account)
  if (known) return known
  const url = `http://127.0.0.1:${trial.place.port}`
  const answer = await signInOver(url, { account, password }).catch(() => undefined)
  const cookie = answer && pageCookieOf(answer.cookie)
  if (cookie) trial.handOvers.cookies.set(account, cookie)
  return cookie
}

/** Signs one side. True when the program has answered that it stands, or has stood since an earlier try. @throws when it refuses */
async function sign(trial: Trial, { day, shift }: HandOver, side: 'giao' | 'nhan'): Promise<boolean> {
  const cookie = await findCookie(trial, side === 'giao' ? people.leaving : people.coming)
  if (!cookie) return false
  const fields: Record<string, string> =
    side === 'giao'
      ? {
          viec: 'ky',
          'tinh-hinh': `Trong ca ${day} có ${trial.storms.told.size} tín hiệu.`,
          'viec-tiep': 'Theo dõi tiếp.',
        }
      : { 'nhan-xet': 'Đã nhận.' }
  const answer = await fetch(`http://127.0.0.1:${trial.place.port}/ca-truc/ban-giao/${day}/${shift}/${side}`, {
    method: 'POST',
    headers: { cookie },
    body: new URLSearchParams({ ...fields, 'mat-khau': password }),
    redirect: 'manual',
  })
    .then(async (one) => ({ status: one.status, text: await one.text() }))
    .catch(() => undefined)
  const isDone = answer?.status === 303
  trial.journal.signatures[isDone ? 'acknowledged' : 'cut'] += 1
  if (!answer || answer.status >= 500) return false
  if (isDone || /đã ký/.test(answer.text)) return true
  throw new Error(`signature refused: ${answer.status} ${answer.text.replace(/<[^>]+>/g, ' ').slice(0, 2000)}`)
}

/** Signs what is next, both sides. @returns false where it was cut off */
export async function signNext(trial: Trial): Promise<boolean> {
  const one = trial.handOvers.next()
  if (!one.signed.left) one.signed.left = await sign(trial, one, 'giao')
  if (!one.signed.left) return false
  one.signed.taken = await sign(trial, one, 'nhan')
  return one.signed.taken
}

export async function signHandOvers(trial: Trial, pace: Pace): Promise<void> {
  while (!pace.ends) {
    if (!(await signNext(trial))) return
    await sleep(trial.random() * 100)
  }
}
