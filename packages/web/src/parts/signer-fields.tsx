// What proves a signer: the password, and a one-time code where it is the first signature of the session.
export function SignerFields() {
  return (
    <>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <label>
        One-time code, for the first signature after signing in
        <input name="code" inputMode="numeric" autoComplete="one-time-code" />
      </label>
    </>
  )
}
