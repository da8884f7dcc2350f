// The web app's shell: screens arrive with their stages. Data come only through the HTTP interface; nothing of packages/node is imported here.
import { escapeHtml } from '@cognate/core/format'

/** Name and route of a screen; each stage of the flow has one under its own name. */
export interface Screen {
  readonly stage: string
  readonly title: string
}

export const SCREENS: readonly Screen[] = []

/** Mounts the navigation of the screens there are into an element. */
export function mountShell(element: HTMLElement, screens: readonly Screen[] = SCREENS): void {
  const links = screens.map(screen => `<a href="#/${encodeURIComponent(screen.stage)}">${escapeHtml(screen.title)}</a>`)
  element.innerHTML = `<nav aria-label="Stages">${links.join('')}</nav><main></main>`
}
