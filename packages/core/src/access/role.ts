// Who may do what: roles of a cell-therapy site and the actions they carry. Pure data, the same on the server and in the browser.

export const ROLES = {
  scientist: 'runs cases: neoantigens, receptors, constructs',
  operator: 'makes the product and records the steps',
  'qc-analyst': 'tests samples and enters results',
  qa: 'quality assurance: reviews, holds, rejects, recalls',
  releaser: 'certifies lots for use',
  coordinator: 'moves specimens and bags, schedules',
  physician: 'treats the person, orders and accepts',
  nurse: 'gives the product',
  reader: 'measures lesions',
  statistician: 'cuts data and reports',
  monitor: 'reads coded data',
  auditor: 'reads records and logs',
  administrator: 'runs the system, sees no clinical data',
  'security-officer': 'proposes accounts and roles',
} as const
export type Role = keyof typeof ROLES
export const ROLE_NAMES = Object.keys(ROLES) as readonly Role[]

/** Action → the roles that carry it. What stands in no row is denied. */
export const MATRIX = {
  'read-case': ['scientist', 'physician', 'operator', 'qa', 'auditor'],
  'run-case': ['scientist'],
  'read-trial': ['statistician', 'physician', 'monitor', 'auditor'],
  'read-record': ['operator', 'qc-analyst', 'qa', 'coordinator', 'releaser', 'physician', 'nurse', 'statistician', 'monitor', 'auditor'],
  'read-identity': ['coordinator', 'physician', 'nurse'],
  'enrol-subject': ['coordinator', 'physician'],
  'sign-selection': ['physician'],
  'register-construct': ['operator', 'qa'],
  'record-step': ['operator'],
  'enter-result': ['qc-analyst'],
  'review-result': ['qc-analyst', 'qa'],
  'open-deviation': ['operator', 'qc-analyst', 'qa', 'nurse'],
  'decide-quality': ['qa'],
  release: ['releaser'],
  'accept-and-order': ['physician'],
  'move-custody': ['operator', 'coordinator', 'nurse'],
  'give-product': ['physician', 'nurse'],
  'measure-lesion': ['reader'],
  'record-treatment': ['physician', 'nurse'],
  'cut-data': ['statistician'],
  audit: ['qa', 'auditor'],
  configure: ['administrator'],
  'propose-account': ['security-officer'],
  'apply-account': ['administrator'],
} as const satisfies Readonly<Record<string, readonly Role[]>>
export type Action = keyof typeof MATRIX
export const ACTIONS = Object.keys(MATRIX) as readonly Action[]
