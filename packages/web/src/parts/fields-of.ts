/** What stands in the fields of a form, by name. */
export function fieldsOf(form: HTMLFormElement): (name: string) => string {
  const given = new FormData(form)
  return name => String(given.get(name) ?? '')
}
