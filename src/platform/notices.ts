/** The words of one kind of message, in both languages; `{name}` in them is filled in. Declared by who sends it. */
export interface NoticeTemplate {
  /** Noun and what happened to it: 'directive.assigned'. */
  code: string
  /** What it is about, for the page of preferences. */
  label: string
  /** Names of the values that the words hold, each with an example for the preview. */
  values: Record<string, string>
  /** Of them those that may be long and have lines; the others are one line each. */
  longValues?: readonly string[]
  vi: { subject: string; text: string }
  en: { subject: string; text: string }
}
