const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char] ?? char)

/** A text of several lines: each line on its own. */
export const escapeLines = (text: string): string => text.split('\n').map(escapeHtml).join('<br>')
