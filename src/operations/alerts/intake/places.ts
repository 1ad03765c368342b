import { allCodes } from '#organisations'
import type { Context } from '#platform/context'
import { type Settings, type Severity, severities } from '../model.ts'
import { defaultOrganisation, getSettings } from '../settings.ts'
import type { Labels } from './labels.ts'

/** What an inlet needs to know to place a message: settings, and which codes exist. */
export interface Desk {
  settings: Settings
  organisation: string
  hasOrganisation(code: string): boolean
  hasArea(code: string): boolean
}

export async function openDesk(ctx: Context): Promise<Desk> {
  const [settings, organisation, codes] = await Promise.all([
    getSettings(ctx.sql),
    defaultOrganisation(ctx),
    allCodes(ctx.sql),
  ])
  return {
    settings,
    organisation,
    hasOrganisation: (code) => codes.organisations.has(code),
    hasArea: (code) => codes.areas.has(code),
  }
}

/** Organisation and area by the labels that the pack names, where they hold codes that exist. */
export function placeByLabels(desk: Desk, labels: Labels): { organisation: string; area?: string } {
  const { organisationLabels, areaLabels } = desk.settings
  const textOf = (names: readonly string[], has: (code: string) => boolean) =>
    names.map((name) => labels[name]).find((value) => value !== undefined && has(value))
  return {
    organisation: textOf(organisationLabels, desk.hasOrganisation) ?? desk.organisation,
    area: textOf(areaLabels, desk.hasArea),
  }
}

const commonWords: Record<string, Severity> = {
  critical: 'critical',
  page: 'critical',
  emergency: 'critical',
  high: 'high',
  error: 'high',
  major: 'high',
  warning: 'medium',
  medium: 'medium',
  minor: 'medium',
  info: 'low',
  low: 'low',
  none: 'low',
}

/** Our severity for the word of another system; what it does not say is taken for middling. */
export function severityOf({ settings }: Desk, word: string | undefined): Severity {
  const key = (word ?? '').toLowerCase()
  const own = severities.find((one) => one === key)
  return own ?? (Object.hasOwn(settings.severities, key) ? settings.severities[key] : commonWords[key]) ?? 'medium'
}
