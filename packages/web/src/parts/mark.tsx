// A word that decides, such as released or fail, with its colour; the word alone says it too.
const TONES: Readonly<Record<string, 'good' | 'bad' | 'wait'>> = {
  released: 'good',
  pass: 'good',
  verified: 'good',
  closed: 'good',
  given: 'good',
  match: 'good',
  negative: 'good',
  finished: 'good',
  CR: 'good',
  PR: 'good',
  ready: 'good',
  chosen: 'good',
  answered: 'good',
  holds: 'good',
  strong: 'good',
  rejected: 'bad',
  recalled: 'bad',
  fail: 'bad',
  mismatch: 'bad',
  overdue: 'bad',
  positive: 'bad',
  open: 'bad',
  critical: 'bad',
  failed: 'bad',
  PD: 'bad',
  unusable: 'bad',
  refused: 'bad',
  fails: 'bad',
  red: 'bad',
  conditional: 'wait',
  undecided: 'wait',
  indeterminate: 'wait',
  pending: 'wait',
  due: 'wait',
  missed: 'wait',
  running: 'wait',
  waiting: 'wait',
  stopped: 'wait',
  'inputs changed': 'wait',
  amber: 'wait',
  'needs-decision': 'wait',
}

export function Mark({ says }: { readonly says: string }) {
  const tone = TONES[says]
  return <span className={tone === undefined ? 'mark' : `mark ${tone}`}>{says}</span>
}

export function Holds({ holds }: { readonly holds: readonly string[] }) {
  return holds.map(hold => (
    <span key={hold} className="mark bad">
      hold: {hold}
    </span>
  ))
}
