import type { Capability } from '#platform/capability'
import { filesJobs } from './jobs.ts'

export const files: Capability = { name: 'files', home: import.meta.url, jobs: filesJobs }
