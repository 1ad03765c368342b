// Theme and size of text, kept in two cookies that a plain form sets; nothing is needed in the browser.

export const themes = ['auto', 'light', 'dark'] as const
export const textSizes = ['normal', 'large', 'largest'] as const
export type Theme = (typeof themes)[number]
export type TextSize = (typeof textSizes)[number]

export interface Appearance {
  theme: Theme
  text: TextSize
}

export const themeNames: Record<Theme, string> = { auto: 'Theo thiết bị', light: 'Sáng', dark: 'Tối' }
export const textSizeNames: Record<TextSize, string> = { normal: 'Thường', large: 'Lớn', largest: 'Rất lớn' }

/** From the request's cookies; anything unknown falls back to light and normal. */
export function readAppearance(cookies: Record<string, string | undefined>): Appearance {
  return {
    theme: themes.find((theme) => theme === cookies.theme) ?? 'light',
    text: textSizes.find((size) => size === cookies.text) ?? 'normal',
  }
}

export interface AppearanceCookie {
  name: string
  value: string
  maxAgeSeconds: number
}

/** The cookies for a posted choice (`theme`, `text`); anything unknown sets none. */
export function appearanceCookies(chosen: Record<string, unknown>): AppearanceCookie[] {
  const values = [
    { name: 'theme', value: themes.find((each) => each === chosen.theme) },
    { name: 'text', value: textSizes.find((each) => each === chosen.text) },
  ]
  return values.flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value, maxAgeSeconds: 31_536_000 }]))
}
