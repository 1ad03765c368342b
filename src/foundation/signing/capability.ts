import type { Capability } from '#platform/capability'
import { requestsCard } from './requests/card.ts'

export const signing: Capability = { name: 'signing', home: import.meta.url, ...requestsCard }
