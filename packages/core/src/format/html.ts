// HTML text from data: everything that comes from a file is escaped here.

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, letter => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[letter]!)

/** The text that was escaped. */
export const unescapeHtml = (html: string): string =>
  html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name]!)

/** A table with a header row; cells are text and are escaped, except those wrapped by `raw`. */
export function htmlTable(head: readonly string[], rows: readonly (readonly (string | Raw)[])[], className = ''): string {
  const cell = (value: string | Raw, tag: 'td' | 'th') => `<${tag}>${typeof value === 'string' ? escapeHtml(value) : value.html}</${tag}>`
  const line = (values: readonly (string | Raw)[], tag: 'td' | 'th') => `<tr>${values.map(value => cell(value, tag)).join('')}</tr>`
  return `<div class="scroll"><table class="${className}"><thead>${line(head, 'th')}</thead><tbody>${rows.map(row => line(row, 'td')).join('\n')}</tbody></table></div>`
}

export interface Raw {
  readonly html: string
}

/** Marks text that is already HTML. */
export const raw = (html: string): Raw => ({ html })
