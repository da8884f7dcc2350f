// What the routes of the trials answer.

export interface TrialLineAnswer {
  readonly id: string
  readonly title: string
  readonly synthetic: boolean
  readonly data_cut: string
  readonly problem: string
  /** Data cuts with a read-out, the newest first. */
  readonly cuts: readonly string[]
}

export interface TrialsAnswer {
  /** The server was given a folder of trials. */
  readonly given: boolean
  readonly trials: readonly TrialLineAnswer[]
}

export interface ReadOutAnswer extends TrialLineAnswer {
  readonly cut: string
  /** TRIAL.yaml or a table of the trial is newer. */
  readonly outdated: boolean
  readonly files: readonly string[]
}

export const readOutPath = (id: string, cut: string): string => `/trials/${encodeURIComponent(id)}/read-outs/${encodeURIComponent(cut)}`
export const readOutHref = (id: string, cut: string, ...more: readonly string[]): string =>
  `#/${['trials', id, cut, ...more].map(encodeURIComponent).join('/')}`
