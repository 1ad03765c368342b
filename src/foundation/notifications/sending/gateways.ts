import type { MessageSettings } from '#platform/config'
import type { Channel, GatewayChannel } from '../model.ts'
import type { Gateway } from './gateway.ts'
import { openHttp, openWebhook } from './http.ts'
import { openSmtp } from './smtp.ts'
import { smsText, speechOf, zaloText } from './writing.ts'

/** The way out of a channel; nothing where it is not configured. */
export function openGateway(channel: GatewayChannel, settings: MessageSettings): Gateway | undefined {
  switch (channel) {
    case 'email':
      return settings.smtp && openSmtp(settings.smtp)
    case 'sms':
      return settings.sms && openHttp(settings.sms, smsText, false)
    case 'zalo':
      return settings.zalo && openHttp(settings.zalo, zaloText, true)
    case 'call':
      return settings.call && openHttp(settings.call, speechOf, false)
    case 'webhook':
      return settings.webhook && openWebhook(settings.webhook)
  }
}

/** Browsers bring their own way. */
export const isConfigured = (channel: Channel, settings: MessageSettings): boolean =>
  channel === 'push' || (channel === 'email' ? settings.smtp : settings[channel]) !== undefined
