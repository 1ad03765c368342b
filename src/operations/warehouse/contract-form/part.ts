import type { Contract } from '../model.ts'
import type { FormValues } from '../pages/terms.tsx'

/** What every part of the form of a contract is given. */
export interface SheetPart {
  contract: Contract
  values: FormValues
  errorOf(field: string): string | undefined
}
