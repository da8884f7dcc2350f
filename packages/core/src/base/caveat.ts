// Doubt that does not stop the work travels inside the answer, to the order sheet and the dossier.

export interface Caveat {
  /** Stable, kebab-case. */
  readonly code: string
  /** What is doubtful, in words a clinician can check. */
  readonly text: string
}

export const caveat = (code: string, text: string): Caveat => ({ code, text })
