import { listHolders, listPeople, partiesOf } from '#identity'
import { notify } from '#notifications'
import type { Context } from '#platform/context'
import { conflict, forbidden, invalid } from '#platform/errors'
import { incidentPath, markExercise, titleOf } from '../model.ts'
import { confirmHand, writeSignature } from '../signing.ts'
import { account, changeIncident, commandPermission, writeDeed } from './access.ts'
import * as offers from './command-store.ts'
import * as store from './store.ts'

const subjectOf = (incident: store.Incident): string => `incident:${incident.code}`

/**
 * Takes command where there is no commander; of somebody else's incident with a reason, which he is told. Signed with the password.
 */
export async function takeCommand(
  ctx: Context,
  code: string,
  { password, reason }: { password: string; reason: string },
): Promise<void> {
  await confirmHand(ctx, password)
  await changeIncident(ctx, code, async (inner, incident) => {
    const me = account(inner)
    if (incident.commander === me)
      throw conflict('incident.commands-already', 'Ông/bà đang chỉ huy tình huống này rồi.')
    if (incident.commander && !reason.trim())
      throw invalid('Chưa nhận được.', [
        {
          path: 'ly-do',
          message: `${incident.commanderName} đang chỉ huy. Ghi lý do nhận thay, ví dụ: không liên lạc được.`,
        },
      ])
    await offers.endOffer(inner.sql, code, 'withdrawn', inner.now)
    await store.setCommander(inner.sql, code, { account: me, name: inner.actor.name })
    const text = [
      `${titleOf(incident)} (${code})`,
      `${inner.actor.name} nhận chỉ huy lúc ${inner.now.toISOString()}`,
      incident.commander ? `thay ${incident.commanderName}. Lý do: ${reason.trim()}` : '',
    ]
      .filter(Boolean)
      .join('\n')
    await signCommand(inner, incident, 'incident.command-taken', text)
    await writeDeed(inner, incident, {
      text: `${inner.actor.name} nhận chỉ huy${incident.commander ? ` thay ${incident.commanderName}. Lý do: ${reason.trim()}` : ''}`,
    })
    if (incident.commander) await tell(inner, incident, incident.commander)
  })
}

/** The commander offers the command to somebody, with what he must know; it passes when the other signs. */
export async function offerCommand(
  ctx: Context,
  code: string,
  { to, situation, password }: { to: string; situation: string; password: string },
): Promise<void> {
  await confirmHand(ctx, password)
  await changeIncident(ctx, code, async (inner, incident) => {
    if (!incident.commander || !partiesOf(inner.actor).includes(incident.commander))
      throw forbidden(commandPermission, incident.organisation)
    const faults = []
    const [person] = to.trim() ? await listPeople(inner, [to.trim()]) : []
    const holders = await listHolders(inner, commandPermission, incident.organisation)
    if (!person || !holders.some((one) => one.account === person.account))
      faults.push({ path: 'nguoi', message: 'Chọn một người được phép chỉ huy.' })
    else if (person.account === incident.commander)
      faults.push({ path: 'nguoi', message: 'Người này đang chỉ huy. Hãy chọn người khác.' })
    if (!situation.trim())
      faults.push({ path: 'tinh-hinh', message: 'Ghi tình hình và việc đang làm để người nhận nắm được.' })
    if (!person || faults.length > 0) throw invalid('Chưa bàn giao được.', faults)
    await offers.endOffer(inner.sql, code, 'withdrawn', inner.now)
    await offers.insertOffer(inner.sql, {
      incident: code,
      exercise: incident.exercise,
      offeredBy: account(inner),
      offeredName: inner.actor.name,
      offeredTo: person.account,
      offeredToName: person.name,
      situation: situation.trim(),
      offeredAt: inner.now,
    })
    const text = `${titleOf(incident)} (${code})\n${inner.actor.name} bàn giao chỉ huy cho ${person.name} lúc ${inner.now.toISOString()}\n${situation.trim()}`
    await signCommand(inner, incident, 'incident.command-offered', text)
    await writeDeed(inner, incident, { text: `Bàn giao chỉ huy cho ${person.name}, chờ ký nhận. ${situation.trim()}` })
    await tell(inner, incident, person.account)
  })
}

/** The one it was offered to signs, or says no. */
export async function answerOffer(
  ctx: Context,
  code: string,
  { accepts, password }: { accepts: boolean; password: string },
): Promise<void> {
  if (accepts) await confirmHand(ctx, password)
  await changeIncident(ctx, code, async (inner, incident) => {
    const offer = await offers.findOffer(inner.sql, code)
    if (!offer) throw conflict('incident.no-offer', 'Việc bàn giao này không còn chờ ký nhận.')
    if (!partiesOf(inner.actor).includes(offer.offeredTo)) throw forbidden(commandPermission, incident.organisation)
    await offers.endOffer(inner.sql, code, accepts ? 'accepted' : 'declined', inner.now)
    if (!accepts) {
      await writeDeed(inner, incident, {
        text: `${inner.actor.name} không nhận chỉ huy; ${incident.commanderName} tiếp tục chỉ huy`,
      })
      await tell(inner, incident, offer.offeredBy)
      return
    }
    await store.setCommander(inner.sql, code, { account: offer.offeredTo, name: offer.offeredToName })
    const text = `${titleOf(incident)} (${code})\n${offer.offeredToName} nhận chỉ huy từ ${offer.offeredName} lúc ${inner.now.toISOString()}\n${offer.situation}`
    await signCommand(inner, incident, 'incident.command-accepted', text)
    await writeDeed(inner, incident, { text: `${offer.offeredToName} ký nhận chỉ huy từ ${offer.offeredName}` })
  })
}

async function signCommand(ctx: Context, incident: store.Incident, action: string, text: string): Promise<void> {
  const { organisation, exercise } = incident
  await writeSignature(ctx, { action, subject: subjectOf(incident), organisation, text, body: { exercise } })
}

const tell = (ctx: Context, incident: store.Incident, to: string): Promise<void> =>
  notify(ctx, {
    notice: 'incident.command',
    to: [{ account: to }],
    values: { title: markExercise(incident.exercise, incident.title), by: ctx.actor.name },
    url: `${incidentPath(incident.code)}/chi-huy`,
    urgency: incident.exercise ? 'routine' : 'urgent',
  })
