import type { Capability } from '#platform/capability'

export const signing: Capability = { name: 'signing', home: import.meta.url }
