const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
/** Text as HTML text or attribute value: names of hospitals come from configuration files. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ENTITIES[c] as string)

/** Cells are HTML already; the first column names the row. `words`: cells are read, not compared, so they begin at the left. */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[], kind: 'figures' | 'words' = 'figures'): string {
  const body = rows.map(([name = '', ...cells]) => `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
  return `<div class="scroll"><table class="${kind}"><thead><tr>${head.map((title) => `<th scope="col">${title}</th>`).join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`
}
