import type { Contract } from '../model.ts'
import type { FormPart } from '../pages/form-fields.tsx'

/** What every part of the form of a contract is given. */
export interface SheetPart extends FormPart {
  contract: Contract
}
