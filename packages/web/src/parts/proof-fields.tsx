// What proves a person: the password and a one-time code.

/** `password`: name of its field; `isCodeNeeded`: the code may not stay empty. */
export function ProofFields({
  password = 'password',
  label = 'Password',
  code = 'One-time code',
  isCodeNeeded = true,
}: {
  readonly password?: string
  readonly label?: string
  readonly code?: string
  readonly isCodeNeeded?: boolean
}) {
  return (
    <>
      <label>
        {label}
        <input name={password} type="password" autoComplete="current-password" required />
      </label>
      <label>
        {code}
        <input name="code" inputMode="numeric" autoComplete="one-time-code" required={isCodeNeeded} />
      </label>
    </>
  )
}

/** Of a signer, who is asked for the code where it is the first signature of the session. */
export const SignerFields = () => <ProofFields code="One-time code, for the first signature after signing in" isCodeNeeded={false} />
